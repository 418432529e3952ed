# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In whose hands a path is, and how root acts with that user's rights.

Root runs, imports, follows and writes nothing that somebody else could have put there: what is in a user's hands is done as that user.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import stat
from collections.abc import Iterable, Iterator

from .accounts import account_of, all_members, user_name

LINKS = 40  # as many as the kernel follows


class SharedError(Exception):
    """A path is in the hands of several users, so that it can be trusted for none of them; says which part of it."""


def owner_of(path: str) -> int:
    """Return the one user beside root who can change what a path leads to; root (0) where there is none.

    Looks at each part of the path and of the links in it. A part that is not there is in the hands of who can create it.
    """
    return _one_of((part, uid) for part, found in _parts(path) for uid in _writers(part, found))


def prefix_owner(*prefixes: str) -> int:
    """Return whose the programs of Python environments are, in the sense of `owner_of`: what they import counts as well."""
    return _one_of((place, owner_of(place)) for prefix in prefixes for place in _places(prefix))


def _places(prefix: str) -> list[str]:
    packages = os.path.join(glob.escape(prefix), "lib", "python3*", "site-packages")
    programs = [os.path.join(prefix, "bin", name) for name in ("python", "conda")]
    there = [*filter(os.path.lexists, programs), *glob.glob(packages), *glob.glob(os.path.join(packages, "*.pth"))]
    return [prefix, *there]


def as_user(command: list[str], uid: int) -> list[str]:
    """Return the command that root calls to run a program with a user's rights and environment; the program itself for root's own."""
    if uid == 0:
        return command
    gid = account_of(uid).gid
    return ["setpriv", "--reuid=%d" % uid, "--regid=%d" % gid, "--init-groups", "--reset-env", "--", *command]


@contextlib.contextmanager
def acting_as(uid: int) -> Iterator[None]:
    """Open, make and remove files with a user's rights; nothing changes where one has them already."""
    before = os.geteuid()
    if uid == before:
        yield
        return
    account = account_of(uid)
    groups, gid = os.getgroups(), os.getegid()
    os.setgroups(account.groups)
    os.setegid(account.gid)
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(before)
        os.setegid(gid)
        os.setgroups(groups)


def _parts(path: str) -> Iterator[tuple[str, os.stat_result]]:
    """Give each part that the kernel goes through on its way to a path, the links among them as well."""
    here, rest, links = "/", _names(os.path.join(os.getcwd(), path)), 0
    found = os.lstat(here)
    yield here, found
    while rest:
        name = rest.pop()
        if name == "..":
            here = os.path.dirname(here)
            found = os.lstat(here)
            continue
        there = os.path.join(here, name)
        try:
            found, parent = os.lstat(there), found
        except (FileNotFoundError, NotADirectoryError):
            if found.st_mode & stat.S_ISVTX and found.st_mode & stat.S_IWOTH:
                raise SharedError("everybody can create %s" % there) from None
            return
        yield there, found
        if not stat.S_ISLNK(found.st_mode):
            here = there
            continue
        links += 1
        if links > LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
        target = os.readlink(there)
        rest += _names(target)
        here, found = ("/", os.lstat("/")) if target.startswith("/") else (here, parent)


def _names(path: str) -> list[str]:
    """Return the parts of a path, the first one last."""
    return [name for name in reversed(path.split("/")) if name not in ("", ".")]


def _writers(part: str, found: os.stat_result) -> set[int]:
    """Return who can change a part or, in a folder, replace what others have in it."""
    writers = {found.st_uid}
    if stat.S_ISLNK(found.st_mode) or (stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX):
        return writers  # a link has no mode, and in a sticky folder each file is its owner's
    if found.st_mode & stat.S_IWOTH:
        raise SharedError("everybody can change %s" % part)
    if found.st_mode & stat.S_IWGRP:
        try:
            writers.update(all_members(found.st_gid).values())
        except KeyError:
            raise SharedError("the group %d, which has no name, can change %s" % (found.st_gid, part)) from None
    return writers


def _one_of(owners: Iterable[tuple[str, int]]) -> int:
    """Return the only user beside root among the owners of paths."""
    one, where = 0, ""
    for part, uid in owners:
        if uid and one and uid != one:
            raise SharedError("%s is in the hands of %s, and %s of %s" % (where, user_name(one), part, user_name(uid)))
        if uid and not one:
            one, where = uid, part
    return one
