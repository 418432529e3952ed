# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""targets, the pipeline tool of R: a file of targets and the functions that they call."""

from __future__ import annotations

import posixpath
import re
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

TARGET = re.compile(r"\btar_(?:target|map|combine|file|quarto|render)\w{0,40}\s{0,9}\(")
DEFINED = re.compile(r"^[ \t]{0,9}([A-Za-z.][\w.]{0,99})[ \t]{0,9}(?:<-|=)[ \t]{0,9}function\b", re.M)
NAME = re.compile(r"[A-Za-z.][\w.]{0,99}")


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A job for each pipeline with at least two targets: its file, and the files whose functions it calls."""
    project = answers.project
    for path, text in project.text.items():
        if posixpath.basename(path) != "_targets.R" or len(TARGET.findall(text)) < 2:
            continue
        home = posixpath.dirname(path)
        names = set(NAME.findall(text))
        called = {
            other
            for other, code in project.text.items()
            if other.lower().endswith(".r") and other.startswith(home) and names.intersection(DEFINED.findall(code))
        }
        first = TARGET.search(text)
        line = text.count("\n", 0, first.start()) + 1 if first else 1
        yield Job("targets", path, line, "tar_target", frozenset(["targets:"]), frozenset({path, *called}))
