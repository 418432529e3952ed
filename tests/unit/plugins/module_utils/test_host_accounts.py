"""Users, groups and homes, as preflight sees them."""

from __future__ import annotations

from ansible_collections.mlops.workbench.plugins.module_utils._host import accounts


def test_the_login_user_is_the_one_behind_sudo(monkeypatch):
    monkeypatch.setenv("SUDO_USER", "ann")
    assert accounts.login_user() == "ann"


def test_where_groups_come_from_beside_the_hosts_own_file(tmp_path):
    (tmp_path / "conf").write_text("passwd: files ldap\ngroup:          files systemd sss ldap\n")
    assert accounts.group_sources(str(tmp_path / "conf")) == "sss ldap"
    assert accounts.group_sources(str(tmp_path / "none")) == ""


def test_a_group_of_this_host_is_in_its_file(tmp_path):
    (tmp_path / "group").write_text("dockers:x:1:\nteam:x:2:ann\n")
    assert accounts.is_local("team", str(tmp_path / "group"))
    assert not accounts.is_local("docker", str(tmp_path / "group"))
