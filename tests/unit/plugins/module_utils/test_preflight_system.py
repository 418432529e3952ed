"""The machine itself, as preflight sees it."""

from __future__ import annotations

import pwd
from pathlib import Path

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._host.system import Disk, operating_system
from ansible_collections.mlops.workbench.plugins.module_utils._preflight import system


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('ID=debian\nVERSION_ID="13"\n', "debian-13"),
        ('VERSION_ID="24.04"\nID=ubuntu\nNAME="Ubuntu"\n', "ubuntu-24.04"),
        ("ID=arch\n", "arch-unknown"),
        ("", "unknown-unknown"),
    ],
)
def test_the_operating_system_is_named(tmp_path, text, name):
    (tmp_path / "os-release").write_text(text)
    assert operating_system(str(tmp_path / "os-release")) == name


def test_a_host_that_does_not_say_its_system_is_unknown(tmp_path):
    assert operating_system(str(tmp_path / "none")) == "unknown"


def test_a_path_that_does_not_exist_yet_counts_for_its_file_system(tmp_path):
    problems = list(system.check_free({"x": {"paths": [str(tmp_path / "a" / "b")], "mb": 1}}, {}, "ann"))
    assert problems == []
    problems = list(system.check_free({"x": {"paths": [str(tmp_path / "a" / "b")], "mb": 10**9}}, {}, "ann"))
    assert "needs 1000000000 MB" in problems[0].problem


def test_no_room_is_needed_where_all_is_installed(tmp_path):
    need = {"paths": [str(tmp_path)], "mb": 10**9, "unless_exists": [str(tmp_path / "none"), str(tmp_path / "stamp")]}
    for there in (False, True):
        assert bool([*system.check_free({"x": need}, {}, "ann")]) is not there
        (tmp_path / "stamp").touch()


def test_no_room_is_needed_where_the_role_has_left_its_receipt(tmp_path):
    need = {"paths": [str(tmp_path)], "mb": 10**9, "unless_receipt": True}
    for receipt in ({}, {"role": "base"}):
        assert bool([*system.check_free({"x": need}, receipt, "ann")]) is not bool(receipt)


def test_room_is_measured_on_each_disk_that_files_go_to_and_told_once_for_each(monkeypatch, tmp_path):
    """Homes need not be below /home, and notebooks or data may be on disks of their own."""
    home = tmp_path / "home"
    disks = {home: (1, 10), home / "notebooks": (2, 500), home / "notebooks/data": (3, 20)}
    for path in disks:
        path.mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "home/notebooks/data")
    account = pwd.struct_passwd(("nobody", "x", 1, 1, "", str(home), "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwnam", {"nobody": account}.__getitem__)
    monkeypatch.setattr(system, "disk_of", lambda path: Disk(*disks[Path(path).resolve()], 0))
    paths = [
        "~%u/notebooks/taxi",
        "~nobody/notebooks/data/new",
        "~%u/.conda/envs",
        "~%u/.cache",
        str(tmp_path / "data/x"),
    ]
    problems = list(system.check_free({"x_min_free_mb": {"paths": paths, "mb": 100}}, {}, "nobody"))
    assert [entry.problem for entry in problems] == [
        "%s has 20 MB free and needs 100 MB" % (tmp_path / "home/notebooks/data/new"),
        "%s has 10 MB free and needs 100 MB" % (tmp_path / "home/.conda/envs"),
    ]
    assert {entry.variable for entry in problems} == {"x_min_free_mb"}
