# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Task runners that order steps by what they need: make, just and Task. A list of commands alone is no graph."""

from __future__ import annotations

import posixpath
import re
from typing import Any, Iterator, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import as_list, line_of, make_targets
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.common import mapping, programs_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

Targets = Mapping[str, "tuple[list[str], list[str]]"]
"""What each target needs, and the commands that it runs, by name."""

RECIPE = re.compile(r"^@?([\w-]{1,199})(?:[ \t][^:=\n]{0,200})?:(?!=)([^\n]{0,500})$")


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A job for each target that needs others and starts, with them, at least two programs of the checkout."""
    project = answers.project
    for path, text in project.raw.items():
        name = posixpath.basename(path).lower()
        if name in ("makefile", "gnumakefile"):
            made = make_targets(text)
            yield from _graph(
                project, path, {key: (needs, [line for _n, line in recipe]) for key, (needs, recipe) in made.items()}
            )
        elif name in ("justfile", ".justfile"):
            yield from _graph(project, path, _recipes(text))
    for path, documents in project.documents.items():
        if re.fullmatch(r"taskfile(?:\.dist)?\.ya?ml", posixpath.basename(path).lower()):
            for document in documents:
                yield from _graph(project, path, _tasks(mapping(mapping(document).get("tasks"))))


def _recipes(text: str) -> dict[str, tuple[list[str], list[str]]]:
    """Recipes of a justfile: their dependencies, the later ones too, and their lines."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    current = ""
    for line in text.split("\n"):
        recipe = RECIPE.match(line)
        if recipe:
            current = recipe.group(1)
            needs = re.findall(r"(?<![\w-])\(?([A-Za-z_][\w-]{0,99})", recipe.group(2).replace("&&", " "))
            found[current] = (needs, [])
        elif current and line[:1] in (" ", "\t") and line.strip():
            found[current][1].append(line.strip().lstrip("@-"))
        elif line.strip() and not line.startswith("#"):
            current = ""
    return found


def _tasks(tasks: Mapping[str, Any]) -> dict[str, tuple[list[str], list[str]]]:
    """Tasks of a Taskfile: their dependencies, tasks that they call included, and their commands."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for name, task in tasks.items():
        given = task if isinstance(task, dict) else {"cmds": task}
        entries = as_list(given.get("cmds")) + as_list(given.get("cmd"))
        needs = [str(item.get("task") if isinstance(item, dict) else item) for item in as_list(given.get("deps"))]
        needs += [str(item["task"]) for item in entries if isinstance(item, dict) and "task" in item]
        lines = [str(item.get("cmd", "")) if isinstance(item, dict) else str(item) for item in entries]
        found[str(name)] = (needs, [line for line in lines if line])
    return found


def _graph(project: Project, path: str, targets: Targets) -> Iterator[Job]:
    for name, (needs, recipe) in targets.items():
        chain = [need for need in dict.fromkeys(needs) if need in targets and targets[need][1]]
        scripts = [*recipe, *(line for need in chain for line in targets[need][1])]
        files = programs_of(project, scripts, path) if chain else frozenset()
        if len(files) >= 2:
            line = line_of(project.raw[path], recipe[0] if recipe else name)
            yield Job("make", path, line, name, frozenset(["make:" + name]), files)
