# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of applications on somebody else's language model: what makes one, and how its answers are evaluated."""

from __future__ import annotations

import re

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.ci import Job
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import CODE, trainers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.decisions import evidence_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.facts import NO_CODE, Decision
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence, symbol_pattern

USES = ("llm_import", "llm_call", "llm_address", "llm_module", "llm_server")
STORED = re.compile(
    r"baseline|(?<![a-z])(?:previous|stored|last)_\w{0,40}(?:score|result|metric|eval|run|report)", re.I
)
CHANGE = re.compile(r"(?<![a-z])(?:delta|diff(?:erence)?|drop|regress\w{0,9}|tolerance)(?![a-z])", re.I)
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
    commands = [one for job in _checking(answers) for one in job.commands if one.gating]
    programs = project.programs(commands)
    told = project.programs(one for one in commands if STORED.search(one.text))
    files = {path for path in project.reach(programs) if path in project.python and project.role(path) in CODE}
    live = project.functions(files, programs)
    return [
        evidence_of(item)
        for path in sorted(files)
        for item in project.python[path].decisions
        if item.ordered and (path, item.function) in live and _about_stored(item, path in told)
    ]


def _about_stored(item: Decision, told: bool) -> bool:
    """Whether a decision is about stored scores: it names them, or it is about a change in a program that CI tells of them."""
    return bool(STORED.search(item.words) or (told and CHANGE.search(item.words)))


FEEDBACK = re.compile(r"(?:feedback|rating|vote|judgment|judgement|evaluation)s?$", re.I)
MAPPED = re.compile(r"(?:^|\.)(?:\w{0,40}Base|SQLModel|Model|Document)$")
STATEMENT = re.compile(r"^\s*(?:insert|update)\s", re.I)
KEEPS = symbol_pattern(("*.insert_one", "*.insert().execute", "*.put_item", "*.append_row"))


def feedback_stored(answers: Answers) -> list[Evidence]:
    """Places where the service stores what its users or a judge think of an answer of the language model."""
    if not llm_uses(answers):
        return []
    project = answers.project
    services = answers.files("serving_code")
    files = project.reach(services) & set(project.python)
    live = project.functions(files, services)
    found = []
    for item in answers.found("feedback_table"):
        facts = project.python.get(item.file, NO_CODE)
        function = max(((one.line, one.name) for one in facts.functions if one.line <= item.line), default=(0, ""))[1]
        keeps = any(KEEPS.fullmatch(call.symbol) for call in facts.calls if call.function == function)
        if (item.file, function) in live and (keeps or STATEMENT.search(item.symbol)):
            found.append(item)
    for path, function in sorted(live):
        facts = project.python[path]
        for one in facts.classes:
            mapped = FEEDBACK.search(one.name) and any(map(MAPPED.search, one.symbols))
            if mapped and one.name in facts.names.get(function, ()):
                found.append(Evidence(4, path, one.line, one.name))
    return found


def _checking(answers: Answers) -> list[Job]:
    return [job for job in answers.project.jobs if job.triggers & {"push", "pull_request", "schedule"}]
