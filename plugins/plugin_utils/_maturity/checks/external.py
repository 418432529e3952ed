# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of what stands elsewhere: CI of another repository or service, names that only the environment has."""

from __future__ import annotations

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import CODE
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence


def external_ci(answers: Answers) -> list[Evidence]:
    """CI that is told to run what stands elsewhere, and badges of CI systems without their configuration."""
    return [Evidence(1, *item) for item in answers.project.outside]


def registry_from_environment(answers: Answers) -> list[Evidence]:
    """Models that are logged or loaded under a name or an address that only the environment has."""
    found = []
    for path, _role, facts in answers.code(list(CODE)):
        for call in facts.calls:
            named = call.keywords.get("registered_model_name")
            address = call.keywords.get("model_uri", call.values[0] if call.values else "")
            loaded = address == "<env>" and call.symbol.endswith("load_model")
            if (named == "<env>" or loaded) and call.symbol.startswith("mlflow."):
                found.append(Evidence(1, path, call.line, call.symbol))
    return found
