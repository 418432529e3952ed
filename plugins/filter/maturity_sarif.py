# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter maturity_sarif."""

from __future__ import annotations

DOCUMENTATION = r"""
name: maturity_sarif
short_description: Show what projects lack as a SARIF log
version_added: 1.0.0
author: The mlops.workbench authors (@mlops-workbench)
description:
  - SARIF 2.1.0 for code scanning, with one run for all projects, since servers take few runs a file and one a tool.
  - Of several projects each has a base of its own for the addresses of its files, and its name in front of each message.
  - Holds what is not met or partly met up to the project's target level. What is unknown, attested, waived or not applicable is no finding.
  - A finding without a place in the code points at C(.mlops-maturity.yml), where it can be attested or waived.
options:
  _input:
    description: What P(mlops.workbench.maturity_document#filter) returned, or RV(mlops.workbench.maturity_info#module:maturity) of one project.
    type: dict
    required: true
seealso:
  - plugin: mlops.workbench.maturity_document
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the report
  ansible.builtin.copy:
    content: "{{ fleet | mlops.workbench.maturity_sarif | to_nice_json }}"
    dest: maturity.sarif
    mode: "0644"
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
_value:
  description: The log; turn it into JSON with P(ansible.builtin.to_nice_json#filter).
  type: dict
"""

from typing import Any, Callable

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.sarif import sarif


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {"maturity_sarif": sarif}
