# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter doctor_next."""

from __future__ import annotations

DOCUMENTATION = r"""
name: doctor_next
short_description: "Internal: tell how to go on with a host that is ready"
version_added: 1.1.0
author: The mlops.workbench authors (@mlops)
description:
  - Gives the addresses of the Jupyter servers of a host, and the commands that print their tokens.
options:
  _input:
    description: The host's name in the inventory.
    type: str
    required: true
  verdict:
    description: What P(mlops.workbench.doctor_document#filter) returned for the host.
    type: dict
    required: true
  ssh_playbook:
    description: The command that makes C(ssh HOST) work.
    type: str
    required: true
  local:
    description: Whether the host is the machine that Ansible runs on.
    type: bool
    required: true
seealso:
  - plugin: mlops.workbench.doctor_document
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show how to go on
  ansible.builtin.debug:
    msg: "{{ inventory_hostname | mlops.workbench.doctor_next(fleet.hosts[inventory_hostname], 'ansible-playbook mlops.workbench.ssh', false) }}"
  vars:
    fleet: "{{ dict(ansible_play_hosts_all | zip(ansible_play_hosts_all | map('extract', hostvars, 'doctor')))
      | mlops.workbench.doctor_document }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

from typing import Any, Callable

from ansible_collections.mlops.workbench.plugins.plugin_utils._doctor import what_next


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {"doctor_next": what_next}
