"""Debian's packages, as preflight sees them."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._host.packages import dpkg_state
from ansible_collections.mlops.workbench.plugins.module_utils._preflight import packages


def dpkg(tmp_path, state, updates=()):
    (tmp_path / "updates").mkdir()
    for name in updates:
        (tmp_path / "updates" / name).touch()
    (tmp_path / "status").write_text(
        "Package: git\nStatus: install ok installed\nVersion: 1\n\nPackage: curl\nStatus: install ok %s\n" % state
    )
    found = dpkg_state(str(tmp_path))
    return found.installed, found.interrupted


@pytest.mark.parametrize("state", ["half-installed", "unpacked", "half-configured", "triggers-pending"])
def test_a_cut_off_installation_is_seen(tmp_path, state):
    assert dpkg(tmp_path, state) == ({"git": "1"}, True)


@pytest.mark.parametrize("state", ["config-files", "not-installed"])
def test_a_removed_package_is_not_installed_and_not_cut_off(tmp_path, state):
    assert dpkg(tmp_path, state) == ({"git": "1"}, False)


def test_unfinished_bookkeeping_of_dpkg_is_seen(tmp_path):
    assert dpkg(tmp_path, "installed", ["0001"]) == ({"git": "1", "curl": ""}, True)


def test_another_file_in_dpkgs_folder_is_nothing(tmp_path):
    assert dpkg(tmp_path, "installed", ["tmp.ci"]) == ({"git": "1", "curl": ""}, False)


HELD = """Package: docker.io
Status: hold ok installed
Version: 26.1.5+dfsg1-9+b1

Package: containerd
Status: hold ok installed
Version: 1.7.24~ds1-6

Package: runc
Status: install ok installed
Version: 1.1.15

Package: git
Status: hold ok not-installed
"""


@pytest.mark.parametrize(
    ("changes", "removes", "told"),
    [
        ({"docker_version": {"present": {"docker.io": "", "runc": "2"}}}, "", []),
        ({"docker_version": {"present": {"docker.io": "26.1", "docker-cli": ""}}}, "", []),
        ({"docker_version": {"present": {"docker.io": "23.0.6", "runc": "2"}}}, "", [("docker_version", "docker.io")]),
        ({"base_packages": {"present": {"git": "", "curl": ""}}}, "", [("base_packages", "git")]),
        ({"docker_state": {"absent": ["docker.io", "docker-ce", "runc"]}}, "", [("docker_state", "docker.io")]),
        (
            {"docker_state": {"absent": ["docker.io"]}},
            "docker_state",
            [("docker_state", "containerd docker.io")],
        ),
        ({}, "base_state", [("base_state", "containerd")]),
        ({}, "", []),
    ],
)
def test_a_package_on_hold_is_told_before_the_role_would_have_to_change_it(tmp_path, changes, removes, told):
    (tmp_path / "updates").mkdir()
    (tmp_path / "status").write_text(HELD)
    receipt = {"packages": ["containerd", "runc", "pigz"]}
    problems = list(packages.check_held(changes, removes, receipt, dpkg_state(str(tmp_path))))
    assert [(entry.variable, entry.problem.rpartition(": ")[2]) for entry in problems] == told
    for entry in problems:
        assert "apt-mark unhold" in entry.remedy
