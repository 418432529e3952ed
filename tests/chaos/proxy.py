"""Runs in a container: stands between a host and the lab's mirror, its registry and apt's servers, and spoils the answers it is told to.

Which ones stands in /chaos/faults.json: `[{"name", "match", "kind"}]`, read at each request, `match` a regular expression on the address. Each
answer that was spoilt is noted in /chaos/met, by the fault's name.
"""

from __future__ import annotations

import json
import os
import re
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path("/chaos")
# As servers know them: requests for the mirror, for its registry, and of programs for which this is a proxy.
PORTS = {80: "http://mirror", 5000: "http://mirror:5000", 3128: ""}
PASSED_ON = ("Accept", "Range", "If-Range", "If-Modified-Since", "Cache-Control")
PAGE = b"<!DOCTYPE html><title>Sign in</title><p>Sign in to use this network.\n"


class Answer(urllib.request.HTTPErrorProcessor):
    """Takes every answer as it is, redirects and errors too."""

    def http_response(self, request, response):
        return response


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = PORTS[self.server.server_address[1]] + self.path
        kind = self.fault(url)
        if kind == "down":
            self.close_connection = True
        elif kind in ("404", "500"):
            self.answer(int(kind), {}, b"")
        elif kind == "html":
            self.answer(200, {"Content-Type": "text/html"}, PAGE)
        else:
            self.pass_on(url, kind)

    def do_HEAD(self) -> None:
        self.do_GET()

    def fault(self, url: str) -> str:
        for fault in json.loads((FOLDER / "faults.json").read_text()):
            if re.search(fault["match"], url):
                with (FOLDER / "met").open("a") as met:
                    met.write(fault["name"] + "\n")
                return fault["kind"]
        return ""

    def pass_on(self, url: str, kind: str) -> None:
        headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
        request = urllib.request.Request(url, headers=headers, method=self.command)
        with urllib.request.build_opener(Answer).open(request, timeout=60) as source:
            content, status, told = source.read(), source.status, dict(source.headers)
        length = told.get("Content-Length", "0") if self.command == "HEAD" else len(content)
        told = {
            k: v
            for k, v in told.items()
            if k.lower() not in ("transfer-encoding", "connection", "content-length", "date", "server")
        }
        half = content[: len(content) // 2]
        if kind == "cut":
            self.answer(status, told, half, length)
            self.close_connection = True
        elif kind == "short":
            self.answer(status, told, half)
        else:
            self.answer(status, told, os.urandom(len(content)) if kind == "garbage" else content, length)

    def answer(self, status: int, headers: dict[str, str], content: bytes, length: int | str | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Hosts whose programs are killed hang up at any time."""


for port in PORTS:
    threading.Thread(target=Server(("", port), Handler).serve_forever).start()
