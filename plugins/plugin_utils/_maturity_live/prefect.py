# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""What a Prefect server says: whether flows ran from a deployment, and whether a schedule of one is on."""

from __future__ import annotations

from typing import Any, Mapping

from .client import Client, Unanswered
from .observation import Observation

PAGE = 200
MOST_PAGES = 50


def observe_prefect(client: Client, options: Mapping[str, Any]) -> list[Observation]:
    """Return what is observed of orchestration, scheduled_training and, where a deployment is named, automated_retraining."""
    names = options.get("deployments") or []
    try:
        flows = {flow["id"]: flow["name"] for flow in _pages(client, "flows/filter")}
        deployments = [
            each
            for each in _pages(client, "deployments/filter")
            if not names or f"{flows.get(each['flow_id'])}/{each['name']}" in names
        ]
        words = [_orchestration(client, deployments, names), _schedule(deployments, names)]
        return words + _automation(client, deployments, names)
    except (AttributeError, KeyError, TypeError) as problem:
        raise Unanswered(f"the answer is not Prefect's: {problem!r}") from problem


def _orchestration(client: Client, deployments: list[Any], names: list[str]) -> Observation:
    completed = bool(deployments) and bool(
        client.post(
            "flow_runs/count",
            {
                "deployments": {"id": {"any_": [each["id"] for each in deployments]}},
                "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}},
            },
        )
    )
    if completed:
        detail = "runs of a deployment completed"
    else:
        detail = "no run of a deployment completed" if deployments else "there is no such deployment"
    return Observation("orchestration", completed, bool(names), "Prefect", detail + _of(names))


def _schedule(deployments: list[Any], names: list[str]) -> Observation:
    scheduled = [each for each in deployments if each.get("schedules")]
    active = any(schedule["active"] for each in scheduled if not each.get("paused") for schedule in each["schedules"])
    off = "every schedule is paused" if scheduled else "no deployment has a schedule"
    detail = "a schedule is on" if active else off
    return Observation("scheduled_training", active, bool(names), "Prefect", detail + _of(names))


def _automation(client: Client, deployments: list[Any], names: list[str]) -> list[Observation]:
    """An automation that runs a named deployment retrains by an event. That there is none says nothing: code can do the same."""
    if not names:
        return []
    own = {each["id"] for each in deployments}
    running = any(
        automation.get("enabled") and action.get("type") == "run-deployment" and action.get("deployment_id") in own
        for automation in _pages(client, "automations/filter")
        for action in automation.get("actions", [])
    )
    return (
        [Observation("automated_retraining", True, True, "Prefect", "an automation runs the deployment" + _of(names))]
        if running
        else []
    )


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
