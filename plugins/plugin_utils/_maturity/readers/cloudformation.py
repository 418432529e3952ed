# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudFormation: state machines and pipelines, and the rules that start them."""

from __future__ import annotations

import posixpath
import re
from typing import Any, Iterator, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.commands import Command
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import line_of, mappings, text_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.common import TRAINS, mapping
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

MACHINES = ("AWS::StepFunctions::StateMachine", "AWS::SageMaker::Pipeline")
RULES = ("AWS::Events::Rule", "AWS::Scheduler::Schedule")
FUNCTION_EVENTS = {
    "Schedule": "time", "ScheduleV2": "time", "S3": "event", "SNS": "event", "SQS": "event", "EventBridgeRule": "event",
    "CloudWatchEvent": "event", "DynamoDB": "event", "Kinesis": "event",
}  # fmt: skip
TOLD = re.compile(r"aws\.cloudwatch|aws\.s3|ALARM|aws\.sagemaker")
STARTED = re.compile(r"pipeline|statemachine|states:", re.I)
PIPELINE = re.compile(r"AWS::(?:CodePipeline::Pipeline|StepFunctions::StateMachine|SageMaker::Pipeline)")


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A job for each machine, a trigger for each rule that something but a push of code fires."""
    project = answers.project
    for path, documents in project.documents.items():
        for document in documents:
            for item in mappings(document):
                kind = item.get("Type")
                if kind in MACHINES and isinstance(document, dict):
                    words = text_of(item)
                    line = line_of(project.raw[path], str(kind))
                    yield Job("aws", path, line, str(kind), files=frozenset(project.named_programs(words)), words=words)
                elif kind == "AWS::Serverless::Function":
                    yield from _function(project, path, mapping(item.get("Properties")))
                elif kind in RULES and isinstance(item.get("Properties"), dict):
                    yield _rule(project, path, item["Properties"])


def _function(project: Project, path: str, properties: Mapping[str, Any]) -> Iterator[Trigger]:
    """A trigger for each time or event at which a function of SAM runs; a request is none."""
    home = posixpath.normpath(posixpath.join(posixpath.dirname(path), str(properties.get("CodeUri", "."))))
    handler = str(properties.get("Handler", ""))
    line = line_of(project.raw[path], handler)
    files = project.programs([Command(handler, path, line, True, "" if home == "." else home)])
    for item in mapping(properties.get("Events")).values():
        kind = FUNCTION_EVENTS.get(str(mapping(item).get("Type")))
        if kind and files:
            off = str(mapping(mapping(item).get("Properties")).get("Enabled", True)).lower() == "false"
            yield Trigger("aws", kind, path, line, "AWS::Serverless::Function", files=frozenset(files), active=not off)


def _rule(project: Project, path: str, properties: Mapping[str, Any]) -> Trigger:
    words = text_of(properties)
    pattern = text_of(properties.get("EventPattern"))
    told = bool(TOLD.search(pattern))
    pushed = "aws.codecommit" in pattern
    named = str(properties.get("Description") or properties.get("ScheduleExpression") or "AWS::Events::Rule")
    trains = bool(STARTED.search(text_of(properties.get("Targets")))) and _trains(project.text.get(path, ""))
    enabled = str(properties.get("State", "ENABLED")) != "DISABLED"
    return Trigger(
        "aws",
        "push" if pushed else "event" if told else "time",
        path,
        line_of(project.raw[path], named),
        "AWS::Events::Rule",
        words=words + ("\ntraining pipeline" if trains else ""),
        active=enabled and not pushed and (told or bool(properties.get("ScheduleExpression"))),
    )


def _trains(template: str) -> bool:
    """A template whose pipeline has a training stage."""
    return bool(PIPELINE.search(template) and TRAINS.search(template))
