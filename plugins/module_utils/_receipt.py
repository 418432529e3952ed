# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The receipt of a role, a JSON file on the host that records what the role has brought.

Each receipt has the keys `schema` and `role`, and `packages` where the role installed some. The other keys are the role's own.
"""

from __future__ import annotations

import json
import os
import tempfile
from typing import Any, Iterable

DIRECTORY = "/var/lib/misc"
SCHEMA = 1


def path(role: str) -> str:
    """Return where the receipt of a role is."""
    return "%s/mlops-workbench-%s.json" % (DIRECTORY, role)


def read(role: str) -> dict[str, Any]:
    """Return the receipt of a role; empty where there is none or where it is broken."""
    try:
        with open(path(role), encoding="utf-8") as text:
            value = json.load(text)
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def updated(before: dict[str, Any], role: str, content: dict[str, Any], packages: Iterable[str] = ()) -> dict[str, Any]:
    """Return a receipt with new content, and with packages that are brought now in addition to those of earlier runs."""
    after = {**before, **content, "schema": SCHEMA, "role": role}
    if packages:
        after["packages"] = sorted({*after.get("packages", []), *packages})
    return after


def as_text(receipt: dict[str, Any]) -> str:
    """Return a receipt as it is written; an empty one has no file."""
    return json.dumps(receipt, indent=4, sort_keys=True) + "\n" if receipt else ""


def write(role: str, receipt: dict[str, Any]) -> None:
    """Write a receipt so that it is there as a whole or not at all."""
    descriptor, new = tempfile.mkstemp(dir=DIRECTORY, prefix=".mlops-workbench-")
    try:
        with open(descriptor, "w", encoding="utf-8") as text:
            text.write(as_text(receipt))
            os.fchmod(text.fileno(), 0o644)
        os.replace(new, path(role))
    except BaseException:
        os.unlink(new)
        raise
