# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter maturity_summary."""

from __future__ import annotations

DOCUMENTATION = r"""
name: maturity_summary
short_description: Tell the maturity of projects in a line each
version_added: 1.1.0
author: The mlops.workbench authors (@mlops-workbench)
description:
  - A line a project with its name and both figures, the lowest levels first, for the end of a play.
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
- name: Show the levels
  ansible.builtin.debug:
    msg: "{{ fleet | mlops.workbench.maturity_summary }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: One line a project.
  type: list
  elements: str
"""

from typing import Any, Callable

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.model import summary


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {"maturity_summary": summary}
