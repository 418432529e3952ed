"""Users, groups and homes, as preflight sees them."""

from __future__ import annotations

import grp
import os
import pwd

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._host import accounts as host_accounts
from ansible_collections.mlops.workbench.plugins.module_utils._preflight import accounts


def test_all_unknown_users_are_named_at_once():
    problems = []
    found = accounts.find_users({"x_users": ["root", "nobody-1", "nobody-2"]}, problems)
    assert found["root"].home == "/root"
    assert [entry.problem for entry in problems] == ["no such user on this host: nobody-1, nobody-2"]


def test_a_group_stands_for_all_its_members(monkeypatch):
    entries = [pwd.struct_passwd((name, "x", 1, gid, "", "/", "/")) for name, gid in (("ann", 7), ("bob", 8))]
    monkeypatch.setattr(pwd, "getpwall", lambda: entries)
    monkeypatch.setattr(grp, "getgrnam", {"team": grp.struct_group(("team", "x", 7, ["cid"]))}.__getitem__)
    problems = []
    asked = {"x_users": ["cid", "@team", "@none", "@nil", "dan"]}
    assert accounts.expand_groups(asked, problems) == {"x_users": ["cid", "ann", "dan"]}
    assert [entry.problem for entry in problems] == ["no such group on this host: none, nil"]


def account(monkeypatch, home, uid):
    entry = pwd.struct_passwd(("ann", "x", uid, uid, "", str(home), "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwnam", lambda name: {"ann": entry}[name])


@pytest.mark.parametrize(
    ("folder", "uid", "says"),
    [("home", os.getuid(), ""), ("none", os.getuid(), "is not there"), ("home", os.getuid() + 1, "is not theirs")],
)
@pytest.mark.parametrize("name", ["ann", "%u"])
def test_a_user_needs_a_home(tmp_path, monkeypatch, name, folder, uid, says):
    (tmp_path / "home").mkdir()
    account(monkeypatch, tmp_path / folder, uid)
    problems = list(accounts.check_homes({"x_user": name}, "ann"))
    assert [says in entry.problem and "mkhomedir_helper ann" in entry.remedy for entry in problems] == (
        [True] if says else []
    )


def test_the_home_of_an_unknown_user_is_no_second_problem(monkeypatch, tmp_path):
    account(monkeypatch, tmp_path, 1)
    problems = list(accounts.check_homes({"x_user": "nobody-1"}, "ann"))
    assert problems == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_place_is_in_the_hands_of_one_user_who_may_have_it(tmp_path):
    def look(**need):
        problems = []
        return accounts.find_owners({"x_prefix": {"paths": [str(tmp_path)], **need}}, problems), problems

    assert look(users=["daemon"]) == ({"x_prefix": "root"}, [])
    os.chown(tmp_path, pwd.getpwnam("nobody").pw_uid, -1)
    assert look() == look(users=["nobody"]) == ({"x_prefix": "nobody"}, [])
    (refused,) = look(users=["daemon"], remedy="set x_owner")[1]
    assert "in the hands of nobody" in refused.problem
    assert refused.remedy == "set x_owner"
    tmp_path.chmod(0o777)
    (refused,) = look()[1]
    assert "everybody can change %s" % tmp_path in refused.problem
    assert "chmod go-w" in refused.remedy


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_folder_is_its_users_or_can_become_it(tmp_path):
    nobody = pwd.getpwnam("nobody").pw_uid

    def refused(path, user="nobody"):
        problems = list(
            accounts.check_user_folders(
                {"x_dir": {"path": str(path if path.startswith("~") else tmp_path / path), "user": user}},
                "nobody",
            )
        )
        assert all(entry.variable == "x_dir" for entry in problems)
        return bool(problems)

    for folder in ("home", "home/notebooks", "roots", "roots/local"):
        (tmp_path / folder).mkdir()
    for folder in ("home", "home/notebooks"):
        os.chown(tmp_path / folder, nobody, -1)
    (tmp_path / "home/work").symlink_to(tmp_path / "roots")
    os.chown(tmp_path / "home/work", nobody, -1, follow_symlinks=False)
    assert not refused("home/notebooks")
    assert not refused("home/new", "%u")
    assert not refused("roots/new")
    assert not refused("roots/local", "daemon")
    assert refused("home/new", "daemon")
    assert refused("home/work/local")
    assert refused("home/work/new/one")
    assert not refused("~no-such-user/notebooks", "no-such-user"), "that is told of the user"
    problems = list(accounts.check_user_folders({"x_dir": {"path": "notebooks/new", "user": "nobody"}}, "nobody"))
    assert problems == [], "that is told of the variable, and it has an end"
    (tmp_path / "home").chmod(0o777)
    assert refused("home/new")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_folder_may_be_a_link_to_another_disk_that_is_its_users_and_is_there(tmp_path):
    nobody = pwd.getpwnam("nobody").pw_uid

    def told(target, below="", user=(("user", "nobody"),)):
        link = tmp_path / "home/notebooks"
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        os.chown(link, nobody, -1, follow_symlinks=False)
        asked = {"x_dir": {"path": str(link / below), **dict(user)}}
        problems = list(accounts.check_user_folders(asked, "nobody"))
        return [(entry.variable, entry.problem, entry.remedy) for entry in problems]

    for folder in ("home", "disk", "disk/theirs", "disk/roots"):
        (tmp_path / folder).mkdir()
    for folder in ("home", "disk/theirs"):
        os.chown(tmp_path / folder, nobody, -1)
    assert told(tmp_path / "disk/theirs") == told(tmp_path / "disk/theirs", "new") == []
    ((variable, problem, _remedy),) = told(tmp_path / "disk/roots")
    assert variable == "x_dir"
    assert "is in the hands of nobody and root" in problem
    assert told(tmp_path / "disk/roots", user=()) == []
    for below in ("", "new/one"):
        ((variable, problem, remedy),) = told(tmp_path / "disk/theirs/gone", below)
        assert variable == "x_dir"
        assert "notebooks is a link to %s/disk/theirs/gone, which is not there" % tmp_path in problem
        assert "mount the disk" in remedy
        assert "set x_dir" in remedy
    assert told(tmp_path / "disk/theirs/gone", "new", user=()) == told(tmp_path / "disk/theirs/gone", "new")
    assert "is a link to %s/home/notebooks, which" % tmp_path in told(tmp_path / "home/notebooks")[0][1]


@pytest.mark.parametrize(
    ("target", "fits"), [("disk/theirs", True), ("a\nExecStartPre=+/bin/b", False), ("a b", False)]
)
def test_a_folder_is_told_as_what_its_links_lead_to_unless_a_unit_cannot_name_that(tmp_path, target, fits):
    (tmp_path / "notebooks").symlink_to(tmp_path / target)
    need, problems = {"path": "%s/notebooks/new" % tmp_path}, []
    found = accounts.resolve_user_folders({"x_dir": {**need, "user": "nobody"}}, problems, "nobody")
    assert found == {need["path"]: "%s/%s/new" % (tmp_path, target)}
    assert [problem.variable for problem in problems] == ([] if fits else ["x_dir"])
    problems.clear()
    accounts.resolve_user_folders({"x_dir": need}, problems, "nobody")
    assert problems == [], "it stands in no unit"


@pytest.fixture(name="directory")
def fixture_directory(monkeypatch, tmp_path):
    """A group `docker` that is in no file of this host."""
    known = {"docker": grp.struct_group(("docker", "x", 7, ["ann"])), "team": grp.struct_group(("team", "x", 8, []))}
    monkeypatch.setattr(grp, "getgrnam", known.__getitem__)
    monkeypatch.setattr(host_accounts, "is_local", lambda name: name == "team")
    monkeypatch.setattr(accounts, "group_sources", lambda: "sss")


@pytest.mark.parametrize(
    ("users", "group", "exclusive", "remedy"),
    [
        (["ann"], "docker", False, ""),
        (["ann"], "docker", True, ""),
        (["ann", "bob"], "docker", False, "let bob into"),
        ([], "docker", False, "let ubuntu into"),
        (["bob"], "team", True, ""),
        (["bob"], "none", False, ""),
    ],
)
def test_a_group_of_a_directory_is_a_problem_where_its_members_would_have_to_be_others(
    directory, users, group, exclusive, remedy
):
    asked = {"x_users": {"group": group, "exclusive": exclusive}}
    problems = list(accounts.check_memberships(asked, {"x_users": users}, "ubuntu"))
    assert [remedy in entry.remedy and "(sss in" in entry.problem for entry in problems] == [True] * bool(remedy)


def test_nobody_may_be_left_in_a_directorys_group_who_is_not_wanted(directory):
    problems = list(
        accounts.check_memberships({"x_users": {"group": "docker", "exclusive": True}}, {"x_users": []}, "ann")
    )
    assert problems == []
    grp.getgrnam("docker").gr_mem.append("bob")
    problems = list(
        accounts.check_memberships({"x_users": {"group": "docker", "exclusive": True}}, {"x_users": []}, "ann")
    )
    assert len(problems) == 1
