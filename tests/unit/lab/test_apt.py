# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The packages of the stand-in for Docker's repository are packages to dpkg, too."""

from __future__ import annotations

import subprocess

import pytest

from lab import apt
from lab.common import LabError


@pytest.fixture
def deb(tmp_path):
    """Build a small package by dpkg-deb."""
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "etc").mkdir()
    (tree / "etc/hello").write_text("hello\n")
    control = "Package: hello\nVersion: 1.0\nArchitecture: all\nMaintainer: nobody\nDescription: short\n long\n"
    (tree / "DEBIAN/control").write_text(control)
    (tree / "DEBIAN/postinst").write_text("#!/bin/sh\n")
    (tree / "DEBIAN/postinst").chmod(0o755)
    subprocess.run(["dpkg-deb", "--build", tree, tmp_path / "hello.deb"], check=True, capture_output=True)
    return (tmp_path / "hello.deb").read_bytes()


def dpkg_deb(package, tmp_path, *options):
    file = tmp_path / package.file
    file.write_bytes(package.content)
    return subprocess.run(["dpkg-deb", *options, file], check=True, capture_output=True, text=True).stdout


def test_a_package_gets_another_name_and_keeps_its_files_and_scripts(deb, tmp_path):
    package = apt.repack(deb, {"Package": "bye", "Version": "5:2.0-1~x", "Description": "other"})
    assert package.file == "bye_2.0-1~x_all.deb"
    said = dpkg_deb(package, tmp_path, "--info")
    assert "Package: bye" in said
    assert "Version: 5:2.0-1~x" in said
    assert "postinst" in said
    assert "./etc/hello" in dpkg_deb(package, tmp_path, "--contents")


def test_a_package_can_lose_its_files_and_scripts(deb, tmp_path):
    package = apt.without_files(apt.repack(deb, {}))
    assert "postinst" not in dpkg_deb(package, tmp_path, "--info")
    assert dpkg_deb(package, tmp_path, "--contents") == ""


def test_an_empty_field_is_left_out():
    assert apt.render({**apt.parse("Package: x\nBreaks: y\n"), "Breaks": ""}) == "Package: x\n"


@pytest.mark.parametrize(
    ("debian", "vendor"),
    [
        ("26.1.5+dfsg1-9+deb13u1", "5:26.1.5-1~debian.13~trixie"),
        ("1:2.0~rc1-1", "5:2.0-1~debian.13~trixie"),
    ],
)
def test_versions_are_numbered_as_the_vendor_does(debian, vendor):
    assert apt.vendor_version(debian, "trixie") == vendor


def test_a_version_without_a_number_is_told():
    with pytest.raises(LabError, match="does not begin with a number"):
        apt.vendor_version("x1", "trixie")
