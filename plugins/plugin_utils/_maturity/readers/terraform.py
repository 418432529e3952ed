# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Terraform: rules and schedulers that start something."""

from __future__ import annotations

import posixpath
import re
from typing import Iterator, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

STARTERS = ("aws_cloudwatch_event_rule", "google_cloud_scheduler_job", "aws_scheduler_schedule")
# What only allows something, and what is the same for all that run in it.
PERMISSION = re.compile(
    r"_(?:iam|permission|role|policy|security_group|subnet|vpc|kms|bucket|log_group)\w{0,60}|_ecs_cluster$"
)
TARGET = re.compile(r"aws_cloudwatch_event_target\.")
REFERENCE = re.compile(r"(?<![\w.])((?:aws|google|azurerm)_\w{1,99}\.[\w-]{1,99})")
RESOURCE = re.compile(r'^[ \t]{0,20}resource[ \t]{1,20}"(\w+)"[ \t]{1,20}"([\w-]{1,200})"[ \t]{0,20}\{', re.M)
OFF = re.compile(r"(?:is_enabled\s{0,20}=\s{0,20}false|paused\s{0,20}=\s{0,20}true|state\s{0,20}=\s{0,20}\"DISABLED\")")


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A trigger for each rule and scheduler."""
    project = answers.project
    declared = {path: list(resources(text)) for path, text in project.text.items() if path.endswith(".tf")}
    # The files of a folder are one module, in which resources refer to each other by type and name.
    modules: dict[str, dict[str, str]] = {}
    for path, listed in declared.items():
        modules.setdefault(posixpath.dirname(path), {}).update(
            (kind + "." + name, name + "\n" + body) for kind, name, _line, body in listed if not PERMISSION.search(kind)
        )
    for path, listed in declared.items():
        for kind, name, line, _body in listed:
            if kind not in STARTERS:
                continue
            words = "\n".join(_started(kind + "." + name, modules[posixpath.dirname(path)]))
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


def _started(address: str, module: Mapping[str, str]) -> Iterator[str]:
    """The words of a starter, of the targets that refer to it, and of what they refer to in their turn."""
    seen = {address}
    stack = [
        address,
        *(one for one, words in module.items() if TARGET.match(one) and address in REFERENCE.findall(words)),
    ]
    while stack:
        one = stack.pop()
        yield module.get(one, "")
        for other in REFERENCE.findall(module.get(one, "")):
            if other in module and other not in seen and not other.startswith(STARTERS):
                seen.add(other)
                stack.append(other)


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
