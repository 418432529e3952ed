# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a checkout, each opened from one descriptor of its folder: no link is followed in any part of a path."""

from __future__ import annotations

import errno
import os
import pwd
import stat
from typing import NamedTuple

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
PASSING = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
NOBODY = 65534


class CheckoutError(Exception):
    """The folder cannot be used as it is named; the message says what to set instead."""


class UnreadableError(Exception):
    """A file or folder is there, and may not be read."""


class TooLargeError(Exception):
    """A file has more bytes than asked for."""


class Entry(NamedTuple):
    """A name in a folder, and whether it is a folder or a file itself; a link is neither."""

    name: str
    is_folder: bool
    is_file: bool


class Checkout:
    """A folder that stays the same one whatever happens to its name."""

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(path)
        self._descriptor = _opened(self.path)
        self._folder = ""
        self._inside: int | None = None

    def __enter__(self) -> Checkout:
        return self

    def __exit__(self, *_problem: object) -> None:
        for descriptor in (self._descriptor, self._inside):
            if descriptor is not None:
                os.close(descriptor)

    def become_owner(self) -> None:
        """Give up root for good, for the owner of the checkout; one that is root's own is read as root."""
        status = os.fstat(self._descriptor)
        if os.geteuid() != 0 or status.st_uid == 0:
            return
        try:
            user = pwd.getpwuid(status.st_uid)
            group, groups = user.pw_gid, os.getgrouplist(user.pw_name, user.pw_gid)
        except KeyError:
            group, groups = status.st_gid or NOBODY, []
        os.setgroups(groups)
        os.setgid(group)
        os.setuid(status.st_uid)

    def entries(self, folder: str) -> list[Entry]:
        """What lies in a folder, sorted by name; raises OSError."""
        descriptor = self._open_folder(folder)
        try:
            with os.scandir(descriptor) as found:
                return sorted(
                    Entry(item.name, item.is_dir(follow_symlinks=False), item.is_file(follow_symlinks=False))
                    for item in found
                )
        finally:
            os.close(descriptor)

    def has_folder(self, path: str) -> bool:
        try:
            os.close(self._open_folder(path))
        except OSError:
            return False
        return True

    def read(self, path: str, limit: int) -> bytes | None:
        """Bytes of a regular file; None where there is none. Raises UnreadableError, and TooLargeError above `limit` bytes."""
        folder, _slash, name = path.rpartition("/")
        try:
            descriptor = os.open(name, FILE, dir_fd=self._at(folder))
        except PermissionError as problem:
            raise UnreadableError(path) from problem
        except (OSError, ValueError):
            return None
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return None
            if status.st_size > limit:
                raise TooLargeError(path)
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                data = stream.read(limit + 1)
        except OSError as problem:
            raise UnreadableError(path) from problem
        finally:
            os.close(descriptor)
        if len(data) > limit:
            raise TooLargeError(path)
        return data

    def _at(self, folder: str) -> int:
        """Descriptor of a folder; the last one is kept, since files come folder by folder."""
        if not folder:
            return self._descriptor
        if folder != self._folder or self._inside is None:
            if self._inside is not None:
                os.close(self._inside)
                self._inside = None
            self._inside = self._open_folder(folder)
            self._folder = folder
        return self._inside

    def _open_folder(self, folder: str) -> int:
        return _descend(self._descriptor, [part for part in folder.split("/") if part], FOLDER, FOLDER)


def _descend(start: int, parts: list[str], passing: int, last: int) -> int:
    """Open a folder from another one, part by part."""
    descriptor = os.dup(start)
    for number, part in enumerate(parts, 1):
        try:
            if part == "..":
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), part)
            inner = os.open(part, last if number == len(parts) else passing, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = inner
    return descriptor


def _opened(path: str) -> int:
    try:
        if os.geteuid() != 0:
            # Links are followed with the rights of who calls.
            return os.open(os.path.realpath(path), FOLDER)
        root = os.open("/", FOLDER)
        try:
            return _descend(root, [part for part in path.split("/") if part], PASSING, FOLDER)
        finally:
            os.close(root)
    except PermissionError as problem:
        raise CheckoutError("%s may not be read by the user that looks at it" % path) from problem
    except (OSError, ValueError) as problem:
        real = os.path.realpath(path)
        if real != path and os.path.isdir(real):
            raise CheckoutError(
                "%s leads over a link, and root follows none: set path to %s" % (path, real)
            ) from problem
        raise CheckoutError(
            "There is no folder %s on this host; set path to the checkout of a project." % path
        ) from problem
