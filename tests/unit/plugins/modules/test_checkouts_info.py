# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All checkouts below a folder are projects."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.workbench.plugins.filter.maturity_projects import FilterModule
from ansible_collections.mlops.workbench.plugins.modules import checkouts_info

expanded = FilterModule().filters()["maturity_projects"]


@pytest.fixture
def top(tmp_path):
    for folder in ("churn/.git", "team/taxi/.git", "team/taxi/lib/.git", "notes", ".cache/x/.git", "a/b/c/d/e/.git"):
        (tmp_path / "projects" / folder).mkdir(parents=True)
    (tmp_path / "elsewhere/.git").mkdir(parents=True)
    (tmp_path / "projects/link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "projects/worktree").mkdir()
    (tmp_path / "projects/worktree/.git").write_text("gitdir: /srv/x")
    return str(tmp_path / "projects")


def test_checkouts_are_found_once_and_no_link_is_followed(top):
    assert checkouts_info.checkouts(top) == [f"{top}/{name}" for name in ("churn", "team/taxi", "worktree")]


def test_the_folder_itself_may_be_a_link(top, tmp_path):
    (tmp_path / "disk").symlink_to(top)
    assert f"{tmp_path}/disk/churn" in checkouts_info.checkouts(f"{tmp_path}/disk")


def test_a_folder_without_end_is_refused(top, monkeypatch):
    monkeypatch.setattr(checkouts_info, "MOST_FOLDERS", 3)
    with pytest.raises(checkouts_info.TooManyError):
        checkouts_info.checkouts(top)


def test_a_folder_stands_for_its_checkouts(top):
    found = {top: checkouts_info.checkouts(top)}
    projects = expanded([{"below": top, "target_level": 2}, {"path": f"{top}/churn", "name": "Churn"}], found)
    assert projects == [
        {"target_level": 2, "path": f"{top}/team/taxi", "name": "team/taxi"},
        {"target_level": 2, "path": f"{top}/worktree", "name": "worktree"},
        {"path": f"{top}/churn", "name": "Churn"},
    ]
