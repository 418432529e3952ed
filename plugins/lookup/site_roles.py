# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles of a site, for playbooks."""

from __future__ import annotations

DOCUMENTATION = r"""
name: site_roles
short_description: "Internal: the roles of a site"
version_added: 2.0.0
description: They come in the order in which a site is set up.
options: {}
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Show the roles of a site
  ansible.builtin.debug:
    msg: "{{ query('mlops.workbench.site_roles') | map(attribute='name') }}"
"""

RETURN = r"""
_raw:
  description: The roles, each with its C(name) and whether it is C(optional).
  type: list
  elements: dict
"""

from typing import Any

from ansible.plugins.lookup import LookupBase

from ansible_collections.mlops.workbench.plugins.module_utils._workbench.roles import SITE_ROLES


class LookupModule(LookupBase):
    """What Ansible looks for in this file."""

    def run(self, terms: list[str], variables: Any = None, **_options: Any) -> list[dict[str, Any]]:
        """Return the roles."""
        return [{"name": name, "optional": role.optional} for name, role in SITE_ROLES.items()]
