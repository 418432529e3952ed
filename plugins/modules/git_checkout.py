#!/usr/bin/python
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A git checkout of which nothing is ever thrown away."""

from __future__ import annotations

DOCUMENTATION = r"""
module: git_checkout
short_description: Clone, update or remove a git checkout without losing its user's work
version_added: 1.0.0
description:
  - Clones a repository, or brings a checkout of it up to date.
  - Differs from M(ansible.builtin.git) in that local work is never lost. Where an update would touch changed files, or commits that are
    nowhere else, it fails, names them, and leaves everything as it is. Commits on top of an up-to-date branch are no obstacle.
  - A checkout is there as a whole or not at all, wherever a run was cut off.
  - Runs as the user of the task. Never asks for a password; private repositories need that user's own key or credential helper.
options:
  repo:
    description:
      - The repository, as C(git clone) takes it. Required for O(state=present).
      - An address with a password or a token in it is refused, since it would be written into the checkout.
    type: str
    default: ""
  dest:
    description: The checkout's folder.
    type: path
    required: true
  version:
    description: A branch, a tag or a commit. Empty means the repository's own branch.
    type: str
    default: ""
  state:
    description:
      - Whether the checkout is there.
      - V(absent) fails if the checkout holds files that are not in the repository (ignored ones, too, but for caches), stashed changes, or
        commits that were not pushed.
    type: str
    choices: [present, absent]
    default: present
  disregard:
    description: Paths of files in the checkout that may go with it.
    type: list
    elements: path
    default: []
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: none
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Have the course's repository in the home
  mlops.workbench.git_checkout:
    repo: https://github.com/DataTalksClub/mlops-zoomcamp.git
    dest: ~/notebooks/mlops-zoomcamp
  become: true
  become_user: ubuntu
"""

RETURN = r"""
dest:
  description: The checkout's folder.
  type: str
  returned: success
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.mlops.workbench.plugins.module_utils._addresses import refusal, without_secrets
from ansible_collections.mlops.workbench.plugins.module_utils._host.lock import run_lock
from ansible_collections.mlops.workbench.plugins.module_utils._project.checkout import (
    Checkout,
    CheckoutError,
    absent,
    present,
)


def main() -> None:
    """Compare with the repository and act."""
    module = AnsibleModule(
        argument_spec={
            "repo": {"type": "str", "default": ""},
            "dest": {"type": "path", "required": True},
            "version": {"type": "str", "default": ""},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "disregard": {"type": "list", "elements": "path", "default": []},
        },
        required_if=[("state", "present", ["repo"])],
        supports_check_mode=True,
    )
    options = module.params
    secret = refusal("repo", [options["repo"]])
    if secret:
        module.fail_json(msg=secret)
    checkout = Checkout(module.run_command, options["dest"], options["repo"])
    try:
        with run_lock(module):
            if options["state"] == "present":
                changed = present(checkout, options["version"], module.check_mode)
            else:
                changed = absent(checkout, options["disregard"], module.check_mode)
    except (CheckoutError, OSError) as problem:
        module.fail_json(msg="%s." % without_secrets(str(problem)).rstrip("."))
    module.exit_json(changed=changed, dest=options["dest"])


if __name__ == "__main__":
    main()
