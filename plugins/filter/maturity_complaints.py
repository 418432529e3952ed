# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter maturity_complaints."""

from __future__ import annotations

DOCUMENTATION = r"""
name: maturity_complaints
short_description: Say which projects miss the bar that was set for them
version_added: 1.0.0
author: The mlops.workbench authors (@mlops-workbench)
description:
  - Compares each project with a level and with an earlier document.
  - A project is worse than before when its level is lower, or when a criterion that was met or partly met has lost evidence.
  - A criterion that has become unknown has lost nothing.
  - A project that could not be looked at is always a complaint.
options:
  _input:
    description: What P(mlops.workbench.maturity_document#filter) returned, or RV(mlops.workbench.maturity_info#module:maturity) of one project.
    type: dict
    required: true
  fail_below:
    description: The level that each project has to reach; V(0) asks for none.
    type: int
    default: 0
  baseline:
    description: An earlier document, read from its JSON file.
    type: dict
seealso:
  - plugin: mlops.workbench.maturity_document
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Fail when a project is below level 2 or worse than before
  ansible.builtin.assert:
    that: complaints | length == 0
    fail_msg: "{{ complaints | join('; ') }}"
  vars:
    baseline: "{{ lookup('ansible.builtin.file', 'maturity-baseline.json') | from_json }}"
    complaints: "{{ fleet | mlops.workbench.maturity_complaints(fail_below=2, baseline=baseline) }}"
"""

RETURN = r"""
_value:
  description: One sentence a complaint; empty when all is well.
  type: list
  elements: str
"""

from typing import Any, Callable

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.gate import complaints


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {"maturity_complaints": complaints}
