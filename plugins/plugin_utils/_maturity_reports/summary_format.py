# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""A line a project with its name and both figures, the lowest levels first, for the end of a play."""

from __future__ import annotations

from typing import Any, Mapping

from .model import figures, in_words, label, one_line, practised, projects_of, rank


def render(given: Mapping[str, Any]) -> str:
    """Return a line a project with both figures in front, what is practised first, the lowest levels first."""
    projects = sorted(projects_of(given), key=rank)
    return "".join(one_line(f"{_short(project)}: {label(project)}") + "\n" for project in projects)


def _short(project: Mapping[str, Any]) -> str:
    if project["level"] is None:
        return f"no level ({in_words(project.get('reason') or 'no reason given')})"
    return f"practises level {practised(project)}, level {figures(project)} with all below it"
