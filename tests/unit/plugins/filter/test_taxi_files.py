# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.mlops.workbench.plugins.filter.taxi_files import taxi_files


def test_the_names_are_those_of_the_city():
    asked = [{"kind": "green", "months": ["2021-01", "2021-02"]}, {"kind": "fhv", "months": ["2021-01"]}]
    assert taxi_files(asked, "https://example.com/trip-data/") == [
        {"name": f"{name}.parquet", "url": f"https://example.com/trip-data/{name}.parquet"}
        for name in ("green_tripdata_2021-01", "green_tripdata_2021-02", "fhv_tripdata_2021-01")
    ]
