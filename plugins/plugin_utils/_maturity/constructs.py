# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is declared by calls that are joined by variables: constructs of the AWS CDK in Python and TypeScript, and definitions of Dagster."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterable, Iterator, Mapping

from ansible_collections.mlops.workbench.plugins.module_utils._maturity.pyfacts import (
    LONGEST_CONSTRUCT,
    MOST_CONSTRUCTS,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.facts import PythonFile

SCRIPTS = (".ts", ".js", ".mjs")
IMPORTS = re.compile(
    r"import\s{1,9}(?:\*\s{1,9}as\s{1,9}(\w{1,99})|\{([^{}]{0,2000})\})\s{1,9}from\s{0,9}[\"']@?aws-cdk(?:-lib)?/?([\w./-]{0,99})[\"']"
)
MADE = re.compile(
    r"\bnew\s{1,9}((?:\w{1,99}\.){0,3}[A-Z]\w{0,99})\s{0,9}\(|\b(\w{1,99})\.(add\w{1,60}|next|fromChainable)\s{0,9}\("
)
GIVEN = re.compile(r"(\w{1,99})\??(?::\s{0,9}[\w.<>]{1,99})?\s{0,9}=\s{0,9}\Z")
TOKENS = re.compile(r"'[^'\n\\]{0,2000}'|\"[^\"\n\\]{0,2000}\"|`[^`\\]{0,2000}`|[()]")
WORDS = re.compile(r"'([^'\n\\]{1,300})'|\"([^\"\n\\]{1,300})\"|`([^`\\]{1,300})`|([A-Za-z_$][\w$]{0,99}:?)")
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Construct:
    """A construct, or a call of one's method: its dotted name, the variable that holds or has it, and its words in order.

    A function of the project that is given a construct is a call, too: its variable is the construct's, with `()` behind it.
    """

    file: str
    line: int
    symbol: str
    variable: str
    words: tuple[str, ...]
    repeated: bool = False

    @property
    def kind(self) -> str:
        """The last part of its name."""
        return self.symbol.rpartition(".")[2]

    def given(self, name: str) -> bool:
        """Whether it is given an argument of a name, in the spelling of either language."""
        wanted = {name + "=", CAMEL.sub("_", name).lower() + "=", name + ":"}
        return any(word in wanted for word in self.words)


def constructs_of(python: Mapping[str, PythonFile], text: Mapping[str, str]) -> list[Construct]:
    """All constructs of a checkout, in the order of files and lines."""
    found = [
        Construct(
            path,
            one.line,
            one.symbol,
            (one.variable or symbol_owner(one.words)).rpartition(".")[2],
            tuple(one.words.split("\n")),
            one.repeated,
        )
        for path, facts in sorted(python.items())
        for one in facts.constructs
    ]
    for path in sorted(text):
        if path.endswith(SCRIPTS) and "aws-cdk" in text[path]:
            found.extend(_in_script(path, text[path]))
    return found


def symbol_owner(words: str) -> str:
    """The variable whose method is called: the first name of the call in Python comes after the method's own."""
    named = words.split("\n", 3)
    return named[1] if len(named) > 1 and named[0].startswith(("add", "next")) else ""


def _in_script(path: str, text: str) -> Iterator[Construct]:
    names = _imported(text)
    ends = _ends(text)
    for found in list(MADE.finditer(text))[:MOST_CONSTRUCTS]:
        start = found.end()
        inside = text[start : min(ends.get(start - 1, start), start + LONGEST_CONSTRUCT)]
        line = text.count("\n", 0, found.start()) + 1
        given = GIVEN.search(text, max(0, found.start() - 250), found.start())
        words = tuple(_word(one) for one in WORDS.finditer(inside))
        if found.group(1):
            root, dot, rest = found.group(1).partition(".")
            variable = given.group(1) if given else ""
            yield Construct(path, line, names.get(root, root) + dot + rest, variable, words, "map" in words)
        else:
            yield Construct(
                path, line, "." + found.group(3), given.group(1) if given else found.group(2), (found.group(2), *words)
            )


def _word(found: re.Match[str]) -> str:
    return next(part for part in found.groups() if part).replace("\n", " ")


def _imported(text: str) -> dict[str, str]:
    """What imported names stand for, as Python would call it."""
    found: dict[str, str] = {}
    for one in IMPORTS.finditer(text):
        module = ("aws_cdk." + one.group(3).replace("-", "_").replace("/", ".").strip(".")).rstrip(".")
        if one.group(1):
            found[one.group(1)] = module
        for name in (one.group(2) or "").split(","):
            words = name.split()
            if words:
                found[words[-1]] = "%s.%s" % (module, words[0])
    return found


def _ends(text: str) -> dict[int, int]:
    """Where each bracket is closed; those in texts are none."""
    ends: dict[int, int] = {}
    stack: list[int] = []
    for token in TOKENS.finditer(text):
        if token.group() == "(":
            stack.append(token.start())
        elif token.group() == ")" and stack:
            ends[stack.pop()] = token.start()
    return ends


def closure(start: Construct, among: Iterable[Construct]) -> list[Construct]:
    """A construct, the calls of its methods, and the constructs of its file that it is given, directly or not."""
    known: dict[str, list[Construct]] = {}
    for one in among:
        if one.file == start.file and one.variable:
            known.setdefault(one.variable, []).append(one)
    found: dict[Construct, None] = {}
    stack = [start]
    while stack:
        one = stack.pop()
        if one in found:
            continue
        found[one] = None
        for name in {one.variable, one.variable + "()", *one.words} if one is start else set(one.words):
            stack.extend(known.get(name, ()))
    return sorted(found, key=lambda one: (one.line, one.symbol))


def plain(words: Iterable[str]) -> str:
    """Words with CamelCase taken apart, a line each."""
    return "\n".join(CAMEL.sub(" ", word) for word in words)
