# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter doctor_document."""

from __future__ import annotations

DOCUMENTATION = r"""
name: doctor_document
short_description: "Internal: gather the doctor's findings on a fleet in one document"
version_added: 1.0.0
author: The mlops.workbench authors (@mlops)
description:
  - Turns the results of M(mlops.workbench.workbench_info) on several hosts into one document.
  - A host that was unreachable, or on which the module failed, has a failed check that says so.
options:
  _input:
    description: By host, what the task with M(mlops.workbench.workbench_info) registered.
    type: dict
    required: true
  inventory:
    description: The inventory, C(ansible_inventory_sources), for the remedies of hosts that could not be examined.
    type: list
    elements: str
    default: []
  called_from:
    description: The folder in which these remedies are to work.
    type: path
    default: ""
seealso:
  - plugin: mlops.workbench.doctor_table
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write one document for the fleet
  ansible.builtin.copy:
    content: "{{ dict(ansible_play_hosts_all | zip(ansible_play_hosts_all | map('extract', hostvars, 'doctor')))
      | mlops.workbench.doctor_document | to_nice_json }}"
    dest: doctor.json
    mode: "0644"
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
_value:
  description:
    - The document, with the keys C(schema), C(ready) (whether all hosts are) and C(hosts).
    - The value of a host in C(hosts) has the keys of RV(mlops.workbench.workbench_info#module:workbench).
  type: dict
"""

from typing import Any, Callable

from ansible_collections.mlops.workbench.plugins.plugin_utils._doctor import document


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {"doctor_document": document}
