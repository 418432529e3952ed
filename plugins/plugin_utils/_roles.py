# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What its roles say of themselves in their files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Callable, Iterable, Iterator

from ansible.module_utils.common.yaml import yaml_load

PREFLIGHT = "mlops.workbench.preflight"

Read = Callable[[str], Any]
"""Reads a YAML file with what Ansible needs to know of a text to template it."""


@dataclass(frozen=True)
class Preflight:
    """The first task of a role as it is written: its arguments, its own variables, and those of the role."""

    arguments: dict[str, Any]
    defaults: dict[str, Any]
    variables: dict[str, Any]


def load_options(roles_path: str) -> dict[str, dict[str, dict[str, Any]]]:
    """The options of each role of the collection, `{role: {variable: specification}}`, those of all its entry points."""
    options = {}
    for role in sorted(os.listdir(roles_path)):
        path = os.path.join(roles_path, role, "meta", "argument_specs.yml")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as text:
                entry_points = yaml_load(text)["argument_specs"].values()
            options[role] = {
                name: option for entry in entry_points for name, option in entry.get("options", {}).items()
            }
    return options


def load_preflight(role_path: str, read: Read) -> Preflight:
    """The preflight of a role: the first such task in its `main.yml` or in what that imports."""

    def contents(*parts: str) -> Any:
        path = os.path.join(role_path, *parts)
        return read(path) if os.path.exists(path) else None

    def tasks(name: str) -> Iterator[dict[str, Any]]:
        for task in contents("tasks", name) or []:
            imported = task.get("ansible.builtin.import_tasks")
            yield from tasks(imported) if imported else [task]

    task = next(task for task in tasks("main.yml") if PREFLIGHT in task)
    return Preflight(
        arguments=task[PREFLIGHT],
        defaults=contents("defaults", "main.yml") or {},
        variables={**(contents("vars", "main.yml") or {}), **task.get("vars", {})},
    )


def selected(role: str, only: Iterable[str], skip: Iterable[str]) -> bool:
    """Whether a role whose tag is its name runs, by `--tags` and `--skip-tags`."""
    only, skip = set(only), set(skip)
    return bool(only & {"all", "tagged", role}) and not skip & {"all", "tagged", role}
