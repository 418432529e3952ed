# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRIVATE to the collection: Debian's packages and their lists."""

from __future__ import annotations

import os
import time


def dpkg_state(directory: str = "/var/lib/dpkg") -> tuple[dict[str, str], bool]:
    """The versions of the installed packages by name, and whether an installation was cut off before its end (dpkg(1))."""
    installed = {}
    interrupted = False
    name = ""
    try:
        with open(os.path.join(directory, "status"), encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("Package: "):
                    name = line[9:].strip()
                elif line.startswith("Status: "):
                    state = line.split()[-1]
                    if state == "installed":
                        installed[name] = ""
                    elif state not in ("not-installed", "config-files"):
                        interrupted = True
                elif line.startswith("Version: ") and name in installed:
                    installed[name] = line[9:].strip()
        interrupted = interrupted or any(entry.isdigit() for entry in os.listdir(os.path.join(directory, "updates")))
    except OSError:
        pass  # not a Debian host: `operating_system` says so
    return installed, interrupted


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
