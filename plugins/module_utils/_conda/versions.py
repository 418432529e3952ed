# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of conda's versions and what a version constraint means.

After conda's own description of package specifications and the documentation of its class VersionOrder.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import List, Tuple

Atom = Tuple[int, float, str]  # a word comes before any number
Part = List[Atom]

ATOMS = re.compile(r"\d+|[^\d]+")
VERSION = re.compile(r"^(?:\d+!)?[\w.-]+(?:\+[\w.-]+)?$")
OPERATOR = re.compile(r"^(==|!=|<=|>=|~=|=|<|>)\s*(.+)$")
ZERO: Atom = (1, 0, "")
DEV: Atom = (0, 0, "DEV")  # upper case, so before any other word
POST: Atom = (1, float("inf"), "")


class VersionError(ValueError):
    """Words that are no version, or no constraint that is understood here."""


class Version:
    """A version as conda orders it."""

    def __init__(self, text: str) -> None:
        """Take a version apart; raises VersionError where it is none."""
        plain = text.strip().lower()
        if not VERSION.match(plain):
            raise VersionError("%r is no version" % text)
        epoch, mark, rest = plain.rpartition("!")
        main, _plus, local = rest.partition("+")
        self.parts = [_atoms(epoch if mark else "0"), *_parts(main)]
        self.local = _parts(local) if local else []

    def compare(self, other: Version) -> int:
        """Return -1, 0 or 1 as this version comes before, with or after the other."""
        return _compare(self.parts, other.parts) or _compare(self.local, other.local)

    def starts_with(self, other: Version) -> bool:
        """Return whether the other is a beginning of this one, as 1.2 is of 1.2.3 but not of 1.20."""
        if other.local:
            return _compare(self.parts, other.parts) == 0 and _starts_with(self.local, other.local)
        return _starts_with(self.parts, other.parts)


def satisfies(version: str, constraint: str) -> bool:
    """Return whether a version is within a constraint such as `>=1.2,<2|3.*`; VersionError for what is no constraint."""
    found = Version(version)
    return any(all(_holds(found, term.strip()) for term in choice.split(",")) for choice in constraint.split("|"))


def is_constraint(text: str) -> bool:
    """Return whether all of a constraint is understood here."""
    try:
        for term in re.split(r"[|,]", text):
            _holds(Version("0"), term.strip())
    except VersionError:
        return False
    return True


def _holds(found: Version, term: str) -> bool:
    """Return whether a version is within one term of a constraint."""
    if term == "*":
        return True
    match = OPERATOR.match(term)
    operator, text = match.groups() if match else ("==", term)
    if "*" in text.rstrip("*") or text.startswith("^"):
        raise VersionError("the pattern %r is left to conda" % term)
    wanted = Version(text.rstrip("*").rstrip("."))
    if text.endswith("*") and operator in ("=", "==", "!="):
        return found.starts_with(wanted) != (operator == "!=")
    if operator == "=":
        return found.starts_with(wanted)
    if operator == "~=":
        begin, dot, _last = text.rpartition(".")
        if not dot:
            raise VersionError("%r needs a version of two parts" % term)
        return found.compare(wanted) >= 0 and found.starts_with(Version(begin))
    order = found.compare(wanted)
    return {
        "==": order == 0,
        "!=": order != 0,
        "<": order < 0,
        "<=": order <= 0,
        ">": order > 0,
        ">=": order >= 0,
    }[operator]


def _atoms(part: str) -> Part:
    """Take one part of a version into numbers and words; it always begins with a number."""
    atoms: Part = []
    for word in ATOMS.findall(part):
        if word.isdigit():
            atoms.append((1, int(word), ""))
        else:
            atoms.append({"dev": DEV, "post": POST}.get(word, (0, 0, word)))
    return atoms if part[:1].isdigit() else [ZERO, *atoms]


def _parts(text: str) -> List[Part]:
    """Split at dots and at what conda takes for one; an underscore at the very end belongs to the last part."""
    tail = "_" if text.endswith("_") else ""
    words = text.replace("-", "_").rstrip("_").replace("_", ".").split(".")
    if "" in words:
        raise VersionError("%r has an empty part" % text)
    words[-1] += tail
    return [_atoms(word) for word in words]


def _compare(left: List[Part], right: List[Part]) -> int:
    none: Part = []
    for one, two in zip_longest(left, right, fillvalue=none):
        for first, second in zip_longest(one, two, fillvalue=ZERO):
            if first != second:
                return -1 if first < second else 1
    return 0


def _starts_with(whole: List[Part], begin: List[Part]) -> bool:
    """Compare all but the last atom for equality, and that one for being a beginning where it is a word."""
    last = len(begin) - 1
    if _compare(whole[:last], begin[:last]):
        return False
    part = whole[last] if len(whole) > last else []
    tail = len(begin[last]) - 1
    if _compare([part[:tail]], [begin[last][:tail]]):
        return False
    first = part[tail] if len(part) > tail else ZERO
    second = begin[last][tail]
    is_word = second[0] == 0
    return first[0] == 0 and first[2].startswith(second[2]) if is_word else first == second
