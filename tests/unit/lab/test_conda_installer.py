# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The installer's header: its exit codes, and what it leaves behind when it fails."""

from __future__ import annotations

import platform
import subprocess
import zlib

import pytest

from lab.conda import installer


@pytest.fixture
def script(tmp_path):
    """Give an installer of a base that holds nothing but a program that answers."""
    base = tmp_path / "base"
    (base / "bin").mkdir(parents=True)
    (base / "bin/conda").write_text(f"#!/bin/sh\n# {base}\n")
    (base / "bin/conda").chmod(0o755)
    noise = zlib.compress(bytes(range(256)) * 4096)
    (base / "library").write_bytes(b"\0" + noise * 20)
    file = tmp_path / "Anaconda3-2025.12-2-Linux.sh"
    packed = installer.pack(base, tmp_path / "channel", ("1", "2"))
    installer.write(file, packed, installer.Names("Anaconda3", "2025.12-2", "linux-64", platform.machine()))
    return file


@pytest.fixture
def install(tmp_path):
    home = tmp_path / "home"
    home.mkdir()

    def install(script, *options):
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(home)}
        command = ["sh", str(script), *map(str, options)]
        return subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, env=environment, capture_output=True, text=True
        )

    return install


def test_it_installs_under_its_prefix_and_says_whose_it_is(tmp_path, script, install):
    prefix = tmp_path / "prefix"
    done = install(script, "-b", "-p", prefix)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "installation finished.")
    assert f"# {prefix}\n" in (prefix / "bin/conda").read_text()
    assert (prefix / ".condarc").read_text() == "channels:\n  - defaults\n"
    assert not (prefix / "install_tmp").exists()
    assert "NOT ANACONDA'S" in script.read_bytes().splitlines()[1].decode()


def test_a_truncated_file_fails_and_the_whole_one_repairs(tmp_path, script, install):
    prefix, cut = tmp_path / "prefix", tmp_path / "cut.sh"
    cut.write_bytes(script.read_bytes()[:-500])
    done = install(cut, "-b", "-p", prefix)
    assert done.returncode == 1
    assert "md5sum mismatch" in done.stderr
    assert (prefix / "install_tmp").exists()
    assert install(script, "-b", "-p", prefix).returncode == 1
    assert install(script, "-b", "-u", "-p", prefix).returncode == 0
    assert not (prefix / "install_tmp").exists()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["-z"], 1, "did not recognize option"),
        (["-b", "-p"], 1, "did not recognize option"),
        (["-b", "-p", "{tmp}/a b"], 1, "Cannot install into directories with spaces"),
        (["-b", "-p", "{tmp}"], 1, "File or directory already exists"),
        ([], 1, "review the license"),
    ],
)
def test_it_refuses_as_the_vendors_does(tmp_path, script, install, options, code, said):
    done = install(script, *(option.format(tmp=tmp_path) for option in options))
    assert done.returncode == code
    assert said in done.stdout + done.stderr


def test_its_name_must_end_in_sh(tmp_path, script, install):
    done = install(script.rename(tmp_path / "installer"), "-b", "-p", tmp_path / "prefix")
    assert done.returncode == 1
    assert "Please run using" in done.stderr
