# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What starts what by itself: flows, DAGs, stages, deployments and their schedules."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import Any, Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.commands import Command
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import (
    as_list,
    line_of,
    make_targets,
    mappings,
    text_of,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

TRAINS = re.compile(r"(?<![a-z])(?:re)?train(?:ing|er|ed)?(?![a-z])", re.I)
SCHEDULE_KEYWORDS = (
    "cron",
    "schedule",
    "schedules",
    "schedule_interval",
    "interval",
    "timetable",
    "cron_schedule",
    "cron_expression",
    "cron_string",
    "schedule_expression",
    "rrule",
)
# Calls that are a schedule by themselves, whatever their arguments are called.
ALWAYS_SCHEDULE = re.compile(
    r"(?:^|\.)(?:add_job|every|ScheduleDefinition|crontab|CronTrigger|RecurrenceTrigger|PipelineSchedule|JobSchedule)$|"
    r"^metaflow\.schedule$"
)
EMPTY = ("None", "[]", "", "<None>", "@once", "False")
SCHEDULED_CALL = re.compile(
    r"(?:^|\.)(?:serve|deploy|build_from_flow|Deployment|DeploymentSpec|DAG|dag|ScheduleDefinition|add_job|every|"
    r"PipelineSchedule|create_schedule|flow|put_rule|Rule|crontab|schedule|LaunchPlan\.(?:get_or_create|create)|CronWorkflow|"
    r"create_recurring_run|JobSchedule|CronTrigger|RecurrenceTrigger|function|Schedule)$"
)
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
EVENT_CALL = re.compile(r"(?:^|\.)(?:\w*KeySensor|FileSensor|\w*ObjectSensor|sensor|asset_sensor|\w*DagRunSensor)$")
FUNCTION_STARTS = re.compile(r"start_pipeline_execution|start_execution|run_deployment")


@dataclass
class Flow:
    """Steps that run together: files that they reach, and the words that say when they do."""

    kind: str
    file: str
    line: int
    symbol: str
    files: set[str] = field(default_factory=set)
    words: str = ""


@dataclass
class Schedule:
    """A time or an event that starts files; `active` is false where it is paused, empty, or `hidden` in the environment."""

    file: str
    line: int
    symbol: str
    files: set[str]
    words: str
    active: bool = True
    event: bool = False
    hidden: bool = False


def flows(answers: Answers) -> list[Flow]:
    """Everything in a project that an orchestrator runs."""
    if answers.flows is None:
        answers.flows = _flows(answers)
    return answers.flows


def _flows(answers: Answers) -> list[Flow]:
    project = answers.project
    found = []
    for item in answers.found("orchestrator"):
        if item.strength >= 3:
            start = {item.file}
            if TRAINS.search(item.file):
                # A flow may get its steps as arguments, from the script that starts it.
                start |= project.importers(item.file)
            found.append(
                Flow("code", item.file, item.line, item.symbol, project.reach(start), _words(project, item.file))
            )
    found.extend(_stages(project))
    found.extend(_mage(project))
    found.extend(_make_graph(project))
    found.extend(_declared(project))
    # What a test runs is no pipeline of the project.
    return [flow for flow in found if project.role(flow.file) in ("source", "example", "notebook")]


def _words(project: Project, path: str) -> str:
    """Names of steps in a file of flows: of its tasks, jobs and commands, which may run in a container."""
    facts = project.python.get(path, {})
    words = [
        keywords[key]
        for _symbol, _line, _function, keywords, _values in facts.get("calls", ())
        for key in STEP_KEYWORDS
        if key in keywords
    ]
    words.extend(
        name for name, _line, decorators in facts.get("functions", ()) if any(STEP.search(item) for item in decorators)
    )
    return "\n".join(words)


def _stages(project: Project) -> Iterator[Flow]:
    for path, documents in project.documents.items():
        name = posixpath.basename(path)
        for document in documents:
            if not isinstance(document, dict):
                continue
            if name == "dvc.yaml":
                stages = document.get("stages")
                for key, stage in stages.items() if isinstance(stages, dict) else ():
                    commands = [str(item.get("cmd")) for item in mappings(stage) if item.get("cmd")]
                    yield _started(project, "dvc", path, key, commands)
    for path, text in project.raw.items():
        if posixpath.basename(path) == "MLproject":
            continue
        if posixpath.basename(path) == "Snakefile" or path.endswith((".nf", ".smk")):
            yield _started(project, "workflow", path, "", [text])


def _started(project: Project, kind: str, path: str, name: str, scripts: list[str]) -> Flow:
    folder = posixpath.dirname(path)
    commands = [item for script in scripts for item in project.expander.expand(script, path, 1, folder)]
    files = project.reach(project.programs(commands))
    return Flow(
        kind,
        path,
        line_of(project.raw[path], "%s:" % name) if name else 1,
        name or kind,
        files,
        "\n".join([name, *scripts]),
    )


def _mage(project: Project) -> Iterator[Flow]:
    blocks = {path.rpartition("/")[2].rpartition(".")[0]: path for path in project.python}
    for path, documents in project.documents.items():
        if not re.search(r"(?:^|/)pipelines/[^/]+/metadata\.yaml$", path):
            continue
        for document in documents:
            if not isinstance(document, dict) or not isinstance(document.get("blocks"), list):
                continue
            names = [str(item.get("uuid", "")) for item in mappings(document["blocks"]) if "uuid" in item]
            files = project.reach(blocks.get(name.rpartition("/")[2], "") for name in names)
            if files:
                yield Flow("mage", path, 1, path.split("/")[-2], files, "\n".join([path.split("/")[-2], *names]))


def _make_graph(project: Project) -> Iterator[Flow]:
    """Targets that need others, so that make orders the steps: a list of commands alone is no graph."""
    for path, text in project.raw.items():
        if posixpath.basename(path).lower() not in ("makefile", "gnumakefile"):
            continue
        targets = make_targets(text)
        for name, (needs, recipe) in targets.items():
            chain = {need for need in needs if need in targets and targets[need][1]}
            if not chain or not recipe:
                continue
            scripts = [line for _number, line in recipe] + [
                line for need in chain for _number, line in targets[need][1]
            ]
            commands = [
                item for script in scripts for item in project.expander.expand(script, path, 1, posixpath.dirname(path))
            ]
            started = project.programs(commands)
            if len(started) >= 2:
                line = recipe[0][0] if recipe else 1
                yield Flow("make", path, line, name, project.reach(started), "")


def _declared(project: Project) -> Iterator[Flow]:
    kinds = ("Workflow", "CronWorkflow", "WorkflowTemplate", "PipelineRun", "Pipeline")
    for path, documents in project.documents.items():
        for document in documents:
            if not isinstance(document, dict):
                continue
            machine = [
                item
                for item in mappings(document)
                if item.get("Type") in ("AWS::StepFunctions::StateMachine", "AWS::SageMaker::Pipeline")
            ]
            if (
                document.get("kind") in kinds
                and "apiVersion" in document
                and "argoproj" in str(document["apiVersion"]) + "tekton"
            ):
                words = text_of(document.get("spec"))
                yield Flow("argo", path, 1, str(document["kind"]), project.reach(project.named_programs(words)), words)
            for item in machine:
                words = text_of(item)
                yield Flow(
                    "machine",
                    path,
                    line_of(project.raw[path], str(item["Type"])),
                    str(item["Type"]),
                    project.reach(project.named_programs(words)),
                    words,
                )
            if document.get("type") == "pipeline" and isinstance(document.get("jobs"), dict):
                words = text_of(document["jobs"])
                yield Flow(
                    "azureml",
                    path,
                    1,
                    "jobs",
                    project.reach(project.named_programs(words, posixpath.dirname(path))),
                    words,
                )


def schedules(answers: Answers) -> list[Schedule]:
    """Everything in a project that starts something at a time or on an event."""
    project = answers.project
    found = [
        *_ci(project),
        *_code(project, answers),
        *_prefect(project),
        *_mage_triggers(project, answers),
        *_cloud(project),
        *_cron(project),
    ]
    return [item for item in found if project.role(item.file) in ("source", "example", "notebook")]


def _ci(project: Project) -> Iterator[Schedule]:
    for job in project.jobs:
        if job.triggers & {"schedule", "event"}:
            files = project.reach(project.programs(job.commands))
            words = "\n".join(
                item.text
                for item in job.commands
                if re.search(r"dvc repro|pipeline|train|run_deployment|workflow run", item.text)
            )
            yield Schedule(
                job.file,
                job.line,
                job.name,
                files,
                words,
                True,
                "event" in job.triggers and "schedule" not in job.triggers,
            )


def _code(project: Project, answers: Answers) -> Iterator[Schedule]:
    for path, role, facts in answers.code(["source", "example"]):
        del role
        for symbol, line, _function, keywords, values in facts.get("calls", ()):
            event = bool(EVENT_CALL.search(symbol))
            if not event and not SCHEDULED_CALL.search(symbol):
                continue
            named = [keywords[key] for key in SCHEDULE_KEYWORDS if key in keywords]
            if not named and not event and not ALWAYS_SCHEDULE.search(symbol):
                continue
            files = project.reach([path])
            words = "\n".join([*keywords.values(), *values])
            times = [item for item in named if item not in EMPTY]
            hidden = bool(times) and all(item == "<env>" for item in times)
            active = event or not named or (bool(times) and not hidden)
            yield Schedule(
                path,
                line,
                symbol,
                files,
                words,
                active,
                event or any("Dataset(" in item or "Asset(" in item for item in named),
                hidden,
            )


def _prefect(project: Project) -> Iterator[Schedule]:
    for path, documents in project.documents.items():
        if not re.search(r"(?:prefect|deployment)[\w.-]*\.ya?ml$", path):
            continue
        for item in (found for document in documents for found in mappings(document)):
            if "entrypoint" not in item or not ({"schedule", "schedules"} & set(item)):
                continue
            entry = str(item["entrypoint"]).partition(":")[0]
            times = [entry for entry in as_list(item.get("schedule")) + as_list(item.get("schedules")) if entry]
            active = any(not isinstance(entry, dict) or _active(entry) for entry in times)
            files = project.reach([project.find(entry, posixpath.dirname(path))])
            line = line_of(project.raw[path], "schedule")
            yield Schedule(
                path, line, "schedule", files, text_of(item.get("name")) + " " + text_of(item.get("entrypoint")), active
            )


def _active(entry: dict[str, Any]) -> bool:
    """A schedule that is not switched off and has a time."""
    off = str(entry.get("active", entry.get("is_schedule_active", True))).lower() == "false"
    return not off and any(entry.get(key) for key in ("cron", "interval", "rrule", "schedule"))


def _mage_triggers(project: Project, answers: Answers) -> Iterator[Schedule]:
    runs = {flow.file.rpartition("/")[0]: flow for flow in flows(answers) if flow.kind == "mage"}
    for path, documents in project.documents.items():
        flow = runs.get(posixpath.dirname(path))
        if flow is None or posixpath.basename(path) != "triggers.yaml":
            continue
        for item in (found for document in documents for found in mappings(document)):
            kind = str(item.get("schedule_type", ""))
            if kind in ("time", "event"):
                active = str(item.get("status", "active")) == "active"
                yield Schedule(
                    path,
                    line_of(project.raw[path], "schedule_type"),
                    flow.symbol,
                    flow.files,
                    flow.words,
                    active,
                    kind == "event",
                )


def _cloud(project: Project) -> Iterator[Schedule]:
    """Rules of CloudFormation and Terraform, and CronJobs of Kubernetes."""
    for path, documents in project.documents.items():
        raw = project.raw[path]
        for document in documents:
            for item in mappings(document):
                if item.get("Type") in ("AWS::Events::Rule", "AWS::Scheduler::Schedule") and isinstance(
                    item.get("Properties"), dict
                ):
                    yield _rule(project, path, raw, item["Properties"])
                if item.get("kind") in (
                    "CronJob",
                    "CronWorkflow",
                    "ScheduledWorkflow",
                    "ScheduledSparkApplication",
                    "CronTab",
                ):
                    words = text_of(item.get("spec")) + "\n" + text_of(item.get("metadata"))
                    active = str(mapping(item.get("spec")).get("suspend", False)).lower() != "true"
                    yield Schedule(
                        path,
                        line_of(raw, str(item["kind"])),
                        str(item["kind"]),
                        project.reach(project.named_programs(words)),
                        words,
                        active,
                    )
                if item.get("quartz_cron_expression"):
                    active = str(item.get("pause_status", "UNPAUSED")).upper() != "PAUSED"
                    words = text_of(document)
                    yield Schedule(
                        path,
                        line_of(raw, "quartz_cron_expression"),
                        "quartz_cron_expression",
                        project.reach(project.named_programs(words, posixpath.dirname(path))),
                        words,
                        active,
                    )
    for path, text in project.text.items():
        if path.endswith(".tf"):
            for block in re.finditer(
                r'resource\s+"(aws_cloudwatch_event_rule|google_cloud_scheduler_job|aws_scheduler_schedule)"\s+"([\w-]+)"\s*\{(.*?)\n\}',
                text,
                re.S,
            ):
                words = block.group(2) + "\n" + block.group(3)
                active = not re.search(r"is_enabled\s*=\s*false|paused\s*=\s*true|state\s*=\s*\"DISABLED\"", words)
                yield Schedule(
                    path,
                    text.count("\n", 0, block.start()) + 1,
                    block.group(1),
                    project.reach(project.named_programs(words)),
                    words,
                    active,
                    "event_pattern" in words and "schedule_expression" not in words,
                )


def _rule(project: Project, path: str, raw: str, properties: dict[str, Any]) -> Schedule:
    words = text_of(properties)
    pattern = text_of(properties.get("EventPattern"))
    pushed = "aws.codecommit" in pattern
    told = re.search(r"aws\.cloudwatch|aws\.s3|ALARM|aws\.sagemaker", pattern)
    active = (
        str(properties.get("State", "ENABLED")) != "DISABLED"
        and not pushed
        and bool(told or properties.get("ScheduleExpression"))
    )
    line = line_of(
        raw, str(properties.get("Description") or properties.get("ScheduleExpression") or "AWS::Events::Rule")
    )
    if re.search(r"pipeline|statemachine|states:", text_of(properties.get("Targets")), re.I) and _trains(path, project):
        words += "\ntraining pipeline"
    return Schedule(path, line, "AWS::Events::Rule", set(), words, active, bool(told))


def _trains(path: str, project: Project) -> bool:
    """A template whose pipeline has a training stage."""
    text = project.text.get(path, "")
    return bool(
        re.search(r"AWS::(?:CodePipeline::Pipeline|StepFunctions::StateMachine|SageMaker::Pipeline)", text)
        and TRAINS.search(text)
    )


def _cron(project: Project) -> Iterator[Schedule]:
    for path, text in project.text.items():
        if not re.search(r"(?:^|[/._-])cron(?:tab)?(?:$|[._/-])", path):
            continue
        for number, line in enumerate(text.split("\n"), 1):
            entry = re.match(r"^\s*(?:@\w+|(?:[\d*/,-]+\s+){5})(?:root\s+)?(.*)$", line)
            if entry:
                commands = [Command(entry.group(1), path, number)]
                yield Schedule(path, number, "cron", project.reach(project.programs(commands)), entry.group(1))


def mapping(value: Any) -> dict[str, Any]:
    """A mapping as it is, anything else as an empty one."""
    return value if isinstance(value, dict) else {}
