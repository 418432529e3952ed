"""Debian's packages, as preflight sees them."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._preflight import packages


def dpkg(tmp_path, state, updates=()):
    (tmp_path / "updates").mkdir()
    for name in updates:
        (tmp_path / "updates" / name).touch()
    (tmp_path / "status").write_text(
        "Package: git\nStatus: install ok installed\nVersion: 1\n\nPackage: curl\nStatus: install ok %s\n" % state
    )
    return packages.dpkg_state(str(tmp_path))


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
