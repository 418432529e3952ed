# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of this machine: root waits for none, and follows no link that somebody else may have put there."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from typing import IO, Iterable, Iterator

from .ownership import SharedError, acting_as, owner_of

LARGEST = 1 << 30  # bytes: no single file of the roles' comes near
LARGEST_TEXT = 1 << 24
CHUNK = 1 << 20


@dataclass(frozen=True)
class PrivateFile:
    """A regular file, with the rights it had in the moment it was read."""

    text: str
    uid: int
    mode: int


@contextlib.contextmanager
def regular_file(path: str, largest: int = LARGEST) -> Iterator[IO[bytes]]:
    """Open a file with the rights of the user in whose hands it is: whoever put a link there reads no more by it than before.

    OSError for what is no file, so that nobody waits for a pipe, for what is too large to be ours, and for what several users can change.
    """
    try:
        with acting_as(owner_of(path)):
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (SharedError, KeyError) as reason:
        raise OSError(errno.EPERM, str(reason), path) from reason
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "is no file", path)
        if found.st_size > largest:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), path)
        yield file


def sha256_of(content: IO[bytes]) -> str:
    """Return the checksum of an open file, which may be large."""
    total = hashlib.sha256()
    for piece in iter(lambda: content.read(CHUNK), b""):
        total.update(piece)
    return total.hexdigest()


def checksums(paths: Iterable[str]) -> dict[str, str]:
    """Return the checksum of each file, by path; one that is not there or cannot be read is left out."""
    found = {}
    for path in paths:
        with contextlib.suppress(OSError), regular_file(path) as content:
            found[path] = sha256_of(content)
    return found


def texts(paths: Iterable[str]) -> dict[str, str]:
    """Return what the files say, byte by byte, by path; a file that is not there or cannot be read is left out."""
    found = {}
    for path in paths:
        with contextlib.suppress(OSError, ValueError), regular_file(path, LARGEST_TEXT) as content:
            found[path] = content.read().decode()
    return found


def read_text(path: str) -> str:
    """Return the text of a file of root's; a link is an OSError."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), encoding="utf-8") as file:
        return file.read()


def read_private(path: str) -> PrivateFile:
    """Return a file with its owner and mode, all three from one descriptor; a link is an OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, encoding="utf-8", errors="replace") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError("%s is not a regular file" % path)
        return PrivateFile(file.read(4096), status.st_uid, stat.S_IMODE(status.st_mode))


def list_folder(path: str) -> list[str]:
    """Return the names in a folder, sorted; none where there is no such folder."""
    try:
        return sorted(os.listdir(path))
    except OSError:
        return []
