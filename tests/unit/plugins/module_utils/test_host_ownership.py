# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In whose hands a path is, and what root does with the rights of that user."""

from __future__ import annotations

import os
import pwd
import subprocess

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._host import ownership

NOBODY = pwd.getpwnam("nobody").pw_uid
DAEMON = pwd.getpwnam("daemon").pw_uid

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has others' rights to take on")


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A prefix of root's in a folder of root's: tmp_path itself stands in for the root folder, since /tmp is everybody's."""
    tmp_path.chmod(0o755)
    parts = ownership._parts

    def below(path):
        return ((part, found) for part, found in parts(path) if part.startswith(str(tmp_path)))

    monkeypatch.setattr(ownership, "_parts", below)
    prefix = tmp_path / "opt/conda"
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin/python3.13").touch(0o755)
    (prefix / "bin/python").symlink_to("python3.13")
    (prefix / "bin/conda").touch(0o755)
    (prefix / "lib/python3.13/site-packages").mkdir(parents=True)
    for path in tmp_path.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755)
    return prefix


def test_what_only_root_can_change_is_roots(tree):
    assert ownership.prefix_owner(str(tree)) == 0


@pytest.mark.parametrize(
    "part", ["..", ".", "bin", "bin/python3.13", "bin/python", "bin/conda", "lib", "lib/python3.13/site-packages"]
)
def test_any_part_that_is_a_users_makes_it_theirs(tree, part):
    os.chown(tree / part, NOBODY, 0, follow_symlinks=False)
    assert ownership.prefix_owner(str(tree)) == NOBODY


def test_a_line_that_python_runs_at_its_start_counts(tree):
    (tree / "lib/python3.13/site-packages/x.pth").touch()
    os.chown(tree / "lib/python3.13/site-packages/x.pth", NOBODY, 0)
    assert ownership.prefix_owner(str(tree)) == NOBODY


def test_a_program_of_roots_behind_a_users_link_is_the_users(tree):
    os.chown(tree / "bin", NOBODY, 0)
    (tree / "bin/python").unlink()
    (tree / "bin/python").symlink_to("/usr/bin/env")
    assert ownership.owner_of(str(tree / "bin/python")) == NOBODY


def test_the_parts_of_a_links_target_count(tree):
    (tree.parent / "real").mkdir(mode=0o755)
    os.chown(tree.parent / "real", NOBODY, 0)
    (tree.parent / "link").symlink_to("real")
    assert ownership.owner_of(str(tree.parent / "link")) == NOBODY
    assert ownership.owner_of(str(tree.parent / "link" / "../conda")) == NOBODY


def test_what_is_not_there_is_in_the_hands_of_who_can_create_it(tree):
    os.chown(tree, NOBODY, 0)
    assert ownership.owner_of(str(tree / "envs/jupyter")) == NOBODY


@pytest.mark.parametrize("mode", [0o777, 0o757])
def test_what_everybody_can_write_is_nobodys(tree, mode):
    (tree / "bin").chmod(mode)
    with pytest.raises(ownership.SharedError, match=r"everybody can change .*/bin"):
        ownership.prefix_owner(str(tree))


def test_a_sticky_folder_is_everybodys_only_for_what_is_not_there(tree):
    tree.chmod(0o1777)
    assert ownership.prefix_owner(str(tree)) == 0
    with pytest.raises(ownership.SharedError, match=r"everybody can create .*/envs"):
        ownership.owner_of(str(tree / "envs"))


def test_a_group_counts_as_its_members(tree, monkeypatch):
    (tree / "bin").chmod(0o775)
    os.chown(tree / "bin", 0, pwd.getpwuid(DAEMON).pw_gid)
    assert ownership.prefix_owner(str(tree)) == DAEMON
    monkeypatch.setattr(pwd, "getpwall", list)
    assert ownership.prefix_owner(str(tree)) == 0
    os.chown(tree / "bin", 0, 54321)
    with pytest.raises(ownership.SharedError, match="54321"):
        ownership.prefix_owner(str(tree))


def test_two_users_are_one_too_many(tree):
    os.chown(tree, NOBODY, 0)
    os.chown(tree / "bin", DAEMON, 0)
    with pytest.raises(ownership.SharedError, match=r"conda is in the hands of nobody, and .*/bin of daemon"):
        ownership.prefix_owner(str(tree))


def test_a_link_to_itself_is_an_error(tree):
    (tree / "loop").symlink_to("loop")
    with pytest.raises(OSError, match="loop"):
        ownership.owner_of(str(tree / "loop"))


def test_acting_as_a_user_has_that_users_rights(tree):
    (tree / "secret").touch(0o600)
    with ownership.acting_as(NOBODY):
        assert (os.geteuid(), os.getegid()) == (NOBODY, pwd.getpwuid(NOBODY).pw_gid)
        assert 0 not in os.getgroups()
        with pytest.raises(PermissionError):
            (tree / "secret").read_text()
    assert (os.geteuid(), os.getegid()) == (0, 0)


def test_a_program_runs_as_the_user():
    told = subprocess.run(ownership.as_user(["id", "-un"], NOBODY), check=True, capture_output=True, text=True).stdout
    assert told == "nobody\n"
    assert ownership.as_user(["id"], 0) == ["id"]
