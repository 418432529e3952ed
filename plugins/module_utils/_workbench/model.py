# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from .._host.programs import Outcome

DETAIL_LENGTH = 300
TOO_SLOW = (
    "The host may only be slow: let the doctor wait longer (-e doctor_timeout=600; the option timeout of workbench_info), "
    "and see what keeps the host busy (top, vmstat 1)"
)
SITE = "{site}"
"""Stands in a remedy for the command that sets the host up, which only the controller knows."""


@dataclass(frozen=True)
class Check:
    """One thing that "ready" means, and whether it holds.

    `id` is "<role>.<what>" and stays the same between releases; `subject` is the user, path or program that was looked
    at. `remedy` says what to do and is empty when the check passed.
    """

    id: str
    role: str
    subject: str
    ok: bool
    detail: str
    remedy: str


Job = Callable[[], Check]
"""A check that is still to be made; jobs do not depend on each other."""


def passed(check: str, subject: str, detail: str) -> Check:
    """Return the check `check` as one that holds."""
    return Check(check, _role(check), subject, True, _one_line(detail), "")


def failed(check: str, subject: str, detail: str, remedy: str) -> Check:
    """Return the check `check` as one that does not hold."""
    return Check(check, _role(check), subject, False, _one_line(detail), remedy)


def remedy(outcome: Outcome, otherwise: str) -> str:
    """Return what to do about a program that did not end well: one that was merely not waited for may be in order."""
    return TOO_SLOW if outcome.late else otherwise


def rerun(role: str) -> str:
    """Return the remedy that is right whenever what a role made is gone or broken."""
    return f"Run the role again: {SITE} --tags {role}"


def _role(check: str) -> str:
    return check.partition(".")[0]


def _one_line(detail: str) -> str:
    """Return what programs of the host said as something that is safe and short enough for a terminal."""
    line = "".join(char if char.isprintable() else " " for char in detail)
    return line if len(line) <= DETAIL_LENGTH else f"{line[:DETAIL_LENGTH]}..."
