# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Databricks: jobs of asset bundles and of job files, their tasks and their times."""

from __future__ import annotations

import posixpath
import re
from typing import Any, Iterator, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import line_of, mappings, text_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

FOUND_OUT = re.compile(r"\{\{\s{0,9}tasks\.[\w.-]{1,200}\.values\.")
TASKS = ("spark_python_task", "notebook_task", "python_wheel_task", "pipeline_task", "run_job_task", "condition_task")


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A job for each job with tasks, and a trigger for each time or arrival of files that starts one."""
    project = answers.project
    for path, documents in project.documents.items():
        for document in documents:
            for item in mappings(document):
                tasks = item.get("tasks")
                if isinstance(tasks, list) and any(set(TASKS) & set(task) for task in mappings(tasks)):
                    yield from _job(project, path, item, tasks, document)
                elif "name" in item and "task_key" not in item and set(TASKS) & set(item):
                    # The only task of a job may stand in the job itself.
                    yield from _job(project, path, item, [item], document)
                elif item.get("quartz_cron_expression") and not _in_job(document):
                    yield _time(project, path, item, document, frozenset())


def _in_job(document: Any) -> bool:
    return any(isinstance(item.get("tasks"), list) for item in mappings(document))


def _code(project: Project, folder: str, task: Mapping[str, Any]) -> set[str]:
    """Files of the checkout that a task runs."""
    found = set()
    for item in mappings(task):
        for key in ("python_file", "notebook_path"):
            if isinstance(item.get(key), str):
                found |= {project.find(item[key] + end, folder) for end in ("", ".py", ".ipynb")}
        if isinstance(item.get("entry_point"), str):
            found.add(project.console_scripts.get(item["entry_point"], ""))
    return found - {""}


def _job(
    project: Project, path: str, item: Mapping[str, Any], tasks: list[Any], document: Any
) -> Iterator[Job | Trigger]:
    folder = posixpath.dirname(path)
    files: set[str] = set()
    elsewhere = []
    for task in (one for one in tasks if isinstance(one, dict)):
        own = _code(project, folder, task)
        files |= own
        if not own:
            elsewhere.append(text_of(task))
    name = str(item.get("name", ""))
    key = next((key for group in mappings(document) for key, value in group.items() if value is item), "")
    names = frozenset("databricks:%s" % one for one in (name, key) if one)
    yield Job(
        "databricks",
        path,
        _line(project.raw[path], name or str(key)),
        name or str(key) or "tasks",
        names=names,
        files=frozenset(files),
        words="\n".join(elsewhere),
        ordered=sum("task_key" in task for task in mappings(tasks)) >= 2,
    )
    yield from _conditions(project, path, tasks)
    for moment in mappings([item.get("schedule"), item.get("trigger")]):
        if moment.get("quartz_cron_expression") or "periodic" in moment:
            yield _time(project, path, moment, document, names)
        elif {"file_arrival", "table_update", "table"} & set(moment):
            yield Trigger(
                "databricks", "event", path, line_of(project.raw[path], "trigger"), "trigger", starts=names,
                active=str(moment.get("pause_status", "UNPAUSED")).upper() != "PAUSED",
            )  # fmt: skip


def _line(text: str, name: str) -> int:
    """Line of the tasks of a job, which come after its name, or of the name where it has none."""
    lines = text.split("\n")
    named = (n for n, line in enumerate(lines) if name in (line.strip(" \"':"), line.partition(":")[2].strip(" \"'")))
    before = next(named, 0) if name else 0
    return before + line_of("\n".join(lines[before:]), "tasks")


def _conditions(project: Project, path: str, tasks: list[Any]) -> Iterator[Trigger]:
    """An event for each condition on what an earlier task found out, with the tasks that it lets run."""
    named = {str(task["task_key"]): task for task in tasks if isinstance(task, dict) and "task_key" in task}
    needs = {key: {str(one.get("task_key")) for one in mappings(task.get("depends_on"))} for key, task in named.items()}
    for key, task in named.items():
        if not FOUND_OUT.search(text_of(task.get("condition_task"))):
            continue
        after = {key}
        while True:
            more = {other for other, before in needs.items() if before & after} - after
            if not more:
                break
            after |= more
        files = {file for other in after for file in _code(project, posixpath.dirname(path), named[other])}
        yield Trigger(
            "databricks",
            "event",
            path,
            line_of(project.raw[path], key),
            "condition_task " + key,
            files=frozenset(files),
            targeted=True,
        )


def _time(project: Project, path: str, item: Mapping[str, Any], document: Any, names: frozenset[str]) -> Trigger:
    symbol = "quartz_cron_expression" if "quartz_cron_expression" in item else "periodic"
    words = "" if names else text_of(document)
    return Trigger(
        "databricks",
        "time",
        path,
        line_of(project.raw[path], symbol),
        symbol,
        starts=names,
        files=frozenset(project.named_programs(words, posixpath.dirname(path))),
        words=words,
        active=str(item.get("pause_status", "UNPAUSED")).upper() != "PAUSED",
    )
