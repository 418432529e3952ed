# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""The whole document, for programs and as the baseline of `maturity_fail_on_regression`."""

from __future__ import annotations

import json
from typing import Any, Mapping

from .model import SCHEMA, shown

FILE = "maturity.json"


def render(given: Mapping[str, Any]) -> str:
    """Return the whole document."""
    return as_json({"schema": SCHEMA, "projects": shown(given)})


def as_json(value: Any) -> str:
    """Return a value as JSON in a stable order."""
    return json.dumps(_plain(value), indent=4, sort_keys=True) + "\n"


def _plain(value: Any) -> Any:
    """Return containers as dicts and lists: the encoder in C would not see what Ansible templates on access."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
