# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure Machine Learning's YAML: command and pipeline jobs, and schedules that create them."""

from __future__ import annotations

import posixpath
from typing import Any, Iterator, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import (
    as_list,
    line_of,
    mappings,
    text_of,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.common import file_name, mapping
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A job for each job file, by its path, and a trigger for each schedule file."""
    project = answers.project
    for path, documents in project.documents.items():
        for document in documents:
            if not isinstance(document, dict):
                continue
            schema = str(document.get("$schema", ""))
            if document.get("type") == "pipeline" and isinstance(document.get("jobs"), dict):
                words = text_of(document["jobs"])
                yield Job(
                    "azureml",
                    path,
                    line_of(project.raw[path], "jobs:"),
                    "jobs",
                    names=frozenset([file_name(path)]),
                    files=frozenset(_programs(project, path, document["jobs"])),
                    words=words,
                )
            elif "create_job" in document and ("trigger" in document or "schedule" in schema):
                yield _schedule(project, path, document)


def _programs(project: Project, path: str, jobs: Mapping[str, Any]) -> set[str]:
    """Programs of the jobs' commands, from the folders that their `code` names."""
    folder = posixpath.dirname(path)
    found = set(project.named_programs(text_of(jobs), folder))
    for item in mappings(jobs):
        if "command" in item:
            code = posixpath.normpath(posixpath.join(folder, str(item.get("code", ""))))
            found |= project.named_programs(str(item["command"]), "" if code == "." else code)
    return found


def _schedule(project: Project, path: str, document: Mapping[str, Any]) -> Trigger:
    job = document["create_job"]
    named = job if isinstance(job, str) else str(mapping(job).get("job", ""))
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), named.removeprefix("file:")))
    moment = [item for item in as_list(document.get("trigger")) if isinstance(item, dict)]
    return Trigger(
        "azureml",
        "time",
        path,
        line_of(project.raw[path], "trigger"),
        "create_job",
        starts=frozenset([file_name(target)]),
        words=text_of(job),
        active=str(document.get("is_enabled", True)).lower() != "false" and bool(moment),
    )
