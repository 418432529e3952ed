# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decisions in Python code: branches on a figure or on a verdict, and what comes of them, whatever the functions are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Iterable, Iterator, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.common import programs_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Evidence

FIGURE = re.compile(
    r"(?<![a-z])(?:rmse|mae|mse|ma[p]e|accuracy|acc|f1|auc|roc|r2|score|scores|metrics?|loss|precision|recall|error|"
    r"performance|improvement|improved|better|gain|wins?|outperforms?)(?![a-z])",
    re.I,
)

BRANCH = re.compile(r"^airflow\.(?:.{0,99}\.)?(?:Branch\w{0,40}Operator|branch\w{0,20})$|(?:^|\.)task\.branch")


@dataclass(frozen=True)
class Decision:
    """A branch: the names that it is about, and what is called where it holds (`then`) or not (`otherwise`).

    `then` and `otherwise` have what is returned after `->`. `given` is where its outcome goes: names, "return", or "said" where it is
    only told. `ordered` is true where something is greater or less, `leaves` where its body returns or raises; `sets` has the names that
    its body gives values to.
    """

    file: str
    line: int
    function: str
    names: frozenset[str]
    ordered: bool
    given: tuple[str, ...]
    then: tuple[str, ...]
    otherwise: tuple[str, ...]
    leaves: bool
    sets: frozenset[str]

    @property
    def words(self) -> str:
        """What it is about, as one text."""
        return " ".join(sorted(self.names))

    @property
    def on_figure(self) -> bool:
        """Whether a figure of quality decides, and it is not only the best of some candidates so far."""
        running = bool(self.sets & self.names)
        return self.ordered and not running and bool(FIGURE.search(self.words))

    def evidence(self, strength: int = 4) -> Evidence:
        """The place of the decision."""
        return Evidence(strength, self.file, self.line, self.words[:100])


def decisions_of(path: str, facts: Mapping[str, Any]) -> list[Decision]:
    """The decisions of a file."""
    return [
        Decision(
            path,
            item["line"],
            item["function"],
            frozenset(item["names"]),
            item["ordered"],
            tuple(item["given"]),
            tuple(item["body"]),
            tuple(item["other"]),
            item["leaves"],
            frozenset(item["sets"]),
        )
        for item in facts.get("branches", ())
    ]


class Code:
    """The decisions of some files that run together, and the functions of theirs that do a deed, by whatever name."""

    def __init__(self, project: Project, files: Iterable[str]) -> None:
        self.project = project
        self.files = sorted(set(files) & set(project.python))
        self.decisions = [item for path in self.files for item in decisions_of(path, project.python[path])]

    @cached_property
    def branching(self) -> bool:
        """Whether a branch of Airflow is among the code: what its function returns is the id of the task that comes next."""
        facts = [self.project.python[path] for path in self.files]
        symbols = [call[0] for one in facts for call in one.get("calls", ())]
        symbols += [symbol for one in facts for _name, _line, found in one.get("functions", ()) for symbol in found]
        return any(BRANCH.search(symbol) for symbol in symbols)

    def verdicts(self) -> frozenset[str]:
        """Names that hold the outcome of a decision on a figure, and functions that return one."""
        found: set[str] = set()
        for item in self.decisions:
            if item.on_figure:
                found.update(name.rpartition(".")[2] for name in item.given if name not in ("return", "said"))
                found.update(item.sets)
                if item.function and ("return" in item.given or item.leaves or item.sets):
                    found.add(item.function)
        return frozenset(found)

    def doers(self, points: Iterable[tuple[str, str]]) -> frozenset[str]:
        """Names of the functions that come to one of the points (file and function) by calling each other."""
        files = set(self.files)
        known = {function for path, function in points if function and path in files}
        for _round in range(4):
            more = {
                function
                for path in self.files
                for function, names in self.project.python[path].get("names", {}).items()
                if function and function not in known and known.intersection(names)
            }
            if not more:
                break
            known |= more
        return frozenset(known)

    @cached_property
    def tasks(self) -> dict[str, tuple[str, frozenset[str]]]:
        """Tasks of a DAG by their ids: what makes them, and the names and programs that they run."""
        found: dict[str, tuple[str, frozenset[str]]] = {}
        for path in self.files:
            for symbol, _line, function, keywords, _values in self.project.python[path].get("calls", ()):
                name = keywords.get("task_id", "")
                if name:
                    runs = {keywords.get("python_callable", "").strip("<>")} | set(
                        programs_of(self.project, [keywords.get("bash_command", "")], path)
                    )
                    found[name] = (symbol, frozenset(runs - {""}))
                elif re.search(r"(?:^|\.)task(?:\.\w{1,30})?$", symbol) and function:
                    found.setdefault(function, (symbol, frozenset([function])))
        return found


def leads_to(
    outcome: Iterable[str], doers: frozenset[str], deed: re.Pattern[str], code: Code, files: frozenset[str]
) -> bool:
    """Whether what comes of a decision does a deed: by a known call, by a function that comes to it, or by the task that it names."""
    for word in outcome:
        returned = word.startswith("->")
        if not returned and (deed.search(word) or word.rpartition(".")[2] in doers):
            return True
        if returned and code.branching and deed.search(word[2:]):
            return True
        symbol, runs = code.tasks.get(word[2:], ("", frozenset())) if returned else ("", frozenset())
        if deed.search(symbol) or runs & doers or runs & files:
            return True
    return False


def calls_of(project: Project, files: Iterable[str], deed: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Places (file and function) of the calls that a pattern means."""
    for path in set(files) & set(project.python):
        for symbol, _line, function, _keywords, _values in project.python[path].get("calls", ()):
            if deed.search(symbol):
                yield path, function
