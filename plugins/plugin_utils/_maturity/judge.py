# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From facts and rules to the result document: statuses, levels, blockers and next steps."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Any, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity import advice
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.attestations import (
    Declared,
    Statement,
    statements,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks import CHECKS, trainers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.llm import is_llm_application, llm_uses
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.components import (
    components_of,
    facts_of_component,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.facts import Facts, decoded
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.levels import (
    COURSE_NOTES,
    LEVEL_NAMES,
    LEVELS,
    NO_ML,
    PROFILES,
    Scale,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.ruleset import EXPRESSIONS, Rules, named_signals
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.tech_stack import (
    TechStack,
    tech_stack_of,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.technologies import warnings_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.unread import Unread, unread_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_live.live import (
    apply_live,
    live_of,
    seen_at_work,
)

LESSON = re.compile(
    r"^(?:\d\d?[-_.])?(?:week|w\d|module|day[-_]?\d|lab[-_]?\d|cohort|lesson|lecture|chapter|session|homework|hw\d)",
    re.I,
)
NUMBERED = re.compile(r"^\d\d?[-_.]")
MOST_EVIDENCE = 5


class Inapplicable(enum.Enum):
    """Why a criterion does not concern a project."""

    NO_MODEL = "there is no machine learning that it could be about"
    FOREIGN_MODEL = "the model is somebody else's, and nothing here trains or fine-tunes one"


def judge(
    document: Mapping[str, Any],
    rules: Rules,
    *,
    profile: str = "default",
    target_level: int | None = None,
    attestations: list[dict[str, Any]] | None = None,
    waivers: list[dict[str, Any]] | None = None,
    today: str = "",
    live: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The result document of schema 1, from what the module sends.

    `today` (YYYY-MM-DD) decides which statements have expired, and how long ago it is what a server tells.
    """
    facts = decoded(document)
    declared = statements(
        facts.text.get(".mlops-maturity.yml", ""), attestations or [], waivers or [], set(rules.criteria), today
    )
    scale = Scale(
        PROFILES[profile],
        keystones=frozenset(name for name, criterion in rules.criteria.items() if criterion.get("keystone")),
        attested_only=frozenset(name for name, criterion in rules.criteria.items() if criterion.get("attested_only")),
    )
    whole = _assess(facts, rules, declared)
    entries, unanswered = apply_live(whole.entries, live or {}, today)
    declared.warnings += unanswered
    target = target_level or declared.target_level or LEVELS[-1]
    levels = scale.figures(entries, whole.reason)
    level = levels["level"]
    first = min([level + 1, target]) if level is not None and level < target else 0
    folders = [] if whole.course else components_of(whole.answers)
    in_the_way = _blockers(entries, first, scale)
    return {
        "schema": 1,
        "project": {
            "path": facts.path,
            "commit": facts.commit,
            "kind": whole.kinds,
            "layout": "course_notes" if whole.course else "monorepo" if folders else "single",
        },
        "profile": profile,
        "target_level": target,
        **levels,
        **_declared_and_seen(whole, entries, rules, scale),
        "level_name": "" if level is None else LEVEL_NAMES[level],
        "reason": whole.reason,
        "criteria": entries,
        "components": [
            _component(folder, folders, whole, rules, declared, scale, live or {}, today) for folder in folders
        ],
        "blockers": [advice.blocker(item) for item in in_the_way],
        "next_steps": [] if whole.reason else _next_steps(entries, in_the_way, rules, first, target, whole),
        "attested": [item["id"] for item in entries if item["status"] == "attested"],
        "warnings": declared.warnings
        + ["%s could not be answered: %s" % item for item in sorted(whole.answers.broken.items())]
        + warnings_of(whole.answers.project)
        + _platform_only(whole)
        + (["course notes: several exercises side by side make no one product"] if whole.course else []),
        "scan": {
            "files": len(facts.files),
            "parsed": len(facts.python) + len(facts.notebooks) - len(facts.unparsed),
            "unparsed": facts.unparsed,
            "truncated": [item.text for item in facts.omitted],
        },
    }


@dataclass
class Assessment:
    """Facts as they are judged: a whole checkout, or a component of it."""

    facts: Facts
    answers: Answers
    stack: TechStack
    entries: list[dict[str, Any]]
    kinds: list[str]
    course: bool
    reason: str


def _assess(facts: Facts, rules: Rules, declared: Declared) -> Assessment:
    answers = Answers(Project(facts, declared.roles, declared.exclude), rules.signals, CHECKS)
    unread = unread_of(facts, answers.project)
    kinds = _kinds(answers)
    # What was not read may train.
    foreign = is_llm_application(answers) and not unread.hides_code(answers)
    course = _is_course(answers)
    reason = _no_level(answers, kinds, course, unread)
    stack = tech_stack_of(answers)
    entries = [
        _entry(criterion, answers, stack, unread, declared.by_id, _inapplicable(criterion, reason == NO_ML, foreign))
        for criterion in rules.criteria.values()
    ]
    return Assessment(facts, answers, stack, entries, kinds, course, reason)


def _component(  # noqa: PLR0917 (what the project has, and the folder)
    folder: str,
    folders: list[str],
    whole: Assessment,
    rules: Rules,
    declared: Declared,
    scale: Scale,
    live: Mapping[str, Any],
    today: str,
) -> dict[str, Any]:
    part = _assess(facts_of_component(whole.facts, folder, folders, whole.answers), rules, declared)
    # A server that does not answer is told of once, for the whole.
    entries, _unanswered = apply_live(part.entries, live_of(live, folder), today)
    return {
        "path": folder,
        "kind": part.kinds,
        **scale.figures(entries, part.reason),
        **_declared_and_seen(part, entries, rules, scale),
        "criteria": [
            {key: item[key] for key in ("id", "level", "status", "strength", "live") if key in item} for item in entries
        ],
    }


def _declared_and_seen(
    judged: Assessment, entries: list[dict[str, Any]], rules: Rules, scale: Scale
) -> dict[str, dict[str, dict[str, Any]]]:
    """Both levels as the checkout alone declares them, and as far as they were seen at work; nothing where no server answered."""
    if not any("live" in item for item in entries):
        return {}
    at_runtime = {name for name, criterion in rules.criteria.items() if criterion.get("runtime")}
    both = {"declared": judged.entries, "seen": seen_at_work(entries, at_runtime)}
    figures = {name: scale.figures(items, judged.reason) for name, items in both.items()}
    return {"live": {name: {key: found[key] for key in ("level", "practice_level")} for name, found in figures.items()}}


def _entry(  # noqa: PLR0917 (a criterion, and what there is to judge it by)
    criterion: Mapping[str, Any],
    answers: Answers,
    stack: TechStack,
    unread: Unread,
    declared: Mapping[str, Statement],
    inapplicable: Inapplicable | None,
) -> dict[str, Any]:
    status, evidence, reason = _status(criterion, answers, unread, inapplicable)
    remedy = advice.remedy_for(criterion, stack, lambda name: bool(answers.found(name)))
    statement = declared.get(criterion["id"])
    if statement and status != "met":
        status, reason = statement.status, statement.reason
    return {
        "id": criterion["id"],
        "level": criterion["level"],
        "title": criterion["title"],
        "status": status,
        "strength": max([item.strength for item in evidence], default=0),
        "evidence": [
            {**answers.project.facts.place(item.file, item.line), "symbol": item.symbol}
            for item in evidence[:MOST_EVIDENCE]
        ],
        "reason": reason,
        "remedy": {key: remedy[key] for key in ("text", "effort", "link")},
    }


def _status(  # noqa: PLR0911 (the first that holds decides)
    criterion: Mapping[str, Any], answers: Answers, unread: Unread, inapplicable: Inapplicable | None
) -> tuple[str, list[Evidence], str]:
    if inapplicable is Inapplicable.FOREIGN_MODEL:
        return "not_applicable", [], inapplicable.value
    if criterion.get("attested_only") and not inapplicable:
        return "unknown", [], "cannot be seen in a checkout; attest it"
    holds, evidence = holds_for(criterion["met"], answers)
    if holds:
        return "met", evidence, ""
    holds, evidence = holds_for(criterion.get("partial", []), answers)
    if holds:
        return "partial", evidence, advice.partial_reason(criterion, answers)
    if inapplicable:
        return "not_applicable", [], inapplicable.value
    holds, evidence = holds_for(criterion.get("unknown", []), answers)
    if holds:
        return "unknown", evidence, advice.outside_reason(criterion, answers)
    names = set().union(*(named_signals(criterion.get(key, [])) for key in EXPRESSIONS))
    failed = sorted(names & set(answers.broken))
    if failed:
        return "unknown", [], "%s could not be answered" % ", ".join(failed)
    hidden = unread.hides(criterion, answers)
    return ("unknown", [], hidden) if hidden else ("not_met", [], advice.absent_reason(criterion))


def _inapplicable(criterion: Mapping[str, Any], no_ml: bool, foreign: bool) -> Inapplicable | None:
    if foreign and criterion.get("about_training"):
        return Inapplicable.FOREIGN_MODEL
    return Inapplicable.NO_MODEL if no_ml and criterion.get("about_models") else None


def holds_for(expression: Any, answers: Answers) -> tuple[bool, list[Evidence]]:
    """Whether an expression of any_of (or a list), all_of and not holds, with the evidence, strongest first."""
    if isinstance(expression, str):
        found = answers.found(expression)
        return bool(found), found
    if isinstance(expression, dict):
        if "not" in expression:
            return not holds_for(expression["not"], answers)[0], []
        if "all_of" in expression:
            parts = [holds_for(item, answers) for item in expression["all_of"]]
            return all(holds for holds, _found in parts), _sorted(item for _holds, found in parts for item in found)
        expression = expression.get("any_of", [])
    parts = [holds_for(item, answers) for item in expression]
    return any(holds for holds, _found in parts), _sorted(item for holds, found in parts if holds for item in found)


def _sorted(evidence: Any) -> list[Evidence]:
    """Every place once, with its greatest strength, the strongest first."""
    places: dict[tuple[str, int, str], Evidence] = {}
    for item in sorted(evidence):
        places[item.file, item.line, item.symbol] = item
    return sorted(places.values(), key=lambda item: (-item.strength, item.file, item.line, item.symbol))


def _platform_only(whole: Assessment) -> list[str]:
    """A platform that serves is judged like any project, and its level says nothing of models where none is trained or loaded."""
    uses = ("training_call", "training_fit", "inference_call", "ml_import")
    answers = whole.answers
    if whole.reason or trainers(answers) or llm_uses(answers) or any(answers.found(name) for name in uses):
        return []
    if not answers.found("serving_config"):
        return []
    return ["nothing here trains or loads a model: what was judged is the platform"]


def _kinds(answers: Answers) -> list[str]:
    kinds = []
    if trainers(answers):
        kinds.append("training")
    elif answers.found("training_call") or answers.found("training_fit"):
        kinds.append("notebooks")
    if any(answers.found(name) for name in ("serving_code", "serving_module", "serving_config")):
        kinds.append("service")
    if llm_uses(answers):
        kinds.append("llm_application")
    if not kinds and (answers.found("inference_call") or answers.found("ml_import")):
        kinds.append("inference")
    return kinds


def _is_course(answers: Answers) -> bool:
    """Exercises side by side: three top folders named like weeks or lessons, or three numbered ones that train each for itself."""
    code = {
        path.split("/")[0] for path in answers.project.files if "/" in path and path.endswith((".py", ".ipynb", ".R"))
    }
    training = {path.split("/")[0] for path in answers.files("training_call", "training_fit") if "/" in path}
    return (
        sum(bool(LESSON.match(name)) for name in code) >= 3 or sum(bool(NUMBERED.match(name)) for name in training) >= 3
    )


def _no_level(answers: Answers, kinds: list[str], course: bool, unread: Unread) -> str:
    """Why there is no level to tell, or an empty text."""
    if course:
        return COURSE_NOTES
    known = (
        set(kinds) - {"service"}
        or answers.found("inference_call")
        or answers.found("ml_import")
        or answers.found("serving_config")
        or answers.found("serving_declared")
    )
    languages = any(
        answers.found(name) for name in ("training_other_language", "training_in_config", "ml_import_other_language")
    )
    if not known and not languages and not unread.hides_code(answers):
        return NO_ML
    return ""


def _blockers(entries: list[dict[str, Any]], first: int, scale: Scale) -> list[dict[str, Any]]:
    """What is in the way of the level `first`, of those below it that are not reached the lowest."""
    if not first:
        return []
    missing, keystones = scale.missing(entries, first), scale.missing_keystones(entries, first)
    return advice.blockers(entries, first, missing, scale.attested_only, keystones)


def _next_steps(  # noqa: PLR0917 (the blockers first, then what is open up to the target)
    entries: list[dict[str, Any]],
    in_the_way: list[dict[str, Any]],
    rules: Rules,
    first: int,
    target: int,
    whole: Assessment,
) -> list[dict[str, Any]]:
    """At most three steps: what is in the way of the next level, then what else is open, level by level."""
    others = advice.open_up_to(entries, first, target) if first else []
    wanted = [*in_the_way, *(item for item in others if item not in in_the_way)]
    wanted = [item for item in wanted if not rules.criteria[item["id"]].get("attested_only")]
    steps = []
    for item in wanted[: advice.MOST_STEPS]:
        criterion = rules.criteria[item["id"]]
        remedy = advice.remedy_for(criterion, whole.stack, lambda name: bool(whole.answers.found(name)))
        lowered = item["status"] == "partial" and holds_for(criterion["met"], whole.answers)[0]
        steps.append(advice.next_step(item, remedy, lowered))
    return steps
