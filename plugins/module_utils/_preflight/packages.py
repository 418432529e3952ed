# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages on hold."""

from __future__ import annotations

from typing import Any, Iterator

from .._host.packages import DpkgState
from .model import Problem


def check_held(
    changes: dict[str, dict[str, Any]], removes: str, receipt: dict[str, Any], dpkg: DpkgState
) -> Iterator[Problem]:
    """A problem for each package on hold that the role would have to install, to bring to another version, or to remove.

    apt refuses to touch it, which would stop the role half-way.
    """
    needs = {variable: dict(change) for variable, change in changes.items()}
    if removes:
        brought = [name for key in ("packages", "named") for name in receipt.get(key, [])]
        change = needs.setdefault(removes, {})
        change["absent"] = sorted({*change.get("absent", []), *brought})
    for variable, change in sorted(needs.items()):
        stuck = [name for name, version in change.get("present", {}).items() if not dpkg.satisfies(name, version)]
        stuck += [name for name in change.get("absent", []) if name in dpkg.installed]
        names = " ".join(name for name in stuck if name in dpkg.held)
        if names:
            text = "the role has to change what is on hold on this host: %s" % names
            remedy = "release it (apt-mark unhold %s), or set %s to what is there" % (names, variable)
            yield Problem(variable, text, remedy)
