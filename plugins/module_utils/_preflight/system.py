# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRIVATE to the collection: the machine: release, architecture, memory, disk, and whether its first boot is over."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from ansible_collections.mlops.workbench.plugins.module_utils._preflight.model import Problem, expand, problem


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


def check_may_change(os_name: str, arch: str, problems: list[Problem]) -> None:
    """A problem for each reason not to change anything on this host."""
    if os.geteuid() != 0:
        problems.append(problem("", "the role needs root rights", "set `become: true` for the play or the host"))
    if os_name not in SUPPORTED:
        problems.append(
            problem(
                "",
                "%s is not supported" % os_name,
                "use %s" % ", ".join(release.title for release in SUPPORTED.values()),
            )
        )
    if arch not in ARCHITECTURES:
        problems.append(
            problem("", "the architecture %s is not supported" % arch, "use %s" % " or ".join(ARCHITECTURES))
        )


def operating_system(path: str = "/etc/os-release") -> str:
    """The release as `id-version`, for example debian-13; `unknown` where the host does not say (os-release(5))."""
    fields = {}
    try:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                key, _sign, value = line.strip().partition("=")
                fields[key] = value.strip("\"'")
    except OSError:
        return "unknown"
    return "%s-%s" % (fields.get("ID", "unknown"), fields.get("VERSION_ID", "unknown"))


@dataclass(frozen=True)
class Disk:
    """A file system: the kernel's number of it, and what users can still write there."""

    device: int
    free_mb: int


def disk_of(path: str) -> Disk:
    """The disk that something which is there lies on."""
    room = os.statvfs(path)
    return Disk(os.stat(path).st_dev, room.f_bavail * room.f_frsize // 2**20)


def check_free(asked: dict[str, dict[str, Any]], login: str, problems: list[Problem]) -> None:
    """A problem for each disk that files go to and that has too little room; the path is the first of those on it."""
    for variable, need in sorted(asked.items()):
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
                problems.append(problem(variable, text, "free or add disk space, or set %s" % variable))


def check_memory(asked: dict[str, int], problems: list[Problem]) -> None:
    """A problem where the host has less memory than asked."""
    if not asked:
        return
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    for variable, need in sorted(asked.items()):
        if total < int(need):
            text = "the host has %d MB of memory and needs %d MB" % (total, int(need))
            problems.append(problem(variable, text, "use a larger machine, or set %s" % variable))


def cloud_init_running() -> bool:
    """Whether cloud-init is on this host and has not written its result yet (its boot-finished contract)."""
    run = "/run/cloud-init"
    finished = os.path.exists(run + "/result.json") or os.path.exists(run + "/disabled")
    return os.path.isdir(run) and os.path.exists("/usr/bin/cloud-init") and not finished
