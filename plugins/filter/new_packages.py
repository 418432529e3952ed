# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What apt-get says that it installs."""

from __future__ import annotations

DOCUMENTATION = r"""
name: new_packages
short_description: "Internal: the packages that apt-get newly installs, from its own words"
version_added: 1.0.0
description:
  - Reads the paragraph "The following NEW packages will be installed" out of what C(apt-get install) prints, for example out of the
    C(stdout) that M(ansible.builtin.apt) returns, in check mode as well.
options:
  _input:
    description: What apt-get printed.
    type: str
    required: true
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Show what came along
  ansible.builtin.debug:
    msg: "{{ install.stdout | default('') | mlops.workbench.new_packages }}"
"""

RETURN = r"""
_value:
  description: The names of the packages, with those that were asked for and those that came along.
  type: list
  elements: str
"""

from typing import Any, Callable


def new_packages(printed: str) -> list[str]:
    """The names in the paragraph; its lines are indented, and it ends where they are not."""
    names = []
    inside = False
    for line in printed.splitlines():
        if inside and line.startswith("  "):
            names += line.split()
        else:
            inside = line.startswith("The following NEW packages will be installed:")
    return names


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters, by name."""
        return {"new_packages": new_packages}
