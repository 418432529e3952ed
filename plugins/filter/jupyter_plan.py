# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Jupyter servers that the variables of the role jupyter describe, and what to check before they are installed."""

from __future__ import annotations

DOCUMENTATION = r"""
name: jupyter_plan
short_description: "Internal: the Jupyter servers of a host and the checks for them, from the variables of the role jupyter"
version_added: 2.0.0
description:
  - Gives one dictionary for each server, with everything that the tasks and templates of the role need to know about it, and with no
    secret, so that it may be looped over and shown.
  - Gives the arguments of M(mlops.workbench.preflight) that depend on the servers, and the problems with the variables themselves.
options:
  _input:
    description: The variables of the role C(jupyter), as its C(vars/main.yml) lists them.
    type: dict
    required: true
  login_user:
    description: The user that an empty C(name) stands for. V(%u) is how M(mlops.workbench.preflight) writes it.
    type: str
    default: "%u"
  accounts:
    description: The users as M(mlops.workbench.preflight) returns them.
    type: dict
    default: {}
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Show which server listens where
  ansible.builtin.debug:
    msg: "{{ (__jupyter_spec | mlops.workbench.jupyter_plan).servers | items2dict('unit', 'port') }}"
"""

RETURN = r"""
_value:
  description:
    - C(servers), and C(instances), what the receipt says of them.
    - C(checks) by option of M(mlops.workbench.preflight); among these C(problems), each with C(variable), C(problem) and C(remedy).
  type: dict
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from ansible_collections.mlops.workbench.plugins.plugin_utils._jupyter import LOGIN_USER, checks, servers


def jupyter_plan(
    spec: dict[str, Any], login_user: str = LOGIN_USER, accounts: dict[str, dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return the servers, each as a dictionary, and what to check for them."""
    found = servers(spec, login_user, accounts or {})
    return {
        "servers": [asdict(server) for server in found],
        "instances": [server.recorded() for server in found],
        "checks": checks(spec),
    }


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters, by name."""
        return {"jupyter_plan": jupyter_plan}
