# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages are in the receipt before apt begins."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.mlops.workbench.plugins.module_utils import _receipt
from ansible_collections.mlops.workbench.plugins.modules import apt_packages

SIMULATED = """Reading package lists...
The following NEW packages will be installed:
  containerd docker.io
Inst containerd (1.7.24~ds1-6 Debian:13.1/stable [amd64])
Inst libseccomp2 [2.5.4-1] (2.6.0-2 Debian:13.1/stable [amd64])
Inst docker.io (26.1.5+dfsg1-9 Debian:13.1/stable [amd64])
Conf docker.io (26.1.5+dfsg1-9 Debian:13.1/stable [amd64])
"""
# Says what a simulation says; the second time without --simulate it fails, and each time it keeps the receipt as it was then.
APT = """#!/bin/sh
echo "$*" >> {folder}/calls
case "$*" in *--simulate*) cat {folder}/simulated; exit;; esac
cp {folder}/mlops-workbench-docker.json {folder}/receipt-during 2> /dev/null
if [ -e {folder}/broken ]; then echo "E: Failed to fetch x.deb" >&2; exit 100; fi
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """The module with an apt-get of the test's own, and its receipts beside that."""
    monkeypatch.setattr(_receipt, "DIRECTORY", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    (tmp_path / "apt-get").write_text(APT.format(folder=tmp_path))
    (tmp_path / "apt-get").chmod(0o755)
    (tmp_path / "simulated").write_text(SIMULATED)

    def start(check=False, **arguments):
        given = {"names": ["docker.io"], "role": "docker", "_ansible_check_mode": check, **arguments}
        with patch_module_args(given), pytest.raises(SystemExit):
            apt_packages.main()
        return json.loads(capsys.readouterr().out)

    return start


def calls(tmp_path):
    return len((tmp_path / "calls").read_text().splitlines())


def test_only_what_is_new_is_recorded_and_before_it_comes(run, tmp_path):
    result = run(receipt={"pins": True})
    assert (result["changed"], result["packages"]) == (True, ["containerd", "docker.io"])
    noted = {"schema": 1, "role": "docker", "pins": True, "packages": ["containerd", "docker.io"]}
    assert json.loads((tmp_path / "receipt-during").read_text()) == noted
    assert calls(tmp_path) == 2


def test_a_dry_run_foresees_it(run, tmp_path):
    result = run(check=True)
    assert (result["changed"], result["packages"]) == (True, ["containerd", "docker.io"])
    assert not (tmp_path / "mlops-workbench-docker.json").exists()
    assert calls(tmp_path) == 1


def test_what_is_there_is_not_installed(run, tmp_path):
    (tmp_path / "simulated").write_text("Reading package lists...\ndocker.io is already the newest version.\n")
    assert run()["changed"], "its receipt was missing"
    assert not run()["changed"]
    assert calls(tmp_path) == 2


def test_a_failure_says_what_apt_says(run, tmp_path):
    (tmp_path / "broken").touch()
    result = run()
    assert result["failed"]
    assert "E: Failed to fetch x.deb" in result["msg"]
    assert "docker.io" in (tmp_path / "mlops-workbench-docker.json").read_text()
