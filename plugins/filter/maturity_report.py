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
    description:
      - V(badge) is the level of one project, or the lowest and the highest of several, as a small SVG for a README.
      - V(html) is one page without scripts that loads nothing, with a heat map of projects by criteria, then for each project its profile,
        what to do next, and the evidence. Light and dark as the reader's system is; every colour comes with a sign and a word.
      - V(json) is the whole document, for programs and as the baseline of P(mlops.workbench.maturity_complaints#filter).
      - V(junit) is JUnit XML with a suite a project and a case a criterion. What is missing up to the project's target level fails.
        What is missing above it, unknown, waived or not applicable is skipped.
      - V(markdown) is a table of all projects, then for each what is in the way of the next level, what to do next, and the evidence.
      - V(prometheus) is a text file for the node exporter's textfile collector, with levels, coverage, and the status of each criterion.
      - V(sarif) is SARIF 2.1.0 for code scanning, with one run for all projects, since servers take few runs a file and one a tool. It holds
        what is not met or partly met up to the project's target level. A finding without a place in the code points at
        C(.mlops-maturity.yml), where it can be attested or waived.
      - V(summary) is a line a project with its name and both figures, the lowest levels first, for the end of a play.
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
