# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts of a checkout, built once from the JSON that the module sends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping


@dataclass(frozen=True)
class Import:
    """A module that is imported; in JavaScript and TypeScript a package, or the address of a service."""

    module: str
    line: int


@dataclass(frozen=True)
class Call:
    """A call by its resolved name, the function in which it stands, and its literal arguments."""

    symbol: str
    line: int
    function: str
    keywords: Mapping[str, str]
    values: list[str]


@dataclass(frozen=True)
class Definition:
    """A function with its decorators, or a class with its bases."""

    name: str
    line: int
    symbols: list[str]


@dataclass(frozen=True)
class Text:
    """A string literal that a rule asks for."""

    value: str
    line: int


@dataclass(frozen=True)
class ConstructCall:
    """A call of infrastructure as code: the variable that holds its result, and all its words, a line each.

    For a function of the project that is given a construct, `variable` is the construct's, with `()` behind it. `repeated` is true in a
    loop.
    """

    symbol: str
    line: int
    variable: str
    words: str
    repeated: bool


@dataclass(frozen=True)
class Contrast:
    """Two models beside each other: a champion that is compared with a challenger or taken from it, or a choice between two; words of both."""

    line: int
    function: str
    words: str


@dataclass(frozen=True)
class TestFunction:
    """A test function, the number of its assertions, and the fixtures that it asks for."""

    name: str
    line: int
    assertions: int
    fixtures: list[str]


@dataclass(frozen=True, slots=True)
class Fixture:
    """A fixture of tests, and those that it asks for itself."""

    name: str
    fixtures: list[str]


@dataclass(frozen=True)
class Decision:
    """A branch: the names that it is about, and what is called where it holds (`then`) or not (`otherwise`).

    `then` and `otherwise` have what is returned after `->`, functions that are handed over after `&`, and what a text names to be started
    after `$`. `given` is where its outcome goes: names, "return", or "said" where it is
    only told. `ordered` is true where something is greater or less, `leaves` where its body returns or raises; `sets` has the names that
    its body gives values to.
    """

    file: str
    line: int
    function: str
    names: frozenset[str]
    ordered: bool
    given: tuple[str, ...]
    then: tuple[str, ...]
    otherwise: tuple[str, ...]
    leaves: bool
    sets: frozenset[str]

    @property
    def words(self) -> str:
        """What it is about, as one text."""
        return " ".join(sorted(self.names))


@dataclass(frozen=True)
class PythonFile:
    """What is known of a Python file or a notebook.

    `names` has what each function names, `methods` those of each class; `runs` is "main", "top" or empty. `loose` is true where only the
    imports are known. `held` has calls of what another file of the project may have made, by its name there; `objects` what this file
    makes for others: the symbol of what a variable holds, or a function gives back.
    """

    imports: tuple[Import, ...] = ()
    calls: tuple[Call, ...] = ()
    held: tuple[Call, ...] = ()
    objects: Mapping[str, str] = field(default_factory=dict)
    functions: tuple[Definition, ...] = ()
    classes: tuple[Definition, ...] = ()
    methods: Mapping[str, list[str]] = field(default_factory=dict)
    names: Mapping[str, list[str]] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    strings: tuple[Text, ...] = ()
    constructs: tuple[ConstructCall, ...] = ()
    tests: tuple[TestFunction, ...] = ()
    fixtures: tuple[Fixture, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    splits: tuple[Contrast, ...] = ()
    asserts: tuple[int, ...] = ()
    runs: str = ""
    loose: bool = False


NO_CODE = PythonFile()


@dataclass(frozen=True)
class Omission:
    """What a pass left out: its bound, and the file, where it is a single one; else everything after it is not known."""

    text: str
    file: str


@dataclass(frozen=True)
class Cell:
    """A notebook's cell of code: its number among all cells, and the first of its lines in the code of all."""

    number: int
    first: int


@dataclass(frozen=True)
class Facts:
    """What one pass over a checkout found, by path; `omitted` tells what it left out."""

    path: str
    commit: str
    branch: str
    files: list[str]
    text: Mapping[str, str]
    python: Mapping[str, PythonFile]
    notebooks: Mapping[str, PythonFile]
    cells: Mapping[str, tuple[Cell, ...]]
    scripts: Mapping[str, tuple[Import, ...]]
    own: frozenset[str]
    unparsed: list[str]
    omitted: tuple[Omission, ...]

    def place(self, path: str, line: int) -> dict[str, Any]:
        """Where a line of code is: its file, and in a notebook its cell and the line in that."""
        cell = next((cell for cell in reversed(self.cells.get(path, ())) if cell.first <= line), None)
        if cell is None:
            return {"file": path, "line": line}
        return {"file": path, "cell": cell.number, "line": line - cell.first + 1}


def place(evidence: Mapping[str, Any]) -> str:
    """Return where evidence is, as editors write it: `train.py:88`, and in a notebook `train.ipynb, cell 7, line 2`."""
    if evidence.get("cell"):
        return f"{evidence['file']}, cell {evidence['cell']}, line {evidence['line']}"
    return f"{evidence['file']}:{evidence['line']}" if evidence.get("line") else str(evidence["file"])


def decoded(document: Mapping[str, Any]) -> Facts:
    """The facts that a module's JSON holds."""
    return Facts(
        path=document.get("path", ""),
        commit=document.get("commit", ""),
        branch=document.get("branch", ""),
        files=document["files"],
        text=document["text"],
        python={path: _python_file(path, item) for path, item in document["python"].items()},
        notebooks={path: _python_file(path, item) for path, item in document["notebooks"].items()},
        cells={path: _all(Cell, items) for path, items in document["cells"].items()},
        scripts={path: _all(Import, items) for path, items in document["scripts"].items()},
        own=frozenset(document["own"]),
        unparsed=document["unparsed"],
        omitted=tuple(_omission(text, document["missed"]) for text in document["truncated"]),
    )


def _omission(text: str, missed: list[str]) -> Omission:
    file = text.partition(": ")[2]
    return Omission(text, file if file in missed else "")


def _python_file(path: str, document: Mapping[str, Any]) -> PythonFile:
    listed: dict[str, Any] = {key: _all(kind, document.get(key, ())) for key, kind in KINDS.items()}
    plain = {
        key: document[key] for key in ("objects", "methods", "names", "asserts", "runs", "loose") if key in document
    }
    return PythonFile(
        decisions=tuple(_decision(path, item) for item in document.get("branches", ())), **listed, **plain
    )


KINDS: Mapping[str, Any] = {
    "imports": Import,
    "calls": Call,
    "held": Call,
    "functions": Definition,
    "classes": Definition,
    "strings": Text,
    "constructs": ConstructCall,
    "tests": TestFunction,
    "fixtures": Fixture,
    "contrasts": Contrast,
    "splits": Contrast,
}


def _all(kind: Any, items: Iterable[list[Any]]) -> tuple[Any, ...]:
    return tuple(kind(*item) for item in items)


def _decision(path: str, item: Mapping[str, Any]) -> Decision:
    return Decision(
        file=path,
        line=item["line"],
        function=item["function"],
        names=frozenset(item["names"]),
        ordered=item["ordered"],
        given=tuple(item["given"]),
        then=tuple(item["body"]),
        otherwise=tuple(item["other"]),
        leaves=item["leaves"],
        sets=frozenset(item["sets"]),
    )
