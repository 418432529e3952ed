# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DVC: the stages of dvc.yaml."""

from __future__ import annotations

import posixpath
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import line_of, mappings
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.common import programs_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A job for each stage."""
    project = answers.project
    for path, documents in project.documents.items():
        if posixpath.basename(path) != "dvc.yaml":
            continue
        for document in documents:
            stages = document.get("stages") if isinstance(document, dict) else None
            for key, stage in stages.items() if isinstance(stages, dict) else ():
                name = str(key)
                scripts = [str(item.get("cmd")) for item in mappings(stage) if item.get("cmd")]
                line = line_of(project.raw[path], "%s:" % name)
                files = programs_of(project, scripts, path)
                yield Job("dvc", path, line, name, frozenset(["dvc:" + name]), files, words="\n".join([name, *scripts]))
