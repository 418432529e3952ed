# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mage: pipelines of blocks, and their triggers."""

from __future__ import annotations

import posixpath
import re
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import line_of, mappings
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

PIPELINE = re.compile(r"(?:^|/)pipelines/[^/]+/metadata\.yaml$")


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A job for each pipeline whose blocks are there, and a trigger for each entry of its triggers.yaml."""
    project = answers.project
    blocks = {path.rpartition("/")[2].rpartition(".")[0]: path for path in project.python}
    folders = set()
    for path, documents in project.documents.items():
        for document in documents if PIPELINE.search(path) else ():
            if not isinstance(document, dict) or not isinstance(document.get("blocks"), list):
                continue
            names = [str(item.get("uuid", "")) for item in mappings(document["blocks"]) if "uuid" in item]
            files = frozenset(blocks.get(name.rpartition("/")[2], "") for name in names) - {""}
            if files:
                name = path.split("/")[-2]
                folders.add(posixpath.dirname(path))
                yield Job("mage", path, 1, name, frozenset(["mage:" + name]), files, words="\n".join([name, *names]))
    for path, documents in project.documents.items():
        if posixpath.basename(path) != "triggers.yaml" or posixpath.dirname(path) not in folders:
            continue
        for item in (found for document in documents for found in mappings(document)):
            kind = str(item.get("schedule_type", ""))
            if kind in ("time", "event"):
                name = path.split("/")[-2]
                yield Trigger(
                    "mage",
                    kind,
                    path,
                    line_of(project.raw[path], "schedule_type"),
                    name,
                    starts=frozenset(["mage:" + name]),
                    active=str(item.get("status", "active")) == "active",
                )
