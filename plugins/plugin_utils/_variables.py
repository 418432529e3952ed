# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of a user's variables are a misspelling of a role's."""

from __future__ import annotations

import difflib
from typing import Iterable, Mapping

# How alike the part of a name after the role's prefix must be to that of an option to be taken for a misspelling of it: misspellings were
# found from 0.75 up to 0.96, and names that people use for things of their own from 0.40 up to 0.67.
MISSPELT = 0.72


def unknown_variables(role: str, names: Iterable[str], options: Mapping[str, Iterable[str]]) -> list[dict[str, str]]:
    """A problem for each variable that looks like a misspelling of one of the role's options.

    A name belongs to the role with the longest matching prefix: `docker_group_users` is none of `docker`'s. One that merely begins like a
    role's name, such as `project_id`, is the user's own.
    """
    prefix = role + "_"
    public = {option[len(prefix) :]: option for option in options[role] if option.startswith(prefix)}
    problems = []
    for name in sorted(names):
        owners = [other for other in options if name.startswith(other + "_")]
        if not owners or max(owners, key=len) != role or name in options[role]:
            continue
        nearest = difflib.get_close_matches(name[len(prefix) :], public, n=1, cutoff=MISSPELT)
        if nearest:
            problem = "the role %s has no such variable" % role
            remedy = "did you mean %s? Correct it, or give a variable of your own another name" % public[nearest[0]]
            problems.append({"variable": name, "problem": problem, "remedy": remedy})
    return problems
