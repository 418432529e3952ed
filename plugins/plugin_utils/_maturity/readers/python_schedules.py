# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedules and sensors in Python code: calls and decorators that say when something runs."""

from __future__ import annotations

import re
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.graph import Call, Job, Trigger
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

SCHEDULE_KEYWORDS = (
    "cron",
    "schedule",
    "schedules",
    "schedule_interval",
    "interval",
    "timetable",
    "cron_schedule",
    "cron_expression",
    "cron_string",
    "schedule_expression",
    "rrule",
)
# Calls that are a schedule by themselves, whatever their arguments are called.
ALWAYS_SCHEDULE = re.compile(
    r"(?:^|\.)(?:add_job|every|ScheduleDefinition|crontab|CronTrigger|RecurrenceTrigger|PipelineSchedule|JobSchedule)$|"
    r"^metaflow\.schedule$"
)
EMPTY = ("None", "[]", "", "<None>", "@once", "False")
SCHEDULED_CALL = re.compile(
    r"(?:^|\.)(?:serve|deploy|build_from_flow|Deployment|DeploymentSpec|DAG|dag|asset|ScheduleDefinition|add_job|every|"
    r"PipelineSchedule|create_schedule|flow|put_rule|Rule|crontab|schedule|LaunchPlan\.(?:get_or_create|create)|CronWorkflow|"
    r"create_recurring_run|JobSchedule|CronTrigger|RecurrenceTrigger|function|Schedule)$"
)
EVENT_CALL = re.compile(
    r"(?:^|\.)(?:\w{0,99}KeySensor|FileSensor|\w{0,99}ObjectSensor|sensor|asset_sensor|\w{0,99}DagRunSensor)$|^metaflow\.trigger\w{0,99}$"
)


def read(answers: Answers) -> Iterator[Job | Trigger | Call]:
    """A trigger for each schedule or sensor."""
    for path, _role, facts in answers.code(["source", "example"]):
        for call in facts.calls:
            symbol, keywords = call.symbol, call.keywords
            if symbol.startswith("dagster."):
                # Its own reader knows what they start.
                continue
            event = bool(EVENT_CALL.search(symbol))
            if not event and not SCHEDULED_CALL.search(symbol):
                continue
            named = [keywords[key] for key in SCHEDULE_KEYWORDS if key in keywords]
            if not named and not event and not ALWAYS_SCHEDULE.search(symbol):
                continue
            times = [item for item in named if item not in EMPTY]
            hidden = bool(times) and all(item == "<env>" for item in times)
            on_data = event or any("Dataset(" in item or "Asset(" in item for item in named)
            yield Trigger(
                "python",
                "event" if on_data else "time",
                path,
                call.line,
                symbol,
                files=frozenset([path]),
                words="\n".join([*keywords.values(), *call.values]),
                active=event or not named or (bool(times) and not hidden),
                hidden=hidden,
            )
