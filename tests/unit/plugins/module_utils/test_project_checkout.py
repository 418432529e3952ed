# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A checkout follows its repository, and its user loses nothing by that: with the real git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._project.checkout import (
    Checkout,
    CheckoutError,
    absent,
    present,
)


def run_command(words, environ_update):
    ran = subprocess.run(
        words,
        env={**os.environ, **environ_update},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout, ran.stderr


def git(folder, *words):
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
    return subprocess.run(
        ["git", "-C", str(folder), *who, *words], capture_output=True, text=True, check=True
    ).stdout.strip()


def commit(folder, name, text):
    (folder / name).write_text(text)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", f"{name}: {text}")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(autouse=True)
def plain_git(monkeypatch):
    """Whoever runs the tests may have settings of his own."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)


@pytest.fixture
def origin(tmp_path):
    folder = tmp_path / "origin"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "trunk")
    commit(folder, "train.py", "one")
    git(folder, "tag", "--annotate", "--message", "first", "v1")
    commit(folder, "train.py", "two")
    git(folder, "branch", "course")
    return folder


@pytest.fixture
def checkout(origin, tmp_path):
    return Checkout(run_command, str(tmp_path / "home" / "taxi"), str(origin))


def text(checkout, name="train.py"):
    return Path(checkout.path, name).read_text()


def write(checkout, name, content):
    path = Path(checkout.path, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def neighbours(checkout):
    """What lies in the folder of the checkout, by name."""
    parent = Path(checkout.path).parent
    return sorted(entry.name for entry in parent.iterdir()) if parent.exists() else []


@pytest.mark.parametrize(
    ("version", "expected", "branch"), [("", "two", "trunk"), ("course", "two", "course"), ("v1", "one", "")]
)
def test_a_branch_a_tag_or_the_repositorys_own_branch(checkout, version, expected, branch):
    assert present(checkout, version, check_mode=True)
    assert neighbours(checkout) == []
    assert present(checkout, version, check_mode=False)
    assert (text(checkout), checkout.branch()) == (expected, branch)
    assert not present(checkout, version, check_mode=False)
    assert neighbours(checkout) == ["taxi"]


@pytest.mark.parametrize("digits", [7, 40])
def test_a_commit(checkout, origin, digits):
    version = git(origin, "rev-parse", "v1^{commit}")[:digits]
    assert present(checkout, version, check_mode=False)
    assert text(checkout) == "one"
    origin.rename(origin.with_name("away"))  # nobody need be asked what a commit is
    assert not present(checkout, version, check_mode=False)


def test_a_branch_that_moved_on(checkout, origin):
    present(checkout, "", check_mode=False)
    commit(origin, "train.py", "three")
    assert present(checkout, "", check_mode=True)
    assert text(checkout) == "two"
    assert present(checkout, "", check_mode=False)
    assert text(checkout) == "three"
    assert not present(checkout, "", check_mode=False)


def test_from_branch_to_tag_to_other_branch(checkout):
    for version, expected in (("trunk", "two"), ("v1", "one"), ("course", "two"), ("trunk", "two")):
        assert present(checkout, version, check_mode=False)
        assert text(checkout) == expected


def test_what_the_user_wrote_stays_while_nothing_new_comes(checkout):
    present(checkout, "", check_mode=False)
    write(checkout, "train.py", "mine")
    assert not present(checkout, "", check_mode=False)
    assert text(checkout) == "mine"


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_changed_file_stops_an_update(checkout, origin, check_mode):
    present(checkout, "", check_mode=False)
    write(checkout, "train.py", "mine")
    commit(origin, "other.py", "three")
    with pytest.raises(CheckoutError, match=r"not committed: train\.py\..*git -C \S+ stash"):
        present(checkout, "", check_mode)
    assert text(checkout) == "mine"


def test_a_new_file_in_the_way_stops_an_update(checkout, origin):
    present(checkout, "", check_mode=False)
    write(checkout, "other.py", "mine")
    commit(origin, "other.py", "three")
    with pytest.raises(CheckoutError, match=r"other\.py"):
        present(checkout, "", check_mode=False)
    assert text(checkout, "other.py") == "mine"


def test_commits_of_the_users_own_stay(checkout, origin):
    present(checkout, "", check_mode=False)
    commit_of(checkout, "mine.py", "mine")
    assert not present(checkout, "", check_mode=False)
    commit(origin, "other.py", "three")
    with pytest.raises(CheckoutError, match=r"which has moved on: [0-9a-f]+ mine"):
        present(checkout, "", check_mode=False)
    assert text(checkout, "mine.py") == "mine"


def test_commits_on_no_branch_stay(checkout):
    present(checkout, "v1", check_mode=False)
    mine = commit_of(checkout, "mine.py", "mine")
    with pytest.raises(CheckoutError, match="on no branch"):
        present(checkout, "trunk", check_mode=False)
    assert git(checkout.path, "rev-parse", "HEAD") == mine


def commit_of(checkout, name, content):
    write(checkout, name, content)
    git(checkout.path, "add", ".")
    git(checkout.path, "commit", "--quiet", "--message", "mine")
    return git(checkout.path, "rev-parse", "HEAD")


@pytest.mark.parametrize("version", ["no-such-branch", "0123456789abcdef0123456789abcdef01234567"])
def test_a_version_that_is_not_there_leaves_nothing(checkout, version):
    with pytest.raises(CheckoutError, match=version):
        present(checkout, version, check_mode=False)
    assert neighbours(checkout) == []
    assert neighbours(checkout) == []


def test_a_repository_that_is_not_there(tmp_path):
    with pytest.raises(CheckoutError, match="git says"):
        present(Checkout(run_command, str(tmp_path / "taxi"), str(tmp_path / "nowhere")), "", check_mode=False)


def test_a_clone_that_was_cut_off_is_made_anew(checkout):
    Path(checkout.path).with_name(".taxi.mlops-workbench-new").mkdir(parents=True)
    assert present(checkout, "", check_mode=False)
    assert neighbours(checkout) == ["taxi"]


def test_something_else_in_its_place(checkout, tmp_path):
    write(checkout, "thesis.txt", "mine")
    with pytest.raises(CheckoutError, match="is no git checkout"):
        present(checkout, "", check_mode=False)
    other = Checkout(run_command, str(tmp_path / "origin"), "https://example.com/other.git")
    git(tmp_path / "origin", "remote", "add", "origin", "https://example.com/one.git")
    with pytest.raises(CheckoutError, match="another repository"):
        present(other, "", check_mode=False)


def test_removal(checkout):
    assert not absent(checkout, [], check_mode=False)
    present(checkout, "v1", check_mode=False)
    write(checkout, "__pycache__/train.pyc", "made by Python")
    assert absent(checkout, [], check_mode=True)
    assert text(checkout) == "one"
    assert absent(checkout, [], check_mode=False)
    assert neighbours(checkout) == []


def test_removal_does_not_take_work_with_it(checkout):
    present(checkout, "", check_mode=False)
    write(checkout, "train.py", "mine")
    git(checkout.path, "stash")
    write(checkout, ".gitignore", "*.pickle")
    git(checkout.path, "add", ".")
    git(checkout.path, "commit", "--quiet", "--message", "never pushed")
    write(checkout, "models/new.pickle", "trained")
    write(checkout, "notes.txt", "mine")
    with pytest.raises(CheckoutError) as refused:
        absent(checkout, [], check_mode=False)
    for mine in ("models/new.pickle", "notes.txt", "never pushed", "stash@{0}"):
        assert mine in str(refused.value)
    assert text(checkout, "models/new.pickle") == "trained"


def test_removal_takes_what_the_role_itself_brought(checkout):
    present(checkout, "", check_mode=False)
    write(checkout, "data/zones.csv", "downloaded")
    assert absent(checkout, [f"{checkout.path}/data/zones.csv"], check_mode=False)
