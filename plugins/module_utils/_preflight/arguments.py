# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role may want to know about a host."""

from __future__ import annotations

from typing import Any


# What the role passes on to the host; `require` is judged on the controller and `role` is known there.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "users": {"type": "dict", "default": {}},
    "members": {"type": "dict", "default": {}},
    "groups": {"type": "list", "elements": "str", "default": []},
    "memberships": {"type": "dict", "default": {}},
    "ports": {"type": "dict", "default": {}},
    "free_mb": {"type": "dict", "default": {}},
    "memory_mb": {"type": "dict", "default": {}},
    "directories": {"type": "dict", "default": {}},
    "sha256": {"type": "dict", "default": {}},
    "json_files": {"type": "dict", "default": {}},
    "calendars": {"type": "dict", "default": {}},
    "packages": {"type": "list", "elements": "str", "default": []},
    "packages_by_distribution": {"type": "dict", "default": {}},
    "changes": {"type": "dict", "default": {}},
    "removes": {"type": "str", "default": ""},
    "units": {"type": "dict", "default": {}},
    "files": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "path": {"type": "str", "required": True},
            "type": {"type": "str", "choices": ["file", "directory", "link", "absent"], "default": "file"},
            "sha256": {"type": "str"},
            "sha256_variable": {"type": "str"},
            "target": {"type": "str"},
            "mode": {"type": "str"},
            "owner": {"type": "str"},
            "group": {"type": "str"},
            "read": {"type": "bool", "default": False},
            "follow": {"type": "bool", "default": False},
        },
    },
    "owners": {"type": "dict", "default": {}},
    "user_folders": {"type": "dict", "default": {}},
    "programs": {"type": "dict", "default": {}},
    "outputs": {"type": "dict", "default": {}},
    "reads_only": {"type": "bool", "default": False},
    "not_root": {"type": "dict", "default": {}},
    "homes": {"type": "dict", "default": {}},
    "addresses": {"type": "dict", "default": {}},
    "certificates": {"type": "dict", "default": {}},
    "environments": {"type": "dict", "default": {}},
    "folders": {"type": "list", "elements": "str", "default": []},
    "servers": {"type": "list", "elements": "dict", "default": []},
    "proofs": {"type": "dict", "default": {}},
}
