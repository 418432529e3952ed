# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRIVATE to the collection: systemd's units and times."""

from __future__ import annotations

import os
import time
from typing import Any

from ansible_collections.mlops.workbench.plugins.module_utils._preflight.model import Problem, RunCommand, problem


def show_unit(unit: str, run_command: RunCommand, properties: str) -> dict[str, str]:
    """These properties of a systemd unit; none where there is no systemd."""
    try:
        code, out = run_command(["systemctl", "show", "--property", properties, unit], handle_exceptions=False)[:2]
    except OSError:
        return {}
    return dict(line.partition("=")[::2] for line in out.splitlines()) if code == 0 else {}


def unit_state(unit: str, files: list[str], run_command: RunCommand) -> dict[str, bool]:
    """How a systemd unit stands: active now, enabled at boot, outdated (a file that it read at its start is newer).

    All false where there is no systemd or no such unit.
    """
    state = show_unit(unit, run_command, "ActiveState,UnitFileState,ActiveEnterTimestampMonotonic")
    active = state.get("ActiveState") == "active"
    started = time.time() - time.monotonic() + int(state.get("ActiveEnterTimestampMonotonic") or 0) / 1e6
    changed = max([os.stat(path).st_mtime for path in files if os.path.exists(path)], default=0.0)
    return {
        "active": active,
        "enabled": state.get("UnitFileState") == "enabled",
        "outdated": active and changed > started,
    }


def unit_owner(unit: str, run_command: RunCommand) -> int:
    """The uid that the unit's main process runs as; -1 where the unit does not run."""
    state = show_unit(unit, run_command, "ActiveState,MainPID")
    if state.get("ActiveState") != "active":
        return -1
    try:
        return os.stat("/proc/%s" % state["MainPID"]).st_uid
    except OSError:
        return -1


def noted_units(receipt: dict[str, Any]) -> list[str]:
    """The units of the `instances` in a receipt: they give their ports back when they are started anew or removed."""
    instances = receipt.get("instances", [])
    return [entry["unit"] for entry in instances if isinstance(entry, dict) and isinstance(entry.get("unit"), str)]


def check_calendars(asked: dict[str, str], problems: list[Problem], run_command: RunCommand) -> None:
    """A problem for each time that systemd does not understand; an empty one asks for nothing."""
    for variable, calendar in sorted(asked.items()):
        if not calendar:
            continue
        try:
            code, _out, err = run_command(["systemd-analyze", "calendar", calendar], handle_exceptions=False)
        except OSError:
            continue  # no systemd, and so no timer that could go off
        if code:
            remedy = "set %s to a calendar event as in systemd.time(7), for example weekly" % variable
            problems.append(problem(variable, err.strip().splitlines()[0], remedy))
