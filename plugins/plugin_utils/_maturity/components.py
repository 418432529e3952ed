# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The components of a monorepo: folders with a manifest and machine learning of their own."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import Mapping, TypeVar

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks import trainers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.facts import Facts
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

Content = TypeVar("Content")
MANIFEST = re.compile(
    r"^(?:pyproject\.toml|setup\.(?:py|cfg)|requirements[\w.-]{0,99}\.txt|Pipfile|(?:environment|conda)[\w.-]{0,99}\.ya?ml|MLproject|"
    r"(?:.{0,200}\.)?Dockerfile|Project\.toml|DESCRIPTION)$"
)
MOST_COMPONENTS = 50


def components_of(answers: Answers) -> list[str]:
    """Folders of the components, where there are at least two that train, or, where none trains, that use a model each.

    A folder that trains beside one that serves is one product in two parts, and no component.
    """
    project = answers.project
    training = trainers(answers)
    using = answers.files("inference_call") | training
    folders = {
        posixpath.dirname(path)
        for path in project.files
        if "/" in path and MANIFEST.match(posixpath.basename(path)) and project.role(path) == "source"
    }
    outer = {folder for folder in folders if not any(_inside(folder, other) for other in folders - {folder})}
    own = sorted(path for path in using if project.role(path) == "source")
    found = {folder: [path for path in own if _inside(path, folder)] for folder in outer}
    train = [folder for folder, files in found.items() if training.intersection(files)]
    several = len(train) >= 2 or (not training and sum(bool(files) for files in found.values()) >= 2)
    return sorted(folder for folder, files in found.items() if files)[:MOST_COMPONENTS] if several else []


def facts_of_component(facts: Facts, folder: str, folders: list[str], answers: Answers) -> Facts:
    """The facts of one component: its own, and what belongs to no component; of shared code what it loads, and its tests."""
    project = answers.project
    loaded = project.reach(path for path in project.python if _inside(path, folder))

    def belongs(path: str) -> bool:
        home = next((other for other in folders if _inside(path, other)), "")
        if home:
            return home == folder
        if project.role(path) == "test" and path in project.python:
            return bool(project.edges[path] & loaded)
        return not path.endswith((".py", ".ipynb")) or path in loaded

    def by_path(of_file: Mapping[str, Content]) -> dict[str, Content]:
        return {path: item for path, item in of_file.items() if belongs(path)}

    return replace(
        facts,
        files=list(filter(belongs, facts.files)),
        text=by_path(facts.text),
        python=by_path(facts.python),
        notebooks=by_path(facts.notebooks),
        scripts=by_path(facts.scripts),
        unparsed=list(filter(belongs, facts.unparsed)),
        omitted=tuple(item for item in facts.omitted if not item.file or belongs(item.file)),
    )


def _inside(path: str, folder: str) -> bool:
    return path.startswith(folder + "/")
