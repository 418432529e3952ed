# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One at a time, where two runs are at work on one host."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pwd
import tempfile
import time
from collections.abc import Iterator
from typing import Any

# Of root's runs; scripts of the roles take the same (roles/base/templates/lock.sh.j2). It goes with the next boot.
ROOTS_LOCK = "/run/mlops-workbench.lock"
USERS_LOCK = ".mlops-workbench.lock"
LIMIT_SECONDS = 1800
PAUSE_SECONDS = 0.2


class LockError(Exception):
    """Why the lock cannot be had, and what to do."""


@contextlib.contextmanager
def run_lock(module: Any, limit: float = LIMIT_SECONDS) -> Iterator[None]:
    """Wait until no other module of the collection is at work for this user, and keep others waiting meanwhile.

    What is locked (flock(2)) is a file that nobody but the user can open, since who can open a file can lock it. The lock ends with the
    process, however that ends. Fails where it is not to be had in time.
    """
    path = lock_path()
    try:
        descriptor = _lock(path, time.monotonic() + limit)
    except (LockError, OSError) as problem:
        module.fail_json(msg="The lock %s cannot be had: %s." % (path, problem))
        raise
    try:
        yield
    finally:
        if path != ROOTS_LOCK:
            os.unlink(path)  # nothing is left behind in a home
        os.close(descriptor)


def lock_path() -> str:
    """Return the file that this user's runs lock."""
    if os.geteuid() == 0:
        return ROOTS_LOCK
    home = pwd.getpwuid(os.geteuid()).pw_dir
    if os.path.isdir(home):
        return os.path.join(home, USERS_LOCK)
    return os.path.join(tempfile.gettempdir(), "mlops-workbench-%d.lock" % os.geteuid())


def _lock(path: str, deadline: float) -> int:
    """Return the file, open and locked."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            found = os.fstat(descriptor)
            if found.st_uid != os.geteuid() or found.st_mode & 0o077:
                raise LockError(
                    "others can hold it (owner %d, mode %04o). Remove it" % (found.st_uid, found.st_mode & 0o777)
                )
            _wait(descriptor, deadline)
            # Whoever held it may have taken the file away.
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.stat(path), os.fstat(descriptor)):
                    os.ftruncate(descriptor, 0)
                    os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
                    return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _wait(descriptor: int, deadline: float) -> None:
    """Lock an open file as soon as nobody else does; LockError after the deadline."""
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            if problem.errno not in (errno.EAGAIN, errno.EACCES):
                raise
        else:
            return
        if time.monotonic() > deadline:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            raise LockError(
                "process %s has held it for too long. Wait for its end, or end it" % (holder or "(unknown)")
            )
        time.sleep(PAUSE_SECONDS)
