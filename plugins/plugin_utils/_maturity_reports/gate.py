# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""What stands between a fleet and the bar that was set for it."""

from __future__ import annotations

from typing import Any, Mapping

from .model import examined, in_words, label, one_line, projects_of

# From worst to best. A status that says nothing about the practice (unknown, waived, not applicable) has no place in it.
RANKS = {"not_met": 0, "partial": 1, "met": 2, "attested": 2}


def at_least(given: Mapping[str, Any], level: int) -> bool:
    """Return whether every project has reached the level; one without a level has not."""
    return all(project["level"] is not None and project["level"] >= int(level) for project in projects_of(given))


def complaints(given: Mapping[str, Any], fail_below: int = 0, baseline: Mapping[str, Any] | None = None) -> list[str]:
    """Return one sentence for each project that was not examined, is below the level asked for, or is worse than in the baseline."""
    before: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for project in projects_of(baseline) if baseline else ():
        before.setdefault((project["host"], project["name"]), []).append(project)
    found = []
    for project in projects_of(given):
        name = label(project)
        # Where two have one name, their order tells them apart.
        same = before.get((project["host"], project["name"]))
        earlier = same.pop(0) if same else None
        if not examined(project):
            found.append(f"{name} was {in_words(project['reason'])}")
            continue
        # Variables of the command line are text.
        if int(fail_below) and not at_least(project, fail_below):
            found.append(_too_low(project, name, fail_below))
        if earlier:
            found += [f"{name} is worse than before: {text}" for text in regressions(earlier, project)]
    return [one_line(complaint) for complaint in found]


def regressions(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what is worse now: the level, or a criterion that lost evidence. A criterion that became unknown has lost none."""
    worse = []
    if before["level"] is not None and (now["level"] is None or now["level"] < before["level"]):
        worse.append(f"level {'none' if now['level'] is None else now['level']} instead of {before['level']}")
    statuses = {found["id"]: found["status"] for found in now["criteria"]}
    for found in before["criteria"]:
        old, new = found["status"], statuses.get(found["id"])
        if old in RANKS and new in RANKS and RANKS[new] < RANKS[old]:
            worse.append(f"{found['id']} is {new} instead of {old}")
    return worse


def _too_low(project: Mapping[str, Any], name: str, wanted: int) -> str:
    if project["level"] is None:
        return f"{name} has no level, {wanted} is asked for: {in_words(project.get('reason') or 'no reason given')}"
    blocking = ", ".join(blocker["id"] for blocker in project["blockers"])
    return f"{name} is at level {project['level']}, {wanted} is asked for" + (
        f"; in the way: {blocking}" if blocking else ""
    )
