# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A download whose server does what it likes."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from ansible_collections.mlops.workbench.plugins.modules import download

MODULE = download.__name__
COLLECTIONS = Path(download.__file__).parents[5]
RELEASE = b"the release\n" * 1000
BOMB = gzip.compress(bytes(30_000_000))


class Server(BaseHTTPRequestHandler):
    """Answers with the release, and with what a hostile mirror has."""

    sent = 0

    def do_HEAD(self):
        self.send_response(200 if self.path == "/release" else 404)
        self.end_headers()

    def do_GET(self):
        if self.path == "/gone":
            self.send_error(404)
            return
        self.send_response(200)
        if self.path == "/release":
            self.send_header("Content-Length", str(len(RELEASE)))
        elif self.path == "/short":
            self.send_header("Content-Length", str(len(RELEASE) + 1))
        elif self.path == "/huge":
            self.send_header("Content-Length", str(8 << 40))
        elif self.path == "/bomb":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if self.path == "/endless":
            for _part in range(100):
                self.wfile.write(bytes(1_000_000))
                Server.sent += 1
        else:
            self.wfile.write(BOMB if self.path == "/bomb" else RELEASE)

    def log_message(self, *_arguments):
        pass


@pytest.fixture(scope="module")
def server():
    """The address of such a server."""
    server = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield "http://127.0.0.1:%d" % server.server_port
    server.shutdown()


def run(url, dest, check=False, **options):
    """Run the module as Ansible does on the host, and return its result."""
    asked = {"url": url, "dest": str(dest), "sha256": hashlib.sha256(RELEASE).hexdigest(), "max_mb": 5, **options}
    ran = subprocess.run(
        [sys.executable, "-m", MODULE],
        input=json.dumps(
            {
                "ANSIBLE_MODULE_ARGS": {
                    "_ansible_check_mode": check,
                    "_ansible_remote_tmp": str(dest.parent / "tmp"),
                    **asked,
                }
            }
        ),
        cwd=COLLECTIONS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout, ran.stderr
    return json.loads(ran.stdout)


def test_a_file_comes_once(server, tmp_path):
    dest = tmp_path / "release"
    assert run(server + "/release", dest, check=True)["changed"]
    assert not dest.exists()
    assert run(server + "/release", dest, mode="0755")["changed"]
    assert dest.read_bytes() == RELEASE
    assert dest.stat().st_mode & 0o777 == 0o755
    assert not run(server + "/gone", dest, mode="0755")["changed"]
    assert run(dest.as_uri(), tmp_path / "copy")["changed"]


def test_a_pipe_in_its_place_makes_nobody_wait(server, tmp_path):
    os.mkfifo(tmp_path / "release")
    assert run(server + "/release", tmp_path / "release")["changed"]
    assert (tmp_path / "release").read_bytes() == RELEASE


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/gone", "404"),
        ("/short", "after 12000 of 12001 bytes"),
        ("/other", "did not match"),
        ("/bomb", "did not match"),
        ("/huge", "offers 8796093 MB"),
        ("/endless", "sends more than 5 MB"),
    ],
)
def test_what_is_not_the_file_leaves_nothing(server, tmp_path, path, says):
    options = {"sha256": "0" * 64} if path == "/other" else {}
    told = run(server + path, tmp_path / "release", **options)
    assert told["failed"]
    assert says in told["msg"]
    assert not [entry for entry in tmp_path.rglob("*") if entry.is_file()]
    assert Server.sent < 50
