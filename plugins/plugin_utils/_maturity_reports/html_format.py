# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""One page for people, without scripts, that loads nothing and escapes everything foreign: a heat map of projects by criteria, then each
project's profile, next steps and evidence. Light and dark, every colour with a sign and a word, usable by keyboard, on a phone and on paper.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any, Iterable, Iterator, Mapping

from .._maturity.facts import place
from .._maturity.levels import LEVEL_NAMES, LEVELS
from .model import (
    FULFILLED,
    MISSING,
    STATUSES,
    Column,
    columns_of,
    figures,
    headline,
    in_words,
    kind,
    label,
    observed,
    percent,
    practised,
    rank,
    shown,
)
from .radar import radar
from .safe import escape

FILE = "maturity.html"
STYLE = Path(__file__).with_name("report.css")


def render(given: Mapping[str, Any]) -> str:
    """Return the page: a heat map of projects by criteria, then each project with what to do and the evidence."""
    # By level, so that a large fleet shows a pattern; within a level as they were given.
    projects = sorted(shown(given), key=rank)
    columns = columns_of(projects)
    title = "MLOps maturity" if len(projects) != 1 else f"MLOps maturity of {label(projects[0])}"
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>{escape(title)}</title>",
            f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>",
            "</head>",
            "<body>",
            '<a class="skip" href="#projects">Skip to the projects</a>',
            f"<header><h1>{escape(title)}</h1>{_census(projects)}</header>",
            "<main>",
            *_heat_map(projects, columns),
            '<section id="projects" aria-labelledby="projects-title">',
            f'<h2 id="projects-title">{"The project" if len(projects) == 1 else "Projects"}</h2>',
            *(_project(number, project, len(projects) == 1) for number, project in enumerate(projects)),
            "</section>",
            "</main>",
            f"<footer><h2>How to read it</h2>{_legend()}</footer>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _census(projects: list[Mapping[str, Any]]) -> str:
    if len(projects) == 1:
        return f'<p class="verdict">{escape(headline(projects[0]))}</p>'
    count = {
        level: sum(project["practice_level"] == level for project in projects)
        for level in (*range(len(LEVEL_NAMES)), None)
    }
    parts = [
        f"<li><b>{number}</b> {'without a level' if level is None else f'practise level {level}'}</li>"
        for level, number in count.items()
        if number
    ]
    return f'<ul class="census"><li><b>{len(projects)}</b> projects</li>{"".join(parts)}</ul>'


def _heat_map(projects: list[Mapping[str, Any]], columns: list[Column]) -> Iterator[str]:
    levels = [(level, list(group)) for level, group in groupby(columns, key=lambda column: column.level)]
    yield '<section aria-labelledby="map-title"><h2 id="map-title">Criteria</h2>'
    # A region that scrolls must be reachable by keyboard.
    yield '<div class="scroll" role="region" aria-labelledby="map-title" tabindex="0"><table class="map">'
    yield '<thead><tr><th rowspan="2" scope="col">Project</th><th rowspan="2" scope="col">Practised</th><th rowspan="2" scope="col">With all below</th>'
    yield from (
        f'<th class="first" scope="colgroup" colspan="{len(group)}"><abbr title="{escape(LEVEL_NAMES[level])}">L{level}</abbr></th>'
        for level, group in levels
    )
    yield "</tr><tr>"
    for _level, group in levels:
        yield from (
            f'<th{_first(position)} scope="col"><span class="turned">{escape(column.title)}</span></th>'
            for position, column in enumerate(group)
        )
    yield "</tr></thead>"
    for level, members in groupby(enumerate(projects), key=lambda item: rank(item[1])):
        rows = list(members)
        yield "<tbody>"
        if len(projects) > 1:
            yield f'<tr class="group"><th scope="rowgroup" colspan="{3 + len(columns)}"><span>{_group(level, len(rows))}</span></th></tr>'
        yield from (_row(number, project, levels) for number, project in rows)
        yield "</tbody>"
    if len(projects) > 1 and columns:
        yield _sums(projects, levels)
    yield "</table></div></section>"


def _group(level: int, number: int) -> str:
    name = f"Practised level {level}, {LEVEL_NAMES[level]}" if level < len(LEVEL_NAMES) else "Without a level"
    return f"{name}: {number} {'project' if number == 1 else 'projects'}"


def _sums(projects: list[Mapping[str, Any]], levels: list[tuple[int, list[Column]]]) -> str:
    """Return the last row: how many projects have each criterion."""
    met = Counter(found["id"] for project in projects for found in project["criteria"] if found["status"] in FULFILLED)
    cells = [
        f"<td{_first(position)}>{met[column.id]}</td>"
        for _level, group in levels
        for position, column in enumerate(group)
    ]
    return f'<tfoot><tr><th scope="row">Projects that meet it</th><td class="level"></td><td class="level"></td>{"".join(cells)}</tr></tfoot>'


def _row(number: int, project: Mapping[str, Any], levels: list[tuple[int, list[Column]]]) -> str:
    statuses = {found["id"]: found["status"] for found in project["criteria"]}
    cells = [
        _cell(statuses.get(column.id), _first(position, column.title))
        for _level, group in levels
        for position, column in enumerate(group)
    ]
    return (
        f'<tr><th scope="row"><a href="#project-{number}">{escape(label(project))}</a></th>'
        f'<td class="level">{practised(project)}</td><td class="level">{figures(project)}</td>{"".join(cells)}</tr>'
    )


def _cell(name: str | None, attributes: str) -> str:
    status = STATUSES[name] if name else MISSING
    inside = attributes.replace(' class="first"', "")
    style = f"{name or 'missing'} first" if inside != attributes else name or "missing"
    return f'<td class="{style}"{inside}>{_sign(status)}</td>'


def _first(position: int, title: str = "") -> str:
    return (' class="first"' if position == 0 else "") + (f' title="{escape(title)}"' if title else "")


def _sign(status: Any) -> str:
    """Return the sign for eyes and the word for everybody else."""
    return f'<span aria-hidden="true">{status.sign}</span><span class="hidden">{status.word}</span>'


def _project(number: int, project: Mapping[str, Any], alone: bool) -> str:
    parts = [
        f"<details{' open' if alone else ''}>",
        f'<summary><span class="name">{escape(label(project))}</span> <span>{escape(headline(project))}</span></summary>',
        # The target is inside, so that a link to it opens the details.
        f'<div id="project-{number}" class="inside" tabindex="-1">',
    ]
    if project["criteria"]:
        parts += [f'<div class="sides">{radar(project)}{_figures(project)}</div>']
    if project.get("components"):
        parts += _components(project["components"])
    parts += [
        *_list("In the way of the next level", (_blocker(blocker) for blocker in project["blockers"])),
        *_list("Next steps", (_step(step) for step in project["next_steps"])),
        *_list("Warnings", (escape(warning) for warning in project.get("warnings", []))),
    ]
    if project["criteria"]:
        parts += [
            '<h3>Evidence</h3><div class="scroll" role="region" aria-label="Evidence" tabindex="0"><table class="evidence"><thead><tr>',
            '<th scope="col">Criterion</th><th scope="col">Level</th><th scope="col">Status</th><th scope="col">Evidence</th>',
            "</tr></thead><tbody>",
            *(_criterion(found) for found in project["criteria"]),
            "</tbody></table></div>",
        ]
    return "".join([*parts, "</div></details>"])


def _figures(project: Mapping[str, Any]) -> str:
    rows = [
        ("Practised level, whatever is missing below", practised(project)),
        ("Level with all below it", figures(project)),
        *((f"Level {level}, {LEVEL_NAMES[level]}", percent(project["coverage"].get(str(level)))) for level in LEVELS),
        ("Kind", kind(project)),
        ("Path", project["project"]["path"]),
        ("Commit", project["project"].get("commit") or "none"),
        ("Profile", project.get("profile", "")),
    ]
    return f"<dl>{''.join(f'<dt>{escape(term)}</dt><dd>{escape(value)}</dd>' for term, value in rows)}</dl>"


def _components(parts: list[Mapping[str, Any]]) -> Iterator[str]:
    heads = ("Component", "Practised", "With all below", *(f"Level {level}, {LEVEL_NAMES[level]}" for level in LEVELS))
    yield '<h3>Components</h3><div class="scroll" role="region" aria-label="Components" tabindex="0"><table class="evidence"><thead><tr>'
    yield "".join(f'<th scope="col">{head}</th>' for head in heads)
    yield "</tr></thead><tbody>"
    for part in parts:
        cells = (practised(part), figures(part), *(percent(part["coverage"].get(str(level))) for level in LEVELS))
        told = "".join(f'<td data-head="{head}">{cell}</td>' for head, cell in zip(heads[1:], cells))
        yield f'<tr><th scope="row"><code>{escape(part["path"])}</code></th>{told}</tr>'
    yield "</tbody></table></div>"


def _criterion(found: Mapping[str, Any]) -> str:
    status = STATUSES[found["status"]]
    items = [
        f"<li><code>{escape(place(each))}</code> {escape(each.get('symbol') or '')}</li>" for each in found["evidence"]
    ] + [f"<li>{escape(each)}</li>" for each in observed(found)]
    reason = f"<p>{escape(in_words(found['reason']))}</p>" if found.get("reason") else ""
    evidence = f"<ul>{''.join(items)}</ul>" if items else ""
    return (
        f'<tr><th scope="row">{escape(found["title"])}</th><td data-head="Level">{found["level"]}</td>'
        f'<td class="{found["status"]}"><span aria-hidden="true">{status.sign} </span>{status.word}</td><td>{reason}{evidence}</td></tr>'
    )


def _blocker(blocker: Mapping[str, Any]) -> str:
    reason = f": {escape(in_words(blocker['reason']))}" if blocker.get("reason") else ""
    return f"<b>{escape(blocker['title'])}</b>{reason}"


def _step(step: Mapping[str, Any]) -> str:
    files = ", ".join(f"<code>{escape(file)}</code>" for file in step.get("files", []))
    link = step.get("link") or ""
    # A rule of somebody's own may hold any text as its link; only the web is one.
    more = (
        f' <a href="{escape(link)}" rel="noreferrer" aria-label="how: {escape(step["text"])}">how</a>'
        if re.match("https?://", link)
        else ""
    )
    return f"{escape(step['text'])} <small>Effort: {escape(step['effort'])}</small> {files}{more}"


def _list(title: str, items: Iterable[str]) -> Iterator[str]:
    lines = "".join(f"<li>{item}</li>" for item in items)
    if lines:
        yield f"<h3>{title}</h3><ul>{lines}</ul>"


def _legend() -> str:
    items = [
        f'<li><span class="sample {name}" aria-hidden="true">{status.sign}</span><span><b>{status.word}</b>: {status.meaning}</span></li>'
        for name, status in STATUSES.items()
    ]
    return (
        f'<ul class="legend">{"".join(items)}</ul>'
        "<p><b>Practised</b> is the highest level whose own criteria are reached, whatever is missing below. <b>With all below</b> is the "
        "highest that is reached together with every level below it; <b>up to</b> is what that would be if everything unknown were met.</p>"
    )
