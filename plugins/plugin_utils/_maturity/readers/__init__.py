# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of technologies: each module knows one and gives its jobs, triggers and starting calls.

A reader is a function that takes the answers of a project and yields `Job`, `Trigger` and `Call`; it is listed in READERS.
"""

from __future__ import annotations

from typing import Callable, Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Graph, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers import (
    argo,
    azureml,
    cdk,
    ci_jobs,
    cloudformation,
    crontab,
    dagster,
    databricks,
    dvc,
    kubernetes,
    mage,
    make,
    prefect_yaml,
    python_flows,
    python_schedules,
    snakemake,
    targets,
    terraform,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

READERS: tuple[Callable[[Answers], Iterator[Job | Trigger | Call]], ...] = (
    python_flows.read,
    python_schedules.read,
    ci_jobs.read,
    dvc.read,
    snakemake.read,
    mage.read,
    make.read,
    argo.read,
    kubernetes.read,
    cloudformation.read,
    cdk.read,
    terraform.read,
    azureml.read,
    databricks.read,
    prefect_yaml.read,
    crontab.read,
    dagster.read,
    targets.read,
)
# What tests, templates and foreign code declare is no practice of the project.
ROLES = ("source", "example", "notebook")


def graph_of(answers: Answers) -> Graph:
    """The graph of a project, read once."""
    if answers.graph is None:
        # Examples of a package are for its users.
        roles = set(ROLES) - ({"example"} if answers.project.is_package else set())
        found = [item for read in READERS for item in read(answers) if answers.project.role(item.file) in roles]
        answers.graph = Graph(
            answers.project,
            [item for item in found if isinstance(item, Job)],
            [item for item in found if isinstance(item, Trigger)],
            [item for item in found if isinstance(item, Call)],
        )
    return answers.graph
