# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter maturity_markdown."""

from __future__ import annotations

DOCUMENTATION = r"""
name: maturity_markdown
short_description: Show the maturity of projects as Markdown
version_added: 1.0.0
author: The mlops.workbench authors (@mlops-workbench)
description:
  - One table of all projects, then for each what is in the way of the next level, what to do next, and the evidence.
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
    content: "{{ fleet | mlops.workbench.maturity_markdown }}"
    dest: maturity.md
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

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.markdown import markdown


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {"maturity_markdown": markdown}
