#!/usr/bin/python
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A conda environment as declared state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: conda_env
short_description: Make, change and remove conda environments
version_added: 1.0.0
description:
  - Brings an environment to what is asked for, by packages, a version of Python or an environment file with its C(pip) part.
  - Reads what is installed from the environment's own files and compares. Where all is there already, conda is not even started.
  - Adds and changes what is missing and leaves the rest at its version, unless O(prune) is set or what is missing cannot be had otherwise.
  - An environment whose making or changing was cut off is recognised and made anew. Two runs at once wait for each other.
  - Works with conda 4.12 and newer and with mamba. Runs as the user of the task, who has to be the owner of the environment.
options:
  name:
    description:
      - The name of the environment. It lies in C(envs) below the installation where the user may write there, else in C(~/.conda/envs).
      - Take O(prefix) where the configuration names other folders.
    type: str
  prefix:
    description: The path of the environment, in place of a name.
    type: path
  state:
    description: Whether the environment is there.
    type: str
    choices: [present, absent]
    default: present
  packages:
    description:
      - What must be installed, in conda's own spelling, for example V(pandas), V(numpy=1.26), V(conda-forge::pyarrow>=14,<20).
      - A specification that only conda can judge (a pattern, the name of a channel behind which there are several, or other fields than
        version, build and channel) costs a solve until conda was content with it.
    type: list
    elements: str
    default: []
  python:
    description: The version of Python. V(3.11) means any 3.11.
    type: str
    default: ""
  pip:
    description:
      - What pip installs into the environment, each as in a requirements file, for example V(mlflow>=3) or V(-r /srv/app/requirements.txt).
      - Needs Python, and pip, in O(packages).
    type: list
    elements: str
    default: []
  file:
    description:
      - An environment file on the host, in place of O(packages), O(python) and O(pip). Its C(channels), C(dependencies), the C(pip) part and
        C(variables) count. Its C(name) does not.
    type: path
  channels:
    description:
      - The channels, the preferred one first. No others are used then. They come in place of those of O(file).
      - Where neither names any, conda's configuration counts.
    type: list
    elements: str
    default: []
  prune:
    description:
      - Whether to remove what is neither asked for nor needed by something that is. It is found from the packages' own records, without a
        new solve, so nothing else changes.
    type: bool
    default: false
  frozen:
    description: A file to write to, an environment file that makes exactly this environment again, with versions and builds.
    type: path
  conda:
    description:
      - The conda or mamba to use. By default the first of E(CONDA_EXE), the search path, the one that the role anaconda installed, and the
        usual places.
    type: path
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details:
      - Asks conda for a dry run where something has to be done. What pip would bring along is not foreseen.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: full
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Create the environment of the course
  mlops.workbench.conda_env:
    name: mlops-zoomcamp
    python: "3.11"
    packages: [pandas, pyarrow]

- name: Bring an environment to what its file says and remove what it no longer names
  mlops.workbench.conda_env:
    name: ride-duration
    file: /srv/ride-duration/environment.yml
    prune: true

- name: Keep a record that makes the same environment again
  mlops.workbench.conda_env:
    name: mlops-zoomcamp
    packages: [pandas]
    frozen: /srv/mlops-zoomcamp.lock.yml

- name: Remove an environment
  mlops.workbench.conda_env:
    name: mlops-zoomcamp
    state: absent
"""

RETURN = r"""
prefix:
  description: Where the environment is, or was.
  type: str
  returned: success
conda:
  description: The program that is used; empty where there is none yet, in check mode.
  type: str
  returned: success
rebuilt:
  description: Whether an unfinished environment was made anew.
  type: bool
  returned: success
added:
  description: Packages that came, each as C(name version build).
  type: list
  elements: str
  returned: success
updated:
  description: Packages that are there in another version or build, each as C(name version build -> version build).
  type: list
  elements: str
  returned: success
removed:
  description: Packages that are gone, each as C(name version build).
  type: list
  elements: str
  returned: success
packages:
  description: All packages of the environment, of conda and of pip, with C(version) and C(build) by name. The build of a pip package is C(pypi_0).
  type: dict
  returned: success
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.mlops.workbench.plugins.module_utils._addresses import refusal, without_secrets
from ansible_collections.mlops.workbench.plugins.module_utils._host.lock import run_lock
from ansible_collections.mlops.workbench.plugins.module_utils._conda import manage
from ansible_collections.mlops.workbench.plugins.module_utils._conda.request import RequestError
from ansible_collections.mlops.workbench.plugins.module_utils._conda.program import CondaError


def main() -> None:
    """Compare, act, tell."""
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str"},
            "prefix": {"type": "path"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "packages": {"type": "list", "elements": "str", "default": []},
            "python": {"type": "str", "default": ""},
            "pip": {"type": "list", "elements": "str", "default": []},
            "file": {"type": "path"},
            "channels": {"type": "list", "elements": "str", "default": []},
            "prune": {"type": "bool", "default": False},
            "frozen": {"type": "path"},
            "conda": {"type": "path"},
        },
        mutually_exclusive=[("name", "prefix")],
        required_one_of=[("name", "prefix")],
        supports_check_mode=True,
    )
    given = [name for name in ("packages", "python", "pip") if module.params[name]]
    if module.params["file"] and given:
        module.fail_json(msg="file stands in place of %s; give one or the other." % ", ".join(given))
    secret = refusal(
        "channels, packages or pip", [text for name in ("channels", "packages", "pip") for text in module.params[name]]
    )
    if secret:
        module.fail_json(msg=secret)
    os.umask(0o022)
    where = module.params["name"] or module.params["prefix"]
    try:
        target = manage.Environment(module)
        with run_lock(module):
            before, after = (manage.present if module.params["state"] == "present" else manage.absent)(target)
            frozen = module.params["frozen"] if module.params["state"] == "present" else ""
            written = bool(frozen and target.freeze(frozen))
    except (RequestError, CondaError, PermissionError) as problem:
        module.fail_json(msg="The environment %s: %s" % (where, without_secrets(explained(problem))))
    module.exit_json(
        changed=before != after or target.rebuilt or written,
        prefix=target.prefix,
        conda=target.conda,
        rebuilt=target.rebuilt,
        packages={name: {"version": found[0], "build": found[1]} for name, found in manage.packages(after).items()},
        diff={"before": manage.as_lines(before), "after": manage.as_lines(after)},
        **manage.difference(before, after),
    )


def explained(problem: Exception) -> str:
    """Return a problem as a sentence with its remedy."""
    if isinstance(problem, PermissionError):
        return "%s may not be written by this user. Run the task as the owner (become, become_user)." % problem.filename
    return str(problem)


if __name__ == "__main__":
    main()
