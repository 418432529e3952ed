# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snakemake and Nextflow: workflow files whose rules run commands."""

from __future__ import annotations

import posixpath
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.common import file_name, programs_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A job for each workflow file."""
    project = answers.project
    for path, text in project.raw.items():
        if posixpath.basename(path) == "Snakefile" or path.endswith((".nf", ".smk")):
            files = programs_of(project, [text], path)
            yield Job("workflow", path, 1, "workflow", frozenset([file_name(path)]), files, words=text)
