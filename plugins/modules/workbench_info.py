#!/usr/bin/python
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Module workbench_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: workbench_info
short_description: Tell whether a host is a working MLOps workbench
version_added: 1.0.0
description:
  - Looks in one call at everything that "ready" means.
  - The Python of conda answers, login shells find it, and each environment imports what it must.
  - The Docker engine answers, and C(hello-world) runs as its users without sudo.
  - Docker Compose answers in both spellings.
  - Jupyter answers those who have its token, nobody else, and on no other address.
  - What has to be there is read from the receipts that the roles of the collection leave in C(/var/lib/misc).
  - A host that is not ready is a result and no failure of the module. See RV(workbench.ready).
extends_documentation_fragment:
  - mlops.workbench._attributes
  - mlops.workbench._attributes.info_module
author:
  - The mlops.workbench authors (@mlops)
options:
  expect:
    description:
      - Roles that must have set up the host.
      - Other roles that left a receipt are checked in any case. Where no role left one, the host is not ready.
    type: list
    elements: str
    choices: [base, anaconda, docker, docker_group, compose, project, jupyter]
    default: []
  site:
    description: The command that sets this host up, for the remedies, which add C(--tags).
    type: str
    default: ansible-playbook mlops.workbench.site
    version_added: 1.1.0
  timeout:
    description:
      - Seconds after which a single program counts as missing. The first import of large packages takes a slow disk more than a minute.
      - An answer of Jupyter is not waited for longer than 30 seconds.
    type: int
    default: 120
notes:
  - It has to run as root, since it runs containers and opens login shells as the users of the workbench.
  - The programs of a conda prefix run as the owner of the prefix.
  - C(docker run --rm hello-world) leaves the image C(hello-world) where it was not there before.
  - A token is read to try it and is never returned.
seealso:
  - name: Playbook mlops.workbench.doctor
    description: Runs this module on a fleet, prints a table, and fails for hosts that are not ready.
    link: https://docs.ansible.com/ansible/latest/collections_guide/collections_using_playbooks.html
"""

EXAMPLES = r"""
- name: Look at whatever is set up
  mlops.workbench.workbench_info:
  become: true
  register: doctor

- name: Insist on Docker for users
  mlops.workbench.workbench_info:
    expect: [docker, docker_group]
  become: true
  register: doctor
  failed_when: not doctor.workbench.ready
"""

RETURN = r"""
workbench:
  description: What was found.
  returned: success
  type: dict
  contains:
    schema:
      description: Version of this structure.
      type: int
      sample: 1
    ready:
      description: Whether all checks passed.
      type: bool
      sample: false
    checks:
      description: The checks in an order that stays the same.
      type: list
      elements: dict
      contains:
        id:
          description: Name of the check, which starts with its role.
          type: str
          sample: docker_group.hello_world
        role:
          description: Role of the collection that the check is about, or V(workbench).
          type: str
          sample: docker_group
        subject:
          description: User, path or program that was looked at.
          type: str
          sample: ubuntu
        ok:
          description: Whether the check passed.
          type: bool
          sample: false
        detail:
          description: What was seen.
          type: str
          sample: ubuntu is not in the group docker
        remedy:
          description: What to do; empty where the check passed.
          type: str
          sample: "Run the role again: ansible-playbook -i my-hosts.yml site.yml --limit node1 --tags docker_group"
    servers:
      description: The Jupyter servers that the role jupyter set up.
      type: list
      elements: dict
      contains:
        user:
          description: Whose it is.
          type: str
          sample: ubuntu
        address:
          description: Where it listens.
          type: str
          sample: 127.0.0.1
        port:
          description: Where it listens.
          type: int
          sample: 8888
        tls:
          description: Whether it speaks TLS.
          type: bool
          sample: false
        token_file:
          description: The file with its token, which its user alone can read; empty where a password takes the token's place.
          type: str
          sample: /etc/mlops-workbench/jupyter/ubuntu/token
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.doctor import examine
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.host import Host
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.roles import SITE_ROLES


def main() -> None:
    """Examine this host."""
    module = AnsibleModule(
        argument_spec={
            "expect": {"type": "list", "elements": "str", "choices": list(SITE_ROLES), "default": []},
            "site": {"type": "str", "default": "ansible-playbook mlops.workbench.site"},
            "timeout": {"type": "int", "default": 120},
        },
        supports_check_mode=True,
    )
    if os.geteuid() != 0:
        module.fail_json(
            msg="workbench_info must run as root: add 'become: true' to the task, or -b on the command line."
        )
    if module.params["timeout"] < 1:
        module.fail_json(msg=f"timeout is {module.params['timeout']}; set it to one second or more.")
    found = examine(Host(module.params["timeout"]), module.params["expect"], module.params["site"])
    module.exit_json(changed=False, workbench=found)


if __name__ == "__main__":
    main()
