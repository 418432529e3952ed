# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine itself: release, disks, memory, and whether its first boot is over."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Release:
    """A release that the roles are written for: what it is called, and the name of its suite in apt's sources."""

    title: str
    suite: str


# The one list of them; the roles' metadata and the clouds' images are held to it by a test.
SUPPORTED = {
    "debian-12": Release("Debian 12", "bookworm"),
    "debian-13": Release("Debian 13", "trixie"),
    "ubuntu-22.04": Release("Ubuntu 22.04", "jammy"),
    "ubuntu-24.04": Release("Ubuntu 24.04", "noble"),
    "ubuntu-26.04": Release("Ubuntu 26.04", "resolute"),
}
ARCHITECTURES = ("x86_64", "aarch64")


@dataclass(frozen=True)
class Disk:
    """A file system: the kernel's number of it, and how many MB users, and root, can still write there."""

    device: int
    free_mb: int
    free_mb_for_root: int


def disk_of(path: str) -> Disk:
    """Return the disk that something which is there lies on."""
    space = os.statvfs(path)
    free, free_for_root = (blocks * space.f_frsize // 2**20 for blocks in (space.f_bavail, space.f_bfree))
    return Disk(os.stat(path).st_dev, free, free_for_root)


def memory_mb() -> int:
    """Return how much memory the machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


def operating_system(path: str = "/etc/os-release") -> str:
    """Return the release as `id-version`, for example debian-13; `unknown` where the machine does not say (os-release(5))."""
    fields = {}
    try:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                key, _sign, value = line.strip().partition("=")
                fields[key] = value.strip("\"'")
    except OSError:
        return "unknown"
    return "%s-%s" % (fields.get("ID", "unknown"), fields.get("VERSION_ID", "unknown"))


def cloud_init_running() -> bool:
    """Return whether cloud-init is on this machine and has not written its result yet (its boot-finished contract)."""
    run = "/run/cloud-init"
    finished = os.path.exists(run + "/result.json") or os.path.exists(run + "/disabled")
    return os.path.isdir(run) and os.path.exists("/usr/bin/cloud-init") and not finished
