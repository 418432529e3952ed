# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the environment: lock files, and how many of the requirements are exact."""

from __future__ import annotations

import posixpath
import re

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import CODE
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import conda_pins, pins
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence

NOT_PRODUCT = re.compile(
    r"(?:dev|test|doc|lint|ci|notebook)[\w-]{0,99}\.(?:txt|in)$|(?:^|/)(?:docs?|tests?|\.github|\.devcontainer|\.fluxbot)/",
    re.I,
)
LOCKS = re.compile(
    r"(?:^|/)(?:poetry\.lock|uv\.lock|Pipfile\.lock|pdm\.lock|pixi\.lock|conda-lock\.ya?ml|renv\.lock|Manifest\.toml|"
    r"requirements[\w.-]{0,99}\.lock|packrat\.lock)$"
)


def pinned_environment(answers: Answers) -> list[Evidence]:
    """A lock file, or at least three quarters of the requirements of the product exact."""
    project = answers.project
    locks = [path for path in project.files if LOCKS.search(path) and not NOT_PRODUCT.search(path)]
    if locks:
        return [Evidence(3, path, 1, posixpath.basename(path)) for path in locks[:5]]
    counts = _pin_counts(answers)
    total, exact = sum(item[0] for item in counts.values()), sum(item[1] for item in counts.values())
    if total >= 2 and exact >= 0.75 * total:
        return [
            Evidence(3, path, 1, "%d of %d pinned" % (known[1], known[0])) for path, known in counts.items() if known[1]
        ]
    return _pinned_images(answers)


def declared_environment(answers: Answers) -> list[Evidence]:
    """Requirements of which some are exact."""
    return [
        Evidence(1, path, 1, "%d of %d pinned" % (known[1], known[0]))
        for path, known in _pin_counts(answers).items()
        if known[1]
    ]


def _pin_counts(answers: Answers) -> dict[str, tuple[int, int]]:
    counts = {}
    for path, text in answers.project.raw.items():
        base = posixpath.basename(path)
        if answers.project.role(path) not in CODE or NOT_PRODUCT.search(path):
            continue
        if re.match(r"requirements[\w.-]{0,99}\.txt$", base) or re.search(
            r"(?:^|/)requirements/[\w.-]{1,199}\.txt$", path
        ):
            counts[path] = pins(text)
        elif re.match(r"(?:environment|conda|env)[\w.-]{0,99}\.ya?ml$", base):
            counts[path] = conda_pins(text)
    return {path: known for path, known in counts.items() if known[0]}


def _pinned_images(answers: Answers) -> list[Evidence]:
    """Images that install packages, all of them exact, on a base with a version."""
    found = []
    for path, box in answers.project.containers.items():
        if not box["bases"] or not re.search(r"[:@][\w.-]{0,99}\d", box["bases"][0]):
            continue
        named = exact = 0
        for run in box["runs"]:
            for part in re.split(r"&&|;", run):
                if re.search(r"(?:pip3?|conda|mamba) install|install2\.r|install_version", part):
                    words = [
                        word.strip("'\"")
                        for word in re.split(r"\s", part.split("install", 1)[1])
                        if re.match(r"^['\"]?[A-Za-z]", word)
                    ]
                    packages = [
                        word
                        for word in words
                        if not (
                            word.startswith(("requirements", "conda-forge", "defaults", "pip", "upgrade"))
                            or word.endswith(".txt")
                        )
                    ]
                    named += len(packages)
                    exact += sum(bool(re.search(r"=\d|=\"\d|version", word)) for word in packages)
        if named >= 2 and exact >= 0.75 * named:
            found.append(Evidence(3, path, 1, "%d of %d pinned" % (exact, named)))
    return found
