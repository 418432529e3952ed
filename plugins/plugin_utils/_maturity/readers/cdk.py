# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS CDK in Python and TypeScript: state machines and pipelines, and the rules that start them."""

from __future__ import annotations

import posixpath
import re
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.commands import Command
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.constructs import Construct, closure, plain
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import HANDLER, Project
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

MACHINE = re.compile(
    r"aws_(?:stepfunctions\.\w{0,40}StateMachine|codepipeline\.Pipeline|sagemaker\.CfnPipeline)$|pipelines\.CodePipeline$"
)
RULE = re.compile(r"aws_(?:events|scheduler)\.(?:\w{1,40}\.)?(?:Cfn)?(?:Rule|Schedule)$")
# A rule for what becomes of a construct.
BECOMES = re.compile(r"\.on_\w{1,60}$")
PIPELINE = re.compile(r"arn:aws[\w-]{0,9}:sagemaker:.{0,200}:pipeline")
FUNCTION = re.compile(r"aws_lambda\w{0,40}\.\w{0,40}Function$")
MODEL_EVENT = re.compile(r"SageMaker Model Package")
CHANGE_OF_CODE = re.compile(r"aws\.(?:codecommit|ecr)|CodeCommit|CodeStar")
# What names an event, and nothing that is started.
OF_EVENT = re.compile(r"^aws\.|State Change|Status$|^detail")
ADDRESS = re.compile(r"^arn:.{0,200}:(?:pipeline/|stateMachine:)([\w.-]{1,200})$")
TRAINS = re.compile(r"SageMakerCreateTrainingJob|createTrainingJob|create_training_job", re.I)


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A job for each state machine and pipeline, a trigger for each rule that starts one."""
    project = answers.project
    machines = [one for one in project.constructs if MACHINE.search(one.symbol)]
    for one in machines:
        group = closure(one, project.constructs)
        words = [word for part in group for word in part.words]
        yield Job(
            "cdk",
            one.file,
            one.line,
            one.symbol,
            names=frozenset([_name(one.file, one.variable), _name("", one.variable), *_names(one)]),
            files=frozenset(item for part in group for item in functions(project, part)),
            does=frozenset(["trains"] if any(TRAINS.search(word) for word in words) else []),
            words=plain(words),
            ordered=one.kind not in ("Pipeline", "CodePipeline"),
        )
    addresses = [one for one in project.constructs if one.variable and PIPELINE.search("".join(one.words))]
    rules = [
        _rule(project, one, {item.variable for item in machines}, {item.variable for item in addresses})
        for one in project.constructs
        if (RULE.search(one.symbol) and (one.given("schedule") or _pattern(one)))
        or (BECOMES.search(one.symbol) and one.given("schedule"))
    ]
    yield from rules
    # Of a pipeline whose name is computed, only the rules that start it say what it does.
    for one in addresses:
        name = _name(one.file, one.variable)
        told = "\n".join(rule.words for rule in rules if name in rule.starts)
        yield Job("cdk", one.file, one.line, one.symbol, frozenset([name]), words=told, ordered=False)


def _name(file: str, variable: str) -> str:
    return "cdk:%s:%s" % (file, variable.replace("_", "").lower()) if variable else "cdk::"


def _names(machine: Construct) -> set[str]:
    """What it is called in the cloud: a text that it is given after a name."""
    pairs = zip(machine.words, machine.words[1:])
    return {"pipeline:" + value for key, value in pairs if re.match(r"(?:\w{1,40}_name=|\w{1,40}Name:)$", key)}


def _pattern(rule: Construct) -> bool:
    return rule.given("eventPattern")


def _rule(project: Project, rule: Construct, machines: set[str], addresses: set[str]) -> Trigger:
    group = closure(rule, project.constructs)
    words = [word for one in group for word in one.words]
    if not any(word in ("targets=", "targets:") or word.lower() in ("addtarget", "add_target") for word in words):
        # Its targets are put into the template that comes of it.
        words += [
            word for one in project.constructs if one.file == rule.file and "Targets" in one.words for word in one.words
        ]
    text = "\n".join(words)
    starts = {"pipeline:" + found.group(1) for found in map(ADDRESS.match, words) if found}
    for variable in machines.intersection(words):
        own = any(one.file == rule.file and one.variable == variable for one in project.constructs)
        starts.add(_name(rule.file if own else "", variable))
    aimed = {word for one in group if one.variable == rule.variable + "()" for word in one.words}
    starts |= {_name(rule.file, variable) for variable in addresses & aimed}
    about_model = bool(MODEL_EVENT.search(text))
    timed = rule.given("schedule")
    changed = not about_model and not timed and bool(CHANGE_OF_CODE.search(text))
    off = any(
        key in ("enabled=", "enabled:") and value.lower() == "false" for key, value in zip(rule.words, rule.words[1:])
    )
    return Trigger(
        "cdk",
        "time" if timed else "model" if about_model else "push" if changed else "event",
        rule.file,
        rule.line,
        rule.symbol,
        starts=frozenset(starts),
        files=frozenset(item for one in group for item in functions(project, one)),
        words="" if about_model or changed else plain(word for word in words if not OF_EVENT.search(word)),
        active=not off and not changed,
        targeted=True,
    )


def functions(project: Project, one: Construct) -> set[str]:
    """Files of the checkout in which a function's handler stands."""
    if not FUNCTION.search(one.symbol):
        return set()
    found: set[str] = set()
    for word in one.words:
        if not HANDLER.match(word):
            continue
        for folder in [*_folders(project, one), posixpath.dirname(one.file)]:
            programs = project.programs([Command(word, one.file, one.line, True, folder)])
            script = project.find(word.rpartition(".")[0] + ".js", folder)
            found |= programs | ({script} if script else set())
            if found:
                break
    for folder in _folders(project, one):
        box = project.containers.get(posixpath.join(folder, "Dockerfile"))
        found |= box.programs if box else set()
    return found


def _folders(project: Project, one: Construct) -> list[str]:
    """Folders of the checkout that a construct names: from where the CDK runs, or from its own file."""
    homes = [posixpath.dirname(path) for path in project.files if posixpath.basename(path) == "cdk.json"]
    found = []
    for word in one.words:
        for home in [*homes, posixpath.dirname(one.file)] if re.match(r"[\w./-]{1,200}$", word) else ():
            folder = posixpath.normpath(posixpath.join(home, word))
            if folder in project.folders and folder not in found:
                found.append(folder)
    return found
