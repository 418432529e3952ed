# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check of registries: stores whose artefacts have versions, where an artefact is a model."""

from __future__ import annotations

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import CODE
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence, symbol_pattern

ARTEFACT = symbol_pattern(("wandb.*Artifact", "wandb.*use_artifact"))


def model_artifact(answers: Answers) -> list[Evidence]:
    """Artefacts of Weights & Biases that are made or asked for as models."""
    return [
        Evidence(answers.weight(path, role, call.function), path, call.line, call.symbol)
        for path, role, facts in answers.code(list(CODE))
        for call in facts.calls
        if ARTEFACT.fullmatch(call.symbol) and "model" in (call.keywords.get("type", ""), *call.values[1:2])
    ]
