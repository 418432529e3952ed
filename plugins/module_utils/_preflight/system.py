# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Release, architecture, rights, memory and disk."""

from __future__ import annotations

import os
from typing import Any, Iterator

from .._host.system import ARCHITECTURES, SUPPORTED, Disk, disk_of, memory_mb
from .model import Problem, expand


def check_may_change(os_name: str, arch: str) -> Iterator[Problem]:
    """A problem for each reason not to change anything on this host."""
    if os.geteuid() != 0:
        yield Problem("", "the role needs root rights", "set `become: true` for the play or the host")
    if os_name not in SUPPORTED:
        titles = ", ".join(release.title for release in SUPPORTED.values())
        yield Problem("", "%s is not supported" % os_name, "use %s" % titles)
    if arch not in ARCHITECTURES:
        text = "the architecture %s is not supported" % arch
        yield Problem("", text, "use %s" % " or ".join(ARCHITECTURES))


def check_free(needs: dict[str, dict[str, Any]], receipt: dict[str, Any], login: str) -> Iterator[Problem]:
    """A problem for each disk that files go to and that has too little room; the path is the first of those on it."""
    for variable, need in sorted(needs.items()):
        if (receipt and need.get("unless_receipt")) or any(map(os.path.exists, need.get("unless_exists", []))):
            continue
        disks: dict[Disk, str] = {}
        for path in (expand(path, login) for path in need["paths"]):
            if path.startswith("~"):
                continue  # no such user, as `users` says
            there = os.path.abspath(path)
            while not os.path.exists(there):
                there = os.path.dirname(there)
            disks.setdefault(disk_of(there), path)
        for disk, path in disks.items():
            if disk.free_mb < int(need["mb"]):
                text = "%s has %d MB free and needs %d MB" % (path, disk.free_mb, int(need["mb"]))
                yield Problem(variable, text, "free or add disk space, or set %s" % variable)


def check_memory(needs: dict[str, int]) -> Iterator[Problem]:
    """A problem where the host has less memory than needed."""
    for variable, need in sorted(needs.items()):
        if memory_mb() < int(need):
            text = "the host has %d MB of memory and needs %d MB" % (memory_mb(), int(need))
            yield Problem(variable, text, "use a larger machine, or set %s" % variable)
