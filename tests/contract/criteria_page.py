"""Writes docs/maturity-criteria.md from the rules of maturity_info: `python tests/contract/criteria_page.py`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "plugins/plugin_utils/_maturity/rules"
PAGE = ROOT / "docs/maturity-criteria.md"
sys.path.insert(0, str(ROOT / ".ansible/collections"))

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.levels import LEVEL_NAMES  # noqa: E402

HEAD = """# The maturity criteria

What [`maturity_info`](maturity.md) looks for, criterion by criterion. A criterion is met when one of its questions is answered with yes by
a file of the project, and partly met, which counts half, when only one of the weaker questions is. This page is written from the rules by
`make docs`.
"""
HEADS = {"met": "Met", "partial": "Partly met", "unknown": "Unknown, where it is neither"}
WORDS = {"all_of": "all of these", "any_of": "any of these", "not": "none of these"}


def rules(kind: str) -> list[dict[str, Any]]:
    """Return the shipped criteria or signals, in the order of their files."""
    found: list[dict[str, Any]] = []
    for path in sorted(RULES.glob("*.yml")):
        found += (yaml.safe_load(path.read_text()) or {}).get(kind, [])
    return found


def page() -> str:
    """Return the page as it should be."""
    questions = {signal["id"]: signal["question"] for signal in rules("signals")}
    lines = [HEAD]
    criteria = sorted(rules("criteria"), key=lambda criterion: criterion["level"])
    for level, group in groupby(criteria, key=lambda criterion: criterion["level"]):
        lines.append(f"## Level {level}: {LEVEL_NAMES[level]}\n")
        for criterion in group:
            lines += section(criterion, questions)
    return "\n".join(lines)


def section(criterion: dict[str, Any], questions: dict[str, str]) -> Iterator[str]:
    """Return what the page says about one criterion."""
    remedy = criterion["remedy"]
    yield f"### {criterion['title']}\n"
    yield f"`{criterion['id']}`: {criterion['definition'].strip()}\n"
    for name, head in HEADS.items():
        if criterion.get(name):
            yield f"{head}, if yes to one of:\n"
            yield from asked(criterion[name], questions)
            yield ""
    if criterion.get("about_models"):
        also = ", nor in an application on a language model of others" if criterion.get("about_training") else ""
        yield f"Does not apply where there is no machine learning{also}.\n"
    yield f"To get there (effort: {remedy['effort']}): {remedy['text'].strip()} [How]({remedy['link']}).\n"


def asked(conditions: Any, questions: dict[str, str], depth: int = 0) -> Iterator[str]:
    """Return the questions as a list, with lists of their own for conditions that hang together."""
    indent = "  " * depth
    for condition in conditions if isinstance(conditions, list) else [conditions]:
        if isinstance(condition, str):
            yield f"{indent}- {questions[condition]}"
            continue
        for operator, inside in condition.items():
            yield f"{indent}- {WORDS[operator]}:"
            yield from asked(inside, questions, depth + 1)


if __name__ == "__main__":
    PAGE.write_text(page())
