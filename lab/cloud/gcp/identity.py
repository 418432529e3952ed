# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service Usage, IAM's service accounts, and the project's policy."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from lab.cloud.gcp.model import (
    PROJECT,
    Call,
    Json,
    RefusalError,
    fingerprint,
    invalid,
    not_found,
    not_modelled,
    number,
    only,
)

# A new project has these two only; everything else has to be enabled.
FROM_THE_START = ("cloudresourcemanager.googleapis.com", "serviceusage.googleapis.com")
KNOWN_SERVICES = (
    *FROM_THE_START,
    "bigquery.googleapis.com",
    "compute.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "storage.googleapis.com",
)
ROLE = re.compile(r"(roles|projects/[a-z0-9-]+/roles|organizations/\d+/roles)/[A-Za-z0-9_.]+")
OWNER: Json = {"role": "roles/owner", "members": ["user:ann@example.com"]}


class Services:
    """Service Usage v1: which of Google's interfaces the project may use."""

    def __init__(self, settings: Json) -> None:
        self._settings = settings
        self._since = dict.fromkeys(FROM_THE_START, 0.0)
        self._operations: dict[str, float] = {}

    def check(self, host: str) -> None:
        """Refuse a call to an interface that is not enabled, or not long enough."""
        service = "compute.googleapis.com" if host == "www.googleapis.com" else host
        if service in KNOWN_SERVICES and time.monotonic() < self._since.get(service, float("inf")):
            message = f"{service} has not been used in project {PROJECT} before or it is disabled."
            raise RefusalError(403, "accessNotConfigured", message, detail="SERVICE_DISABLED")

    def handle(self, call: Call) -> Json:
        """Answer a call to serviceusage.googleapis.com."""
        place = call.path.removeprefix(f"/v1/projects/{PROJECT}")
        if (call.method, place) == ("GET", "/services:batchGet"):
            prefix = f"projects/{PROJECT}/services/"
            return {"services": [self._service(name.removeprefix(prefix)) for name in call.query.get("names", [])]}
        if (call.method, place) == ("POST", "/services:batchEnable"):
            return self._enable(call.body)
        if call.method == "GET" and (name := call.path.removeprefix("/v1/")) in self._operations:
            return self._operation(name)
        raise not_modelled(str(call))

    def _enable(self, body: Json) -> Json:
        only(body, ["serviceIds"], "services.batchEnable")
        ready = time.monotonic() + self._settings.get("slow", 0)
        for service in body["serviceIds"]:
            self._service(service)
            self._since.setdefault(service, ready + self._settings.get("propagation", 0))
        name = f"operations/acat.p2-{number()}"
        self._operations[name] = ready
        return self._operation(name)

    def _service(self, service: str) -> Json:
        if service not in KNOWN_SERVICES:
            raise RefusalError(403, "forbidden", f"Not found or permission denied for service(s): {service}.")
        state = "ENABLED" if service in self._since else "DISABLED"
        return {"name": f"projects/{PROJECT}/services/{service}", "parent": f"projects/{PROJECT}", "state": state}

    def _operation(self, name: str) -> Json:
        done = time.monotonic() >= self._operations[name]
        return {"name": name, **({"done": True, "response": {}} if done else {})}


class Accounts:
    """IAM v1's service accounts, and the project's policy of Resource Manager v1."""

    def __init__(self, settings: Json) -> None:
        self._settings = settings
        self.accounts: dict[str, Json] = {}
        self._known_from: dict[str, float] = {}
        self.bindings: list[Json] = [OWNER]

    def handle(self, call: Call) -> Json:
        """Answer a call to iam.googleapis.com."""
        place = f"/v1/projects/{PROJECT}/serviceAccounts"
        if call.method == "POST" and call.path == place:
            return self._create(call.body)
        email = call.path.removeprefix(place + "/")
        if call.method in ("GET", "PATCH", "DELETE") and call.path.startswith(place + "/") and "/" not in email:
            if email not in self.accounts:
                raise not_found(f"Unknown service account {email}")
            return {"GET": self._get, "PATCH": self._patch, "DELETE": self._delete}[call.method](email, call.body)
        raise not_modelled(str(call))

    def _create(self, body: Json) -> Json:
        only(body, ["accountId", "serviceAccount"], "serviceAccounts.create")
        only(body.get("serviceAccount", {}), ["displayName", "description"], "a service account")
        if not re.fullmatch(r"[a-z]([-a-z0-9]{4,28}[a-z0-9])", body.get("accountId", "")):
            raise invalid(f"Invalid service account ID ({body.get('accountId')}).")
        email = f"{body['accountId']}@{PROJECT}.iam.gserviceaccount.com"
        if email in self.accounts:
            raise RefusalError(409, "alreadyExists", f"Service account {body['accountId']} already exists.")
        self.accounts[email] = {
            "name": f"projects/{PROJECT}/serviceAccounts/{email}",
            "projectId": PROJECT,
            "uniqueId": number(),
            "email": email,
            "etag": "MDEwMjE5MjA=",
            **body.get("serviceAccount", {}),
        }
        self._known_from[email] = time.monotonic() + self._settings.get("propagation", 0)
        return self.accounts[email]

    def _get(self, email: str, _body: Json) -> Json:
        return self.accounts[email]

    def _patch(self, email: str, body: Json) -> Json:
        only(body, ["serviceAccount", "updateMask"], "serviceAccounts.patch")
        only(body["serviceAccount"], ["displayName", "description"], "a service account")
        self.accounts[email].update({key: body["serviceAccount"][key] for key in body["updateMask"].split(",")})
        return self.accounts[email]

    def _delete(self, email: str, _body: Json) -> Json:
        gone = self.accounts.pop(email)
        # Google keeps the bindings of an account that is gone, under another name.
        for binding in self.bindings:
            binding["members"] = [
                f"deleted:{member}?uid={gone['uniqueId']}" if member == f"serviceAccount:{email}" else member
                for member in binding["members"]
            ]
        return {}

    def knows(self, email: str) -> bool:
        """Tell whether the rest of Google has heard of the account."""
        return email in self.accounts and time.monotonic() >= self._known_from[email]

    def policy(self, call: Call) -> Json:
        """Answer a call to cloudresourcemanager.googleapis.com."""
        verbs: dict[str, Callable[[Json], Json]] = {"getIamPolicy": self._read, "setIamPolicy": self._write}
        place, _colon, verb = call.path.partition(":")
        if call.method != "POST" or place != f"/v1/projects/{PROJECT}" or verb not in verbs:
            raise not_modelled(str(call))
        return verbs[verb](call.body)

    def _read(self, body: Json) -> Json:
        only(body, ["options"], "projects.getIamPolicy")
        version = body.get("options", {}).get("requestedPolicyVersion", 1)
        conditional = any("condition" in binding for binding in self.bindings)
        # Who asks for an old version does not get to see conditions.
        bindings = [binding if version == 3 else _without(binding, "condition") for binding in self.bindings]
        return {"version": 3 if conditional and version == 3 else 1, "etag": self._etag(), "bindings": bindings}

    def _write(self, body: Json) -> Json:
        only(body, ["policy"], "projects.setIamPolicy")
        policy = body["policy"]
        only(policy, ["version", "etag", "bindings"], "a policy")
        if policy.get("etag") != self._etag():
            raise RefusalError(
                409, "aborted", "There were concurrent policy changes. Please retry the whole read-modify-write."
            )
        bindings: list[Json] = policy.get("bindings", [])
        for binding in bindings:
            if not ROLE.fullmatch(binding["role"]):
                raise invalid(f"Role {binding['role']} is not supported for this resource.")
            for member in binding["members"]:
                kind, _colon, email = member.partition(":")
                if kind == "serviceAccount" and not self.knows(email):
                    raise invalid(f"Service account {email} does not exist.")
        if OWNER not in bindings:
            raise invalid("The policy must keep at least one owner.")
        self.bindings = [binding for binding in bindings if binding["members"]]
        return self._read({"options": {"requestedPolicyVersion": 3}})

    def _etag(self) -> str:
        return fingerprint(self.bindings)


def _without(values: Json, key: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != key}
