# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs of CI services, as far as they start work by themselves: at a time, or on an event that is no change of the code."""

from __future__ import annotations

import re
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.commands import Command
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.common import TRAINS
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

OTHER_MODE = re.compile(r"(?<![a-z])(?:infer|predict|scor|serv|monitor|ingest)[a-z]{0,9}(?![a-z.])", re.I)
STARTS_WORK = re.compile(r"dvc repro|pipeline|train|run_deployment|workflow run")


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A job for each job of CI, by the path of its workflow, and a trigger for each that a time or an event starts."""
    project = answers.project
    for job in project.jobs:
        files = frozenset(project.programs(job.commands))
        starts = frozenset(name for one in job.commands for name in started_by(one))
        yield Job(
            job.provider or "ci",
            job.file,
            job.line,
            job.name,
            names=frozenset(["workflow:" + job.file.rpartition("/")[2], "workflow:" + job.file]),
            files=files,
            starts=starts,
            ordered=False,
        )
        working = frozenset(project.programs(one for one in job.commands if not _scores_only(one.text)))
        if job.triggers & {"schedule", "event"}:
            yield Trigger(
                job.provider or "ci",
                "time" if "schedule" in job.triggers else "event",
                job.file,
                job.line,
                job.name,
                starts=starts,
                files=working,
                words="\n".join(one.text for one in job.commands if STARTS_WORK.search(one.text)),
            )


def _scores_only(command: str) -> bool:
    """Whether the arguments of a program with several modes ask for scoring or watching, and not for training."""
    _program, _space, arguments = command.partition(".py ")
    return bool(arguments) and bool(OTHER_MODE.search(arguments)) and not TRAINS.search(command)


def started_by(one: Command) -> frozenset[str]:
    """Names of the jobs that a command starts."""
    text = one.text
    found = {"workflow:" + name for name in re.findall(r"^gh workflow run ([\w./-]{1,199})", text)}
    found |= {"deployment:" + name for name in re.findall(r"^prefect deployment run \S*?/([\w.-]{1,199})", text)}
    found |= {
        "dag:" + name
        for name in re.findall(r"^airflow dags trigger (?:-\S{1,99} \S{1,99} ){0,20}([\w.-]{1,199})", text)
    }
    found |= {
        "databricks:" + name
        for name in re.findall(r"^databricks bundle run (?:-\S{1,99} \S{1,99} ){0,20}([\w-]{1,199})", text)
    }
    if re.match(r"dbx (?:execute|launch) ", text):
        found |= {"databricks:" + word.rpartition("=")[2] for word in text.split()[2:]}
    found |= {"file:" + name for name in re.findall(r"^az ml job create .{0,500}?(?:-f|--file)[ =](\S+)", text)}
    found |= {
        "pipeline:" + name for name in re.findall(r"start-pipeline-execution .{0,500}?--pipeline-name[ =](\S+)", text)
    }
    if re.search(r"\btar_make\w{0,40}\(", text):
        found.add("targets:")
    return frozenset(found)
