# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a regular expression takes on the texts that are worst for it, derived from its own parse tree."""

from __future__ import annotations

import importlib
import re
import time
from dataclasses import dataclass
from typing import Any, Iterator

# Python's own parser of expressions, which has no public name.
constants: Any = importlib.import_module("re._constants")
parser: Any = importlib.import_module("re._parser")

LENGTH = 20_000
SECONDS = 0.5
# What one class may match, several of them, and what many of them share: blanks above all.
ALPHABET = " \n\ta0_./-\"'([{<:=*#,;@$\\é"
MISMATCHES = ("\x00", "\n\x00", "")
MOST_ENDS = 8
# A few repeats tell what doubles with each; then shorter texts which ones are worth a long one.
FEW = (16, 24)
SHORTER = ((250, 8), (800, 4), (2500, 2))
TOO_LONG = 0.1
# Twice the text takes so many times as long, or more, where a search goes to the end of the text from each place in it.
QUADRATIC = 3
REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT)
# More texts than these tell nothing new.
MOST_TEXTS = 160


@dataclass(frozen=True)
class HardText:
    """A text that is hard for a pattern, in any length."""

    start: str
    repeated: str
    end: str

    def times(self, repeats: int) -> str:
        return self.start + self.repeated * repeats + self.end

    def of(self, length: int) -> str:
        return self.times(max(1, (length - len(self.start)) // len(self.repeated)))


def seconds_of(pattern: re.Pattern[Any]) -> float:
    """CPU seconds of the slowest search in a text of LENGTH; more than SECONDS where a shorter one shows that it would be."""
    texts = list(hard_texts(pattern))
    for repeats in FEW:
        if any(_quickest(pattern, text.times(repeats)) > TOO_LONG for text in texts):
            return SECONDS * 10
    for length, kept in SHORTER:
        spent: list[tuple[float, HardText]] = []
        for text in texts:
            spent.append((_quickest(pattern, text.of(length)), text))
            if spent[-1][0] > TOO_LONG:
                return SECONDS * 10
        texts = [text for _seconds, text in sorted(spent, key=lambda one: -one[0])[:kept]]
    slowest = 0.0
    for text in texts:
        seconds = _quickest(pattern, text.of(LENGTH))
        if seconds > TOO_LONG and seconds > QUADRATIC * _search(pattern, text.of(LENGTH // 2)):
            return SECONDS * 10
        slowest = max(slowest, seconds)
    return slowest


def _quickest(pattern: re.Pattern[Any], text: str) -> float:
    """CPU seconds of a search; of one that takes rather long, of the quickest of three tries, since a busy machine slows single ones."""
    first = _search(pattern, text)
    return min(first, *(_search(pattern, text) for _try in range(2))) if TOO_LONG < first <= 2 * SECONDS else first


def _search(pattern: re.Pattern[Any], text: str) -> float:
    given = text.encode("utf-8", "replace") if isinstance(pattern.pattern, bytes) else text
    # Under a limit of CPU time the clock of the process moves with the kernel's ticks, of milliseconds; that of the thread is exact.
    began = time.thread_time()
    pattern.search(given)
    return time.thread_time() - began


def hard_texts(pattern: re.Pattern[Any]) -> Iterator[HardText]:
    """Repeats of what the repeated parts match, after what leads to them and before something that does not fit."""
    source = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    tree = parser.parse(source, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags)
    ends = [*MISMATCHES, *dict.fromkeys(re.findall(r"[^\w\s\\]", source))][:MOST_ENDS]
    seen: set[HardText] = set()
    for before, body in _repeats(list(tree), ""):
        units = list(dict.fromkeys(unit for unit in [*_samples(body), *_common(body)] if unit))
        # For a search that begins anew at each place: what leads to the repeated part and is matched by it, too.
        pairs = [("", before)] if before else []
        for unit in units:
            # The repeated part itself; or, for such a search, all that leads to it.
            pairs += [(before, unit), ("", before + unit)]
        for start, repeated in pairs:
            for text in (HardText(start, repeated, end) for end in ends):
                if text not in seen:
                    seen.add(text)
                    yield text
                    if len(seen) >= MOST_TEXTS:
                        return


def _repeats(items: list[Any], before: str) -> Iterator[tuple[str, list[Any]]]:
    """Each part that may be repeated often, with a text that leads to it."""
    for operation, value in items:
        if operation in REPEATS:
            least, most, body = value
            if most == constants.MAXREPEAT or most > 100:
                yield before, list(body)
            yield from _repeats(list(body), before)
            before += _sample(list(body)) * min(least, 50)
            continue
        for inner in _inner(operation, value):
            yield from _repeats(inner, before)
        before += _sample([(operation, value)])


def _inner(operation: Any, value: Any) -> list[list[Any]]:
    """The sequences within a node."""
    if operation is constants.SUBPATTERN:
        return [list(value[-1])]
    if operation is constants.BRANCH:
        return [list(item) for item in value[1]]
    if operation in (constants.ASSERT, constants.ASSERT_NOT):
        return [list(value[1])]
    return [list(value)] if operation == getattr(constants, "ATOMIC_GROUP", None) else []


def _sample(items: list[Any]) -> str:
    """A short text that a sequence matches."""
    return next(iter(_samples(items)), "")


def _samples(items: list[Any]) -> list[str]:
    """One text for each way through the first branches of a sequence."""
    texts = [""]
    for operation, value in items:
        if operation in REPEATS:
            least, most, body = value
            found = [one * max(least, min(1, most)) for one in _samples(list(body))]
        elif operation is constants.ASSERT_NOT or operation is constants.AT or operation is constants.GROUPREF:
            found = [""]
        elif _inner(operation, value):
            found = [one for inner in _inner(operation, value) for one in _samples(inner)]
        else:
            found = [_character(operation, value)]
        texts = [text + one for text in texts[:8] for one in list(dict.fromkeys(found))[:8]][:8]
    return texts


def _character(operation: Any, value: Any) -> str:
    if operation is constants.LITERAL:
        return chr(value)
    return next((one for one in "a0 _-./:\n" if _fits(operation, value, one)), "a")


def _common(body: list[Any]) -> list[str]:
    """Single characters that a repeated part matches by itself."""
    if len(body) != 1:
        return []
    operation, value = body[0]
    if operation is constants.SUBPATTERN:
        return _common(list(value[-1]))
    if operation is constants.BRANCH:
        return [one for item in value[1] for one in _common(list(item))]
    return [one for one in ALPHABET if _fits(operation, value, one)]


def _fits(operation: Any, value: Any, one: str) -> bool:  # noqa: PLR0911 (a kind of node a line)
    if operation is constants.ANY:
        return True
    if operation is constants.LITERAL:
        return chr(value) == one
    if operation is constants.NOT_LITERAL:
        return chr(value) != one
    if operation is constants.RANGE:
        return bool(value[0] <= ord(one) <= value[1])
    if operation is constants.CATEGORY:
        name = str(value).lower()
        kind = one.isspace() if "space" in name else one.isdigit() if "digit" in name else one.isalnum() or one == "_"
        return kind != ("not" in name)
    if operation is constants.IN:
        negated = bool(value) and value[0][0] is constants.NEGATE
        return any(_fits(kind, inner, one) for kind, inner in value if kind is not constants.NEGATE) != negated
    return False
