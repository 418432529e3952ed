# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which settings are ours."""

from __future__ import annotations

DOCUMENTATION = r"""
name: settings_paths
short_description: "Internal: the paths of all single settings in nested ones"
version_added: 1.0.0
description:
  - What a role writes down of the settings that it has put into a file, so that it can take out these and no others later on.
options:
  _input:
    description: The settings.
    type: dict
    required: true
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Show [['live-restore'], ['log-opts', 'max-size']]
  ansible.builtin.debug:
    msg: "{{ {'live-restore': true, 'log-opts': {'max-size': '10m'}} | mlops.workbench.settings_paths }}"
"""

RETURN = r"""
_value:
  description: The paths in their order, each a list of keys.
  type: list
  elements: list
"""

from typing import Any, Callable


def settings_paths(settings: dict[str, Any]) -> list[list[str]]:
    """The path of each value that is no mapping, or an empty one."""
    paths = []
    for key, value in sorted(settings.items()):
        if isinstance(value, dict) and value:
            paths += [[key, *path] for path in settings_paths(value)]
        else:
            paths.append([key])
    return paths


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters, by name."""
        return {"settings_paths": settings_paths}
