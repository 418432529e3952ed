# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter maturity_junit."""

from __future__ import annotations

DOCUMENTATION = r"""
name: maturity_junit
short_description: Show the maturity of projects as JUnit XML
version_added: 1.0.0
author: The mlops.workbench authors (@mlops-workbench)
description:
  - One suite a project and one case a criterion, for the test page of a CI server.
  - What is missing up to the project's target level fails. What is missing above it, unknown, waived or not applicable is skipped.
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
    content: "{{ fleet | mlops.workbench.maturity_junit }}"
    dest: maturity.xml
    mode: "0644"
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
_value:
  description: The XML.
  type: str
"""

from typing import Any, Callable

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.junit import junit


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {"maturity_junit": junit}
