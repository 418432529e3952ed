# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units in a receipt, and times at which systemd is to start something."""

from __future__ import annotations

from typing import Any, Iterator

from .._host.units import RunCommand
from .model import Problem


def noted_units(receipt: dict[str, Any]) -> list[str]:
    """The units of the `instances` in a receipt: they give their ports back when they are started anew or removed."""
    instances = receipt.get("instances", [])
    return [entry["unit"] for entry in instances if isinstance(entry, dict) and isinstance(entry.get("unit"), str)]


def check_calendars(needs: dict[str, str], run_command: RunCommand) -> Iterator[Problem]:
    """A problem for each time that systemd does not understand; an empty one asks for nothing."""
    for variable, calendar in sorted(needs.items()):
        if not calendar:
            continue
        try:
            code, _out, err = run_command(["systemd-analyze", "calendar", calendar], handle_exceptions=False)
        except OSError:
            continue  # no systemd, and so no timer that could go off
        if code:
            remedy = "set %s to a calendar event as in systemd.time(7), for example weekly" % variable
            yield Problem(variable, err.strip().splitlines()[0], remedy)
