# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decisions in Python code: branches on a figure or on a verdict, and what comes of them, whatever the functions are called."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Iterable, Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.facts import Decision
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.common import programs_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Evidence

FIGURE = re.compile(
    r"(?<![a-z])(?:rmse|mae|mse|ma[p]e|accuracy|acc|f1|auc|roc|r2|score|scores|metrics?|loss|precision|recall|error|"
    r"performance|improvement|improved|better|gain|wins?|outperforms?)(?![a-z])",
    re.I,
)

BRANCH = re.compile(r"^airflow\.(?:.{0,99}\.)?(?:Branch\w{0,40}Operator|branch\w{0,20})$|(?:^|\.)task\.branch")


def on_figure(item: Decision) -> bool:
    """Whether a figure of quality decides, and it is not only the best of some candidates so far."""
    running = bool(item.sets & item.names)
    return item.ordered and not running and bool(FIGURE.search(item.words))


def evidence_of(item: Decision, strength: int = 4) -> Evidence:
    """The place of a decision."""
    return Evidence(strength, item.file, item.line, item.words[:100])


# How a task of a queue is told to run elsewhere.
HANDED_TO = re.compile(r"\.(?:delay|apply_async|remote|spawn|submit|enqueue|send|defer|kiq|si?)$")


class Code:
    """The decisions of some files that run together, and the functions of theirs that do a deed, by whatever name."""

    def __init__(self, project: Project, files: Iterable[str]) -> None:
        self.project = project
        self.files = sorted(set(files) & set(project.python))
        self.decisions = [item for path in self.files for item in project.python[path].decisions]

    @cached_property
    def branching(self) -> bool:
        """Whether a branch of Airflow is among the code: what its function returns is the id of the task that comes next."""
        facts = [self.project.python[path] for path in self.files]
        symbols = [call.symbol for one in facts for call in one.calls]
        symbols += [symbol for one in facts for function in one.functions for symbol in function.symbols]
        return any(BRANCH.search(symbol) for symbol in symbols)

    def verdicts(self) -> frozenset[str]:
        """Names that hold the outcome of a decision on a figure, and functions that return one."""
        found: set[str] = set()
        for item in self.decisions:
            if on_figure(item):
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
                for function, names in self.project.python[path].names.items()
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
            for call in self.project.python[path].calls:
                name = call.keywords.get("task_id", "")
                if name:
                    runs = {call.keywords.get("python_callable", "").strip("<>")} | set(
                        programs_of(self.project, [call.keywords.get("bash_command", "")], path)
                    )
                    found[name] = (call.symbol, frozenset(runs - {""}))
                elif re.search(r"(?:^|\.)task(?:\.\w{1,30})?$", call.symbol) and call.function:
                    found.setdefault(call.function, (call.symbol, frozenset([call.function])))
        return found


def leads_to(
    outcome: Iterable[str], doers: frozenset[str], deed: re.Pattern[str], code: Code, files: frozenset[str]
) -> bool:
    """Whether what comes of a decision does a deed: by a known call, by a function that comes to it, or by the task that it names."""
    for word in outcome:
        returned = word.startswith("->")
        if word.startswith("$"):
            if code.project.named_programs(word) & files:
                return True
            continue
        plain = HANDED_TO.sub("", word.lstrip("&"))
        if not returned and (deed.search(plain) or plain.rpartition(".")[2] in doers):
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
        for call in project.python[path].calls:
            if deed.search(call.symbol):
                yield path, call.function
