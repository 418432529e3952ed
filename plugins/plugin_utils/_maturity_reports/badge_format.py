# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""The level of one project, or the lowest and the highest of several, as a small SVG for a README."""

from __future__ import annotations

from typing import Any, Mapping

from .model import projects_of
from .safe import escape

FILE = "maturity.svg"
COLOURS = {None: "#5b6470", 0: "#a3302b", 1: "#96520b", 2: "#75690a", 3: "#3c7327", 4: "#17693c"}
SUBJECT = "MLOps maturity"
HEIGHT = 20
CHARACTER = 6.6  # average width in pixels at 11 px
PADDING = 7


def render(given: Mapping[str, Any]) -> str:
    """Return the badge: one project's level, or the lowest and highest of several. The colour goes by the lowest."""
    levels = [project["level"] for project in projects_of(given)]
    known = [level for level in levels if level is not None]
    colour = COLOURS[min(known) if known else None]
    return _svg(SUBJECT, _verdict(levels, known), colour)


def _verdict(levels: list[int | None], known: list[int]) -> str:
    if not known:
        return "no level"
    unknown = len(levels) - len(known)
    span = f"level {min(known)}" if min(known) == max(known) else f"levels {min(known)} to {max(known)}"
    return f"{span}, {unknown} without" if unknown else span


def _svg(subject: str, verdict: str, colour: str) -> str:
    left = round(len(subject) * CHARACTER) + 2 * PADDING
    right = round(len(verdict) * CHARACTER) + 2 * PADDING
    name = escape(f"{subject}: {verdict}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{HEIGHT}" role="img" aria-label="{name}">'
        f"<title>{name}</title>"
        f'<clipPath id="r"><rect width="{left + right}" height="{HEIGHT}" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="{HEIGHT}" fill="#333a43"/>'
        f'<rect x="{left}" width="{right}" height="{HEIGHT}" fill="{colour}"/></g>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="{left / 2:g}" y="14" textLength="{left - 2 * PADDING}">{escape(subject)}</text>'
        f'<text x="{left + right / 2:g}" y="14" textLength="{right - 2 * PADDING}">{escape(verdict)}</text></g></svg>\n'
    )
