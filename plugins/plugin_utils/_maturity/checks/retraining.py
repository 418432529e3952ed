# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of retraining: by a schedule, an event, or a monitor's result."""

from __future__ import annotations

import re
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import CODE, trainers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.training import training_points
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.decisions import Code, evidence_of, leads_to
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers import graph_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.common import TRAINS
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence


def scheduled_training(answers: Answers) -> list[Evidence]:
    """Active triggers whose jobs come to training."""
    return [item.evidence() for item in _triggers_of_training(answers) if item.active]


def paused_schedule(answers: Answers) -> list[Evidence]:
    """Triggers of training that are paused or have no time."""
    paused = [item for item in _triggers_of_training(answers) if not item.active and not item.hidden]
    return [item.evidence(3) for item in paused if item.kind != "push"]


def schedule_from_environment(answers: Answers) -> list[Evidence]:
    """Triggers of training whose time is a variable of the environment."""
    return [item.evidence(1) for item in _triggers_of_training(answers) if item.hidden]


def _triggers_of_training(answers: Answers) -> Iterator[Trigger]:
    graph = graph_of(answers)
    training = trainers(answers)
    points = {"trains": training_points(answers)}
    orchestrated = {item.file for item in answers.found("orchestrated_training")}
    for item in graph.triggers:
        if graph.comes_to(item, points, "trains") or graph.code(item.files) & training:
            yield item
            continue
        # A container or a managed service hides the code: then the words of its jobs have to say what is trained.
        jobs = graph.started(item)
        beside = item.file in orchestrated and not item.targeted
        hidden = not item.files or beside
        named = any(TRAINS.search(words) for words in [item.words, *(job.words for job in jobs)])
        if hidden and training and (named or beside):
            yield item


# A condition of CI on what an earlier step or job found out.
RESULT = re.compile(
    r"(?:steps|needs)\.[\w.-]{0,99}outputs\.\w{0,99}(?:drift|degrad|decay|retrain|new_?(?:data|rows|files)|(?:data|rows)_?changed)",
    re.I,
)
STARTED_IN_CI = re.compile(
    r"^gh workflow run .*train|^dvc repro|^prefect deployment run|^airflow dags trigger|start-pipeline-execution|"
    r"^uses:peter-evans/repository-dispatch"
)
ALARM = re.compile(
    r"drift|degrad|psi(?![a-z])|alert|alarm|decay|performance_drop|needs?_retrain|should_retrain|retrain", re.I
)
STARTS_TRAINING = re.compile(
    r"(?:^|\.)(?:start_pipeline_execution|run_deployment|TriggerDagRunOperator|create_flow_run\w{0,99}|trigger_pipeline|"
    r"trigger_dag\w{0,99}|start_execution|create_workflow_dispatch|"
    r"trigger_(?:re)?train\w{0,99}|(?:re)?train(?:ing)?(?:_\w{0,99}(?:flow|pipeline|model|job))?|retrain\w{0,99}|"
    r"run_(?:re)?train\w{0,99}|start_(?:re)?train\w{0,99}|launch_(?:re)?train\w{0,99})$"
)
# What is asked for over HTTP, by its address.
ASKED = re.compile(
    r"/dags/(?P<dag>[\w.-]{1,99})/dagRuns|/workflows/(?P<workflow>[\w.-]{1,99})/dispatches|"
    r"/(?P<training>(?:re-?)?train(?:ing)?(?:[-_/](?:model|start|run|trigger))?)/?(?:[?\"']|$)"
)
# A decision that, as a guard, lets a function go on to its training.
DECIDES = re.compile(
    r"(?:should|needs?|must|trigger)\w{0,99}retrain|retrain\w{0,99}(?:needed|required|due|trigger|decision|action)",
    re.I,
)


def _names(asked: re.Match[str]) -> list[str]:
    """Names of the jobs that an address starts."""
    return [kind + ":" + asked[kind] for kind in ("dag", "workflow") if asked[kind]]


def triggered_retraining(answers: Answers) -> list[Evidence]:
    """Events that start training, and decisions on what a monitor found that lead to it."""
    graph = graph_of(answers)
    found = [item.evidence() for item in _triggers_of_training(answers) if item.active and item.kind == "event"]
    training = trainers(answers)
    if not training:
        return found
    for job in answers.project.jobs:
        # A monitor's result that decides in CI whether training runs.
        alarmed = [item for item in job.commands if RESULT.search(item.when)] if job.automatic else []
        starting = [item for item in alarmed if STARTED_IN_CI.search(item.text)]
        if starting or graph.code(frozenset(answers.project.programs(alarmed))) & training:
            found.append(Evidence(4, job.file, (starting or alarmed)[0].line, job.name))
    code = Code(answers.project, (path for path, _role, _facts in answers.code(list(CODE))))
    points = {"trains": training_points(answers)}
    starts = {
        (call.file, call.function)
        for call in graph.calls
        if any(graph.comes_to(job, points, "trains") for job in graph.named(call.starts))
    }
    fits = {
        (item.file, answers.project.function_at(item.file, item.line))
        for item in points["trains"]
        if item.file in answers.project.python
    }
    # What measures drift by a model of its own trains no model of the project.
    fits = {place for place in fits if not ALARM.search(place[1]) or TRAINS.search(place[1])}
    doers = code.doers(fits | starts)
    for item in code.decisions:
        about = ALARM.search(item.words + " " + item.function)
        role = answers.project.role(item.file)
        if not about or answers.weight(item.file, role, item.function) < 4:
            continue
        guarded = item.leaves and DECIDES.search(item.words) and item.function in doers
        asked = [found for word in item.then if word.startswith("$") for found in ASKED.finditer(word)]
        jobs = graph.named(name for one in asked for name in _names(one))
        by_address = any(one["training"] for one in asked) or any(graph.comes_to(job, points, "trains") for job in jobs)
        if (
            guarded
            or by_address
            or leads_to(
                [one for one in item.then if one not in item.names], doers, STARTS_TRAINING, code, frozenset(training)
            )
        ):
            found.append(evidence_of(item))
    return found
