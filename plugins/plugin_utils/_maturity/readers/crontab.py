# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Crontabs of the checkout."""

from __future__ import annotations

import re
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.commands import Command
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

CRONTAB = re.compile(r"(?:^|[/._-])cron(?:tab)?(?:$|[._/-])")
ENTRY = re.compile(r"^\s*(?:@\w{1,20}|(?:[\d*/,-]{1,40}\s{1,20}){5})(?:root\s)?(.*)$")


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A trigger for each entry."""
    project = answers.project
    for path, text in project.text.items():
        for number, line in enumerate(text.split("\n"), 1) if CRONTAB.search(path) else ():
            entry = ENTRY.match(line)
            if entry:
                files = frozenset(project.programs([Command(entry.group(1), path, number)]))
                yield Trigger("cron", "time", path, number, "cron", files=files, words=entry.group(1))
