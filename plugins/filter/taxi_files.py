# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of New York's taxi trip records."""

from __future__ import annotations

DOCUMENTATION = r"""
name: taxi_files
short_description: "Internal: the files of New York's taxi trip records, by kind and month"
positional: base
version_added: 1.0.0
description:
  - Turns the shorthand C(kind) and C(months) into the names and addresses of the files, as M(mlops.workbench.data_files) takes them.
options:
  _input:
    description: The kinds, each with its months.
    type: list
    elements: dict
    required: true
  base:
    description: The address below which the files lie.
    type: str
    required: true
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Have the course's first two months
  mlops.workbench.data_files:
    folder: ~/notebooks/data
    files: "{{ [{'kind': 'green', 'months': ['2021-01', '2021-02']}] | mlops.workbench.taxi_files('https://mirror.example.com/trip-data') }}"
"""

RETURN = r"""
_value:
  description: The files, each with C(name) and C(url).
  type: list
  elements: dict
"""

from typing import Any, Callable


def taxi_files(records: list[dict[str, Any]], base: str) -> list[dict[str, str]]:
    """Return name and address of each month's file."""
    names = ["%s_tripdata_%s.parquet" % (entry["kind"], month) for entry in records for month in entry["months"]]
    return [{"name": name, "url": "%s/%s" % (base.rstrip("/"), name)} for name in names]


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters, by name."""
        return {"taxi_files": taxi_files}
