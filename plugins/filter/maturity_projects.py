# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter maturity_projects."""

from __future__ import annotations

DOCUMENTATION = r"""
name: maturity_projects
short_description: "Internal: put a project for each checkout in the place of a folder of checkouts"
version_added: 1.1.0
author: The mlops.workbench authors (@mlops-workbench)
description:
  - Replaces each entry that has C(below) by an entry for each checkout that was found there, named after its path within the folder.
  - What else the entry has, such as C(target_level), goes for each of them. A checkout that an entry of its own names is left to that entry.
options:
  _input:
    description: The variable C(maturity_projects) of the role C(mlops.workbench.maturity).
    type: list
    elements: dict
    required: true
  checkouts:
    description: What M(mlops.workbench.checkouts_info) returned.
    type: dict
    required: true
seealso:
  - module: mlops.workbench.checkouts_info
"""

EXAMPLES = r"""
- name: Judge everything below a folder
  mlops.workbench.maturity_info:
    path: "{{ item.path }}"
    target_level: "{{ item.target_level | default(omit) }}"
  loop: "{{ [{'below': '/srv/projects', 'target_level': 2}] | mlops.workbench.maturity_projects(found.checkouts) }}"
"""

RETURN = r"""
_value:
  description: The projects, each with its C(path).
  type: list
  elements: dict
"""

from typing import Any, Callable

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.model import expanded


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {"maturity_projects": expanded}
