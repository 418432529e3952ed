# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of the Docker engine: the role's among those of others."""

from __future__ import annotations

DOCUMENTATION = r"""
name: docker_settings
short_description: "Internal: what the Docker engine's daemon.json is to hold"
version_added: 2.0.0
description:
  - Removes what an earlier run of the role C(docker) has set, then merges its new settings. A mapping is merged key by key; any other value
    is replaced. A mapping that becomes empty because the role's own keys have left it is removed as well.
  - A log driver that somebody else has chosen stays with its options, unless O(further) names one. Then those options go, since no other
    driver knows them.
options:
  _input:
    description: What the file holds.
    type: dict
    required: true
  owned:
    description: The paths of the settings of the earlier run.
    type: list
    elements: list
    required: true
  settings:
    description: The role's settings; an empty text or list is none, and C(log-opts) are for the log driver C(json-file).
    type: dict
    required: true
  further:
    description: Settings of the user's own, which win.
    type: dict
    required: true
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Keep the runtimes that a GPU toolkit has written
  ansible.builtin.debug:
    msg: "{{ {'runtimes': {'nvidia': {}}} | mlops.workbench.docker_settings([], {'live-restore': true}, {}) }}"
"""

RETURN = r"""
_value:
  description: What the file is to hold as C(content), what it holds without the role as C(others), and the paths of the settings as C(owned).
  type: dict
"""

from typing import Any, Callable

Settings = dict[str, Any]

DRIVER = "json-file"


def docker_settings(existing: Settings, owned: list[list[str]], settings: Settings, further: Settings) -> Settings:
    """The content of daemon.json with the role's settings and without them, and the paths of the role's settings."""
    others = existing
    for path in owned:
        others = without(others, path)
    their_driver = others.get("log-driver", DRIVER)
    driver = further.get("log-driver", their_driver)
    wanted = {key: value for key, value in settings.items() if value not in ("", [])}
    if driver == DRIVER and "log-driver" not in further:
        wanted["log-driver"] = DRIVER
    else:
        wanted.pop("log-opts", None)
    wanted = merge(wanted, further)
    kept = others if driver == their_driver else without(others, ["log-opts"])
    return {"content": merge(kept, wanted), "others": others, "owned": paths(wanted)}


def without(settings: Settings, path: list[str]) -> Settings:
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


def merge(existing: Settings, ours: Settings) -> Settings:
    """Both; ours win where the two disagree."""
    merged = dict(existing)
    for key, value in ours.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge(merged[key], value) if both else value
    return merged


def paths(settings: Settings) -> list[list[str]]:
    """The path of each value that is no mapping, or an empty one."""
    found = []
    for key, value in sorted(settings.items()):
        if isinstance(value, dict) and value:
            found += [[key, *path] for path in paths(value)]
        else:
            found.append([key])
    return found


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters, by name."""
        return {"docker_settings": docker_settings}
