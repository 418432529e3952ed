# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""systemd's units on this machine."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Callable, Iterable

RunCommand = Callable[..., tuple[int, str, str]]
"""AnsibleModule.run_command: exit code, output and errors of a program, given as a list of words."""


@dataclass(frozen=True)
class UnitState:
    """Whether a unit is active now, enabled at boot, and outdated: a file that it read at its start is newer."""

    active: bool
    enabled: bool
    outdated: bool


def unit_state(unit: str, files: Iterable[str], run_command: RunCommand) -> UnitState:
    """Return how a unit stands that reads these files; all false where there is no systemd or no such unit."""
    state = _show(unit, run_command, "ActiveState,UnitFileState,ActiveEnterTimestampMonotonic")
    active = state.get("ActiveState") == "active"
    started = time.time() - time.monotonic() + int(state.get("ActiveEnterTimestampMonotonic") or 0) / 1e6
    changed = max([os.stat(path).st_mtime for path in files if os.path.exists(path)], default=0.0)
    return UnitState(active, state.get("UnitFileState") == "enabled", active and changed > started)


def unit_owner(unit: str, run_command: RunCommand) -> int:
    """Return the uid that the unit's main process runs as; -1 where the unit does not run."""
    state = _show(unit, run_command, "ActiveState,MainPID")
    if state.get("ActiveState") != "active":
        return -1
    try:
        return os.stat("/proc/%s" % state["MainPID"]).st_uid
    except OSError:
        return -1


def _show(unit: str, run_command: RunCommand, properties: str) -> dict[str, str]:
    try:
        code, out = run_command(["systemctl", "show", "--property", properties, unit], handle_exceptions=False)[:2]
    except OSError:
        return {}
    return dict(line.partition("=")[::2] for line in out.splitlines()) if code == 0 else {}
