# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""Reading from a server by REST, and nothing else."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Mapping

from ansible_collections.mlops.workbench.plugins.module_utils._addresses import without_secrets

LARGEST_ANSWER = 16 * 1024 * 1024  # bytes


class LiveOptionError(ValueError):
    """The options do not say what is asked."""


class Unanswered(Exception):  # noqa: N818 - not always the server's error
    """The server could not be asked, or did not answer as its kind does."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could carry the credentials to somewhere else; the answer 3xx becomes an error."""

    def redirect_request(self, *_args: Any) -> None:
        return None


@dataclass(frozen=True)
class Client:
    """A server at `url`; a token goes before a user's name and password. `timeout` is in seconds, for each request."""

    url: str
    token: str = ""
    username: str = ""
    password: str = ""
    timeout: float = 10

    def __post_init__(self) -> None:
        if not urllib.parse.urlsplit(self.url).netloc or not self.url.startswith(("http://", "https://")):
            raise LiveOptionError(f"live: '{without_secrets(self.url)}' is no address with http:// or https://")

    def get(self, path: str, parameters: Mapping[str, Any]) -> Any:
        """Return the JSON at the path."""
        return self._ask(f"{path}?{urllib.parse.urlencode(parameters)}", None)

    def post(self, path: str, question: Mapping[str, Any]) -> Any:
        """Return the JSON that answers a question; both servers take their searches this way."""
        return self._ask(path, json.dumps(question).encode())

    def _ask(self, path: str, body: bytes | None) -> Any:
        request = urllib.request.Request(f"{self.url.rstrip('/')}/{path}", data=body)  # noqa: S310 - checked above
        request.add_header("Accept", "application/json")
        if body is not None:
            request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        elif self.username:
            pair = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
            request.add_unredirected_header("Authorization", f"Basic {pair}")
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=self.timeout) as answer:
                text = answer.read(LARGEST_ANSWER + 1)
        except urllib.error.HTTPError as problem:
            raise Unanswered(
                f"{self._where()} answers {problem.code} {problem.reason} to {path.partition('?')[0]}"
            ) from problem
        except (OSError, HTTPException) as problem:
            raise Unanswered(f"{self._where()} does not answer: {getattr(problem, 'reason', problem)}") from problem
        if len(text) > LARGEST_ANSWER:
            raise Unanswered(
                f"{self._where()} answers with more than {LARGEST_ANSWER} bytes to {path.partition('?')[0]}"
            )
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as problem:
            raise Unanswered(
                f"{self._where()} answers with something else than JSON to {path.partition('?')[0]}"
            ) from problem

    def _where(self) -> str:
        # Without a user and password that somebody wrote into the address.
        parts = urllib.parse.urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
