# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and folders in users' places: what is done there is done with their rights."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from ansible_collections.mlops.workbench.plugins.modules import owned_path

MODULE = owned_path.__name__
COLLECTIONS = Path(owned_path.__file__).parents[5]
NOBODY = pwd.getpwnam("nobody").pw_uid

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as others")


@pytest.fixture
def place():
    """A folder of root's, and in it a home of nobody's, that both can reach."""
    folder = Path(tempfile.mkdtemp(dir="/var/tmp"))
    folder.chmod(0o755)
    (folder / "home").mkdir(mode=0o755)
    os.chown(folder / "home", NOBODY, 0)
    (folder / "roots").mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)


def run(path, **options):
    """Run the module as Ansible does on the host, and return its result."""
    check = options.pop("check", False)
    asked = {"ANSIBLE_MODULE_ARGS": {"path": str(path), "_ansible_check_mode": check, **options}}
    ran = subprocess.run(
        [sys.executable, "-m", MODULE],
        input=json.dumps(asked),
        cwd=COLLECTIONS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout, ran.stderr
    return json.loads(ran.stdout)


def test_a_folder_in_a_home_is_its_users(place):
    wanted = place / "home/a/b"
    assert run(wanted, state="directory", owner="nobody", check=True)["changed"]
    assert not wanted.exists()
    assert run(wanted, state="directory", owner="nobody")["acted_as"] == "nobody"
    assert (wanted.stat().st_uid, wanted.parent.stat().st_uid) == (NOBODY, NOBODY)
    assert not run(wanted, state="directory", owner="nobody")["changed"]


def test_a_folder_elsewhere_is_handed_over(place):
    assert run(place / "roots/a", state="directory", owner="nobody")["acted_as"] == "root"
    assert (place / "roots/a").stat().st_uid == NOBODY
    assert not run(place / "roots/a", state="directory", owner="nobody")["changed"]


def test_a_link_gives_its_user_nothing_of_others(place):
    (place / "roots/local").mkdir(mode=0o755)
    (place / "home/work").symlink_to(place / "roots")
    os.chown(place / "home/work", NOBODY, 0, follow_symlinks=False)
    for path in ("home/work/local", "home/work/new"):
        assert run(place / path, state="directory", owner="nobody")["failed"]
    assert run(place / "home/work/local", state="absent")["failed"]
    assert run(place / "home/work/x", content="x")["failed"]
    assert [entry.name for entry in (place / "roots").iterdir()] == ["local"]
    assert (place / "roots/local").stat().st_uid == 0


def test_a_file_is_written_once_and_a_link_in_its_place_is_replaced(place):
    (place / "roots/x").write_text("mine")
    (place / "home/x").symlink_to(place / "roots/x")
    told = run(place / "home/x", content="theirs")
    assert told["changed"]
    assert told["diff"] == {"before": "", "after": "theirs"}
    assert not run(place / "home/x", content="theirs")["changed"]
    assert ((place / "home/x").read_text(), (place / "roots/x").read_text()) == ("theirs", "mine")
    assert (place / "home/x").stat().st_uid == NOBODY
    assert [entry.name for entry in (place / "home").iterdir()] == ["x"]


def test_a_pipe_in_its_place_makes_nobody_wait(place):
    os.mkfifo(place / "home/x")
    assert "no file" in run(place / "home/x", content="x")["msg"]


def test_a_place_of_another_user_or_of_everybody_is_refused(place):
    assert "in the hands of nobody and not of daemon" in run(place / "home/x", owner="daemon")["msg"]
    (place / "home").chmod(0o777)
    assert "everybody can change" in run(place / "home/x")["msg"]
    assert "no such user" in run(place / "roots/x", owner="no-such-user")["msg"]


def test_a_folder_goes_with_all_that_is_in_it_and_no_link_is_followed(place):
    (place / "home/a/b").mkdir(parents=True)
    for folder in ("home/a", "home/a/b"):
        os.chown(place / folder, NOBODY, 0)
    (place / "home/a/link").symlink_to(place / "roots")
    assert run(place / "home/a", state="absent", check=True)["changed"]
    assert run(place / "home/a", state="absent")["acted_as"] == "nobody"
    assert not run(place / "home/a", state="absent")["changed"]
    assert (place / "roots").is_dir()
    (place / "home/link").symlink_to(place / "roots")
    assert run(place / "home/link", state="absent")["changed"]
    assert (place / "roots").is_dir()
