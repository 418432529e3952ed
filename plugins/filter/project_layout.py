# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The paths and data files of a project."""

from __future__ import annotations

DOCUMENTATION = r"""
name: project_layout
short_description: "Internal: the paths and data files of a project, from the variables of the role project"
version_added: 2.0.0
description:
  - Gives the paths on the host and the data files as M(mlops.workbench.data_files) takes them.
options:
  _input:
    description: The variables of the role C(project), without its prefix.
    type: dict
    required: true
  home:
    description: What a leading C(~) stands for. C(~%u) stands for the login user's home before M(mlops.workbench.preflight) has run.
    type: str
    required: true
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Show /home/ann/notebooks/taxi
  ansible.builtin.debug:
    msg: "{{ (settings | mlops.workbench.project_layout('/home/ann')).dir }}"
"""

RETURN = r"""
_value:
  description:
    - C(dir), C(data_dir), C(environment) and C(environment_file) are paths, and C(files) the data files.
    - C(folders) has the folders that are used, by the variable that sets them, and C(disks) all places that need disk space.
  type: dict
"""

import posixpath
from typing import Any, Callable

from ansible_collections.mlops.workbench.plugins.plugin_utils._paths import in_home

TAXI_RECORDS = "https://d37ci6vzurychx.cloudfront.net/trip-data"


def project_layout(settings: dict[str, Any], home: str) -> dict[str, Any]:
    """Return where everything of the project is, or is going to be."""
    notebooks = in_home(settings["notebooks_dir"], home)
    repository = settings["repo"].rstrip("/").removesuffix(".git")
    checkout = in_home(settings["dir"], home) or posixpath.join(
        notebooks, repository.replace(":", "/").rpartition("/")[2]
    )
    data = in_home(settings["data_dir"], home) or posixpath.join(notebooks, "data")
    environments = posixpath.join(home, ".conda/envs")
    files = settings["data"] + taxi_files(settings["taxi"], settings["taxi_mirror"] or TAXI_RECORDS)
    folders = {"project_dir": checkout} if settings["repo"] else {}
    folders.update({"project_data_dir": data} if files else {})
    return {
        "dir": checkout,
        "data_dir": data,
        "environment": posixpath.join(environments, settings["environment"] or posixpath.basename(checkout)),
        "environment_file": posixpath.join(checkout, settings["environment_file"]),
        "files": files,
        "folders": {variable: {"path": path} for variable, path in folders.items()},
        "disks": [*folders.values(), *([environments] if settings["environment_file"] else [])],
    }


def taxi_files(records: list[dict[str, Any]], base: str) -> list[dict[str, str]]:
    """Return name and address of each month's file of New York's trip records."""
    names = ["%s_tripdata_%s.parquet" % (entry["kind"], month) for entry in records for month in entry["months"]]
    return [{"name": name, "url": "%s/%s" % (base.rstrip("/"), name)} for name in names]


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters, by name."""
        return {"project_layout": project_layout}
