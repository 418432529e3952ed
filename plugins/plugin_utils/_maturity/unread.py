# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pass did not look at, and which criteria could have had their evidence there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.facts import Facts
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.ruleset import EXPRESSIONS, named_signals
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.technologies import (
    hidden_criteria,
    submodules,
)

UNPARSED_SHARE = Fraction(1, 10)
CODE = re.compile(r"\.(?:py|R|r|Rmd|qmd|jl|scala)$")
# What CI, make and scripts run.
RUN = re.compile(
    r"^\.(?:github|gitlab|circleci|buildkite|semaphore|gitea|forgejo)/|(?:^|/)(?:\.gitlab-ci|\.travis|\.drone|\.woodpecker|"
    r"azure-pipelines|bitbucket-pipelines|cloudbuild|buildspec)[\w.-]{0,99}\.(?:ya?ml|json)$|(?:^|/)(?:Jenkinsfile|[^/]{0,99}Makefile|tox\.ini)|"
    r"\.(?:sh|bash)$",
    re.I,
)
SHELL = re.compile(r"\.(?:sh|bash)$")
# Configuration does not stand among data.
DATA = re.compile(
    r"(?:^|/)(?:data|datasets?|artifacts?|outputs?|results?|reports?|logs?|fixtures|cassettes|snapshots|assets|static)/",
    re.I,
)


@dataclass(frozen=True)
class Unread:
    """`whole` says why nothing can be said to be absent; `files` are single files that were not read, each with the reason.

    `hidden` has the reasons by criterion where no reader knows what could meet it.
    """

    whole: str
    files: tuple[tuple[str, str], ...]
    hidden: Mapping[str, str] = field(default_factory=dict)

    def hides(self, criterion: Mapping[str, Any], answers: Answers) -> str:
        """Why a criterion without evidence is not known to be unmet, or an empty text."""
        names = set().union(*(named_signals(criterion.get(key, [])) for key in EXPRESSIONS))
        signals = [answers.signals[name] for name in sorted(names)]
        for path, reason in self.files:
            if any(_could_stand_in(signal, path, answers) for signal in signals):
                return reason
        return self.whole or self.hidden.get(criterion["id"], "")

    def hides_code(self, answers: Answers) -> bool:
        """Whether code of the project was not looked at."""
        return bool(self.whole) or any(
            _place(path, answers.project.role(path)) in ("code", "notebook") for path, _reason in self.files
        )


def unread_of(facts: Facts, project: Project) -> Unread:
    """What the facts of a pass say about what it left out. A few files that do not parse hide nothing."""
    files = [(item.file, "truncated: %s" % item.text) for item in facts.omitted if item.file]
    whole = next(("truncated: %s" % item.text for item in facts.omitted if not item.file), "")
    code = len(facts.python) + len(facts.notebooks)
    if code and Fraction(len(facts.unparsed), code) > UNPARSED_SHARE:
        reason = "unparsed: %d of %d files of code" % (len(facts.unparsed), code)
        files.extend((path, reason) for path in facts.unparsed)
    # What a submodule may hold: code, tests and configuration, and no CI, which stands in this repository.
    files.extend(
        ("%s/%s" % (folder, name), "submodule: %s" % folder)
        for folder in submodules(project)
        for name in ("module.py", "tests/test_module.py", "config.yml")
    )
    return Unread(whole, tuple(files), hidden_criteria(project))


def _could_stand_in(signal: Mapping[str, Any], path: str, answers: Answers) -> bool:
    role = answers.project.role(path)
    place = _place(path, role)
    kind = signal["kind"]
    if not place or kind == "file":
        return False
    if kind == "text":
        unwanted = "not_files" in signal and re.search(signal["not_files"], path)
        roles = signal.get("roles", ["source", "example", "notebook"])
        # Only CI looks at CI's own YAML.
        wanted = place != "ci" or SHELL.search(path)
        return bool(wanted and re.search(signal["files"], path)) and not unwanted and role in roles
    if kind == "command":
        return place == "ci"
    if kind == "check":
        return place in signal.get("reads", ["code"])
    return path.endswith((".py", ".ipynb")) and role in signal.get("roles", ["source", "example"])


def _place(path: str, role: str) -> str:
    """What kind of evidence a file can hold: code, test, notebook, ci, config, or none."""
    if role not in ("source", "example", "test", "notebook"):
        return ""
    if role == "notebook":
        return "notebook"
    if CODE.search(path):
        return "test" if role == "test" else "code"
    if RUN.search(path):
        return "ci"
    return "" if DATA.search(path) or role == "test" else "config"
