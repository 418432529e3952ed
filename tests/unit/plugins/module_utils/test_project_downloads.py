# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Downloads from a server that cuts off, forgets and changes its mind."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._project import downloads
from ansible_collections.mlops.workbench.plugins.module_utils._project.downloads import (
    DownloadError,
    File,
    fetch,
    parquet_flaw,
    remove,
)

PARQUET = b"PAR1" + bytes(range(256)) * 400 + (100).to_bytes(4, "little") + b"PAR1"


class Server(ThreadingHTTPServer):
    """A server of one file; `cuts` are the bytes after which each answer with content breaks off."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = PARQUET
        self.ranges = True
        self.tells_length = True
        self.status = 200
        self.cuts = []
        self.sent = []  # the first byte and the number of bytes of each answer

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/trip-data/green.parquet"


class Handler(BaseHTTPRequestHandler):
    """Answers as a web server does."""

    def do_GET(self):
        server = self.server
        if server.status != 200:
            self.send_error(server.status)
            return
        total = len(server.content)
        asked = self.headers.get("Range") if server.ranges else None
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        self.send_response(206 if asked else 200)
        if server.tells_length:
            self.send_header("Content-Length", str(total - start))
        self.send_header("ETag", hashlib.sha256(server.content).hexdigest())
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        # Before the client has an answer: it may drop this one and ask again, while this thread still waits for its turn.
        cut = server.cuts.pop(0) if server.cuts else total
        piece = server.content[start : start + cut]
        server.sent.append((start, len(piece)))
        self.end_headers()
        self.wfile.write(piece)

    def log_message(self, *_words):
        """Say nothing."""


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(downloads, "PAUSE_SECONDS", 0)
    with Server() as found:
        thread = threading.Thread(target=found.serve_forever, args=(0.01,))
        thread.start()
        yield found
        found.shutdown()
        thread.join()


@pytest.fixture
def file(server, tmp_path):
    return File(server.url, str(tmp_path / "data" / "green.parquet"), "")


def content(file):
    return Path(file.path).read_bytes()


def test_a_whole_file(server, file):
    assert not file.is_whole()
    fetch(file)
    assert file.is_whole()
    assert content(file) == PARQUET
    assert file.parts() == []


def test_a_checksum_that_holds_and_one_that_does_not(server, file):
    fetch(File(file.url, file.path, hashlib.sha256(PARQUET).hexdigest().upper()))
    assert content(file) == PARQUET
    other = File(file.url, file.path + ".other", "0" * 64)
    with pytest.raises(DownloadError, match=r"its sha256 is [0-9a-f]{64} and not 0{64}"):
        fetch(other)
    assert not other.is_whole()
    assert other.parts() == []


def test_a_cut_off_download_goes_on_where_it_stopped(server, file):
    server.cuts = [1000, 0, 5000]
    fetch(file, pause=0)
    assert content(file) == PARQUET
    assert (1000, 5000) in server.sent
    assert server.sent[-1] == (6000, len(PARQUET) - 6000)


def test_the_next_run_goes_on_too(server, file):
    server.cuts = [10000, *[0] * (2 * downloads.ATTEMPTS)]
    with pytest.raises(DownloadError, match="after 10000 of 102412 bytes; what came is kept"):
        fetch(file, pause=0)
    assert not file.is_whole()
    server.cuts = []
    fetch(file, pause=0)
    assert server.sent[-1] == (10000, len(PARQUET) - 10000)
    assert content(file) == PARQUET


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(server, file):
    server.cuts = [10000, *[0] * (2 * downloads.ATTEMPTS)]
    with pytest.raises(DownloadError):
        fetch(file, pause=0)
    server.cuts = []
    server.content = PARQUET[:4] + b"new" + PARQUET[7:]
    fetch(file, pause=0)
    assert content(file) == server.content
    assert file.parts() == []


def test_a_server_that_cannot_go_on_starts_again(server, file):
    server.ranges = False
    server.cuts = [1000]
    fetch(file, pause=0)
    assert content(file) == PARQUET


def test_an_error_page_is_no_data(server, file):
    server.content = b"<html>Please log in to this network</html>"
    with pytest.raises(DownloadError, match="no Parquet file"):
        fetch(file)
    assert not file.is_whole()
    assert file.parts() == []


def test_what_the_server_does_not_have(server, file):
    server.status = 404
    with pytest.raises(DownloadError, match="404"):
        fetch(file)


def test_nobody_answers(tmp_path):
    with pytest.raises(DownloadError, match="refused"):
        fetch(File("http://127.0.0.1:1/x.parquet", str(tmp_path / "x.parquet"), ""), pause=0)


def test_a_file_of_the_host_itself(tmp_path):
    (tmp_path / "source.parquet").write_bytes(PARQUET)
    file = File((tmp_path / "source.parquet").as_uri(), str(tmp_path / "copy.parquet"), "")
    fetch(file)
    assert content(file) == PARQUET


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"PAR1PAR1",
        PARQUET[:-1],
        PARQUET[1:],
        PARQUET[:-8] + (1 << 20).to_bytes(4, "little") + b"PAR1",
    ],
    ids=["empty", "only marks", "cut at the end", "cut at the beginning", "footer longer than the file"],
)
def test_what_is_no_parquet_file(tmp_path, broken):
    (tmp_path / "x.parquet").write_bytes(broken)
    assert parquet_flaw(str(tmp_path / "x.parquet"))


def test_removal(server, file, tmp_path):
    assert not remove(file, check_mode=False)
    fetch(file)
    (tmp_path / "data" / ".green.parquet.part-0123").write_bytes(b"PAR1")
    assert remove(file, check_mode=True)
    assert file.is_whole()
    assert remove(file, check_mode=False)
    assert list((tmp_path / "data").iterdir()) == []


@pytest.mark.parametrize(
    ("tells_length", "says"), [(True, "the disk only has room for 0 MB"), (False, "sends more than the disk")]
)
def test_no_file_fills_the_disk(server, tmp_path, monkeypatch, tells_length, says):
    server.tells_length = tells_length
    free = downloads.RESERVE + 1000
    monkeypatch.setattr(downloads.shutil, "disk_usage", lambda _: downloads.shutil._ntuple_diskusage(free, 0, free))
    with pytest.raises(DownloadError, match=says):
        fetch(File(server.url, str(tmp_path / "green.parquet"), ""), pause=0)
    assert not any(entry.stat().st_size for entry in tmp_path.iterdir())
