# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argo Workflows and Tekton: workflows declared for a cluster."""

from __future__ import annotations

import re
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import line_of, text_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.common import mapping
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

KINDS = ("Workflow", "CronWorkflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "PipelineRun", "Pipeline", "Task")
# Commands in a container's script that put a new version to work.
DEPLOYS = re.compile(
    r"\bargocd app (?:sync|set)\b|\bhelm (?:upgrade|install)\b|\bkubectl (?:apply|set image|rollout restart)\b"
)


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A job for each workflow, by its name, and the templates that it refers to."""
    project = answers.project
    for path, documents in project.documents.items():
        for document in documents:
            if not isinstance(document, dict) or document.get("kind") not in KINDS:
                continue
            group = str(document.get("apiVersion"))
            if "argoproj" not in group and "tekton" not in group:
                continue
            kind = str(document["kind"])
            words = text_of(document.get("spec"))
            name = str(mapping(document.get("metadata")).get("name", ""))
            reference = mapping(mapping(document.get("spec")).get("workflowTemplateRef")).get("name")
            yield Job(
                "argo",
                path,
                line_of(project.raw[path], "kind: " + kind),
                kind,
                names=frozenset(["argo:" + name] if name else []),
                files=frozenset(project.named_programs(words)),
                starts=frozenset(["argo:%s" % reference] if reference else []),
                does=frozenset(["deploys"] if DEPLOYS.search(words) else []),
                words=words,
            )
