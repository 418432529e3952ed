# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of promotion: branches and steps that let a model pass by its metric."""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import METRIC, trainers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers import graph_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence

PROMOTES = re.compile(
    r"(?:^|\.)(?:transition_model_version_stage|set_registered_model_alias|update_model_package|link_model|"
    r"register_model|set_stage|promote\w{0,99}|_promote\w{0,99}|register_\w{0,99}model\w{0,99}|create_model_version|add_version_aliases|"
    r"set_default_version|link_artifact|deploy(?:_\w{0,99}(?:model|endpoint|service|version|challenger|candidate))?)$"
)


def gated_promotion(answers: Answers) -> list[Evidence]:
    """Branches on a metric whose body promotes, in code that a training flow or CI runs."""
    project = answers.project
    graph = graph_of(answers)
    training = trainers(answers)
    unattended: set[str] = set()
    flows = [graph.code(job.files) for job in graph.jobs if job.ordered]
    trained = [files for files in flows if files & training]
    unattended.update(*trained)
    for job in project.jobs:
        if job.automatic:
            unattended |= project.reach(project.programs(job.commands))
    found: list[Evidence] = []
    for files in trained:
        found.extend(_stops(answers, files))
    for path in sorted(unattended & set(project.python)):
        facts = project.python[path]
        found.extend(_gates(path, facts))
        for symbol, line, _function, _keywords, _values in facts.get("calls", ()):
            if re.search(r"sagemaker\..{0,99}\.ConditionStep$|^kfp\.(?:v2\.)?dsl\.(?:Condition|If|Elif)$", symbol):
                found.append(Evidence(4, path, line, symbol))
    return found


MEASURE = re.compile(r"(?<![a-z])(?:rmse|mae|mse|ma[p]e|accuracy|acc|f1|auc|roc|r2|scores?|metrics?)(?![a-z])", re.I)
STOPS = re.compile(r"(?:Error|Exception|Failed|Skip|FAIL)$|(?:^|\.)(?:cancel|exit|abort|fail)$")


def _stops(answers: Answers, loaded: frozenset[str]) -> Iterator[Evidence]:
    """Steps that end a flow where a metric is not good enough, in flows that promote in another step."""
    python = answers.project.python
    files = sorted(loaded & set(python))
    if not any(PROMOTES.search(call[0]) for path in files for call in python[path].get("calls", ())):
        return
    for path in files:
        for names, line, _function, ordered, body, other, _leaves in python[path].get("compares", ()):
            words = " ".join(names)
            if ordered and MEASURE.search(words) and any(STOPS.search(symbol) for symbol in body + other):
                yield Evidence(4, path, line, words[:100])


GATE = re.compile(
    r"threshold|promot|better|improve|beats|passed|is_best|accept|wins?(?![a-z])|winner|approv|outperform|eligib|"
    r"should_(?:deploy|register|replace)|deploy_flag",
    re.I,
)


def _gates(path: str, facts: Mapping[str, Any]) -> Iterator[Evidence]:
    promoting = {
        function for symbol, _line, function, _keywords, _values in facts.get("calls", ()) if PROMOTES.search(symbol)
    }
    for names, line, function, _ordered, body, other, leaves in facts.get("compares", ()):
        words = " ".join(names)
        gated = METRIC.search(words) or GATE.search(words)
        directly = any(PROMOTES.search(symbol) for symbol in body + other)
        # A branch that leaves the function is a gate, too, for what comes after it.
        if gated and (directly or (leaves and function and function in promoting and METRIC.search(words))):
            yield Evidence(4, path, line, words[:100])
