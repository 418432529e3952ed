# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prefect's deployment files: entry points and their schedules."""

from __future__ import annotations

import posixpath
import re
from typing import Any, Iterator, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import (
    as_list,
    line_of,
    mappings,
    text_of,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

FILE = re.compile(r"(?:prefect|deployment)[\w.-]{0,99}\.ya?ml$")


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A job for each deployment, and a trigger where it has schedules."""
    project = answers.project
    for path, documents in project.documents.items():
        for item in (found for document in documents for found in mappings(document)) if FILE.search(path) else ():
            if "entrypoint" not in item:
                continue
            entry = str(item["entrypoint"]).partition(":")[0]
            files = frozenset([project.find(entry, posixpath.dirname(path))]) - {""}
            name = str(item.get("name", ""))
            words = text_of(item.get("name")) + " " + text_of(item.get("entrypoint"))
            line = line_of(project.raw[path], entry)
            yield Job("prefect", path, line, "entrypoint", frozenset(["deployment:" + name]), files, words=words)
            if {"schedule", "schedules"} & set(item):
                times = [one for one in as_list(item.get("schedule")) + as_list(item.get("schedules")) if one]
                yield Trigger(
                    "prefect",
                    "time",
                    path,
                    line_of(project.raw[path], "schedule"),
                    "schedule",
                    files=files,
                    words=words,
                    active=any(not isinstance(one, dict) or _active(one) for one in times),
                )


def _active(entry: Mapping[str, Any]) -> bool:
    """A schedule that is not switched off and has a time."""
    off = str(entry.get("active", entry.get("is_schedule_active", True))).lower() == "false"
    return not off and any(entry.get(key) for key in ("cron", "interval", "rrule", "schedule"))
