# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No regular expression of maturity_info takes long on the texts that are worst for it."""

from __future__ import annotations

import ast
import contextlib
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.limits import (
    Limits,
    NotFinishedError,
    note,
    run_limited,
)
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.pyfacts import Wanted
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity import regex_cost, ruleset
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import symbol_pattern

PLUGINS = Path(ruleset.__file__).resolve().parents[2]
FOLDERS = ("module_utils/_maturity", "plugin_utils/_maturity")
USES = ("compile", "search", "match", "fullmatch", "findall", "finditer", "sub", "split")
FLAGS = {"I": re.I, "M": re.M, "S": re.S, "X": re.X}
# Joined when the program runs: from rules, from names of the checkout that are escaped, from fixed parts that are tried as constants.
COMPUTED = {
    "collect.py": 2,
    "gitindex.py": 1,
    "pyfacts.py": 3,
    "ci.py": 3,
    "ruleset.py": 3,
    "signals.py": 12,
    "unread.py": 2,
}


def written() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Every pattern that stands in the code as a text."""
    for path in sources():
        for call, pattern in calls(path):
            if isinstance(pattern, ast.Constant):
                named = (item.attr for item in ast.walk(call) if isinstance(item, ast.Attribute))
                flags = sum({FLAGS[name] for name in named if name in FLAGS})
                yield f"{path.name}:{call.lineno}", re.compile(pattern.value, flags)


def sources() -> list[Path]:
    return [path for folder in FOLDERS for path in sorted((PLUGINS / folder).rglob("*.py"))]


def calls(path: Path) -> Iterator[tuple[ast.Call, ast.expr]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in USES
        ):
            yield node, node.args[0]


def held() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Every pattern that a module holds, however it was put together."""
    for path in sources():
        parts = path.relative_to(PLUGINS).with_suffix("").parts
        module = importlib.import_module("ansible_collections.mlops.workbench.plugins." + ".".join(parts))
        stack = list(vars(module).values())
        while stack:
            value = stack.pop()
            if isinstance(value, re.Pattern):
                yield path.name, value
            elif isinstance(value, (tuple, list)):
                stack.extend(value)


def ruled() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Every pattern that the shipped rules come to, on both halves."""
    rules = ruleset.load_rules()
    for name, signal in rules.signals.items():
        for pattern in ruleset.patterns_of(signal):
            yield name, re.compile(pattern, re.M)
        if signal["kind"] == "call":
            yield name, symbol_pattern(tuple(signal["match"]))
    plan = rules.plan()
    wanted = Wanted(plan["patterns"], plan["keywords"], plan["strings"], plan["conditions"], [])
    yield from (("plan", pattern) for pattern in (wanted.strings, wanted.conditions, wanted.loose))


def test_every_pattern_that_is_computed_is_known():
    """A new one is either a text in the code, or what it is joined from is tried by `held` or `ruled`."""
    found: dict[str, int] = {}
    for path in sources():
        for _call, pattern in calls(path):
            if not isinstance(pattern, ast.Constant):
                found[path.name] = found.get(path.name, 0) + 1
    assert found == COMPUTED


@pytest.mark.parametrize("kind", [written, held, ruled])
def test_no_pattern_is_slow(kind):
    def slow() -> list[str]:
        found = []
        for pattern, where in {pattern: where for where, pattern in kind()}.items():
            note(f"{where}: {pattern.pattern!r}")
            spent = regex_cost.seconds_of(pattern)
            if spent > regex_cost.SECONDS:
                found.append(f"{where}: {spent:.1f} s for {pattern.pattern!r}")
        return found

    assert json.loads(run_limited(slow, Limits(120, 1024))) == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(?:-\S+ (?:\S+ )?)*apply",
        r"^([^\s#:=][^:=#]*)::?(?!=)\s*([^=#;]*)(?:;(.*))?(?:#.*)?$",
        r"^(?:cmd|shell)\s*=\s*[\"']+(.*?)[\"']+\s*$",
        r"^\s*[%!?].*$",
        r"q[^z]*z",
    ],
)
def test_a_slow_pattern_is_found(pattern):
    def spent() -> float:
        return regex_cost.seconds_of(re.compile(pattern, re.M | re.S))

    # Which of the texts are worth a long one is told by how long short ones take, which a busy machine may mix up.
    with contextlib.suppress(NotFinishedError):
        assert any(float(run_limited(spent, Limits(30, 512))) > regex_cost.SECONDS for _try in range(3))
