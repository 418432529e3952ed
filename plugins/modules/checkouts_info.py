#!/usr/bin/python
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Module checkouts_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: checkouts_info
short_description: "Internal: find the git checkouts below folders"
version_added: 1.1.0
description:
  - Lists the git checkouts below folders, four levels deep at most. Of a checkout within a checkout only the outer one is listed.
  - Follows no link, and leaves out hidden folders and F(node_modules).
extends_documentation_fragment:
  - mlops.workbench._attributes
  - mlops.workbench._attributes.info_module
author:
  - The mlops.workbench authors (@mlops)
options:
  below:
    description: The folders. One that is not there, or without a checkout, is an error.
    type: list
    elements: path
    required: true
seealso:
  - module: mlops.workbench.maturity_info
"""

EXAMPLES = r"""
- name: Find the team's projects
  mlops.workbench.checkouts_info:
    below: [/srv/projects]
  register: found

- name: Judge each of them
  mlops.workbench.maturity_info:
    path: "{{ item }}"
  loop: "{{ found.checkouts['/srv/projects'] }}"
"""

RETURN = r"""
checkouts:
  description: By folder, the paths of its checkouts, in the order of their names.
  returned: success
  type: dict
  sample: {/srv/projects: [/srv/projects/churn, /srv/projects/team/taxi]}
"""

import os

from ansible.module_utils.basic import AnsibleModule

DEPTH = 4
MOST_FOLDERS = 20000


class TooManyError(Exception):
    """A folder has more folders below it than anybody keeps projects in."""


def checkouts(top: str) -> list[str]:
    """Return the paths of the checkouts below a folder."""
    found = []
    # By descriptors: a folder that becomes a link meanwhile leads nowhere else.
    for number, (path, folders, files, _descriptor) in enumerate(os.fwalk(os.path.realpath(top))):
        if number >= MOST_FOLDERS:
            raise TooManyError
        inside = os.path.relpath(path, os.path.realpath(top))
        below = inside != os.curdir
        if below and ".git" in (*folders, *files):
            found.append(os.path.join(top, inside))
        if below and (".git" in (*folders, *files) or inside.count(os.sep) + 1 >= DEPTH):
            folders.clear()
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
    return sorted(found)


def main() -> None:
    """List them, or fail with every folder that has none."""
    module = AnsibleModule(
        argument_spec={"below": {"type": "list", "elements": "path", "required": True}}, supports_check_mode=True
    )
    found = {}
    problems = []
    for folder in module.params["below"]:
        if not os.path.isdir(folder):
            problems.append("there is no folder %s on this host" % folder)
            continue
        try:
            found[folder] = checkouts(folder)
        except TooManyError:
            problems.append("below %s are more than %d folders: name one further down" % (folder, MOST_FOLDERS))
            continue
        if not found[folder]:
            problems.append("there is no git checkout below %s, %d levels deep" % (folder, DEPTH))
    if problems:
        module.fail_json(msg="Checkouts cannot be found: %s." % "; ".join(problems))
    module.exit_json(changed=False, checkouts=found)


if __name__ == "__main__":
    main()
