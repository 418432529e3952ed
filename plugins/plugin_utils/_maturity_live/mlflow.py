# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""What an MLflow server says: whether runs were tracked and how they ended, and whether models are registered and promoted."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping

from .client import Client, Unanswered
from .observation import Observation, Run, activity_of

API = "api/2.0/mlflow"
PAGE = 200
MOST_PAGES = 50
RUNS_LOOKED_AT = 100


def observe_mlflow(client: Client, options: Mapping[str, Any], today: str) -> list[Observation]:
    """Return what is observed of training, tracking, registry and promotion."""
    try:
        runs = _training(client, options.get("experiments") or [], today)
        return [*runs, *_registry(client, options.get("models") or [], today)]
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise Unanswered(f"the answer is not MLflow's: {problem!r}") from problem


def _training(client: Client, names: list[str], today: str) -> Iterator[Observation]:
    wanted = [
        each["experiment_id"]
        for each in _pages(client, "experiments", "experiments/search")
        if not names or each["name"] in names
    ]
    finished, failed = ((_runs(client, wanted, status) if wanted else []) for status in ("FINISHED", "FAILED"))
    tracked = [run for run in finished if run.get("data", {}).get("params") and run["data"].get("metrics")]
    if tracked:
        detail = "runs with parameters and metrics"
    else:
        detail = "no run has both parameters and metrics" if finished else "no run was tracked"
    activity = activity_of([*_ended(tracked, True), *_ended(failed, False)], today)
    yield Observation("experiment_tracking", bool(tracked), bool(names), "MLflow", detail + _of(names), activity)
    # A run of a program confirms that training starts outside notebooks; that there is none says nothing, since not all is tracked.
    programs = [run for run in tracked if _by_program(run)]
    if programs:
        activity = activity_of([*_ended(programs, True), *_ended(filter(_by_program, failed), False)], today)
        yield Observation("training_pipeline", True, False, "MLflow", "runs of a program" + _of(names), activity)


def _registry(client: Client, names: list[str], today: str) -> Iterator[Observation]:
    models = [
        each
        for each in _pages(client, "registered_models", "registered-models/search")
        if not names or each["name"] in names
    ]
    versioned = {model["name"]: model for model in models if model.get("latest_versions")}
    if versioned:
        detail = f"{len(versioned)} registered model{'s' if len(versioned) > 1 else ''}"
    else:
        detail = "registered models have no version" if models else "no model is registered"
    versions = (
        [each for each in _pages(client, "model_versions", "model-versions/search") if each["name"] in versioned]
        if versioned
        else []
    )
    made = [
        Run(int(each["creation_timestamp"]) / 1000, each.get("status", "READY") == "READY")
        for each in versions
        if each.get("creation_timestamp")
    ]
    activity = activity_of(made, today)
    yield Observation("model_registry", bool(versioned), bool(names), "MLflow", detail + _of(names), activity)
    # An alias where there was a choice, on what a run has made, confirms promotion. Who moved it is not kept: it raises nothing.
    from_runs = {(each["name"], str(each["version"])) for each in versions if each.get("run_id")}
    several = {name for name in versioned if sum(each["name"] == name for each in versions) > 1}
    chosen = sorted(
        f"{name}@{alias['alias']}"
        for name in several
        for alias in versioned[name].get("aliases", [])
        if (name, str(alias["version"])) in from_runs
    )
    if chosen:
        yield Observation("automated_promotion", True, False, "MLflow", f"{', '.join(chosen)}: one of several versions")


def _ended(runs: Iterable[Any], succeeded: bool) -> list[Run]:
    infos = (run["info"] for run in runs)
    return [Run(int(info.get("end_time") or info.get("start_time") or 0) / 1000, succeeded) for info in infos]


def _by_program(run: Any) -> bool:
    tags = {tag["key"]: tag["value"] for tag in run.get("data", {}).get("tags", [])}
    source = tags.get("mlflow.source.name", "")
    return bool(source) and tags.get("mlflow.source.type") != "NOTEBOOK" and "ipykernel" not in source


def _runs(client: Client, experiments: list[str], status: str) -> list[Any]:
    """Return the newest runs that ended so."""
    question = {
        "experiment_ids": experiments[:PAGE],
        "filter": f"attributes.status = '{status}'",
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
