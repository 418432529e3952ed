# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check of the preflight finds and works with."""

from __future__ import annotations

import os
from dataclasses import dataclass

LOGIN_USER = "%u"  # stands for the login user in names of units and their files


@dataclass(frozen=True)
class Problem:
    """One reason not to start: the variable it hangs on ('' for none), what is wrong and what to do."""

    variable: str
    problem: str
    remedy: str


def expand(path: str, login: str) -> str:
    """The path with the login user put in, and with a user's home for a leading ~ or ~user."""
    return os.path.expanduser(path.replace(LOGIN_USER, login))
