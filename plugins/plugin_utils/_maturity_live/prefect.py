# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""What a Prefect server says: whether flows ran from a deployment, what started them and how they ended, and whether a schedule is on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Iterable, Mapping

from .client import Client, Unanswered
from .observation import Observation, Run, activity_of

PAGE = 200
MOST_PAGES = 50


def observe_prefect(client: Client, options: Mapping[str, Any], today: str) -> list[Observation]:
    """Return what is observed of training, orchestration, schedules and, where a deployment is named, automated_retraining."""
    names = options.get("deployments") or []
    try:
        flows = {flow["id"]: flow["name"] for flow in _pages(client, "flows/filter")}
        deployments = [
            each
            for each in _pages(client, "deployments/filter")
            if not names or f"{flows.get(each['flow_id'])}/{each['name']}" in names
        ]
        runs = _ended_runs(client, [each["id"] for each in deployments])
        return [
            *_orchestration(deployments, runs, names, today),
            _schedule(deployments, runs, names, today),
            *_automation(client, deployments, runs, names, today),
        ]
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise Unanswered(f"the answer is not Prefect's: {problem!r}") from problem


def _orchestration(deployments: list[Any], runs: list[Any], names: list[str], today: str) -> list[Observation]:
    activity = activity_of(_ended(runs), today)
    if activity.succeeded:
        detail = "runs of a deployment completed" + _of(names)
        # Which flow trains is not known here: a run confirms what the checkout shows of it.
        training = Observation("training_pipeline", True, False, "Prefect", detail, activity)
        return [Observation("orchestration", True, bool(names), "Prefect", detail, activity), training]
    detail = "no run of a deployment completed" if deployments else "there is no such deployment"
    return [Observation("orchestration", False, bool(names), "Prefect", detail + _of(names), activity)]


def _schedule(deployments: list[Any], runs: list[Any], names: list[str], today: str) -> Observation:
    scheduled = [each for each in deployments if each.get("schedules")]
    active = {
        each["id"]
        for each in scheduled
        if not each.get("paused") and any(schedule["active"] for schedule in each["schedules"])
    }
    off = "every schedule is paused" if scheduled else "no deployment has a schedule"
    detail = "a schedule is on" if active else off
    started = [run for run in runs if run.get("auto_scheduled") and run["deployment_id"] in active]
    activity = activity_of(_ended(started), today)
    return Observation("scheduled_training", bool(active), bool(names), "Prefect", detail + _of(names), activity)


def _automation(
    client: Client, deployments: list[Any], runs: list[Any], names: list[str], today: str
) -> list[Observation]:
    """An automation that runs a named deployment retrains by an event. That there is none says nothing: code can do the same."""
    if not names:
        return []
    own = {each["id"] for each in deployments}
    running = any(
        automation.get("enabled") and action.get("type") == "run-deployment" and action.get("deployment_id") in own
        for automation in _pages(client, "automations/filter")
        for action in automation.get("actions", [])
    )
    if not running:
        return []
    started = [run for run in runs if (run.get("created_by") or {}).get("type") == "AUTOMATION"]
    detail = "an automation runs the deployment" + _of(names)
    return [Observation("automated_retraining", True, True, "Prefect", detail, activity_of(_ended(started), today))]


def _ended_runs(client: Client, deployments: list[str]) -> list[Any]:
    """Return the newest runs of the deployments that came to an end."""
    question = {
        "deployments": {"id": {"any_": deployments}},
        "flow_runs": {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}}},
        "sort": "EXPECTED_START_TIME_DESC",
        "limit": PAGE,
    }
    runs: list[Any] = client.post("flow_runs/filter", question) if deployments else []
    return runs


def _ended(runs: Iterable[Any]) -> list[Run]:
    ends = ((run.get("end_time") or run["expected_start_time"], run["state_type"]) for run in runs)
    # Python 3.10 reads no Z for UTC.
    return [
        Run(datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp(), kind == "COMPLETED") for at, kind in ends
    ]


def _pages(client: Client, path: str) -> list[Any]:
    found: list[Any] = []
    for page in range(MOST_PAGES):
        answer = client.post(path, {"limit": PAGE, "offset": page * PAGE})
        found += answer
        if len(answer) < PAGE:
            break
    return found


def _of(names: list[str]) -> str:
    return f" ({', '.join(names)})" if names else ""
