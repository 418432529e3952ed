# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRIVATE to the collection: one at a time, where two runs are at work on one host."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
from collections.abc import Iterator


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Wait until no other module of the collection is at work for this user, and keep others waiting meanwhile.

    What is locked is the user's home itself (flock(2)), so nothing is left behind, and nobody else can hold it where the home is the user's
    alone; for a user without one it is the root folder. The lock ends with the process, however that ends.
    """
    home = pwd.getpwuid(os.geteuid()).pw_dir
    folder = os.open(home if os.path.isdir(home) else "/", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
