# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""A project's coverage of the four levels as one small shape."""

from __future__ import annotations

from typing import Any, Mapping

from .._maturity.levels import LEVELS
from .model import percent
from .safe import escape

SIZE = 220
CENTRE = SIZE / 2
RADIUS = 70
# Level 1 on top, then clockwise.
DIRECTIONS = {1: (0, -1), 2: (1, 0), 3: (0, 1), 4: (-1, 0)}
ANCHORS = {1: "middle", 2: "start", 3: "middle", 4: "end"}


def radar(project: Mapping[str, Any]) -> str:
    """Return the inline SVG; its name tells a screen reader the same figures."""
    shares = {level: project["coverage"].get(str(level)) for level in LEVELS}
    told = ", ".join(f"level {level} {percent(share)}" for level, share in shares.items())
    rings = "".join(_polygon(dict.fromkeys(LEVELS, step / 4), "ring") for step in range(1, 5))
    axes = "".join(_axis(level) for level in LEVELS)
    labels = "".join(_label(level, share) for level, share in shares.items())
    shape = _polygon({level: share or 0.0 for level, share in shares.items()}, "shape")
    return (
        f'<svg class="radar" viewBox="-30 0 {SIZE + 60} {SIZE}" width="{SIZE + 60}" height="{SIZE}" role="img" '
        f'aria-label="{escape(f"Coverage: {told}")}">{rings}{axes}{shape}{labels}</svg>'
    )


def _point(level: int, share: float) -> tuple[float, float]:
    x, y = DIRECTIONS[level]
    return CENTRE + x * RADIUS * share, CENTRE + y * RADIUS * share


def _polygon(shares: Mapping[int, float], kind: str) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (_point(level, share) for level, share in shares.items()))
    return f'<polygon class="{kind}" points="{points}"/>'


def _axis(level: int) -> str:
    x, y = _point(level, 1)
    return f'<line class="ring" x1="{CENTRE:g}" y1="{CENTRE:g}" x2="{x:g}" y2="{y:g}"/>'


def _label(level: int, share: float | None) -> str:
    x, y = _point(level, 1.13)
    y += {1: -14, 3: 12}.get(level, 0)
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{ANCHORS[level]}">Level {level}'
        f'<tspan x="{x:.1f}" dy="1.2em">{percent(share)}</tspan></text>'
    )
