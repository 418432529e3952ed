# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets where others would read them."""

from __future__ import annotations

from typing import Any, Callable, Iterable

from ansible_collections.mlops.workbench.plugins.module_utils._addresses import PROBLEM, REMEDY, has_secret


def secret_addresses(options: Iterable[str], value_of: Callable[[str], Any]) -> list[dict[str, str]]:
    """A problem for each of a role's options with a name, a password or a token in an address.

    Task names, errors, receipts and files that all users read hold these addresses. A proxy's is the exception: it needs its password, and
    the roles keep it to root.
    """
    return [
        {
            "variable": name,
            "problem": PROBLEM,
            "remedy": REMEDY,
        }
        for name in sorted(options)
        if not name.endswith("_proxy") and any(map(has_secret, _texts(value_of(name))))
    ]


def _texts(value: Any) -> list[str]:
    """All texts in a value, however deep."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, (list, tuple)):
        return [text for inner in value for text in _texts(inner)]
    return []
