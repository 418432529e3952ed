# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of ours among those of others."""

from __future__ import annotations

DOCUMENTATION = r"""
name: merged_settings
short_description: "Internal: put settings among those that others have written into the same file"
version_added: 1.0.0
description:
  - Takes out what an earlier run has put in, then merges the new settings. A mapping is merged key by key; any other value is replaced.
  - A mapping that becomes empty because the role's own keys have left it is taken out as well.
options:
  _input:
    description: What the file holds.
    type: dict
    required: true
  ours:
    description: The settings to put in; an empty mapping only takes out.
    type: dict
    required: true
  owned:
    description: What an earlier run has put in, as P(mlops.workbench.settings_paths#filter) gives it.
    type: list
    elements: list
    required: true
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Keep the runtimes that a GPU toolkit has written
  ansible.builtin.debug:
    msg: "{{ {'runtimes': {'nvidia': {}}} | mlops.workbench.merged_settings({'live-restore': true}, []) }}"
"""

RETURN = r"""
_value:
  description: What the file is to hold.
  type: dict
"""

from typing import Any, Callable


def merged_settings(existing: dict[str, Any], ours: dict[str, Any], owned: list[list[str]]) -> dict[str, Any]:
    """Take the owned paths out of what is there, and merge ours into the rest."""
    rest = dict(existing)
    for path in owned:
        rest = without(rest, path)
    return merge(rest, ours)


def without(settings: dict[str, Any], path: list[str]) -> dict[str, Any]:
    """The settings without the one at the path, and without mappings that are empty for lack of it."""
    if not path or path[0] not in settings:
        return settings
    rest = {key: value for key, value in settings.items() if key != path[0]}
    inner = settings[path[0]]
    if len(path) > 1 and isinstance(inner, dict):
        inner = without(inner, path[1:])
        if inner:
            return {**settings, path[0]: inner}
    return rest


def merge(existing: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """Both; ours win where the two disagree."""
    merged = dict(existing)
    for key, value in ours.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge(merged[key], value) if both else value
    return merged


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters, by name."""
        return {"merged_settings": merged_settings}
