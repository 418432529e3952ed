# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs in a project and what starts it, whatever the technology: jobs, triggers, and the names that join them.

Readers (one file a technology) give jobs and triggers; questions (one file a criterion) ask for paths from a trigger over jobs to code.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Iterable, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Evidence


@dataclass(frozen=True)
class Job:
    """Something that runs code: a flow, a DAG, a pipeline, a stage, a bundle's job, a CI job.

    `names` are what others call it by, each with its namespace ("dag:retrain", "file:jobs/train.yml", "dagster:weekly").
    `files` is where its code begins, `functions` with which of their functions where not with all, `starts` names the jobs that it
    starts itself. `does` is what the technology's own vocabulary says of a step whose code is not in the checkout ("trains", "deploys",
    "registers", "monitors"), `words` the names of such steps.
    `ordered` is false where the technology runs commands without an order between steps, so that it orchestrates nothing.
    """

    technology: str
    file: str
    line: int
    symbol: str
    names: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    starts: frozenset[str] = frozenset()
    does: frozenset[str] = frozenset()
    words: str = ""
    ordered: bool = True

    def evidence(self, strength: int = 4) -> Evidence:
        """The place where it is declared."""
        return Evidence(strength, self.file, self.line, self.symbol)


@dataclass(frozen=True)
class Trigger:
    """A time or an event that starts jobs, by their names, or code, by its files.

    `kind` is "time", "event" (data, an alarm, a monitor's result), "model" (a new version in a registry) or "push".
    `active` is false where it is paused or has no time; `hidden` where only the environment knows its time. `targeted` is true where it
    names all that it starts, so that what else stands in its file has nothing to do with it.
    """

    technology: str
    kind: str
    file: str
    line: int
    symbol: str
    starts: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    does: frozenset[str] = frozenset()
    words: str = ""
    active: bool = True
    hidden: bool = False
    targeted: bool = False

    def evidence(self, strength: int = 4) -> Evidence:
        """The place where it is declared."""
        return Evidence(strength, self.file, self.line, self.symbol)


@dataclass(frozen=True)
class Call:
    """A place in code that starts jobs by their names."""

    file: str
    line: int
    function: str
    symbol: str
    starts: frozenset[str]


class Graph:
    """All jobs, triggers and starting calls of a project, joined by names."""

    def __init__(
        self, project: Project, jobs: Iterable[Job], triggers: Iterable[Trigger], calls: Iterable[Call]
    ) -> None:
        self.project = project
        self.jobs = tuple(jobs)
        self.triggers = tuple(triggers)
        self.calls = tuple(calls)
        self._by_name: dict[str, list[Job]] = {}
        for job in self.jobs:
            for name in job.names:
                self._by_name.setdefault(name, []).append(job)
        self._calls: dict[str, list[Call]] = {}
        for call in self.calls:
            self._calls.setdefault(call.file, []).append(call)
        self._code: dict[frozenset[str], frozenset[str]] = {}

    def named(self, names: Iterable[str]) -> list[Job]:
        """The jobs that have one of the names, each once, in order."""
        return list(dict.fromkeys(job for name in sorted(names) for job in self._by_name.get(name, ())))

    def code(self, files: frozenset[str]) -> frozenset[str]:
        """Files that are loaded or started when the given ones run."""
        if files not in self._code:
            self._code[files] = frozenset(self.project.reach(files))
        return self._code[files]

    @cached_property
    def ordered_code(self) -> frozenset[str]:
        """Files that run in any job of an orchestrator."""
        return frozenset().union(*(self.code(job.files) for job in self.jobs if job.ordered))

    def started(self, start: Job | Trigger) -> list[Job]:
        """The jobs that come to run when one does, or when a trigger fires: itself, those it names, those its code names."""
        found: dict[Job, None] = {}
        stack = [start] if isinstance(start, Job) else self.named(start.starts | self.called(start.files))
        while stack:
            job = stack.pop()
            if job not in found:
                found[job] = None
                stack.extend(self.named(job.starts | self.called(job.files)))
        return list(found)

    def called(self, files: frozenset[str]) -> frozenset[str]:
        """Names of the jobs that code starts which runs when the given files do."""
        if not files or not self._calls:
            return frozenset()
        loaded = self.code(files)
        calls = [call for path in loaded & set(self._calls) for call in self._calls[path]]
        if not calls:
            return frozenset()
        live = self.project.functions(loaded, files)
        return frozenset(name for call in calls if (call.file, call.function) in live for name in call.starts)

    def comes_to(self, start: Job | Trigger, points: Mapping[str, Iterable[Evidence]], deed: str) -> list[Evidence]:
        """The shortest known path from a start to code that does a deed: places in order; empty where there is none.

        `points` has the places in code by deed.
        """
        own = Job(start.technology, start.file, start.line, start.symbol, files=start.files, does=start.does)
        for job in [own, *self.started(start)]:
            path = [start.evidence()] if job in (own, start) else [start.evidence(), job.evidence()]
            if deed in job.does:
                return path
            point = self.point_in(job.files, points.get(deed, ()), job.functions)
            if point:
                return [*path, point]
        return []

    def point_in(
        self, files: frozenset[str], points: Iterable[Evidence], functions: frozenset[str] = frozenset()
    ) -> Evidence | None:
        """The first of the places that runs when the given files do, or only some functions of theirs, by function where it is Python."""
        loaded = self.code(files) if files else frozenset()
        live: set[tuple[str, str]] | None = None
        for point in points:
            if point.file not in loaded:
                continue
            if point.file not in self.project.python:
                return point
            if live is None:
                live = self.project.functions(loaded, files, functions)
            if (point.file, self.project.function_at(point.file, point.line)) in live:
                return point
        return None
