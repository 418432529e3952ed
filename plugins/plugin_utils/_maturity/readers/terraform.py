# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Terraform: rules and schedulers that start something."""

from __future__ import annotations

import re
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

STARTERS = ("aws_cloudwatch_event_rule", "google_cloud_scheduler_job", "aws_scheduler_schedule")
RESOURCE = re.compile(r'^[ \t]{0,20}resource[ \t]{1,20}"(\w+)"[ \t]{1,20}"([\w-]{1,200})"[ \t]{0,20}\{', re.M)
OFF = re.compile(r"(?:is_enabled\s{0,20}=\s{0,20}false|paused\s{0,20}=\s{0,20}true|state\s{0,20}=\s{0,20}\"DISABLED\")")


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A trigger for each rule and scheduler."""
    project = answers.project
    for path, text in project.text.items():
        for kind, name, line, body in resources(text) if path.endswith(".tf") else ():
            if kind not in STARTERS:
                continue
            words = name + "\n" + body
            yield Trigger(
                "terraform",
                "event" if "event_pattern" in words and "schedule_expression" not in words else "time",
                path,
                line,
                kind,
                files=frozenset(project.named_programs(words)),
                words=words,
                active=not OFF.search(words),
            )


def resources(text: str) -> Iterator[tuple[str, str, int, str]]:
    """Resources of a file: type, name, line and body. A body ends with the first line that begins with its brace, or with the next resource."""
    starts = list(RESOURCE.finditer(text))
    for found, limit in zip(starts, [*(item.start() for item in starts[1:]), len(text)]):
        end = text.find("\n}", found.end(), limit)
        yield (
            found.group(1),
            found.group(2),
            text.count("\n", 0, found.start()) + 1,
            text[found.end() : end if end >= 0 else limit],
        )
