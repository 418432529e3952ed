# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argo Workflows and Tekton: workflows declared for a cluster."""

from __future__ import annotations

import re
from typing import Iterable, Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import line_of, mappings, text_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.common import TRAINS, mapping
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

KINDS = ("Workflow", "CronWorkflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "PipelineRun", "Pipeline", "Task")
# Commands in a container's script that put a new version to work.
DEPLOYS = re.compile(
    r"\bargocd app (?:sync|set)\b|\bhelm (?:upgrade|install)\b|\bkubectl (?:apply|set image|rollout restart)\b"
)


# A template that a step's manifest refers to.
TEMPLATE = re.compile(r"workflowTemplateRef:\s{1,99}name:[ \t]{0,9}[\"']?([\w.-]{1,200})")


def deeds(words: str, images: Iterable[str]) -> Iterator[str]:
    """What containers do: by the commands of their scripts, and by an image that is named for training."""
    if DEPLOYS.search(words):
        yield "deploys"
    if any(TRAINS.search(image.rpartition("/")[2].partition(":")[0]) for image in images):
        yield "trains"


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
            images = [str(item["image"]) for item in mappings(document.get("spec")) if "image" in item]
            name = str(mapping(document.get("metadata")).get("name", ""))
            reference = mapping(mapping(document.get("spec")).get("workflowTemplateRef")).get("name")
            yield Job(
                "argo",
                path,
                line_of(project.raw[path], "kind: " + kind),
                kind,
                names=frozenset(["argo:" + name] if name else []),
                files=frozenset(project.named_programs(words)),
                starts=frozenset("argo:%s" % one for one in (reference, *TEMPLATE.findall(words)) if one),
                does=frozenset(deeds(words, images)),
                words=words,
            )
