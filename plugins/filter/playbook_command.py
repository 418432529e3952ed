# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter playbook_command."""

from __future__ import annotations

DOCUMENTATION = r"""
name: playbook_command
short_description: "Internal: tell how to run a playbook of the collection"
version_added: 1.1.0
author: The mlops.workbench authors (@mlops)
description:
  - Gives the command for a playbook of this collection with the inventory of this run and in its way, from a checkout or as installed.
options:
  _input:
    description: The playbook's name, such as V(site).
    type: str
    required: true
  playbooks:
    description: The folder of the playbook that runs, C(playbook_dir).
    type: path
    required: true
  inventory:
    description: The inventory of this run, C(ansible_inventory_sources).
    type: list
    elements: str
    required: true
  called_from:
    description: The folder in which the command is to work.
    type: path
    required: true
"""

EXAMPLES = r"""
- name: Show how to set this host up
  ansible.builtin.debug:
    msg: "{{ 'site' | mlops.workbench.playbook_command(playbook_dir, ansible_inventory_sources, lookup('ansible.builtin.env', 'PWD')) }}
      --limit {{ inventory_hostname }}"
"""

RETURN = r"""
_value:
  description: The command.
  type: str
"""

from typing import Any, Callable

from ansible_collections.mlops.workbench.plugins.plugin_utils._doctor import playbook_command


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {"playbook_command": playbook_command}
