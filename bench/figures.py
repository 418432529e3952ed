# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a measurement is, and how it is told."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """A measured value and the most that it may be; a budget of None is a figure that nothing is asked of."""

    name: str
    value: float
    unit: str
    budget: float | None = None

    @property
    def ok(self) -> bool | None:
        """Return whether the value is within its budget, None where there is no budget."""
        return None if self.budget is None else self.value <= self.budget

    def line(self) -> str:
        """Return the figure as one line for people."""
        asked = "" if self.budget is None else f"  budget {self.budget:g}: {'met' if self.ok else 'MISSED'}"
        return f"{self.name:32} {self.value:8.2f} {self.unit:6}{asked}"


def write(path: Path, figures: Iterable[Figure]) -> None:
    """Write the figures for machines: a list of objects with name, value, unit, budget and ok."""
    told = [{**asdict(figure), "value": round(figure.value, 3), "ok": figure.ok} for figure in figures]
    path.write_text(json.dumps(told, indent=2) + "\n")
