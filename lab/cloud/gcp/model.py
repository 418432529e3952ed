# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of Google Cloud's stand-in share: calls, refusals, fingerprints, and filters of lists."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

PROJECT = "demo-project"
Json = dict[str, Any]
LABEL_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
LABEL_VALUE = re.compile(r"[a-z0-9_-]{0,63}")
NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")


class RefusalError(Exception):
    """A call that is answered with an error, in the words of Google's `error` object."""

    def __init__(self, status: int, reason: str, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.detail = detail

    def body(self) -> Json:
        """Return the answer; `detail` is the reason of a google.rpc.ErrorInfo."""
        error: Json = {
            "code": self.status,
            "message": self.message,
            "errors": [{"message": self.message, "domain": "global", "reason": self.reason}],
        }
        if self.detail:
            error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": self.detail}]
        return {"error": error}


def not_modelled(what: str) -> RefusalError:
    """Return the refusal of what Google may well know, and this stand-in does not."""
    return RefusalError(501, "notImplemented", f"the stand-in for Google Cloud does not model {what}")


def not_found(what: str) -> RefusalError:
    """Return the refusal of a call about something that is not there."""
    return RefusalError(404, "notFound", f"The resource '{what}' was not found")


def invalid(message: str) -> RefusalError:
    """Return the refusal of a call that says something impossible."""
    return RefusalError(400, "invalid", message)


@dataclass(frozen=True)
class Call:
    """One request: where it goes, and what it says."""

    method: str
    host: str
    path: str
    query: dict[str, list[str]] = field(default_factory=dict)
    body: Json = field(default_factory=dict)

    def option(self, name: str, default: str = "") -> str:
        """Return a parameter of the query."""
        return self.query.get(name, [default])[0]

    def changes(self) -> bool:
        """Tell whether it is one that may change something."""
        return self.method != "GET" and not self.path.endswith(("/wait", ":getIamPolicy", "/token"))

    def __str__(self) -> str:
        return f"{self.method} {self.host}{self.path}"


def number() -> str:
    """Return a new id as Google writes them: a number of 64 bits as text."""
    return str(10**18 + secrets.randbelow(8 * 10**18))


def fingerprint(value: Any) -> str:
    """Return the mark of a value that a caller has to show to change it."""
    digest = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()
    return base64.urlsafe_b64encode(digest[:8]).decode()


def only(body: Json, known: Iterable[str], what: str) -> None:
    """Refuse a body that says what this stand-in would have to overlook."""
    if strange := sorted(set(body) - set(known)):
        raise not_modelled(f"{', '.join(strange)} of {what}")


def check_labels(labels: Json) -> None:
    """Refuse labels that Google does not take."""
    for key, value in labels.items():
        if not LABEL_KEY.fullmatch(key) or not LABEL_VALUE.fullmatch(str(value)):
            raise invalid(f"Invalid value for field 'resource.labels': '{key}={value}'")


def check_name(name: str) -> None:
    """Refuse a name that Google does not take."""
    if not NAME.fullmatch(name):
        raise invalid(f"Invalid value for field 'resource.name': '{name}'. Must be a match of regex '{NAME.pattern}'")


def matches(resource: Json, expression: str) -> bool:
    """Judge a list's filter: comparisons of name, status and labels by = and !=, and `labels.KEY:*`, all of them true.

    Any other filter is refused, since overlooking it would list too much.
    """
    for part in re.split(r"\)\s*(?:AND\s*)?\(|\s+AND\s+", expression.strip().removeprefix("(").removesuffix(")")):
        found = re.fullmatch(r'\s*(name|status|labels\.[a-z0-9_-]+)\s*(=|!=|:)\s*"?([^"\s()]*)"?\s*', part)
        if found is None or (found[2] == ":" and found[3] != "*"):
            raise invalid(f"Invalid value for field 'filter': '{expression}'")
        name, comparison, wanted = found.groups()
        value = resource.get("labels", {}).get(name[7:]) if name.startswith("labels.") else resource.get(name)
        if {"=": value == wanted, "!=": value != wanted, ":": value is not None}[comparison] is False:
            return False
    return True
