# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of applications on somebody else's language model: what makes one, and how its answers are evaluated."""

from __future__ import annotations

import re

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.ci import Job
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import CODE, trainers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.decisions import evidence_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence

USES = ("llm_import", "llm_call", "llm_address", "llm_module", "llm_server")
STORED = re.compile(
    r"baseline|(?<![a-z])(?:previous|stored|last)_\w{0,40}(?:score|result|metric|eval|run|report)", re.I
)
PROMPTFOO = re.compile(r"^promptfoo(?:@[\w.-]{1,40})? eval\b|^uses:promptfoo/promptfoo-action\b")
CONFIG = re.compile(r"(?:\s-c|\s--config|\bconfig)[ =]{1,3}[\"']?([\w./-]{1,200})")
DEFAULT_CONFIG = re.compile(r"(?:^|/)promptfooconfig\.(?:ya?ml|json|[cm]?[jt]s)$")


def llm_uses(answers: Answers) -> list[Evidence]:
    """Places in the project's own code and configuration that call or serve a language model which others have trained."""
    return [item for name in USES for item in answers.found(name) if answers.project.role(item.file) == "source"]


def is_llm_application(answers: Answers) -> bool:
    """Whether it is an application on somebody else's model, and trains or fine-tunes none of its own, not in a notebook either."""
    fits = answers.found("training_call") or answers.found("training_fit")
    return not trainers(answers) and not fits and bool(llm_uses(answers))


def prompt_tests_in_ci(answers: Answers) -> list[Evidence]:
    """Evaluations that CI runs with promptfoo by a configuration that is in the checkout."""
    project = answers.project
    found = []
    for job in _checking(answers):
        for one in job.commands:
            if one.gating and PROMPTFOO.search(one.text):
                named = CONFIG.search(one.text)
                path = project.find(named.group(1), one.folder) if named else ""
                if path or (not named and any(DEFAULT_CONFIG.search(item) for item in project.files)):
                    found.append(Evidence(4, one.file, one.line, "promptfoo eval"))
    return found


def evaluated_against_stored(answers: Answers) -> list[Evidence]:
    """A comparison of the application's scores with the stored ones of the current version, in a program that CI runs on a change."""
    if not llm_uses(answers):
        return []
    project = answers.project
    programs = project.programs(one for job in _checking(answers) for one in job.commands if one.gating)
    files = {path for path in project.reach(programs) if path in project.python and project.role(path) in CODE}
    live = project.functions(files, programs)
    return [
        evidence_of(item)
        for path in sorted(files)
        for item in project.python[path].decisions
        if item.ordered and STORED.search(item.words) and (path, item.function) in live
    ]


def _checking(answers: Answers) -> list[Job]:
    return [job for job in answers.project.jobs if job.triggers & {"push", "pull_request", "schedule"}]
