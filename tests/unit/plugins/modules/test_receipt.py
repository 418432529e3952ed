# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The receipts of roles: one place, one schema, and whole at any time."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.mlops.workbench.plugins.module_utils import _receipt
from ansible_collections.mlops.workbench.plugins.modules import receipt


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """The module, with its receipts in a folder of the test's own."""
    monkeypatch.setattr(_receipt, "DIRECTORY", str(tmp_path))

    def start(**arguments):
        with patch_module_args({"role": "docker", **arguments}), pytest.raises(SystemExit):
            receipt.main()
        return json.loads(capsys.readouterr().out)

    return start


def test_a_receipt_is_written_once(run, tmp_path):
    assert run(content={"pins": True})["changed"]
    file = tmp_path / "mlops-workbench-docker.json"
    assert json.loads(file.read_text()) == {"schema": 1, "role": "docker", "pins": True}
    assert file.stat().st_mode & 0o777 == 0o644
    assert not run(content={"pins": True})["changed"]
    assert list(tmp_path.iterdir()) == [file]


def test_packages_are_added_to_those_of_earlier_runs(run):
    run(content={"pins": True}, packages=["docker.io", "containerd"])
    assert run(packages=["runc", "containerd"])["receipt"] == {
        "schema": 1,
        "role": "docker",
        "pins": True,
        "packages": ["containerd", "docker.io", "runc"],
    }
    assert run(content={"packages": []})["receipt"]["packages"] == []


def test_what_an_older_version_wrote_stays(run, tmp_path):
    (tmp_path / "mlops-workbench-docker.json").write_text(
        '{"schema": 1, "role": "docker", "packages": ["runc"], "prune": false}'
    )
    assert run(content={"prune": True})["receipt"] == {
        "schema": 1,
        "role": "docker",
        "packages": ["runc"],
        "prune": True,
    }


def test_a_dry_run_writes_and_removes_nothing(run, tmp_path):
    foreseen = run(content={"pins": True}, _ansible_check_mode=True)
    assert foreseen["changed"] and '"pins": true' in foreseen["diff"]["after"] and not list(tmp_path.iterdir())
    run(content={"pins": True})
    assert run(state="absent", _ansible_check_mode=True)["changed"]
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("content", ['{"schema": 1}', "{"])
def test_a_receipt_is_removed_even_where_it_is_broken(run, tmp_path, content):
    (tmp_path / "mlops-workbench-docker.json").write_text(content)
    assert run(state="absent")["changed"]
    assert not list(tmp_path.iterdir())
    assert not run(state="absent")["changed"]


@pytest.mark.parametrize("content", ["", "{", "[]"])
def test_a_broken_receipt_is_none(run, tmp_path, content):
    (tmp_path / "mlops-workbench-docker.json").write_text(content)
    assert _receipt.read("docker") == {}
