# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of ours among those of others: put in, known again, taken out."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.workbench.plugins.filter.merged_settings import merged_settings
from ansible_collections.mlops.workbench.plugins.filter.settings_paths import settings_paths
from ansible_collections.mlops.workbench.plugins.filter.version_mismatches import version_mismatches

GPU = {"runtimes": {"nvidia": {"path": "nvidia-container-runtime"}}, "default-runtime": "nvidia"}


@pytest.mark.parametrize(
    "ours",
    [
        {"live-restore": True},
        {"log-opts": {"max-size": "10m", "max-file": "3"}},
        {"runtimes": {"crun": {"path": "crun"}}},
        {"features": {}},
    ],
)
def test_what_was_put_in_can_be_taken_out_again(ours):
    merged = merged_settings(GPU, ours, [])
    assert merged != GPU
    assert merged_settings(merged, {}, settings_paths(ours)) == GPU


def test_entries_of_others_in_the_same_mapping_survive():
    merged = merged_settings(GPU, {"runtimes": {"crun": {"path": "crun"}}}, [])
    assert sorted(merged["runtimes"]) == ["crun", "nvidia"]


def test_ours_win():
    assert merged_settings({"debug": False, "dns": ["a"], "x": 1}, {"debug": True, "dns": ["b"], "x": {}}, []) == {
        "debug": True,
        "dns": ["b"],
        "x": {},
    }


def test_a_setting_that_is_no_longer_asked_for_goes():
    assert merged_settings({"debug": True, "mtu": 9000}, {"live-restore": True}, [["debug"]]) == {
        "live-restore": True,
        "mtu": 9000,
    }


def test_an_empty_mapping_of_others_stays():
    assert merged_settings({"features": {}, "debug": True}, {}, [["debug"]]) == {"features": {}}


def test_what_somebody_else_has_already_taken_out_is_no_trouble():
    assert merged_settings({"log-opts": "odd"}, {}, [["log-opts", "max-size"], ["debug"], []]) == {}


def test_the_paths_lead_to_single_values():
    assert settings_paths({"b": {"y": [1], "x": {}}, "a": 1}) == [["a"], ["b", "x"], ["b", "y"]]


def test_packages_of_another_version_and_missing_ones_are_mismatches():
    installed = {"docker-ce": "5:26.1.5-1~d", "docker-ce-cli": "5:23.0.6-1~d"}
    wanted = {"docker-ce": "23.0.6", "docker-ce-cli": "23.0.6", "containerd.io": "1.6"}
    assert version_mismatches(installed, wanted) == ["docker-ce", "containerd.io"]
