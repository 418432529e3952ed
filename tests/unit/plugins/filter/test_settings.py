# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of ours among those of others: put in, known again, taken out."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.workbench.plugins.filter.docker_settings import docker_settings
from ansible_collections.mlops.workbench.plugins.filter.version_mismatches import version_mismatches

GPU = {"runtimes": {"nvidia": {"path": "nvidia-container-runtime"}}, "default-runtime": "nvidia"}
ROTATION = {"log-driver": "json-file", "log-opts": {"max-size": "10m", "max-file": "3"}}


def content(existing, further, owned=(), **settings):
    """What the file is to hold."""
    return docker_settings(existing, list(owned), settings, further)["content"]


@pytest.mark.parametrize(
    "further",
    [
        {"live-restore": True},
        {"log-opts": {"max-size": "10m", "max-file": "3"}},
        {"runtimes": {"crun": {"path": "crun"}}},
        {"features": {}},
    ],
)
def test_what_was_set_can_be_removed_again(further):
    merged = docker_settings(GPU, [], {}, further)
    assert merged["content"] != merged["others"] == GPU
    assert docker_settings(merged["content"], merged["owned"], {}, {})["others"] == GPU


def test_entries_of_others_in_the_same_mapping_survive():
    assert sorted(content(GPU, {"runtimes": {"crun": {"path": "crun"}}})["runtimes"]) == ["crun", "nvidia"]


def test_ours_win():
    merged = content({"debug": False, "dns": ["a"], "x": 1}, {"debug": True, "dns": ["b"], "x": {}})
    assert merged == {"debug": True, "dns": ["b"], "x": {}, "log-driver": "json-file"}


def test_a_setting_that_is_no_longer_asked_for_goes():
    merged = content({"debug": True, "mtu": 9000}, {"live-restore": True}, [["debug"]])
    assert merged == {"live-restore": True, "mtu": 9000, "log-driver": "json-file"}


def test_an_empty_mapping_of_others_stays():
    assert docker_settings({"features": {}, "debug": True}, [["debug"]], {}, {})["others"] == {"features": {}}


def test_what_somebody_else_has_already_removed_is_no_trouble():
    owned = [["log-opts", "max-size"], ["debug"], []]
    assert docker_settings({"log-opts": "odd"}, owned, {}, {})["others"] == {}


def test_the_paths_lead_to_single_values():
    owned = docker_settings({}, [], {}, {"b": {"y": [1], "x": {}}, "a": 1})["owned"]
    assert owned == [["a"], ["b", "x"], ["b", "y"], ["log-driver"]]


def test_empty_settings_are_none_and_false_is_one():
    settings = {"live-restore": False, "data-root": "", "registry-mirrors": [], "insecure-registries": ["a:1"]}
    merged = docker_settings({}, [], settings, {})["content"]
    assert merged == {"live-restore": False, "insecure-registries": ["a:1"], "log-driver": "json-file"}


@pytest.mark.parametrize(
    ("existing", "further", "merged"),
    [
        ({}, {}, ROTATION),
        ({}, {"log-opts": {"max-size": "1g"}}, {**ROTATION, "log-opts": {"max-size": "1g", "max-file": "3"}}),
        ({"log-driver": "syslog", "log-opts": {"tag": "x"}}, {}, {"log-driver": "syslog", "log-opts": {"tag": "x"}}),
        ({"log-driver": "syslog", "log-opts": {"tag": "x"}}, {"log-driver": "local"}, {"log-driver": "local"}),
        (
            {"log-opts": {"labels": "x"}},
            {"log-driver": "json-file"},
            {"log-driver": "json-file", "log-opts": {"labels": "x"}},
        ),
    ],
)
def test_a_log_driver_has_its_own_options_only(existing, further, merged):
    assert docker_settings(existing, [], {"log-opts": ROTATION["log-opts"]}, further)["content"] == merged


def test_packages_of_another_version_and_missing_ones_are_mismatches():
    installed = {"docker-ce": "5:26.1.5-1~d", "docker-ce-cli": "5:23.0.6-1~d"}
    wanted = {"docker-ce": "23.0.6", "docker-ce-cli": "23.0.6", "containerd.io": "1.6"}
    assert version_mismatches(installed, wanted) == ["docker-ce", "containerd.io"]
