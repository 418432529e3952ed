# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.mlops.workbench.plugins.filter.project_layout import project_layout, taxi_files

DEFAULTS = {
    "repo": "",
    "notebooks_dir": "~/notebooks",
    "dir": "",
    "environment_file": "",
    "environment": "",
    "data": [],
    "data_dir": "",
    "taxi": [],
    "taxi_mirror": "",
}
REPO = "https://example.com/ann/taxi.git"


def layout(home: str = "/home/ann", **settings: object) -> dict:
    return project_layout({**DEFAULTS, **settings}, home)


@pytest.mark.parametrize("repo", [REPO, "https://example.com/taxi/", "git@example.com:taxi.git", "/srv/taxi.git/"])
def test_the_checkout_has_the_name_of_the_repository(repo: str) -> None:
    assert layout(repo=repo)["dir"] == "/home/ann/notebooks/taxi"


def test_each_path_can_be_set() -> None:
    found = layout(repo=REPO, dir="~/work", data_dir="/data/~", environment="own", environment_file="envs/own.yml")
    assert found["dir"] == "/home/ann/work"
    assert found["data_dir"] == "/data/~"
    assert found["environment"] == "/home/ann/.conda/envs/own"
    assert found["environment_file"] == "/home/ann/work/envs/own.yml"


def test_the_environment_is_called_after_the_checkout() -> None:
    assert layout(repo=REPO, dir="~/work")["environment"] == "/home/ann/.conda/envs/work"


def test_only_what_is_used_is_checked() -> None:
    assert (layout()["folders"], layout()["disks"]) == ({}, [])
    found = layout("~%u", repo=REPO, environment_file="environment.yml", data=[{"url": "https://example.com/a.csv"}])
    assert found["folders"] == {
        "project_dir": {"path": "~%u/notebooks/taxi"},
        "project_data_dir": {"path": "~%u/notebooks/data"},
    }
    assert found["disks"] == ["~%u/notebooks/taxi", "~%u/notebooks/data", "~%u/.conda/envs"]


def test_the_names_of_the_trip_records_are_those_of_the_city() -> None:
    records = [{"kind": "green", "months": ["2021-01", "2021-02"]}, {"kind": "fhv", "months": ["2021-01"]}]
    expected = [
        {"name": f"{name}.parquet", "url": f"https://example.com/trip-data/{name}.parquet"}
        for name in ("green_tripdata_2021-01", "green_tripdata_2021-02", "fhv_tripdata_2021-01")
    ]
    assert taxi_files(records, "https://example.com/trip-data/") == expected
    assert layout(taxi=records, taxi_mirror="https://example.com/trip-data")["files"] == expected
