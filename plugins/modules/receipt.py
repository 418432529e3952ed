#!/usr/bin/python
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The receipt of a role."""

from __future__ import annotations

DOCUMENTATION = r"""
module: receipt
short_description: "Internal: write or remove the receipt of a role"
version_added: 2.0.0
description:
  - A receipt is a file on the host that records what a role has brought, so that the role can take exactly that back and the doctor knows
    what to check. M(mlops.workbench.preflight) returns it to the role.
options:
  role:
    description: The role.
    type: str
    required: true
  state:
    description: Whether there is a receipt.
    type: str
    choices: [present, absent]
    default: present
  content:
    description: What the receipt says, by key. Keys that are not named here stay as they are.
    type: dict
    default: {}
  packages:
    description: Packages that the role brings now; they are added to those of earlier runs, under the key C(packages).
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: full
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Write the receipt
  mlops.workbench.receipt:
    role: docker_group
    content:
      users: [student]
"""

RETURN = r"""
receipt:
  description: The receipt, empty where there is none.
  type: dict
  returned: success
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.mlops.workbench.plugins.module_utils import _receipt


def main() -> None:
    """Compare with the receipt that is there, and write or remove it."""
    module = AnsibleModule(
        argument_spec={
            "role": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "content": {"type": "dict", "default": {}},
            "packages": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    role, present = module.params["role"], module.params["state"] == "present"
    before = _receipt.read(role)
    after = _receipt.updated(before, role, module.params["content"], module.params["packages"]) if present else {}
    changed = before != after or (not present and os.path.lexists(_receipt.path(role)))
    if changed and not module.check_mode:
        if present:
            _receipt.write(role, after)
        else:
            os.unlink(_receipt.path(role))
    diff = {"before": _receipt.as_text(before), "after": _receipt.as_text(after)}
    module.exit_json(changed=changed, receipt=after, diff=diff)


if __name__ == "__main__":
    main()
