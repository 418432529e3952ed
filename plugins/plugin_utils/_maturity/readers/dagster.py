# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dagster: jobs that select assets by group, name or module, and the schedules and sensors that name a job or assets."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.constructs import Construct
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

ASSET = re.compile(r"^dagster\.(?:\w{1,40}_)?asset$")
JOB = re.compile(r"^dagster\.(?:define_asset_job|job)$")
LOADED = re.compile(r"^dagster\.load_assets_from_\w{1,40}$")
TIME = re.compile(r"^dagster\.(?:ScheduleDefinition|schedule|build_schedule_from_\w{1,60})$")
EVENT = re.compile(r"^dagster\.(?:SensorDefinition|(?:\w{1,40}_)?sensor|AssetSensorDefinition)$")


# What makes a selection more than the assets that it names.
WIDER = re.compile(r"[*+]|^(?:upstream|downstream|required_multi_asset_neighbors|all)$", re.M)


@dataclass(frozen=True)
class Asset:
    """An asset: its file, its name and its groups."""

    file: str
    name: str
    groups: frozenset[str]


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A job for each selection of assets and each job of operations, a trigger for each schedule and sensor."""
    project = answers.project
    made = [one for one in project.constructs if one.symbol.startswith("dagster.")]
    assets = _assets(project, made)
    for one in made:
        if JOB.match(one.symbol):
            names = {one.variable, _after(one, "name=")} - {""}
            chosen = [] if one.kind == "job" else _selected(one, assets, True)
            # Where assets are named, their neighbours in a file do not run.
            alone = (
                frozenset(item.name for item in chosen)
                if one.given("selection") and not WIDER.search("\n".join(one.words))
                else frozenset()
            )
            files = {item.file for item in chosen} if one.kind != "job" else {one.file}
            yield replace(_job(one.file, one.line, one.symbol, names, files), functions=alone)
        elif TIME.match(one.symbol) or EVENT.match(one.symbol):
            yield Trigger(
                "dagster",
                "time" if TIME.match(one.symbol) else "event",
                one.file,
                one.line,
                one.symbol,
                starts=frozenset("dagster:" + word for word in one.words),
                files=frozenset(_files(one, assets)),
                targeted=True,
            )
    for path, facts in project.python.items():
        for function in facts.functions:
            if "dagster.job" in function.symbols:
                yield _job(path, function.line, "dagster.job", {function.name}, {path})


def _job(path: str, line: int, symbol: str, names: set[str], files: set[str]) -> Job:
    return Job("dagster", path, line, symbol, frozenset("dagster:" + name for name in names), frozenset(files))


def _files(trigger: Construct, assets: list[Asset]) -> set[str]:
    """What a trigger starts besides jobs: the assets that it selects, or, where it names nothing, its own function."""
    if trigger.given("target"):
        return {item.file for item in _selected(trigger, assets, False)}
    return (
        set()
        if any(trigger.given(name) for name in ("job", "jobName", "jobs")) or len(trigger.words) < 2
        else {trigger.file}
    )


def _after(one: Construct, key: str) -> str:
    """The word that follows a keyword."""
    return next((value for word, value in zip(one.words, one.words[1:]) if word == key), "")


def _assets(project: Project, made: list[Construct]) -> list[Asset]:
    groups = {
        (one.file, one.variable): _after(one, "group_name=")
        for one in made
        if ASSET.match(one.symbol) and one.given("groupName")
    }
    by_module = [(_after(one, "group_name="), set(one.words)) for one in made if LOADED.match(one.symbol)]
    found = []
    for path, facts in project.python.items():
        module = posixpath.basename(path).removesuffix(".py")
        for function in facts.functions:
            if any(ASSET.match(item) for item in function.symbols):
                given = {group for group, words in by_module if group and module in words}
                own = groups.get((path, function.name), "")
                found.append(Asset(path, function.name, frozenset({own, *given} - {""})))
    return found


def _selected(one: Construct, assets: list[Asset], otherwise: bool) -> list[Asset]:
    """The assets that a selection names by group, name or module; all where there is no selection, or one of all."""
    words = {part for word in one.words for part in re.split(r"[*+,/ ]", word)}
    everything = "all" in words or "*" in one.words or not (one.given("selection") or one.given("target"))
    return [
        item
        for item in assets
        if (everything and otherwise)
        or "*" in one.words
        or item.name in words
        or item.groups & words
        or posixpath.basename(item.file).removesuffix(".py") in words
    ]
