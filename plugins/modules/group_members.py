#!/usr/bin/python
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who belongs to a system group."""

from __future__ import annotations

DOCUMENTATION = r"""
module: group_members
short_description: Put existing users into a system group, or take them out
version_added: 1.0.0
description:
  - Adds users to a supplementary group, creating the group where it is missing, or takes them out of it, in one round trip for any
    number of users.
  - A group that comes from a directory such as LDAP can only be changed there; C(state=absent) leaves it alone.
  - Differs from M(ansible.builtin.user) in three ways. A user that does not exist is an error and is never created; the group may still
    be missing in check mode; and a user's other groups and account are not touched.
options:
  group:
    description: The group.
    type: str
    required: true
  users:
    description: The users. Each must exist.
    type: list
    elements: str
    required: true
  state:
    description: Whether they belong to it.
    type: str
    choices: [present, absent]
    default: present
  exclusive:
    description: Whether everybody else is taken out of the group; for O(state=present).
    type: bool
    default: false
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
- name: Let the login user talk to the engine
  mlops.workbench.group_members:
    group: docker
    users: [ubuntu]
"""

RETURN = r"""
added:
  description: The users that were let in.
  type: list
  elements: str
  returned: always
removed:
  description: The users that were taken out.
  type: list
  elements: str
  returned: always
"""

from typing import Iterable

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.mlops.workbench.plugins.module_utils._host.accounts import (
    account,
    group_id,
    is_external,
    listed_members,
)


def difference(before: list[str], users: list[str], state: str, exclusive: bool) -> tuple[list[str], list[str]]:
    """Who is to be let in and who is to be taken out, each in the order of the names' lists."""
    if state == "absent":
        return [], [user for user in before if user in users]
    added = [user for user in dict.fromkeys(users) if user not in before]
    return added, [user for user in before if exclusive and user not in users]


def lines(users: Iterable[str]) -> str:
    """The users as a text that can be compared."""
    return "".join(user + "\n" for user in sorted(users))


def main() -> None:
    """Compare with what is asked and run the system's own tools for the difference."""
    module = AnsibleModule(
        argument_spec={
            "group": {"type": "str", "required": True},
            "users": {"type": "list", "elements": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "exclusive": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    group, users, state = module.params["group"], module.params["users"], module.params["state"]
    unknown = [user for user in users if account(user) is None]
    if state == "present" and unknown:
        module.fail_json(msg="No such user: %s. Create the account first; this module never does." % ", ".join(unknown))
    before = listed_members(group)
    added, removed = difference(before, users, state, module.params["exclusive"])
    if is_external(group):
        if state == "absent":
            removed = []  # whoever is in it there has not been let in here
        elif added or removed:
            module.fail_json(
                msg="The group %s comes from a directory, where alone its members can be changed. Do it there." % group
            )
    if not module.check_mode:
        if added and group_id(group) is None:
            module.run_command(["groupadd", "--system", group], check_rc=True)
        for user in added:
            module.run_command(["gpasswd", "--add", user, group], check_rc=True)
        for user in removed:
            module.run_command(["gpasswd", "--delete", user, group], check_rc=True)
    module.exit_json(
        changed=bool(added or removed),
        added=added,
        removed=removed,
        diff={"before": lines(before), "after": lines({*before, *added} - set(removed))},
    )


if __name__ == "__main__":
    main()
