# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter maturity_report."""

from __future__ import annotations

DOCUMENTATION = r"""
name: maturity_report
short_description: Show the maturity of projects in a report
version_added: 1.1.0
author: The mlops.workbench authors (@mlops-workbench)
description:
  - Returns one report on all projects as text, in one of several formats.
options:
  _input:
    description: What P(mlops.workbench.maturity_document#filter) returned, or RV(mlops.workbench.maturity_info#module:maturity) of one project.
    type: dict
    required: true
  format:
    description: What the report is for; docs/maturity.md tells it of each. V(summary) is a line a project, the lowest levels first.
    type: str
    required: true
    choices: [badge, html, json, junit, markdown, prometheus, sarif, summary]
seealso:
  - plugin: mlops.workbench.maturity_document
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the report
  ansible.builtin.copy:
    content: "{{ fleet | mlops.workbench.maturity_report('html') }}"
    dest: maturity.html
    mode: "0644"
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
_value:
  description: The report.
  type: str
"""

from typing import Any, Callable

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.registry import report


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {"maturity_report": report}
