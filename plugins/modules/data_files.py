#!/usr/bin/python
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data files, whole or not at all."""

from __future__ import annotations

DOCUMENTATION = r"""
module: data_files
short_description: Download data files, going on where an earlier download was cut off
version_added: 1.0.0
description:
  - Brings files into a folder in one round trip. A download that was cut off, within a run or by its end, goes on where it stopped if the
    server can do that and still has the same file.
  - What is not whole never bears the file's name. It is kept beside it, as a hidden file, for the next run.
  - A file is verified by its checksum in every run. One without a checksum has to be a Parquet file. Those are verified by the
    size that the server states, by the mark at both ends and by the length of the footer, which tells a cut-off or a foreign file, but not
    an altered one.
  - Runs as the user of the task.
options:
  folder:
    description: Where the files go.
    type: path
    required: true
  files:
    description: The files.
    type: list
    elements: dict
    required: true
    suboptions:
      url:
        description: Where the file comes from, without a name or a password in it. Not needed for O(state=absent) if there is a name.
        type: str
        default: ""
      name:
        description: The name that it gets. By default the last part of the address.
        type: str
        default: ""
      sha256:
        description: Its checksum. Without one it has to be a Parquet file.
        type: str
        default: ""
  state:
    description: Whether the files are there. V(absent) removes the folder, too, if nothing else is in it.
    type: str
    choices: [present, absent]
    default: present
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
- name: Have the first month of the course's data
  mlops.workbench.data_files:
    folder: ~/notebooks/data
    files:
      - url: https://d37ci6vzurychx.cloudfront.net/trip-data/green_tripdata_2021-01.parquet
        name: green_tripdata_2021-01.parquet
"""

RETURN = r"""
files:
  description: All the files, each with its C(name).
  type: list
  elements: dict
  returned: success
moved:
  description: The names of those that came, or went.
  type: list
  elements: str
  returned: success
"""

import os
import urllib.parse

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.mlops.workbench.plugins.module_utils._addresses import refusal, without_secrets
from ansible_collections.mlops.workbench.plugins.module_utils._host.lock import run_lock
from ansible_collections.mlops.workbench.plugins.module_utils._project.downloads import (
    DownloadError,
    File,
    fetch,
    remove,
)


NO_NAMES = ("", ".", "..")


def main() -> None:
    """Check each file, and download or remove it."""
    module = AnsibleModule(
        argument_spec={
            "folder": {"type": "path", "required": True},
            "files": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "url": {"type": "str", "default": ""},
                    "name": {"type": "str", "default": ""},
                    "sha256": {"type": "str", "default": ""},
                },
            },
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        supports_check_mode=True,
    )
    folder = module.params["folder"]
    secret = refusal("files", [entry["url"] for entry in module.params["files"]])
    if secret:
        module.fail_json(msg=secret)
    files = [
        File(entry["url"], os.path.join(folder, name_of(entry)), entry["sha256"]) for entry in module.params["files"]
    ]
    names = [os.path.basename(file.path) for file in files]
    twice = sorted({name for name in names if names.count(name) > 1 or name in NO_NAMES})
    if twice:
        module.fail_json(
            msg="Each file needs a name of its own, and this is none: '%s'. Set name." % "', '".join(twice)
        )
    act = ensure_present if module.params["state"] == "present" else ensure_absent
    with run_lock(module):
        moved = [os.path.basename(file.path) for file in files if act(module, file)]
        if module.params["state"] == "absent" and moved and not module.check_mode and not os.listdir(folder):
            os.rmdir(folder)
    module.exit_json(changed=bool(moved), files=[{"name": name} for name in names], moved=moved)


def name_of(entry: dict[str, str]) -> str:
    """Return the name that a file gets, which names no other folder."""
    return os.path.basename(entry["name"] or urllib.parse.urlsplit(entry["url"]).path)


def ensure_present(module: AnsibleModule, file: File) -> bool:
    """Download a file unless it is there; return whether that was to be done."""
    if file.is_whole():
        return False
    if not module.check_mode:
        try:
            fetch(file)
        except (DownloadError, OSError) as problem:
            name = os.path.basename(file.path)
            where = file.url.partition("?")[0]  # what follows may be a secret under any name
            module.fail_json(
                msg="%s could not be downloaded from %s: %s." % (name, where, without_secrets(str(problem)))
            )
    return True


def ensure_absent(module: AnsibleModule, file: File) -> bool:
    """Remove a file; return whether it was there."""
    return remove(file, module.check_mode)


if __name__ == "__main__":
    main()
