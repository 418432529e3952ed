# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers the signals of the rules for one project, each once, with evidence."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping, NamedTuple

from ansible_collections.mlops.workbench.plugins.module_utils._maturity.limits import note
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.commands import Command
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.facts import PythonFile
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project

if TYPE_CHECKING:
    from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Graph

MOST_EVIDENCE = 200
LONGEST_SYMBOL = 120
PLAIN_WORD = re.compile(r"^(?:uses:[\w./@-]+|(?!.*(?:secret|token|passw))[A-Za-z.][\w./:]*(?:-[\w./:]+)*)$", re.I)


class Evidence(NamedTuple):
    """Where something was seen, and how much it weighs: 0 mentioned to 5 seen live."""

    strength: int
    file: str
    line: int
    symbol: str


@lru_cache(maxsize=None)
def symbol_pattern(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern out of many dotted names in which `*` stands for anything."""
    return re.compile(
        r"\A(?:%s)" % "|".join("(?:%s)" % re.escape(item).replace(r"\*", ".*") for item in patterns)
        if patterns
        else r"(?!)"
    )


def command_name(text: str) -> str:
    """The plain words of a command: its options and values can hold secrets, and are not for a report."""
    return (
        " ".join(word for word in text.split() if PLAIN_WORD.match(word))[:LONGEST_SYMBOL] or text.split(" ", 1)[0][:20]
    )


class Answers:
    """The signals of one project. `checks` are the questions that only code can answer, by id."""

    def __init__(
        self,
        project: Project,
        signals: Mapping[str, dict[str, Any]],
        checks: Mapping[str, Callable[[Answers], list[Evidence]]],
    ) -> None:
        self.project = project
        self.signals = signals
        self.checks = checks
        self.graph: Graph | None = None  # what readers.graph_of has read
        # Signals whose reader failed, and how.
        self.broken: dict[str, str] = {}
        self._known: dict[str, list[Evidence]] = {}
        tools = {
            name.split(".")[0]
            for signal in signals.values()
            if signal["kind"] in ("call", "import")
            for name in signal["match"]
        }
        self._own_tools = tools & set(project.facts.own)

    def found(self, name: str) -> list[Evidence]:
        """Evidence for a signal, the strongest first; empty where there is none."""
        if name not in self._known:
            self._known[name] = []
            note("the question %s" % name)
            try:
                evidence = self._evidence(name)
            except MemoryError:
                raise
            except Exception as problem:
                # Whatever a checkout makes of a reader: the others have their answers.
                self.broken[name] = "%s: %s" % (type(problem).__name__, str(problem)[:LONGEST_SYMBOL])
                evidence = []
            self._known[name] = sorted(
                set(evidence), key=lambda item: (-item.strength, item.file, item.line, item.symbol)
            )
        return self._known[name]

    def _evidence(self, name: str) -> list[Evidence]:
        signal = self.signals[name]
        if signal["kind"] == "check":
            return self.checks[name](self)
        evidence = list(_bounded(getattr(self, "_" + signal["kind"])(signal)))
        excluded = self.files(*signal.get("not_with", ()))
        return [item for item in evidence if item.file not in excluded]

    def files(self, *names: str) -> set[str]:
        """Files in which any of the signals was seen."""
        return {item.file for name in names for item in self.found(name)}

    def code(self, roles: list[str]) -> Iterator[tuple[str, str, PythonFile]]:
        """Python files and notebooks of the wanted roles, with their facts."""
        for path, facts in self.project.python.items():
            role = self.project.role(path)
            if role in roles:
                yield path, role, facts
        if "notebook" in roles:
            for path, facts in self.project.notebooks.items():
                yield path, "notebook", facts

    def weight(self, path: str, role: str, function: str = "") -> int:
        """4 where something that runs comes to the function, 3 in other code of the project, 2 elsewhere."""
        if role in ("notebook", "test"):
            return 2
        reached = path in self.project.started and (not function or (path, function) in self.project.live)
        return 4 if reached else 3

    def _call(self, signal: dict[str, Any]) -> Iterator[Evidence]:
        wanted = symbol_pattern(tuple(signal["match"]))
        unwanted = symbol_pattern(tuple(signal.get("except", ())))
        receiver = re.compile("".join(signal["receiver"].split())) if "receiver" in signal else None
        other = re.compile(signal["except_receiver"]) if "except_receiver" in signal else None
        about = re.compile(signal["except_arguments"]) if "except_arguments" in signal else None
        for path, role, facts in self.code(signal.get("roles", ["source", "example"])):
            for call in facts.calls:
                symbol = call.symbol
                if not wanted.fullmatch(symbol) or unwanted.fullmatch(symbol) or self._is_own(symbol):
                    continue
                owner = symbol.rpartition(".")[0]
                if (receiver and not receiver.search(owner.rpartition(".")[2])) or (other and other.search(owner)):
                    continue
                if about and about.search(" ".join([*call.keywords.values(), *call.values])):
                    continue
                if len(call.values) + len(call.keywords) >= signal.get("arguments", 0):
                    yield Evidence(self.weight(path, role, call.function), path, call.line, symbol)
            for defined in (*facts.functions, *facts.classes):
                for symbol in defined.symbols:
                    if (
                        wanted.fullmatch(symbol)
                        and not unwanted.fullmatch(symbol)
                        and not receiver
                        and not self._is_own(symbol)
                    ):
                        yield Evidence(self.weight(path, role), path, defined.line, symbol)

    def _is_own(self, symbol: str) -> bool:
        """Whether the project itself provides what is called: what a tool offers is no practice of its repository."""
        return symbol.split(".", 1)[0] in self._own_tools

    def _keyword(self, signal: dict[str, Any]) -> Iterator[Evidence]:
        for path, role, facts in self.code(signal.get("roles", ["source", "example"])):
            for call in facts.calls:
                for name, pattern in signal["match"].items():
                    given = call.keywords.get(name)
                    if given is not None and re.search(pattern, given) and not self._is_own(call.symbol):
                        weight = self.weight(path, role, call.function)
                        yield Evidence(weight, path, call.line, "%s(%s=)" % (call.symbol, name))

    def _import(self, signal: dict[str, Any]) -> Iterator[Evidence]:
        for path, _role, facts in self.code(signal.get("roles", ["source", "example"])):
            for one in facts.imports:
                if any(one.module == name or one.module.startswith(name + ".") for name in signal["match"]):
                    yield Evidence(2, path, one.line, one.module)

    def _module(self, signal: dict[str, Any]) -> Iterator[Evidence]:
        """Packages that JavaScript or TypeScript imports, and addresses that it asks."""
        wanted = frozenset(signal["match"])
        under = tuple(name + "/" for name in signal["match"])
        for path, imports in self.project.scripts.items():
            if self.project.role(path) in signal.get("roles", ["source", "example"]):
                for one in imports:
                    if one.module in wanted or one.module.startswith(under):
                        yield Evidence(3, path, one.line, one.module)

    def _string(self, signal: dict[str, Any]) -> Iterator[Evidence]:
        pattern = re.compile("|".join("(?:%s)" % item for item in signal["match"]))
        for path, role, facts in self.code(signal.get("roles", ["source", "example"])):
            for text in facts.strings:
                if pattern.search(text.value):
                    yield Evidence(self.weight(path, role), path, text.line, text.value[:LONGEST_SYMBOL])

    def _text(self, signal: dict[str, Any]) -> Iterator[Evidence]:
        files = re.compile(signal["files"])
        others = re.compile(signal["not_files"]) if "not_files" in signal else None
        patterns = [re.compile(item, re.M) for item in signal["match"]]
        roles = signal.get("roles", ["source", "example", "notebook"])
        own = self.project.r_package
        for path, text in self.project.text.items():
            if not files.search(path) or (others and others.search(path)) or self.project.role(path) not in roles:
                continue
            for pattern in patterns:
                match = pattern.search(text)
                if match and not (own and own in match.group()):
                    line = text.count("\n", 0, match.start()) + 1
                    symbol = match.group().strip().split("\n")[0]
                    yield Evidence(signal.get("strength", 3), path, line, symbol[:LONGEST_SYMBOL])

    def _command(self, signal: dict[str, Any]) -> Iterator[Evidence]:
        patterns = [re.compile(item) for item in signal["match"]]
        unwanted = re.compile("|".join(signal.get("except", ())) or r"(?!)")
        lasting = signal.get("lasting", False)
        for one, strength in self.commands(signal.get("where", ["ci"]), signal.get("triggers"), lasting):
            match = next((found for found in (item.search(one.text) for item in patterns) if found), None)
            if match and one.gating and not unwanted.search(one.text):
                yield Evidence(signal.get("strength", strength), one.file, one.line, command_name(match.group()))

    def commands(
        self, where: list[str], triggers: list[str] | None = None, lasting: bool = False
    ) -> Iterator[tuple[Command, int]]:
        """Commands with their weight: 4 where CI runs them without a person. `lasting` leaves jobs on throw-away clusters out."""
        if "ci" in where:
            for job in self.project.jobs:
                if (triggers is None or job.triggers & set(triggers)) and not (lasting and job.throwaway):
                    yield from ((item, 4 if job.automatic else 3) for item in job.commands)
        for name, commands in (
            ("make", self.project.make_commands if "make" in where else []),
            ("script", self.project.script_commands if "script" in where else []),
            ("container", self.project.compose_commands if "container" in where else []),
        ):
            del name
            yield from ((item, 3) for item in commands if self.project.role(item.file) != "test")

    def _file(self, signal: dict[str, Any]) -> Iterator[Evidence]:
        pattern = re.compile("|".join("(?:%s)" % item for item in signal["match"]))
        for path in self.project.files:
            if pattern.search(path) and self.project.role(path) in signal.get("roles", ["source", "example"]):
                yield Evidence(signal.get("strength", 3), path, 1, path.rpartition("/")[2])


def _bounded(evidence: Iterator[Evidence]) -> Iterator[Evidence]:
    for count, item in enumerate(evidence):
        if count >= MOST_EVIDENCE:
            return
        yield item
