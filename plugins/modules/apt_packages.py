#!/usr/bin/python
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages of the distribution, recorded in a role's receipt."""

from __future__ import annotations

DOCUMENTATION = r"""
module: apt_packages
short_description: "Internal: install packages of the distribution and record them in the receipt of a role"
version_added: 2.0.0
description:
  - Differs from M(ansible.builtin.apt) in that the receipt of a role says first which packages come, with those that come along. Where the
    installation is cut off, a removal knows them. All of it takes one call.
  - The package lists are used as they are. Another program that holds dpkg's lock is waited for.
options:
  names:
    description: The packages, C(name) or C(name=version), which may be older than what is there.
    type: list
    elements: str
    required: true
  role:
    description: The role that installs them.
    type: str
    required: true
  receipt:
    description: What else its receipt has to say before they are installed.
    type: dict
    default: {}
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
- name: Install the engine
  mlops.workbench.apt_packages:
    names: [docker.io]
    role: docker
"""

RETURN = r"""
packages:
  description: The packages that are new on the host.
  type: list
  elements: str
  returned: success
"""

import re

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.mlops.workbench.plugins.module_utils import _receipt

ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C", "LANGUAGE": "C"}
OPTIONS = (
    "--assume-yes",
    "--no-install-recommends",
    "--allow-downgrades",  # to a version that is named
    "--option=Dpkg::Options::=--force-confdef",
    "--option=Dpkg::Options::=--force-confold",
    "--option=DPkg::Lock::Timeout=300",  # seconds
)


def new_packages(simulation: str) -> list[str]:
    """The packages that `apt-get --simulate install` would add, without those of which another version is there."""
    return re.findall(r"^Inst (\S+) \(", simulation, re.MULTILINE)


def changes(simulation: str) -> list[str]:
    """The lines of `apt-get --simulate install` that tell of a change."""
    return re.findall(r"^(?:Inst|Conf|Remv|Purg) .*", simulation, re.MULTILINE)


def install(module: AnsibleModule, *options: str) -> str:
    """Have apt-get install the packages; what it prints."""
    command = ["apt-get", *OPTIONS, *options, "install", *module.params["names"]]
    code, out, err = module.run_command(command, environ_update=ENVIRONMENT)
    if code:
        module.fail_json(
            msg="%s failed: %s" % (" ".join(command), err.strip() or out.strip()), rc=code, stdout=out, stderr=err
        )
    return str(out)


def main() -> None:
    """Find out what comes, write it down, and install it."""
    module = AnsibleModule(
        argument_spec={
            "names": {"type": "list", "elements": "str", "required": True},
            "role": {"type": "str", "required": True},
            "receipt": {"type": "dict", "default": {}},
        },
        supports_check_mode=True,
    )
    role = module.params["role"]
    simulation = install(module, "--simulate")
    packages = new_packages(simulation)
    before = _receipt.read(role)
    after = _receipt.updated(before, role, module.params["receipt"], packages)
    planned = changes(simulation)
    if not module.check_mode:
        if before != after:
            _receipt.write(role, after)
        if planned:
            install(module)
    diff = [
        {"before": _receipt.as_text(before), "after": _receipt.as_text(after)},
        {"prepared": "".join(line + "\n" for line in planned)},
    ]
    module.exit_json(changed=before != after or bool(planned), packages=packages, diff=diff)


if __name__ == "__main__":
    main()
