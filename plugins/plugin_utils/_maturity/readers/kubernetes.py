# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes: jobs that a cluster starts at a time."""

from __future__ import annotations

from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import line_of, mappings, text_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.argo import TEMPLATE, deeds
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.common import mapping
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

KINDS = ("CronJob", "CronWorkflow", "ScheduledWorkflow", "ScheduledSparkApplication", "CronTab")


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A trigger for each job with a schedule."""
    project = answers.project
    for path, documents in project.documents.items():
        for item in (found for document in documents for found in mappings(document)):
            if item.get("kind") not in KINDS:
                continue
            spec = mapping(item.get("spec"))
            words = text_of(spec) + "\n" + text_of(item.get("metadata"))
            name = mapping(item.get("metadata")).get("name")
            reference = mapping(mapping(spec.get("workflowSpec")).get("workflowTemplateRef")).get("name")
            kind = str(item["kind"])
            yield Trigger(
                "kubernetes",
                "time",
                path,
                line_of(project.raw[path], "kind: " + kind),
                kind,
                starts=frozenset("argo:%s" % one for one in (name, reference, *TEMPLATE.findall(words)) if one),
                files=frozenset(project.named_programs(words)),
                does=frozenset(deeds(words, [str(part["image"]) for part in mappings(spec) if "image" in part])),
                words=words,
                active=str(spec.get("suspend", False)).lower() != "true",
            )
