# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""A fleet's maturity as one document, and how every report reads it.

A fleet document is `{"schema": 1, "projects": [project, ...]}`. A project is the result document of `maturity_info` with two more keys,
`host` and `name`. Every report takes a fleet document or a single result document.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Iterable, Mapping

from .._maturity.levels import COURSE_NOTES, LEVEL_NAMES, LEVELS, NO_ML
from .safe import clean

SCHEMA = 1
NOT_EXAMINED = "not_examined"
# Any of these is in what a task with maturity_info registers.
REGISTERED = frozenset(["maturity", "results", "failed", "unreachable"])
KINDS = {
    "training": "trains models",
    "notebooks": "trains models in notebooks",
    "service": "a service",
    "llm_application": "an application on a language model of others",
    "inference": "uses models of others",
}
REASONS = {
    NOT_EXAMINED: "not examined",
    NO_ML: "no machine learning was found",
    COURSE_NOTES: "course notes, and no one project",
    "external_ci": "CI is told elsewhere",
    "value_from_environment": "the environment decides",
    "no_reader": "cannot be read",
    "submodule": "a submodule that is not there",
}


@dataclass(frozen=True)
class Status:
    """How a status is shown: a word and a sign, so that no report leans on colour, and what the word means."""

    word: str
    sign: str
    meaning: str


STATUSES = {
    "met": Status("met", "✓", "evidence shows it"),
    "attested": Status("attested", "A", "somebody vouches for it; counts as met"),
    "partial": Status("partial", "½", "some of it is there; counts half"),
    "not_met": Status("not met", "✗", "looked for everywhere, and not there"),
    "unknown": Status("unknown", "?", "cannot be seen from the checkout"),
    "waived": Status("waived", "W", "set aside with a reason; does not count"),
    "not_applicable": Status("not applicable", "-", "does not concern this kind of project"),
}
FULFILLED = ("met", "attested")
MISSING = Status("not examined", " ", "the project has no such criterion")


@dataclass(frozen=True)
class Column:
    """A criterion as the reports line it up over all projects."""

    id: str
    level: int
    title: str
    link: str


def document(results: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the fleet's document from what a task with maturity_info registered on each host, in a loop or without one.

    A project is named after the loop item's `name` or else after its folder. One that could not be examined has no level and no criteria.
    """
    projects = []
    for host, registered in results.items():
        for result in registered.get("results", [registered]):
            projects.append(_project(host, result))
    return {"schema": SCHEMA, "projects": projects}


def expanded(projects: Iterable[Mapping[str, Any]], checkouts: Mapping[str, Iterable[str]]) -> list[Mapping[str, Any]]:
    """Return the projects with an entry for each checkout in place of a folder of checkouts."""
    projects = list(projects)
    named = {project["path"].rstrip("/") for project in projects if "path" in project}
    found: list[Mapping[str, Any]] = []
    for project in projects:
        if "below" not in project:
            found.append(project)
            continue
        common = {key: value for key, value in project.items() if key != "below"}
        folder = project["below"]
        found += [
            {**common, "path": path, "name": os.path.relpath(path, folder)}
            for path in checkouts[folder]
            if path not in named
        ]
        # A checkout below two folders is one project.
        named.update(checkouts[folder])
    return found


def projects_of(given: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the projects with what may be asked of each: where there is no machine learning nothing is missing, so no criteria."""
    return [
        {**project, "criteria": [], "coverage": {}} if project.get("reason") == NO_ML else project
        for project in shown(given)
    ]


def shown(given: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the projects of a fleet document, the one of a result document, or those of what a task registered, with all that was judged."""
    if "projects" in given:
        projects = given["projects"]
    elif "criteria" in given:
        projects = [{"host": "", "name": _folder(given["project"]["path"]), **given}]
    elif REGISTERED.intersection(given):
        projects = document({"": given})["projects"]
    else:
        raise ValueError(
            "neither a result of maturity_info nor a document of maturity_document: no 'criteria', no 'projects'"
        )
    return list(projects)


def columns_of(projects: Iterable[Mapping[str, Any]]) -> list[Column]:
    """Return every criterion that a project has, by level, and within a level in the order of the rules."""
    seen: dict[str, Column] = {}
    for project in projects:
        for found in project["criteria"]:
            remedy = found.get("remedy") or {}
            column = Column(found["id"], found["level"], found["title"], remedy.get("link", ""))
            seen.setdefault(found["id"], column)
    return sorted(seen.values(), key=lambda column: column.level)


def examined(project: Mapping[str, Any]) -> bool:
    """Return whether the module could look at the project at all."""
    return not str(project.get("reason") or "").startswith(NOT_EXAMINED)


def label(project: Mapping[str, Any]) -> str:
    """Return a project's name as reports show it, with its host where there is one."""
    return f"{project['host']}: {project['name']}" if project["host"] else project["name"]


def figures(project: Mapping[str, Any]) -> str:
    """Return the step of the ladder in a few words, with what it could be: `2 (up to 3)`."""
    if project["level"] is None:
        return "none"
    best = project.get("level_max") or project["level"]
    return f"{project['level']} (up to {best})" if best > project["level"] else str(project["level"])


def headline(project: Mapping[str, Any]) -> str:
    """Return the verdict in one line: what is practised, which fits people's reading best, and beside it the ladder without a gap."""
    if project["level"] is None:
        return f"No level: {in_words(project.get('reason') or 'no reason given')}"
    name = LEVEL_NAMES[project["practice_level"]]
    return f"Practises level {practised(project)}: {name}. Level with all below it: {figures(project)}"


def one_line(text: str) -> str:
    """Return a text as one line that a terminal shows as it is."""
    return " ".join(clean(text).split())


def kind(project: Mapping[str, Any]) -> str:
    """Return in words what a project is."""
    return ", ".join(KINDS.get(each, each) for each in project["project"].get("kind", ())) or "not known"


def rank(project: Mapping[str, Any]) -> int:
    """Return what a project practises, with those that have no level behind the others."""
    return len(LEVEL_NAMES) if project["level"] is None else int(project["practice_level"])


def practised(project: Mapping[str, Any]) -> str:
    """Return the practice level, or that there is none; and where servers were asked, what is declared and what was seen at work."""
    level = project.get("practice_level")
    if level is None:
        return "none"
    live = project.get("live")
    if not live:
        return str(level)
    return f"{level} (declared {live['declared']['practice_level']}, seen {live['seen']['practice_level']})"


def observed(found: Mapping[str, Any]) -> list[str]:
    """Return in words what servers show of a criterion: whether it was seen at work, how often, how it ended and when last."""
    return [_observed(item) for item in found.get("live", ())]


def _observed(item: Mapping[str, Any]) -> str:
    head = f"{'seen' if item['seen'] else 'not seen'} at work: {item['source']}: {item['detail']}"
    if "runs" not in item:
        return head
    if not item["runs"]:
        return f"{head}; never ran"
    last = " ".join(filter(None, ("the last", item["last_outcome"], item["last"])))
    return f"{head}; {item['succeeded']} of {item['runs']} succeeded, {item['how_often']}, {last}"


def in_words(reason: str) -> str:
    """Return a reason in words: a known code in front is replaced, anything else stays as it is."""
    code, colon, detail = reason.partition(":")
    return REASONS.get(code, code) + colon + detail


def target(project: Mapping[str, Any]) -> int:
    """Return the level that is enough for a project."""
    return project.get("target_level") or LEVELS[-1]


def percent(share: float | None) -> str:
    """Return a share between 0 and 1 in percent, or a dash where nothing was to be shared."""
    return "-" if share is None else f"{round(share * 100)} %"


def _project(host: str, result: Mapping[str, Any]) -> dict[str, Any]:
    item = result.get("item")
    item = item if isinstance(item, Mapping) else {"path": item} if isinstance(item, str) else {}
    if "maturity" in result:
        name = item.get("name") or _folder(result["maturity"]["project"]["path"])
        return {"host": host, "name": name, **result["maturity"]}
    said = " ".join(str(result.get("msg") or "it failed before the project was looked at").split())
    path = item.get("path", "")
    return {
        "schema": SCHEMA,
        "host": host,
        "name": item.get("name") or _folder(path) or "all projects",
        "project": {"path": path},
        "level": None,
        "level_max": None,
        "practice_level": None,
        "reason": f"{NOT_EXAMINED}: {'unreachable: ' if result.get('unreachable') else ''}{said}",
        "coverage": {},
        "criteria": [],
        "blockers": [],
        "next_steps": [],
        "attested": [],
        "warnings": [],
    }


def _folder(path: str) -> str:
    return os.path.basename(path.rstrip("/")) or path
