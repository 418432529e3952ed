# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a wheel's metadata becomes in a conda package."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile

import pytest
import zstandard
from packaging.specifiers import SpecifierSet

from lab.conda import wheels


def make_wheel(folder, name, *metadata, tag="py3-none-any", files=()):
    dist_info = f"{name.replace('-', '_')}-1.0.dist-info"
    path = folder / f"{name.replace('-', '_')}-1.0-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *metadata]
        archive.writestr(f"{dist_info}/METADATA", "\n".join(lines) + "\n")
        archive.writestr(f"{dist_info}/RECORD", "")
        for file, content in files:
            archive.writestr(file.replace("DIST_INFO", dist_info), content)
    return wheels.Wheel.read(path)


def closure_of(*members):
    return {wheel.key: wheel for wheel in members}


@pytest.fixture
def unpack(tmp_path):
    def unpack(package, part):
        file = tmp_path / "channel" / package.subdir / f"{package.stem}.conda"
        with zipfile.ZipFile(file) as archive:
            data = zstandard.ZstdDecompressor().stream_reader(archive.read(f"{part}-{package.stem}.tar.zst")).read()
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            return {info.name: archive.extractfile(info).read().decode() for info in archive if info.isfile()}

    return unpack


@pytest.mark.parametrize(
    ("specifier", "spec"),
    [("", "x"), ("==1.4.*", "x 1.4.*"), ("===1.4", "x ==1.4"), (">=1,<2", "x <2,>=1"), ("~=1.4", "x ~=1.4")],
)
def test_versions_are_said_in_condas_words(specifier, spec):
    assert wheels.conda_spec("x", SpecifierSet(specifier)) == spec


def test_dependencies_obey_markers_and_spell_names_as_the_channel_does(tmp_path):
    wheel = make_wheel(
        tmp_path,
        "app",
        "Requires-Dist: Typing.Extensions>=4",
        'Requires-Dist: old; python_version < "3.12"',
        'Requires-Dist: windows-only; sys_platform == "win32"',
        'Requires-Dist: tests-only; extra == "test"',
    )
    closure = closure_of(wheel, make_wheel(tmp_path, "typing_extensions"), make_wheel(tmp_path, "old"))
    assert wheels.dependencies(wheel, closure, {"python_version": "3.11"}) == ("old", "typing_extensions >=4")
    assert wheels.dependencies(wheel, closure, {"python_version": "3.13"}) == ("typing_extensions >=4",)


def test_what_an_extra_of_a_dependency_needs_becomes_a_dependency(tmp_path):
    wheel = make_wheel(tmp_path, "app", "Requires-Dist: bleach[css]>=6")
    bleach = make_wheel(tmp_path, "bleach", "Requires-Dist: webencodings", 'Requires-Dist: tinycss2<2; extra == "css"')
    closure = closure_of(wheel, bleach, make_wheel(tmp_path, "tinycss2"), make_wheel(tmp_path, "webencodings"))
    assert wheels.dependencies(wheel, closure, {}) == ("bleach >=6", "tinycss2 <2")


def test_a_dependency_without_a_pin_is_named(tmp_path):
    wheel = make_wheel(tmp_path, "app", "Requires-Dist: forgotten>=2")
    with pytest.raises(wheels.ClosureError, match=r"app-1\.0-.*'forgotten>=2'.*packages\.txt"):
        wheels.dependencies(wheel, closure_of(wheel), {})


def test_a_pure_wheel_becomes_noarch_with_its_data_and_commands(tmp_path, unpack):
    files = [
        ("app/__init__.py", "x = 1\n"),
        ("app-1.0.data/data/share/app/logo.txt", "logo\n"),
        ("app-1.0.data/scripts/app-tool", "#!python\n"),
        ("DIST_INFO/entry_points.txt", "[console_scripts]\nApp = app:main\n"),
    ]
    wheel = make_wheel(tmp_path, "app", "Requires-Python: >=3.9", files=files)
    package = wheels.repackage(wheel, closure_of(wheel), tmp_path / "channel", "linux-64")
    content, info = unpack(package, "pkg"), unpack(package, "info")
    assert package.index()["noarch"] == "python"
    assert package.depends == ("python >=3.9",)
    assert {"site-packages/app/__init__.py", "share/app/logo.txt", "python-scripts/app-tool"} < content.keys()
    assert json.loads(info["info/link.json"])["noarch"]["entry_points"] == ["App = app:main"]
    record = content["site-packages/app-1.0.dist-info/RECORD"]
    assert {"app/__init__.py,,", "../../../share/app/logo.txt,,", "../../../bin/app-tool,,"} < set(record.splitlines())
    assert content["site-packages/app-1.0.dist-info/INSTALLER"] == "conda\n"


def test_a_compiled_wheel_is_bound_to_platform_and_python_and_brings_its_commands_as_files(tmp_path, unpack):
    files = [("fast.so", "ELF"), ("DIST_INFO/entry_points.txt", "[console_scripts]\nfast = fast:main\n")]
    wheel = make_wheel(tmp_path, "fast", tag="cp311-cp311-manylinux_2_28_x86_64", files=files)
    package = wheels.repackage(wheel, closure_of(wheel), tmp_path / "channel", "linux-64")
    content, info = unpack(package, "pkg"), unpack(package, "info")
    assert package.subdir == "linux-64"
    assert package.depends[0].startswith("python >=3.")
    assert content["bin/fast"].startswith("#!@PREFIX@/bin/python\n")
    entries = {entry["_path"]: entry for entry in json.loads(info["info/paths.json"])["paths"]}
    assert entries["bin/fast"]["prefix_placeholder"] == "@PREFIX@"
