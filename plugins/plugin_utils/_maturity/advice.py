# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a judged project is told: why a criterion is not met, what is in the way of the next level, and what to do.

It works on statuses and evidence alone, however they were found.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.facts import place
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.ruleset import named_signals
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.tech_stack import TechStack

OPEN = ("not_met", "partial", "unknown")
# What the level gains when an open criterion becomes met.
GAIN = {"not_met": Fraction(1), "unknown": Fraction(1), "partial": Fraction(1, 2)}
EFFORT = {"low": 1, "medium": 2, "high": 3}
MOST_STEPS = 3
ATTESTED_IN = ".mlops-maturity.yml"
ATTEST_STEP = "Attest it in .mlops-maturity.yml if it is done where the checkout does not show it. Otherwise: "


def partial_reason(criterion: Mapping[str, Any], answers: Answers) -> str:
    """What was found, where, and what is missing."""
    names = [name for name in _in_order(criterion.get("partial", [])) if answers.found(name)]
    told = [_statement(answers, name) for name in names[:2]]
    missing = next((answers.signals[name]["missing"] for name in names if "missing" in answers.signals[name]), "")
    return "found %s; missing: %s" % (" and ".join(told), missing or _sentence(criterion["definition"]))


def absent_reason(criterion: Mapping[str, Any]) -> str:
    """What was looked for and not found."""
    return "not found: %s" % _sentence(criterion["definition"])


def outside_reason(criterion: Mapping[str, Any], answers: Answers) -> str:
    """Why the truth lies outside the checkout."""
    names = [name for name in _in_order(criterion["unknown"]) if answers.found(name)]
    given = (answers.signals[name].get("reason", "") for name in names)
    return next(filter(None, given), "; ".join(_statement(answers, name) for name in names))


def _statement(answers: Answers, name: str) -> str:
    found = answers.found(name)
    first = found[0]
    others = len({item.file for item in found}) - 1
    more = " and %d more %s" % (others, "file" if others == 1 else "files") if others else ""
    where = place(answers.project.facts.place(first.file, first.line))
    return "%s in %s%s" % (answers.signals[name].get("found") or first.symbol, where, more)


def _in_order(expression: Any) -> list[str]:
    """The signals of an expression, those of a list in its order."""
    if isinstance(expression, list):
        return [name for item in expression for name in _in_order(item)]
    return sorted(named_signals(expression))


def _sentence(definition: str) -> str:
    """A definition within a sentence; a name such as A/B or CI keeps its capitals."""
    text = definition.strip().rstrip(".")
    first = text.split(" ", 1)[0]
    return text if len(first) > 1 and first.isupper() else text[:1].lower() + text[1:]


def remedy_for(
    criterion: Mapping[str, Any], stack: TechStack, found: Callable[[str], bool] = lambda name: False
) -> dict[str, Any]:
    """The remedy of a criterion as it fits a project: the first variant whose conditions hold, over what goes for all."""
    general = criterion["remedy"]
    chosen: Mapping[str, Any] = next(
        (one for one in general.get("variants", ()) if _holds(one["when"], stack, found)), {}
    )
    remedy = {key: chosen.get(key, general[key]) for key in ("text", "effort", "link", "files")}
    remedy["link"] = chosen.get("links", {}).get(stack.orchestrator, remedy["link"])
    remedy["text"] = remedy["text"].replace("{orchestrator}", stack.orchestrator)
    files: list[str] = []
    for name in remedy["files"]:
        wanted, _bar, other = name.strip("{}").partition("|")
        files += (stack.files.get(wanted) or ([other] if other else [])) if name.startswith("{") else [name]
    return {**remedy, "files": files}


def _holds(conditions: Mapping[str, Any], stack: TechStack, found: Callable[[str], bool]) -> bool:
    known = {name: wanted for name, wanted in conditions.items() if name != "found"}
    return ("found" not in conditions or found(conditions["found"])) and stack.fits(known)


def blockers(
    entries: list[dict[str, Any]],
    level: int,
    missing: Fraction,
    people_only: frozenset[str],
    keystones: Sequence[dict[str, Any]] = (),
) -> list[dict[str, Any]]:
    """The missing keystones, and the fewest other criteria that make up the rest of the quorum, the easiest where several would do.

    `missing` is in criteria, and not a share. What only people can tell does not count there, and is in nobody's way.
    """
    if keystones:
        others = [item for item in entries if item not in keystones]
        rest = missing - sum(GAIN[item["status"]] for item in keystones)
        chosen = [*keystones, *(blockers(others, level, rest, people_only) if rest > 0 else ())]
        return sorted((item for item in entries if item in chosen), key=_cost)
    candidates = [
        item for item in entries if item["level"] == level and item["status"] in OPEN and item["id"] not in people_only
    ]
    candidates.sort(key=_cost)
    whole = [item for item in candidates if GAIN[item["status"]] == 1]
    half = [item for item in candidates if GAIN[item["status"]] != 1]
    for number in range(len(candidates) + 1):
        sets = [
            whole[: number - halves] + half[:halves]
            for halves in range(max(0, number - len(whole)), min(number, len(half)) + 1)
            if number - halves + Fraction(halves, 2) >= missing
        ]
        if sets:
            best = min(sets, key=lambda chosen: sum(map(_cost, chosen)))
            return sorted(best, key=_cost)
    return candidates


def open_up_to(entries: list[dict[str, Any]], first: int, target: int) -> list[dict[str, Any]]:
    """The open criteria from one level to another, the lowest levels first, and of these the easiest."""
    found = [item for item in entries if first <= item["level"] <= target and item["status"] in OPEN]
    return sorted(found, key=lambda item: (item["level"], _cost(item)))


def _cost(item: Mapping[str, Any]) -> int:
    """How much work an open criterion is; half of it is done where it is partly met."""
    return 2 * EFFORT[item["remedy"]["effort"]] - (1 if item["status"] == "partial" else 0)


def blocker(item: Mapping[str, Any]) -> dict[str, Any]:
    """A blocker as the result has it."""
    return {"id": item["id"], "title": item["title"], "reason": item["reason"]}


def next_step(item: Mapping[str, Any], remedy: Mapping[str, Any], lowered: bool) -> dict[str, Any]:
    """What to do for an open criterion. `lowered`: the checkout has it, and a server does not."""
    step = {"criterion": item["id"], **remedy}
    if lowered:
        step["text"] = "Run what the checkout has until the server shows it, too. Today: %s" % item["reason"]
    elif item["status"] == "unknown":
        step.update(text=ATTEST_STEP + remedy["text"], files=[ATTESTED_IN])
    seen = sorted({entry["file"] for entry in item["evidence"] if entry["line"]})
    if item["status"] == "partial" and seen:
        step["files"] = seen[:3]
    return step
