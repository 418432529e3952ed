# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""A text file for the node exporter's textfile collector: levels, coverage and the status of each criterion."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from .model import examined, projects_of
from .safe import clean

FILE = "maturity.prom"
Sample = tuple[dict[str, str], float]
GAUGES = {
    "mlops_maturity_examined": "Whether the project could be examined.",
    "mlops_maturity_level": "Level that the project has reached, 0 to 4.",
    "mlops_maturity_level_max": "Level if everything unknown were met, 0 to 4.",
    "mlops_maturity_practice_level": "Highest level that is practised, whatever is missing below, 0 to 4.",
    "mlops_maturity_coverage_ratio": "Share of a level's criteria that are met.",
    "mlops_maturity_criterion": "Status of a criterion, always 1.",
}


def render(given: Mapping[str, Any]) -> str:
    """Return the metrics; a project without a level has no sample of it."""
    projects = projects_of(given)
    lines = []
    for name, meaning in GAUGES.items():
        samples = [sample for project in projects for sample in _samples(name, project)]
        if samples:
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
            lines += [f"{name}{{{_labels(labels)}}} {value:g}" for labels, value in samples]
    return "".join(f"{line}\n" for line in lines)


def _samples(name: str, project: Mapping[str, Any]) -> Iterator[Sample]:
    labels = {"host": project["host"], "project": project["name"]}
    if name == "mlops_maturity_examined":
        yield labels, float(examined(project))
    elif name == "mlops_maturity_coverage_ratio":
        for level, share in sorted(project["coverage"].items()):
            if share is not None:
                yield {**labels, "level": level}, share
    elif name == "mlops_maturity_criterion":
        for found in project["criteria"]:
            yield {**labels, "level": str(found["level"]), "id": found["id"], "status": found["status"]}, 1
    elif project.get(name.removeprefix("mlops_maturity_")) is not None:
        yield {**labels, "profile": project.get("profile", "")}, project[name.removeprefix("mlops_maturity_")]


def _labels(labels: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{_escape(value)}"' for name, value in labels.items())


def _escape(value: str) -> str:
    # The host that imports the file would refuse it whole for one lone surrogate of a file system's name.
    return clean(value).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
