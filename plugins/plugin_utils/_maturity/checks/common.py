# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several of the checks ask for."""

from __future__ import annotations

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

CODE = ("source", "example")


def trainers(answers: Answers) -> set[str]:
    """Files outside notebooks in which a model is fitted."""
    found = answers.files(
        "training_call", "training_fit", "training_other_language", "training_in_config", "training_command"
    )
    return {path for path in found if answers.project.role(path) in CODE}
