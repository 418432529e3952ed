# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a new model promoted or deployed without a person, and only where its figures pass?"""

from __future__ import annotations

import re
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import trainers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.decisions import (
    Code,
    calls_of,
    evidence_of,
    leads_to,
    on_figure,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.facts import Decision
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers import graph_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.ci_jobs import started_by
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence

PROMOTES = re.compile(
    r"(?:^|\.)(?:transition_model_version_stage|set_registered_model_alias|update_model_package|link_model|"
    r"register_model|set_stage|promote\w{0,99}|_promote\w{0,99}|register_\w{0,99}model\w{0,99}|create_model_version|add_version_aliases|"
    r"set_default_version|link_artifact|Model\.(?:register|upload)|deploy(?:_\w{0,99}(?:model|endpoint|service|version|challenger|candidate))?)$|"
    # What is stored as the model in use.
    r"\([^()]{0,200}?(?:champion|production|(?<![a-z])prod(?![a-z])|current_model|live_model|serving)[^()]{0,200}\)$",
    re.I,
)
STORES = re.compile(r"(?:^|\.)(?:dump|save\w{0,40}|upload\w{0,40}|put_object|copy\w{0,20})$")
GATE = re.compile(
    r"threshold|promot|better|improve|beats|passed|is_best|accept|wins?(?![a-z])|winner|approv|outperform|eligib|"
    r"should_(?:deploy|register|replace)|deploy_flag|decision|verdict",
    re.I,
)
STOPS = re.compile(r"(?:Error|Exception|Failed|Skip|FAIL)$|(?:^|\.)(?:cancel|exit|abort|fail)$")
FORK = re.compile(
    r"(?:^|\.)(?:Branch\w{0,60}Operator|ShortCircuit\w{0,60}|branch\w{0,20}|short_circuit\w{0,20}|Condition|If|Elif|ConditionStep)$"
)
# What a gate prints for a fork of the flow to read.
TELLS = re.compile(r"^print$|(?:^|\.)(?:echo|stdout\.write)$")
STEP = re.compile(r"sagemaker\..{0,99}\.ConditionStep$|^kfp\.(?:v2\.)?dsl\.(?:Condition|If|Elif)$")


def gated_promotion(answers: Answers) -> list[Evidence]:
    """Decisions on a figure of the model that let it pass to the registry or into service, in code that runs without a person."""
    found: list[Evidence] = []
    for files in _unattended(answers):
        code = Code(answers.project, files)
        promoting = code.doers(calls_of(answers.project, files, PROMOTES))
        verdicts = code.verdicts()
        found.extend(evidence_of(item) for item in code.decisions if _passes(item, code, verdicts, promoting))
        found.extend(evidence_of(item) for item in _stops(answers, code, files, verdicts))
        for path in sorted(set(code.files) - answers.files("approval_by_person")):
            for call in answers.project.python[path].calls:
                if STEP.search(call.symbol):
                    found.append(Evidence(4, path, call.line, call.symbol))
    return sorted(set(found))


def _unattended(answers: Answers) -> Iterator[frozenset[str]]:
    """Code that runs together without a person: of each job that trains, and of each job of CI that starts by itself."""
    graph = graph_of(answers)
    training = trainers(answers)
    seen: set[frozenset[str]] = set()
    for job in graph.jobs:
        files = frozenset().union(*(graph.code(one.files) for one in graph.started(job)))
        if job.ordered and files & training:
            seen.add(files)
    for one in answers.project.jobs:
        if one.automatic:
            begun = graph.named({name for command in one.commands for name in started_by(command)})
            files = frozenset(answers.project.programs(one.commands))
            seen.add(graph.code(files.union(*(job.files for start in begun for job in graph.started(start)))))
    yield from sorted((files for files in seen if files), key=sorted)


def _passes(item: Decision, code: Code, verdicts: frozenset[str], promoting: frozenset[str]) -> bool:
    """Whether a decision lets a model pass."""
    about = on_figure(item) or bool(GATE.search(item.words)) or bool(item.names & verdicts)
    # A guard that leaves the function is a gate, too, for what comes after it.
    judged = on_figure(item) or (bool(verdicts) and bool(GATE.search(item.words)))
    guards = item.leaves and item.function in promoting and judged
    stores = bool(PROMOTES.search(item.function)) and any(STORES.search(word) for word in item.then)
    outcome = [*item.then, *item.otherwise]
    return about and (guards or stores or leads_to(outcome, promoting, PROMOTES, code, frozenset()))


def _stops(answers: Answers, code: Code, files: frozenset[str], verdicts: frozenset[str]) -> Iterator[Decision]:
    """Decisions of one step that end the flow, or that a fork of the flow hears of, where another step promotes."""
    if not any(calls_of(answers.project, files, PROMOTES)):
        return
    forked = any(calls_of(answers.project, files, FORK))
    for item in code.decisions:
        called = [word for word in (*item.then, *item.otherwise) if not word.startswith("->")]
        ends = any(STOPS.search(symbol) for symbol in called)
        says_either = all(any(map(TELLS.search, outcome)) for outcome in (item.then, item.otherwise))
        told = forked and (says_either or any(name in ("said", "return") for name in item.given))
        if (on_figure(item) or item.names & verdicts) and (ends or told):
            yield item
