# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filter maturity_document."""

from __future__ import annotations

DOCUMENTATION = r"""
name: maturity_document
short_description: Gather the maturity of projects on several hosts in one document
version_added: 1.0.0
author: The mlops.workbench authors (@mlops-workbench)
description:
  - Turns what tasks with M(mlops.workbench.maturity_info) registered on several hosts, in a loop or without one, into one document.
  - A project is named after the C(name) of its loop item, or else after its folder.
  - A project that could not be looked at is in the document without a level, with the reason.
options:
  _input:
    description: By host, what the task registered.
    type: dict
    required: true
seealso:
  - module: mlops.workbench.maturity_info
  - plugin: mlops.workbench.maturity_report
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write one document for the fleet
  ansible.builtin.copy:
    content: "{{ dict(ansible_play_hosts_all | zip(ansible_play_hosts_all | map('extract', hostvars, 'maturity_results')))
      | mlops.workbench.maturity_document | mlops.workbench.maturity_report('json') }}"
    dest: maturity.json
    mode: "0644"
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
_value:
  description:
    - The document, with the keys C(schema) and C(projects).
    - Each project has the keys of RV(mlops.workbench.maturity_info#module:maturity), and C(host) and C(name).
  type: dict
"""

from typing import Any, Callable

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.model import document


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {"maturity_document": document}
