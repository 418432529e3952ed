# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""What an MLflow server says: whether runs were tracked, and whether models are registered."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from .client import Client, Unanswered
from .observation import Observation

API = "api/2.0/mlflow"
PAGE = 200
MOST_PAGES = 50
RUNS_LOOKED_AT = 100


def observe_mlflow(client: Client, options: Mapping[str, Any]) -> list[Observation]:
    """Return what is observed of experiment_tracking and model_registry."""
    try:
        return [_tracking(client, options.get("experiments") or []), _registry(client, options.get("models") or [])]
    except (AttributeError, KeyError, TypeError) as problem:
        raise Unanswered(f"the answer is not MLflow's: {problem!r}") from problem


def _tracking(client: Client, names: list[str]) -> Observation:
    wanted = [
        each["experiment_id"]
        for each in _pages(client, "experiments", "experiments/search")
        if not names or each["name"] in names
    ]
    runs = _runs(client, wanted) if wanted else []
    tracked = any(run.get("data", {}).get("params") and run["data"].get("metrics") for run in runs)
    if tracked:
        detail = "runs with parameters and metrics"
    else:
        detail = "no run has both parameters and metrics" if runs else "no run was tracked"
    return Observation("experiment_tracking", tracked, bool(names), "MLflow", detail + _of(names))


def _registry(client: Client, names: list[str]) -> Observation:
    models = [
        each
        for each in _pages(client, "registered_models", "registered-models/search")
        if not names or each["name"] in names
    ]
    versioned = [model for model in models if model.get("latest_versions")]
    if versioned:
        detail = f"{len(versioned)} registered model{'s' if len(versioned) > 1 else ''}"
    else:
        detail = "registered models have no version" if models else "no model is registered"
    return Observation("model_registry", bool(versioned), bool(names), "MLflow", detail + _of(names))


def _runs(client: Client, experiments: list[str]) -> list[Any]:
    """Return the newest runs that ended well."""
    question = {
        "experiment_ids": experiments[:PAGE],
        "filter": "attributes.status = 'FINISHED'",
        "max_results": RUNS_LOOKED_AT,
        "order_by": ["attributes.start_time DESC"],
    }
    runs: list[Any] = client.post(f"{API}/runs/search", question).get("runs", [])
    return runs


def _pages(client: Client, key: str, path: str) -> Iterator[Any]:
    parameters: dict[str, Any] = {"max_results": PAGE}
    for _page in range(MOST_PAGES):
        answer = client.get(f"{API}/{path}", parameters)
        yield from answer.get(key, [])
        if not answer.get("next_page_token"):
            return
        parameters["page_token"] = answer["next_page_token"]


def _of(names: list[str]) -> str:
    return f" ({', '.join(names)})" if names else ""
