# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The levels of maturity, and which of them the statuses of the criteria reach."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Mapping, Sequence

LEVEL_NAMES = (
    "No MLOps",
    "DevOps, no MLOps",
    "Automated training",
    "Automated model deployment",
    "Full MLOps automated operations",
)
LEVELS = (1, 2, 3, 4)
# Why a project has no level.
NO_ML = "no_ml_found"
COURSE_NOTES = "course_notes"
PROFILES = {
    "default": {1: Fraction(2, 5), 2: Fraction(2, 3), 3: Fraction(2, 3), 4: Fraction(2, 3)},
    "strict": dict.fromkeys(LEVELS, Fraction(1)),
}
WORTH = {"met": Fraction(1), "attested": Fraction(1), "partial": Fraction(1, 2)}
LEFT_OUT = ("not_applicable", "waived")

Entries = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Scale:
    """What a level needs: a quorum of its criteria, and its keystones. What only people can attest counts where they did."""

    quorum: Mapping[int, Fraction]
    keystones: frozenset[str]
    attested_only: frozenset[str]

    def figures(self, entries: Entries, reason: str) -> dict[str, Any]:
        """Both levels, what the level could be, and the share of each level; no level where there is a reason for none."""
        reached, possible = (
            {level: self._reached(entries, level, unknown) for level in self.quorum} for unknown in (False, True)
        )
        return {
            "level": None if reason else _ladder(reached),
            "level_max": None if reason else _ladder(possible),
            "practice_level": None if reason else max([0, *(level for level in self.quorum if reached[level])]),
            "coverage": {str(level): float(round(self._share(entries, level), 2)) for level in self.quorum},
        }

    def missing(self, entries: Entries, level: int) -> Fraction:
        """How many criteria a level lacks for its quorum."""
        counted, reached = self._count(entries, level)
        return self.quorum[level] * counted - reached

    def missing_keystones(self, entries: Entries, level: int, also: tuple[str, ...] = ()) -> list[Any]:
        """The keystones that a level stands without. What does not apply, or is waived, is none."""
        enough = (*WORTH.keys() - {"partial"}, *LEFT_OUT, *also)
        return [
            item
            for item in entries
            if item["level"] == level and item["id"] in self.keystones and item["status"] not in enough
        ]

    def _reached(self, entries: Entries, level: int, unknown: bool) -> bool:
        also = ("unknown",) if unknown else ()
        return self._share(entries, level, unknown) >= self.quorum[level] and not self.missing_keystones(
            entries, level, also
        )

    def _share(self, entries: Entries, level: int, unknown: bool = False) -> Fraction:
        counted, reached = self._count(entries, level, unknown)
        return reached / counted if counted else Fraction(0)

    def _count(self, entries: Entries, level: int, unknown: bool = False) -> tuple[int, Fraction]:
        """A level's criteria, and what they are worth. `unknown` counts what is unknown as met."""
        worth = {**WORTH, "unknown": Fraction(1)} if unknown else WORTH
        counted = [
            item["status"]
            for item in entries
            if item["level"] == level
            and item["status"] not in LEFT_OUT
            and (unknown or item["status"] != "unknown" or item["id"] not in self.attested_only)
        ]
        return len(counted), sum((worth.get(status, Fraction(0)) for status in counted), Fraction(0))


def _ladder(reached: Mapping[int, bool]) -> int:
    level = 0
    while level < LEVELS[-1] and reached[level + 1]:
        level += 1
    return level
