# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter doctor_table."""

from __future__ import annotations

DOCUMENTATION = r"""
name: doctor_table
short_description: "Internal: show the doctor's findings on a fleet as a table"
version_added: 1.0.0
author: The mlops.workbench authors (@mlops)
description:
  - Shows hosts by roles, then what is wrong on each host and what to do.
options:
  _input:
    description: What P(mlops.workbench.doctor_document#filter) returned.
    type: dict
    required: true
seealso:
  - plugin: mlops.workbench.doctor_document
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show the fleet
  ansible.builtin.debug:
    msg: "{{ fleet | mlops.workbench.doctor_table }}"
  run_once: true
  vars:
    fleet: "{{ dict(ansible_play_hosts_all | zip(ansible_play_hosts_all | map('extract', hostvars, 'doctor')))
      | mlops.workbench.doctor_document }}"
"""

RETURN = r"""
_value:
  description: The lines of the table and of what follows it.
  type: list
  elements: str
"""

from typing import Any, Callable

from ansible_collections.mlops.workbench.plugins.plugin_utils._doctor import table


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {"doctor_table": table}
