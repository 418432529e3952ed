# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which installed packages are of another version than wanted."""

from __future__ import annotations

DOCUMENTATION = r"""
name: version_mismatches
short_description: "Internal: the packages whose installed version is not the wanted one"
version_added: 2.0.0
description:
  - Compares as apt's preferences do with what the role C(docker) writes there. A version stands for every build of it, so that C(23.0.6)
    is satisfied with C(5:23.0.6-1~debian.12~bookworm), and C(23.0) as well; C(3.0.6) is not.
options:
  _input:
    description: The versions of the installed packages, by name.
    type: dict
    required: true
  wanted:
    description: The versions that are wanted, by name.
    type: dict
    required: true
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Show ['docker-ce']
  ansible.builtin.debug:
    msg: "{{ {'docker-ce': '5:26.1.5-1'} | mlops.workbench.version_mismatches({'docker-ce': '23.0.6'}) }}"
"""

RETURN = r"""
_value:
  description: The names, with those of packages that are not installed.
  type: list
  elements: str
"""

from typing import Any, Callable

from ansible_collections.mlops.workbench.plugins.module_utils._host.packages import fits


def version_mismatches(installed: dict[str, str], wanted: dict[str, str]) -> list[str]:
    """The wanted packages whose version is another one."""
    return [package for package, version in wanted.items() if not fits(installed.get(package, ""), version)]


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters, by name."""
        return {"version_mismatches": version_mismatches}
