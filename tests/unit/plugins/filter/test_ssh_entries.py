"""What an inventory says about its machines, as entries of an SSH configuration."""

from __future__ import annotations

import subprocess

import pytest
from ansible_collections.mlops.workbench.plugins.filter.ssh_entries import ssh_entries

INJECTED = "x\n  ProxyCommand touch /tmp/owned"


def entry(**known):
    found = ssh_entries(["one"], {"one": known}, 8888)
    assert found["problems"] == []
    return found["entries"][0]["settings"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ansible_host", INJECTED),
        ("ansible_host", "192.0.2.1\n"),
        ("ansible_user", INJECTED),
        ("ansible_user", "ann\n"),
        ("ansible_user", "-oProxyCommand=x"),
        ("ansible_port", "22\n  ProxyCommand x"),
        ("ansible_port", 70000),
        ("ansible_ssh_private_key_file", 'key"\n  ProxyCommand x "'),
        ("ansible_ssh_private_key_file", 'key" "other'),
        ("ansible_private_key_file", INJECTED),
        ("ssh_config_host_key_alias", INJECTED),
        ("ssh_config_local_port", "8888 x\n  ProxyCommand x"),
        ("jupyter_port", "8888\n  ProxyCommand x"),
        ("jupyter_users", [{"port": INJECTED}]),
        ("ansible_ssh_common_args", "-o 'ProxyJump=x\n  LocalCommand y'"),
        ("ansible_ssh_common_args", "-o 'ProxyCommand=x\n  LocalCommand y'"),
        ("ansible_ssh_common_args", "-o 'ProxyJump=x"),
    ],
)
def test_a_value_that_would_be_more_than_one_setting_is_refused_with_machine_and_variable(variable, value):
    (problem,) = ssh_entries(["one"], {"one": {variable: value}}, 8888)["problems"]
    assert problem["variable"] == variable
    assert "the machine one" in problem["problem"]
    assert "\n" not in problem["problem"]
    assert problem["remedy"]


@pytest.mark.parametrize("name", ["*", "a b", "one\n", "-oProxyCommand=x", "a\u202eb"])
def test_a_name_that_speaks_for_other_machines_is_refused(name):
    found = ssh_entries([name], {name: {}}, 8888)
    assert found["entries"] == []
    assert found["problems"][0]["variable"] == "inventory"


def test_all_problems_are_told_at_once():
    found = ssh_entries(
        ["one", "two"], {"one": {"ansible_user": "a\nb", "ansible_port": 0}, "two": {"ansible_host": "*"}}, 8888
    )
    assert [problem["variable"] for problem in found["problems"]] == ["ansible_port", "ansible_user", "ansible_host"]


def test_ssh_understands_each_ordinary_value_as_it_was_meant(tmp_path):
    known = {
        "ansible_host": "2001:db8::7",
        "ansible_port": 2222,
        "ansible_user": "ann.b-c@example.org",
        "ansible_ssh_private_key_file": "/keys/100% mine.pem",
        "ssh_config_host_key_alias": "i-0123",
        "ssh_config_local_port": "8890",
        "ansible_ssh_common_args": "-o ProxyCommand=\"ssh -W %h:%p -q 'ann@bastion'\" -o ServerAliveInterval=3",
    }
    config = tmp_path / "config"
    config.write_text("Host one\n" + "".join(f"  {key} {value}\n" for key, value in entry(**known).items()))
    told = subprocess.run(["ssh", "-F", config, "-G", "one"], capture_output=True, text=True, check=True).stdout
    for line in (
        "hostname 2001:db8::7",
        "port 2222",
        "user ann.b-c@example.org",
        "identityfile /keys/100%% mine.pem",
        "identitiesonly yes",
        "hostkeyalias i-0123",
        "localforward [127.0.0.1]:8890 [127.0.0.1]:8888",
        "proxycommand ssh -W %h:%p -q 'ann@bastion'",
    ):
        assert f"{line}\n" in told, told


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        ("-J ann@bastion:2222", {"ProxyJump": "ann@bastion:2222"}),
        ("-Jbastion", {"ProxyJump": "bastion"}),
        ("-o ProxyJump=one,two", {"ProxyJump": "one,two"}),
        ("-oproxyjump=bastion", {"ProxyJump": "bastion"}),
        ("-o 'ProxyJump bastion'", {"ProxyJump": "bastion"}),
        ("-C -o ProxyCommand='nc -x proxy:1080 %h %p'", {"ProxyCommand": "nc -x proxy:1080 %h %p"}),
        ("-o ProxyJump=first -o ProxyJump=second", {"ProxyJump": "first"}),
        ("-o ControlPersist=60s", {}),
    ],
)
@pytest.mark.parametrize("variable", ["ansible_ssh_common_args", "ansible_ssh_extra_args"])
def test_the_way_through_a_bastion_is_carried_over(variable, arguments, settings):
    found = entry(**{variable: arguments})
    assert {key: found[key] for key in found if key.startswith("Proxy")} == settings


def test_the_arguments_of_ansibles_own_settings_count_where_the_machine_has_none():
    found = ssh_entries(["one", "two"], {"one": {}, "two": {"ansible_ssh_common_args": "-J own"}}, 8888, "-J bastion")
    assert [machine["settings"]["ProxyJump"] for machine in found["entries"]] == ["bastion", "own"]


@pytest.mark.parametrize(
    ("known", "port"),
    [
        ({}, 8888),
        ({"jupyter_port": 9999}, 9999),
        ({"jupyter_users": [{"name": "ann", "port": 9999}]}, 9999),
        (
            {"jupyter_users": [{"name": "ann", "port": 9998}, {"name": "bob", "port": 9999}], "ansible_user": "bob"},
            9999,
        ),
        ({"jupyter_users": [{"name": "ann", "port": 9998}, {"port": 9999}], "ansible_user": "bob"}, 9999),
        ({"jupyter_users": [{"name": "ann"}], "jupyter_port": 9999}, 9999),
    ],
)
def test_the_forward_leads_to_the_jupyter_of_whom_ssh_logs_in_as(known, port):
    assert entry(**known)["LocalForward"] == f"127.0.0.1:8888 127.0.0.1:{port}"


def test_machines_are_sorted_and_the_controller_itself_has_no_entry():
    known = {"two": {}, "here": {"ansible_connection": "local"}, "one": {"ansible_connection": "ssh"}}
    assert [entry["name"] for entry in ssh_entries(list(known), known, 8888)["entries"]] == ["one", "two"]
