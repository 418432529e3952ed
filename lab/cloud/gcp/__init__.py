# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for Google Cloud, with a lab host for every instance of Compute Engine.

Written from the public reference of the interfaces and from the source of their clients; never compared with Google.
What it does not model it refuses with 501. It does not model: Ubuntu (the hosts are Debian), the guest agent after the
first boot, packet filters, permissions of accounts, quotas, prices, and how long Google takes.

Tests steer it by POST /lab/set with a JSON object of these keys, and read GET /lab/state:
- `hold`: the answer to the so-many-th changing call from now on is held back until the next /lab/set; the call is done.
- `drop`: the answer to the so-many-th changing call from now on is lost with its connection; the call is done.
- `throttle`: so many calls from now on are refused, with 429 and 503 by turns.
- `deny`: every call whose method and address contain this text is refused with 403.
- `slow`: seconds that each operation takes.
- `propagation`: seconds until an enabled interface answers, and until a new account is known everywhere.
- `fleet`: the list of instances tells of so many running ones, in pages of 500, and of no other.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from lab.cloud import machines
from lab.cloud.gcp.compute import Compute
from lab.cloud.gcp.identity import Accounts, Services
from lab.cloud.gcp.model import PROJECT, Call, Json, RefusalError, not_found, not_modelled
from lab.cloud.gcp.proxy import ADDRESS_HOST, HangupError, Proxy, Response, certificates
from lab.cloud.gcp.tokens import Tokens
from lab.common import LabError, say
from lab.ssh import KEY as LAB_KEY

CALLER = "203.0.113.7"  # what the service says that tells callers their address (RFC 5737)


class StandIn:
    """Checks each call and passes it to the part that it is for."""

    def __init__(self, folder: Path, with_machines: bool) -> None:
        """Write the credentials of its one caller into the folder."""
        self.settings: Json = {}
        self.services = Services(self.settings)
        self.accounts = Accounts(self.settings)
        self.compute = Compute(self.settings, self.accounts.knows, with_machines)
        self._parts: dict[str, Callable[[Call], Json]] = {
            "cloudresourcemanager.googleapis.com": self.accounts.policy,
            "compute.googleapis.com": self.compute.handle,
            "iam.googleapis.com": self.accounts.handle,
            "serviceusage.googleapis.com": self.services.handle,
            "www.googleapis.com": self.compute.handle,
        }
        self._tokens = Tokens(folder)
        self._calls: list[str] = []
        self._held = False
        self._released = threading.Event()
        self._guard = threading.Lock()

    def handle(self, call: Call, token: str) -> Response:
        """Handle one call, as the settings say."""
        if not call.host:
            return self._control(call)
        if call.host == ADDRESS_HOST:
            return 200, f"{CALLER}\n"
        try:
            if call.host == "oauth2.googleapis.com":
                return 200, self._tokens.give(call.body)
            self._refuse_at_will(call)
            self._tokens.check(token)
            done: Response = 200, self._done(call)
        except RefusalError as refusal:
            done = refusal.status, refusal.body()
        if call.changes():
            self._lose(call)
        return done

    def _done(self, call: Call) -> Json:
        if call.host == "iamcredentials.googleapis.com":
            raise not_found(call.path)  # google-auth asks in the background, and goes on without
        if "fleet" not in self.settings:
            self.services.check(call.host)
        if call.host not in self._parts:
            raise not_modelled(str(call))
        return self._parts[call.host](call)

    def _refuse_at_will(self, call: Call) -> None:
        if self.settings.get("deny") and self.settings["deny"] in str(call):
            raise RefusalError(403, "forbidden", f"Required permission missing for {call.method} {call.path}")
        with self._guard:
            if left := self.settings.get("throttle"):
                self.settings["throttle"] = left - 1
                reason = "rateLimitExceeded" if left % 2 else "backendError"
                raise RefusalError(429 if left % 2 else 503, reason, "Too many requests.")

    def _lose(self, call: Call) -> None:
        """Count a changing call, and hold back or drop its answer if it is the one to."""
        with self._guard:
            self._calls.append(str(call))
            due = [name for name in ("hold", "drop") if self.settings.get(name) == len(self._calls)]
            released = self._released
        if "drop" in due:
            raise HangupError
        if "hold" in due:
            self._held = True
            released.wait()
            raise HangupError

    def _control(self, call: Call) -> Response:
        """Handle a call of a test."""
        if (call.method, call.path) == ("POST", "/lab/set"):
            with self._guard:
                self.settings.clear()
                self.settings.update(call.body)
                self._calls.clear()
                self._held = False
                self._released.set()
                self._released = threading.Event()
        elif (call.method, call.path) != ("GET", "/lab/state"):
            return 404, {}
        return 200, {
            "held": self._held,
            "calls": list(self._calls),
            "resources": dict(self.compute.resources),
            "accounts": list(self.accounts.accounts),
            "bindings": self.accounts.bindings,
        }


def environment(port: int, folder: Path) -> dict[str, str]:
    """Return what a client has to see in its environment."""
    return {
        "HTTPS_PROXY": f"http://127.0.0.1:{port}",
        "NO_PROXY": "127.0.0.1,localhost",
        "REQUESTS_CA_BUNDLE": str(folder / "ca.pem"),
        "SSL_CERT_FILE": str(folder / "ca.pem"),
        "GOOGLE_APPLICATION_CREDENTIALS": str(folder / "service-account.json"),
        "GCP_PROJECT": PROJECT,
    }


def serve(with_machines: bool) -> None:
    """Serve until the process is told to end, then remove the machines.

    Raises LabError if the lab is not ready for machines.
    """
    if with_machines and not LAB_KEY.exists():
        raise LabError("nothing is ready for machines: `python -m lab ready` first")
    with tempfile.TemporaryDirectory(prefix="mlops-gcp-") as name:
        folder = Path(name)
        stand_in = StandIn(folder, with_machines)
        proxy = Proxy(certificates(folder), stand_in.handle)
        for key, value in environment(proxy.server_port, folder).items():
            print(f"export {key}={value}", flush=True)
        say("a stand-in for Google Cloud answers until it is interrupted; its machines are Debian hosts of the lab")
        try:
            proxy.serve_forever()
        finally:
            if with_machines:
                machines.remove(*stand_in.compute.machine_names())
