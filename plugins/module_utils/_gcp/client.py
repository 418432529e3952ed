# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Speaking with Google Cloud's REST interfaces, by google-auth, patiently."""

from __future__ import annotations

import os
import random
import time
import traceback
import uuid
from typing import Any, Callable, Iterable, Iterator, Mapping

try:
    import google.auth
    import google.auth.exceptions
    import google.auth.transport.requests
    import google.oauth2.credentials
    import google.oauth2.service_account
    import requests

    MISSING = None
except ImportError:
    MISSING = traceback.format_exc()

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
CONNECT_SECONDS, RESPONSE_SECONDS = 20, 150  # the longest wait for an operation in one call is 120 s
# Google's advice for calls that came too fast or met a failure that passes: again, each time after twice the pause.
PASSING_STATUS = (429, 500, 502, 503, 504)
PASSING_REASONS = {"rateLimitExceeded", "userRateLimitExceeded", "backendError", "resourceNotReady"}
NOT_ENABLED = {"accessNotConfigured", "SERVICE_DISABLED"}
LONGEST_PAUSE = 16
PATIENCE_SECONDS = 120
JITTER = random.SystemRandom()  # so that many who were refused at once do not come back at once
CONNECTIONS = 4  # how often a lost connection is tried, until it is a failure
OPERATION_SECONDS = 900


class CloudError(Exception):
    """Google refused, or could not be reached; the text says which call and why."""

    def __init__(self, text: str, status: int = 0, reasons: Iterable[str] = ()) -> None:
        super().__init__(text)
        self.status = status
        self.reasons = set(reasons)


def session(environ: Mapping[str, str] | None = None) -> Any:
    """A session that shows the caller's credentials: GCP_ACCESS_TOKEN, the key in GCP_SERVICE_ACCOUNT_FILE, or those that every
    tool of Google takes (application default credentials). Raises CloudError where there are none."""
    environ = os.environ if environ is None else environ
    credentials: Any
    try:
        if environ.get("GCP_ACCESS_TOKEN"):
            credentials = google.oauth2.credentials.Credentials(environ["GCP_ACCESS_TOKEN"])
        elif environ.get("GCP_SERVICE_ACCOUNT_FILE"):
            path = os.path.expanduser(environ["GCP_SERVICE_ACCOUNT_FILE"])
            credentials = google.oauth2.service_account.Credentials.from_service_account_file(path, scopes=[SCOPE])
        else:
            credentials = google.auth.default(scopes=[SCOPE])[0]
    except (google.auth.exceptions.GoogleAuthError, OSError, ValueError) as error:
        raise CloudError(
            "there are no usable credentials for Google Cloud: %s. Remedy: run `gcloud auth application-default login`, or set "
            "GOOGLE_APPLICATION_CREDENTIALS to the key file of a service account" % first_line(error)
        ) from error
    return google.auth.transport.requests.AuthorizedSession(credentials)


class Client:
    """Calls that are repeated as long as it makes sense. With `enabling`, a call waits for an interface that was just enabled."""

    def __init__(
        self,
        session: Any,
        enabling: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._passing = PASSING_REASONS | (NOT_ENABLED if enabling else set())
        self._sleep = sleep
        self._clock = clock

    def call(
        self, method: str, url: str, body: dict[str, Any] | None = None, params: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """The response as a dictionary. Raises CloudError with Google's own words."""
        start, lost, attempt = self._clock(), 0, 0
        while True:
            pause = min(2**attempt, LONGEST_PAUSE) * JITTER.uniform(0.75, 1)
            attempt += 1
            try:
                response = self._session.request(
                    method, url, json=body, params=params, timeout=(CONNECT_SECONDS, RESPONSE_SECONDS)
                )
            except google.auth.exceptions.RefreshError as error:
                raise CloudError(
                    "Google does not accept the credentials: %s. Remedy: get new ones, for example with "
                    "`gcloud auth application-default login`" % first_line(error)
                ) from error
            except (requests.exceptions.RequestException, google.auth.exceptions.TransportError) as error:
                lost += 1
                if lost == CONNECTIONS:
                    raise CloudError(
                        "%s could not be reached: %s. Remedy: see to the network, and to HTTPS_PROXY if you set it"
                        % (url, first_line(error))
                    ) from error
                self._sleep(pause)
                continue
            if response.ok:
                document: dict[str, Any] = response.json() if response.content else {}
                return document
            refused = refusal(method, url, response)
            passes = refused.status in PASSING_STATUS or refused.reasons & self._passing
            if not passes or self._clock() - start + pause > PATIENCE_SECONDS:
                raise refused
            self._sleep(pause)

    def get(self, url: str, params: dict[str, Any] | None = None) -> dict[str, Any] | None:
        """The resource, or None where there is none."""
        try:
            return self.call("GET", url, params=params)
        except CloudError as error:
            if error.status != 404:
                raise
            return None

    def pages(self, url: str, params: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """The responses of a list, page by page."""
        params = dict(params or {})
        while True:
            page = self.call("GET", url, params=params)
            yield page
            if not page.get("nextPageToken"):
                return
            params["pageToken"] = page["nextPageToken"]

    def aggregated(self, url: str, kind: str, params: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """The resources of a kind in all zones and regions."""
        for page in self.pages("%s/aggregated/%s" % (url, kind), params):
            for place in page.get("items", {}).values():
                yield from place.get(kind, [])

    def change(
        self, method: str, url: str, body: dict[str, Any] | None = None, params: dict[str, Any] | None = None
    ) -> None:
        """Change something in Compute Engine and wait until that is done.

        The call says by its request ID that a second one, after a lost response, is the same.
        """
        self.finish(self.call(method, url, body, dict(params or {}, requestId=str(uuid.uuid4()))))

    def finish(self, operation: dict[str, Any]) -> None:
        """Wait until an operation of Compute Engine is done. Raises CloudError if it failed, or if it takes too long."""
        start = self._clock()
        while operation["status"] != "DONE":
            if self._clock() - start > OPERATION_SECONDS:
                raise CloudError("Google still works at %s after %d s" % (describe(operation), OPERATION_SECONDS))
            operation = self.call("POST", operation["selfLink"] + "/wait")
        problems = operation.get("error", {}).get("errors", [])
        if problems:
            texts = ["%s: %s" % (problem.get("code"), problem.get("message")) for problem in problems]
            raise CloudError("Google failed at %s: %s" % (describe(operation), "; ".join(texts)))

    def finish_enabling(self, operation: dict[str, Any], url: str) -> None:
        """Wait until an operation of Service Usage is done."""
        start = self._clock()
        while not operation.get("done"):
            if self._clock() - start > OPERATION_SECONDS:
                raise CloudError("Google still enables interfaces after %d s" % OPERATION_SECONDS)
            self._sleep(1)
            operation = self.call("GET", "%s/%s" % (url, operation["name"]))
        if operation.get("error"):
            raise CloudError("Google could not enable interfaces: %s" % operation["error"].get("message"))


def describe(operation: dict[str, Any]) -> str:
    """What an operation does, for people."""
    return "%s of %s" % (operation.get("operationType"), operation.get("targetLink", "").rpartition("/projects/")[2])


def refusal(method: str, url: str, response: Any) -> CloudError:
    """The error in a response."""
    try:
        error = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        error = {}
    if not isinstance(error, dict):
        error = {"message": str(error)}
    reasons = [one.get("reason") for one in error.get("errors", []) + error.get("details", [])]
    text = error.get("message") or response.reason
    return CloudError("%s %s: %s (%d)" % (method, url, text, response.status_code), response.status_code, reasons)


def first_line(error: Exception) -> str:
    """What an exception says, without what follows it over many lines."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
