# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of training: what fits a model, and whether a script or an orchestrator comes to it."""

from __future__ import annotations

import re

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import CODE, trainers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.facts import NO_CODE
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Job
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers import graph_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.common import TRAINS
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence, symbol_pattern


def training_in_scripts(answers: Answers) -> list[Evidence]:
    """Code that fits a model and that something starts, and what other languages or services train."""
    graph = graph_of(answers)
    ordered = [job for job in graph.jobs if job.ordered or job.technology == "databricks"]
    found = [
        item._replace(strength=4)
        for item in _fits(answers)
        if _is_practice(answers, item.file)
        and (item.strength >= 4 or any(graph.point_in(job.files, [item]) for job in ordered))
    ]
    return found + _elsewhere(answers)


PLACEHOLDER = re.compile(r"(?i)(?:^|/)path/to/|(?:^|/)your[-_ ]")
DOCUMENTATION = re.compile(r"(?:^|/)docs?/", re.I)
READS = symbol_pattern(("*.read_csv", "*.read_parquet", "*.read_sql*"))


def _is_practice(answers: Answers, path: str) -> bool:
    """Whether what a file trains is trained here: documentation, examples of a package, and data whose path has to be filled in are not."""
    project = answers.project
    if DOCUMENTATION.search(path) or (project.is_package and project.role(path) == "example"):
        return False
    reads = [call for call in project.python.get(path, NO_CODE).calls if READS.fullmatch(call.symbol)]
    return not any(PLACEHOLDER.search(value) for call in reads for value in call.values[:1])


def training_unreached(answers: Answers) -> list[Evidence]:
    """Code that fits a model, which nothing but a notebook uses."""
    return _fits(answers)


def orchestrated_training(answers: Answers) -> list[Evidence]:
    """Jobs of an orchestrator that come to training code, or name a training step that only a container knows.

    Where functions are known that do so themselves, they are the evidence, and not those beside them.
    """
    graph = graph_of(answers)
    training = trainers(answers)
    points = {"trains": training_points(answers)}
    found, precise = [], []
    for job in graph.jobs:
        if not job.ordered:
            continue
        if graph.comes_to(job, points, "trains"):
            found.append(job.evidence())
            definitions = answers.project.python.get(job.file, NO_CODE).functions
            itself = frozenset(one.name for one in definitions if one.line == job.line)
            if itself and graph.point_in(job.files, points["trains"], itself):
                precise.append(job.evidence())
        elif training and _names_training(job):
            found.append(job.evidence(3))
    return precise or found


def job_of_one_task(answers: Answers) -> list[Evidence]:
    """Jobs of Databricks that train in their only task."""
    graph = graph_of(answers)
    points = {"trains": training_points(answers)}
    jobs = [job for job in graph.jobs if job.technology == "databricks" and not job.ordered]
    return [job.evidence(3) for job in jobs if graph.comes_to(job, points, "trains")]


def training_points(answers: Answers) -> list[Evidence]:
    """Places where a model is fitted, in any language, or a service is told to."""
    return _fits(answers) + _elsewhere(answers)


def _elsewhere(answers: Answers) -> list[Evidence]:
    """What other languages, managed services and trainers with a configuration of their own fit."""
    names = ("training_other_language", "training_in_config", "training_command")
    return [item for name in names for item in answers.found(name)]


# A step that asks how another one is, or waits for it.
LOOKS = re.compile(r"(?<![a-z])(?:health\w{0,9}|ping|check|status|wait|notify|alive|ready)(?![a-z])", re.I)


def _names_training(job: Job) -> bool:
    return any(TRAINS.search(step) and not LOOKS.search(step) for step in job.words.split("\n"))


def _fits(answers: Answers) -> list[Evidence]:
    """Calls outside notebooks that fit a model."""
    found = answers.found("training_call") + answers.found("training_fit")
    return [item for item in found if answers.project.role(item.file) in CODE]
