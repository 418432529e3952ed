# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of training: what fits a model, and whether a script or an orchestrator comes to it."""

from __future__ import annotations

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import CODE, trainers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.flows import TRAINS, Flow, flows
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence


def training_in_scripts(answers: Answers) -> list[Evidence]:
    """Code that fits a model and that something starts, and what other languages or services train."""
    found = []
    for item in _fits(answers):
        if item.strength >= 4 or any(_reached(answers, flow, item) for flow in flows(answers)):
            found.append(item._replace(strength=4))
    return found + answers.found("training_other_language") + answers.found("training_in_config")


def training_unreached(answers: Answers) -> list[Evidence]:
    """Code that fits a model, which nothing but a notebook uses."""
    return _fits(answers)


def orchestrated_training(answers: Answers) -> list[Evidence]:
    """Flows whose steps reach the training code, or name a training step that only a container knows."""
    training = trainers(answers)
    points = _fits(answers) + answers.found("training_other_language") + answers.found("training_in_config")
    found = []
    for flow in flows(answers):
        if any(_reached(answers, flow, item) for item in points):
            found.append(Evidence(4, flow.file, flow.line, flow.symbol))
        elif training and _names_training(flow):
            found.append(Evidence(3, flow.file, flow.line, flow.symbol))
    return found


def _names_training(flow: Flow) -> bool:
    return bool(TRAINS.search(flow.words))


def _fits(answers: Answers) -> list[Evidence]:
    """Calls outside notebooks that fit a model."""
    found = answers.found("training_call") + answers.found("training_fit")
    return [item for item in found if answers.project.role(item.file) in CODE]


def _reached(answers: Answers, flow: Flow, item: Evidence) -> bool:
    """Whether a flow comes to the function in which something stands, and not only to its file."""
    project = answers.project
    if item.file not in flow.files or item.file not in project.python:
        return item.file in flow.files
    return (item.file, project.function_at(item.file, item.line)) in project.functions(flow.files, {flow.file})
