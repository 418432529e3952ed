# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows of Python orchestrators: where the orchestrator is used, and what it calls its flows."""

from __future__ import annotations

import re
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.facts import NO_CODE, PythonFile
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.common import TRAINS
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

STEP_KEYWORDS = (
    "task_id",
    "job_name",
    "bash_command",
    "command",
    "cmds",
    "arguments",
    "script_name",
    "entry_point",
    "image",
    "display_name",
)
STEP = re.compile(r"(?:^|\.)(?:task|step|component|asset|op)$")
# Steps that run only where a flow calls them.
CALLED = re.compile(r"(?:^|\.)(?:task|step|component)$")
DAG = re.compile(r"^airflow\.(?:.*\.)?(?:DAG|dag)$")


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A job for each use of an orchestrator, with the names that the file gives to its flows."""
    project = answers.project
    for item in answers.found("orchestrator"):
        if item.strength < 3:
            continue
        facts = project.python.get(item.file, NO_CODE)
        if CALLED.search(item.symbol) and not (project.importers(item.file) or _used_here(facts, item.line)):
            continue
        start = {item.file}
        if TRAINS.search(item.file):
            # A flow may get its steps as arguments, from the script that starts it.
            start |= project.importers(item.file)
        yield Job(
            "python",
            item.file,
            item.line,
            item.symbol,
            names=_names(item.file, facts),
            files=frozenset(start),
            words=_words(facts),
        )
    yield from _calls(project)


def _used_here(facts: PythonFile, line: int) -> bool:
    """Whether the function that stands on a line is named by others of its file; what is no function counts as used."""
    name = next((one.name for one in facts.functions if one.line == line), "")
    return not name or any(name in names for names in facts.names.values())


def _names(path: str, facts: PythonFile) -> frozenset[str]:
    names = {"file:" + path}
    for call in facts.calls:
        symbol, keywords = call.symbol, call.keywords
        if DAG.search(symbol):
            names.add("dag:" + (keywords.get("dag_id") or next(iter(call.values), "") or call.function))
        elif re.search(r"(?:^|\.)(?:serve|deploy|build_from_flow|to_deployment)$", symbol) and "name" in keywords:
            names.add("deployment:" + keywords["name"])
        elif symbol.endswith("PipelineJob") or re.search(r"(?:^|\.)Pipeline$|dsl\.pipeline$", symbol):
            names.update("pipeline:" + keywords[key] for key in ("name", "display_name") if key in keywords)
    return frozenset(names)


def _words(facts: PythonFile) -> str:
    """Names of steps in a file of flows: of its tasks, jobs and commands, which may run in a container."""
    words = [call.keywords[key] for call in facts.calls for key in STEP_KEYWORDS if key in call.keywords]
    words.extend(one.name for one in facts.functions if any(STEP.search(item) for item in one.symbols))
    return "\n".join(words)


def _calls(project: Project) -> Iterator[Call]:
    """Calls that start flows by their names."""
    for path, facts in project.python.items():
        for call in facts.calls:
            keywords, last = call.keywords, call.symbol.rpartition(".")[2]
            if last == "TriggerDagRunOperator":
                names = {"dag:" + keywords.get("trigger_dag_id", "")}
            elif last == "run_deployment":
                named = keywords.get("name") or next(iter(call.values), "")
                names = {"deployment:" + named.rpartition("/")[2]}
            elif last == "start_pipeline_execution":
                names = {"pipeline:" + (keywords.get("PipelineName") or keywords.get("name", ""))}
            else:
                continue
            started = frozenset(name for name in names if not name.endswith(":"))
            yield Call(path, call.line, call.function, call.symbol, started)
