# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's packages on this machine, their versions and their lists."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class DpkgState:
    """What dpkg(1) knows: the versions of the installed packages by name, those on hold, and whether an installation was cut off."""

    installed: dict[str, str]
    held: frozenset[str]
    interrupted: bool

    def satisfies(self, name: str, version: str) -> bool:
        """Return whether a package is there, of this version if there is one."""
        return name in self.installed and (not version or fits(self.installed[name], version))


def dpkg_state(directory: str = "/var/lib/dpkg") -> DpkgState:
    """Read dpkg's own record."""
    installed = {}
    held = set()
    interrupted = False
    name = ""
    try:
        with open(os.path.join(directory, "status"), encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("Package: "):
                    name = line[9:].strip()
                elif line.startswith("Status: "):
                    wanted, _error, state = line.split()[1:4]
                    if wanted == "hold":
                        held.add(name)
                    if state == "installed":
                        installed[name] = ""
                    elif state not in ("not-installed", "config-files"):
                        interrupted = True
                elif line.startswith("Version: ") and name in installed:
                    installed[name] = line[9:].strip()
        interrupted = interrupted or any(entry.isdigit() for entry in os.listdir(os.path.join(directory, "updates")))
    except OSError:
        pass  # not a Debian machine
    return DpkgState(installed, frozenset(held), interrupted)


def fits(version: str, wanted: str) -> bool:
    """Whether a package's version is the wanted one or a build of it: 23.0.6 stands for 5:23.0.6-1~debian.12~bookworm."""
    return re.match(r"([0-9]+:)?%s([^0-9].*)?$" % re.escape(wanted), version) is not None


def apt_lists_age() -> int:
    """Seconds since the package lists were last fetched; -1 where there are none."""
    try:
        lists = [entry for entry in os.listdir("/var/lib/apt/lists") if entry.endswith(("_Packages", "_Packages.lz4"))]
        newest = os.stat("/var/lib/apt/lists").st_mtime
    except OSError:
        return -1
    stamp = "/var/lib/apt/periodic/update-success-stamp"  # Ubuntu's update-notifier touches it
    if os.path.exists(stamp):
        newest = max(newest, os.stat(stamp).st_mtime)
    return max(0, int(time.time() - newest)) if lists else -1
