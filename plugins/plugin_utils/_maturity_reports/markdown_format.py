# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""For a pull request or a wiki: a table of all projects, then for each what is in the way of the next level, what to do next, and the evidence."""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping

from .._maturity.facts import place
from .._maturity.levels import LEVEL_NAMES, LEVELS
from .model import (
    MISSING,
    STATUSES,
    columns_of,
    figures,
    headline,
    in_words,
    kind,
    label,
    observed,
    percent,
    practised,
    shown,
)
from .safe import clean

FILE = "maturity.md"


def render(given: Mapping[str, Any]) -> str:
    """Return the report: the fleet in one table, then each project with what is missing, what to do next and the evidence."""
    projects = shown(given)
    lines = ["# MLOps maturity", "", *_overview(projects)]
    for project in projects:
        lines += ["", f"## {text(label(project))}", "", *_project(project)]
    return "\n".join(lines) + "\n"


def text(value: object) -> str:
    """Return foreign text so that Markdown shows it as it is: one line, no markup, no HTML, and nobody is notified by an @name."""
    plain = " ".join(clean(value).split())
    return re.sub(r"([\\`*_\[\]<>|~#&])", r"\\\1", plain).replace("@", "@\u200b")


def code(value: object) -> str:
    """Return foreign text as code, which cannot break out of its ticks nor of a table's cell."""
    plain = " ".join(clean(value).split()).replace("`", "'").replace("|", "\\|")
    return f"`{plain}`"


def _overview(projects: list[Mapping[str, Any]]) -> Iterator[str]:
    columns = columns_of(projects)
    heads = ["project", "practice", "ladder", *(f"L{column.level} {text(column.title)}" for column in columns)]
    yield _row(heads)
    yield _row(["---"] * len(heads))
    for project in projects:
        statuses = {found["id"]: found["status"] for found in project["criteria"]}
        cells = [STATUSES[statuses[column.id]].sign if column.id in statuses else MISSING.sign for column in columns]
        yield _row([text(label(project)), practised(project), figures(project), *cells])
    yield ""
    yield ", ".join(f"{status.sign} {status.word}" for status in STATUSES.values())


def _project(project: Mapping[str, Any]) -> Iterator[str]:
    yield f"**{text(headline(project))}**"
    if project["criteria"]:
        yield from ("", f"Kind: {text(kind(project))}.")
    if project["level"] is not None:
        yield ""
        yield _row(["level", "name", "coverage"])
        yield _row(["---", "---", "---:"])
        for level in LEVELS:
            yield _row([str(level), LEVEL_NAMES[level], percent(project["coverage"].get(str(level)))])
    if project.get("components"):
        yield from ("", "### Components", "")
        yield _row(["component", "practice", "ladder", *(f"L{level}" for level in LEVELS)])
        yield _row(["---", "---", "---", *["---:"] * len(LEVELS)])
        for part in project["components"]:
            shares = (percent(part["coverage"].get(str(level))) for level in LEVELS)
            yield _row([code(part["path"]), practised(part), figures(part), *shares])
    yield from _list("In the way of the next level", (_blocker(blocker) for blocker in project["blockers"]))
    yield from _list("Next steps", (_step(step) for step in project["next_steps"]))
    yield from _list("Warnings", (text(warning) for warning in project.get("warnings", [])))
    if project["criteria"]:
        yield from ("", "<details><summary>Evidence</summary>", "")
        yield _row(["criterion", "level", "status", "evidence"])
        yield _row(["---", "---", "---", "---"])
        for found in project["criteria"]:
            status = STATUSES[found["status"]]
            yield _row([text(found["title"]), str(found["level"]), f"{status.sign} {status.word}", _evidence(found)])
        yield from ("", "</details>")


def _evidence(found: Mapping[str, Any]) -> str:
    places = [f"{code(place(each))} {text(each.get('symbol') or '')}".rstrip() for each in found["evidence"]]
    reason = [in_words(found["reason"])] if found.get("reason") else []
    return "<br>".join([*places, *(text(each) for each in (*reason, *observed(found)))])


def _blocker(blocker: Mapping[str, Any]) -> str:
    return f"{text(blocker['title'])}{': ' + text(in_words(blocker['reason'])) if blocker.get('reason') else ''}"


def _step(step: Mapping[str, Any]) -> str:
    files = " " + ", ".join(code(file) for file in step["files"]) if step.get("files") else ""
    link = f" <{step['link']}>" if re.fullmatch(r"https?://[^\s<>]+", step.get("link") or "") else ""
    return f"{text(step['text'])} (effort: {text(step['effort'])}){files}{link}"


def _list(title: str, items: Iterator[str]) -> Iterator[str]:
    lines = [f"- {item}" for item in items]
    if lines:
        yield from ("", f"### {title}", "", *lines)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
