# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRIVATE to the collection: Debian's packages and their lists."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any

from ansible_collections.mlops.workbench.plugins.module_utils._apt_source import fits
from ansible_collections.mlops.workbench.plugins.module_utils._preflight.model import Problem, problem


@dataclass(frozen=True)
class DpkgState:
    """What dpkg(1) knows: the versions of the installed packages by name, those on hold, and whether an installation was cut off."""

    installed: dict[str, str]
    held: frozenset[str]
    interrupted: bool


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
        pass  # not a Debian host: `operating_system` says so
    return DpkgState(installed, frozenset(held), interrupted)


def check_held(
    changes: dict[str, dict[str, Any]], removes: str, receipt: dict[str, Any], dpkg: DpkgState, problems: list[Problem]
) -> None:
    """A problem for each package on hold that the role would have to install, to bring to another version, or to remove.

    apt refuses to touch it, which would stop the role half-way.
    """
    asked = {variable: dict(change) for variable, change in changes.items()}
    if removes:
        brought = [name for key in ("packages", "named") for name in receipt.get(key, [])]
        change = asked.setdefault(removes, {})
        change["absent"] = sorted({*change.get("absent", []), *brought})
    for variable, change in sorted(asked.items()):
        stuck = [name for name, version in change.get("present", {}).items() if not satisfied(name, version, dpkg)]
        stuck += [name for name in change.get("absent", []) if name in dpkg.installed]
        stuck = [name for name in stuck if name in dpkg.held]
        if stuck:
            names = " ".join(stuck)
            text = "the role has to change what is on hold on this host: %s" % names
            problems.append(
                problem(
                    variable, text, "release it (apt-mark unhold %s), or set %s to what is there" % (names, variable)
                )
            )


def satisfied(name: str, version: str, dpkg: DpkgState) -> bool:
    """Whether a package is there, of this version if there is one."""
    return name in dpkg.installed and (not version or fits(dpkg.installed[name], version))


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
