# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test maturity_at_least."""

from __future__ import annotations

DOCUMENTATION = r"""
name: maturity_at_least
short_description: Whether projects have reached a level of MLOps maturity
version_added: 1.0.0
author: The mlops.workbench authors (@mlops-workbench)
description:
  - Whether a project, or each project of a document, has reached a level together with all levels below it.
  - A project without a level has reached none, not even V(0).
options:
  _input:
    description:
      - What a task with M(mlops.workbench.maturity_info) registered, in a loop or without one, or its RV(mlops.workbench.maturity_info#module:maturity),
        or what P(mlops.workbench.maturity_document#filter) returned.
    type: dict
    required: true
  level:
    description: The level, V(0) to V(4).
    type: int
    required: true
seealso:
  - module: mlops.workbench.maturity_info
"""

EXAMPLES = r"""
- name: Look at the project
  mlops.workbench.maturity_info:
    path: /srv/taxi
  register: taxi

- name: Go on only with automated training
  ansible.builtin.assert:
    that: taxi is mlops.workbench.maturity_at_least(2)
"""

RETURN = r"""
_value:
  description: Whether it has.
  type: bool
"""

from typing import Callable

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.gate import at_least


class TestModule:
    """Tests of this file."""

    def tests(self) -> dict[str, Callable[..., bool]]:
        """Return them by name."""
        return {"maturity_at_least": at_least}
