# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are downloaded in pieces if need be, and are whole as soon as they bear their name."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import http.client
import os
import shutil
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from .._host.files import CHUNK, sha256_of

ATTEMPTS = 5
PAUSE_SECONDS = 2
TIMEOUT_SECONDS = 60
RESERVE = 1 << 27  # bytes that stay free on the disk
ADDRESS_REMEDY = "correct the file's address, or take it from a mirror"
SERVER_REMEDY = (
    "run it again; where the way leads through a proxy, set http_proxy and https_proxy, or take the file from a mirror"
)
CONTENT_REMEDY = "open the address to see what comes; where the file itself has changed, set its new sha256"
# A Parquet file begins and ends with this; before the end stands the length of the footer, four bytes, little-endian.
MAGIC = b"PAR1"
SHORTEST = 12


class DownloadError(Exception):
    """Why a file is not there, and what to do."""


@dataclass(frozen=True)
class File:
    """A file that is asked for. Without a checksum (sha256, hexadecimal) it has to be a Parquet file."""

    url: str
    path: str
    sha256: str

    def flaw(self, path: str) -> str:
        """Say what is wrong with the content at a path; empty if nothing is."""
        if not self.sha256:
            return parquet_flaw(path)
        with open(path, "rb") as content:
            found = sha256_of(content)
        return "" if found == self.sha256.lower() else "its sha256 is %s and not %s" % (found, self.sha256)

    def is_whole(self) -> bool:
        """Return whether the file is there and is what it has to be."""
        return os.path.isfile(self.path) and not self.flaw(self.path)

    def parts(self) -> list[str]:
        """Return what earlier runs left of this file."""
        return glob.glob(glob.escape(self._part("")) + "*")

    def _part(self, mark: str) -> str:
        folder, name = os.path.split(self.path)
        return os.path.join(folder, ".%s.part-%s" % (name, mark))

    def part(self, response: Any) -> str:
        """Return where the pieces of this very edition of the file are kept."""
        edition = "\n".join(
            [self.url, *(response.headers.get(name) or "" for name in ("ETag", "Last-Modified", "Content-Length"))]
        )
        return self._part(hashlib.sha256(edition.encode()).hexdigest()[:16])


def parquet_flaw(path: str) -> str:
    """Say why a file cannot be a whole Parquet file; empty if it can."""
    size = os.path.getsize(path)
    if size < SHORTEST:
        return "it has %d bytes, too few for a Parquet file" % size
    with open(path, "rb") as content:
        begins = content.read(len(MAGIC))
        content.seek(-8, os.SEEK_END)
        footer = int.from_bytes(content.read(4), "little")
        ends = content.read(len(MAGIC))
    if begins != MAGIC or ends != MAGIC or footer > size - SHORTEST:
        return "it is no Parquet file, or not a whole one"
    return ""


def fetch(file: File, pause: float = PAUSE_SECONDS) -> None:
    """Bring a file, going on where an earlier attempt or an earlier run ended; DownloadError if it cannot be had."""
    os.makedirs(os.path.dirname(file.path), exist_ok=True)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            part = _fetch_rest(file)
            break
        except urllib.error.HTTPError as error:
            if error.code < 500 or attempt == ATTEMPTS:
                remedy = SERVER_REMEDY if error.code >= 500 else ADDRESS_REMEDY
                raise DownloadError(
                    "the server answers %d %s. Remedy: %s" % (error.code, error.reason, remedy)
                ) from error
        except (OSError, http.client.HTTPException) as error:
            if attempt == ATTEMPTS:
                reason = getattr(error, "reason", None) or str(error) or type(error).__name__
                raise DownloadError(
                    "%s; what came is kept, and the next run goes on from there. Remedy: %s" % (reason, SERVER_REMEDY)
                ) from error
        time.sleep(pause)
    flaw = file.flaw(part)
    if flaw:
        os.unlink(part)
        raise DownloadError("%s. What came was thrown away. Remedy: %s" % (flaw, CONTENT_REMEDY))
    os.replace(part, file.path)


def _fetch_rest(file: File) -> str:
    """Fetch what is still missing and return where the whole content now is; OSError if the connection ended before.

    DownloadError as soon as it would fill the disk, whatever the server sends.
    """
    response = _open(file.url, 0)
    part = file.part(response)
    for other in set(file.parts()) - {part}:  # of an older edition
        os.unlink(other)
    length = int(response.headers.get("Content-Length") or 0)
    have = os.path.getsize(part) if os.path.exists(part) else 0
    if have and have < length:
        response.close()
        response = _open(file.url, have)
        # A server that cannot go on from there answers with the whole.
        if response.headers.get("Content-Range") != "bytes %d-%d/%d" % (have, length - 1, length):
            have = 0
    elif not length or have > length:
        have = 0
    with contextlib.closing(response), open(part, "ab" if have else "wb") as content:
        most = have + shutil.disk_usage(os.path.dirname(part)).free - RESERVE
        if length > most:
            raise DownloadError(
                "it has %d MB, and the disk only has room for %d MB" % (length >> 20, max(0, most) >> 20)
            )
        while not length or have < length:
            piece = response.read(CHUNK)
            if not piece:
                break
            have += len(piece)
            if have > most:
                os.unlink(part)
                raise DownloadError("the server sends more than the disk has room for")
            content.write(piece)
    if have < length:
        raise OSError("the connection ended after %d of %d bytes" % (have, length))
    return part


def _open(url: str, start: int) -> Any:
    """Ask for a file from a byte on; proxies are those of the environment."""
    opener = urllib.request.build_opener()
    # Packed on the way, it would have no bytes to go on from.
    opener.addheaders = [("User-Agent", "mlops.workbench"), ("Accept-Encoding", "identity")]
    if start:
        opener.addheaders.append(("Range", "bytes=%d-" % start))
    return opener.open(url, timeout=TIMEOUT_SECONDS)


def remove(file: File, check_mode: bool) -> bool:
    """Remove a file with what is left of attempts to bring it; return whether there was any."""
    found = [*file.parts(), *([file.path] if os.path.lexists(file.path) else [])]
    for path in [] if check_mode else found:
        os.unlink(path)
    return bool(found)
