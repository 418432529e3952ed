# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs and Python environments, and what programs print."""

from __future__ import annotations

import glob
import os
from typing import Any, Iterator

from .._host.ownership import SharedError, as_user, owner_of, prefix_owner
from .._host.units import RunCommand
from .model import Problem


def check_programs(needs: dict[str, str]) -> Iterator[Problem]:
    """A problem for each program that is not there."""
    for variable, path in sorted(needs.items()):
        if not os.access(path, os.X_OK):
            yield Problem(variable, "%s is missing" % path, "install it first, or set %s to where it is" % variable)


def check_environments(needs: dict[str, dict[str, Any]]) -> Iterator[Problem]:
    """A problem for each prefix that is no Python environment, or one without this package (of the same name as its module)."""
    for variable, need in sorted(needs.items()):
        for prefix in need["prefixes"]:
            if not os.access(os.path.join(prefix, "bin", "python"), os.X_OK):
                text = "%s is not an environment with a Python that runs" % prefix
                remedy = "create it first, or take it out of %s" % variable
            elif not glob.glob(os.path.join(glob.escape(prefix), "lib", "python3*", "site-packages", need["package"])):
                text = "the environment %s has no %s" % (prefix, need["package"])
                remedy = "install it there (conda install --prefix %s %s), or take it out of %s" % (
                    prefix,
                    need["package"],
                    variable,
                )
            else:
                continue
            yield Problem(variable, text, remedy)


def output(command: list[str], run_command: RunCommand) -> str:
    """What a program prints, run as its owner; empty where it is missing or fails, or where it is not one user's."""
    try:
        code, out = run_command(as_user(command, owner_of(command[0])), cwd="/", handle_exceptions=False)[:2]
    except (OSError, KeyError, SharedError):
        return ""
    return out.strip() if code == 0 else ""


def stands(proof: dict[str, Any], answered: bool, run_command: RunCommand) -> bool:
    """Whether the work that left this stamp still stands: the stamp is there, and the command ends well.

    It runs as the owner of its prefix, and not at all where a server has answered, since that could not without that work. That a unit is
    active would prove nothing: one that ends again and again is, most of the time.
    """
    if not os.path.exists(proof["stamp"]):
        return False
    if answered:
        return True
    command = proof["command"]
    try:
        owner = prefix_owner(os.path.dirname(os.path.dirname(command[0])))
        return run_command(as_user(command, owner), cwd="/", handle_exceptions=False)[0] == 0
    except (OSError, KeyError, SharedError):
        return False
