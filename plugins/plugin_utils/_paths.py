# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRIVATE to the collection: paths as users write them."""

from __future__ import annotations


def in_home(path: str, home: str) -> str:
    """Return a path with the user's home in place of a leading `~`; `~other` stays."""
    return home + path[1:] if path == "~" or path.startswith("~/") else path
