"""What the role jupyter makes of its variables."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.workbench.plugins.filter.jupyter_plan import jupyter_plan

SPEC = {
    "state": "present",
    "users": [],
    "user": "",
    "port": "8888",
    "notebook_dir": "~/notebooks",
    "token": "",
    "password_hash": "",
    "memory_max": "",
    "cpu_quota": "",
    "address": "127.0.0.1",
    "self_signed": False,
    "certificate": "",
    "certificate_key": "",
    "allow_plain_http": False,
    "allow_origin": "",
    "environment": "conda",
    "conda_prefix": "/opt/anaconda",
    "min_free_mb": 2500,
    "prefix": "/opt/jupyter",
    "folder": "/etc/jupyter",
    "apt_packages": [],
    "kernel_prefixes": [],
    "kernel_folders": [],
}
TOKEN, HASH = "0123456789abcdef", "argon2:$argon2id$x"
ANN = {"home": "/home/ann", "group": "staff", "uid": 1, "gid": 1}


def checks(spec: dict[str, Any]) -> dict[str, Any]:
    """Return what is to be checked before the host was examined."""
    return jupyter_plan(spec)["checks"]


def jupyter_servers(spec: dict[str, Any], accounts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the servers once the host was examined."""
    return jupyter_plan(spec, "ann", accounts)["servers"]


def one(entry: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the only server."""
    (server,) = jupyter_servers({**SPEC, "users": [entry], **changes}, {"ann": ANN})
    return server


def problems(**changes: Any) -> dict[str, str]:
    """Return the problems with these variables, by variable."""
    return {problem["variable"]: problem["problem"] for problem in checks({**SPEC, **changes})["problems"]}


def test_a_server_is_told_in_full() -> None:
    assert one({"name": "ann", "token": "secret"}) == {
        "user": "ann",
        "home": "/home/ann",
        "address": "127.0.0.1",
        "port": 8888,
        "url": "http://127.0.0.1:8888",
        "alternative_names": "DNS:localhost,IP:127.0.0.1,IP:::1",
        "tls": False,
        "certificate": "",
        "certificate_key": "",
        "notebook_dir": "/home/ann/notebooks",
        "memory_max": "",
        "cpu_quota": "",
        "prefix": "/opt/jupyter",
        "unit": "jupyter-ann.service",
        "settings": {"path": "/etc/jupyter/ann", "owner": "root", "group": "root", "mode": "0755"},
        "config": {
            "path": "/etc/jupyter/ann/jupyter_server_config.json",
            "owner": "root",
            "group": "root",
            "mode": "0644",
        },
        "unit_file": {
            "path": "/etc/systemd/system/jupyter-ann.service",
            "owner": "root",
            "group": "root",
            "mode": "0644",
        },
        "token": {"path": "/etc/jupyter/ann/token", "owner": "ann", "group": "staff", "mode": "0600"},
        "token_file": "/etc/jupyter/ann/token",
        "own_token": True,
    }


def test_the_receipt_says_what_the_doctor_reads() -> None:
    (instance,) = jupyter_plan({**SPEC, "users": [{"name": "ann"}]}, "bob", {"ann": ANN})["instances"]
    assert instance == {
        "user": "ann",
        "address": "127.0.0.1",
        "port": 8888,
        "tls": False,
        "token_file": "/etc/jupyter/ann/token",
        "prefix": "/opt/jupyter",
        "unit": "jupyter-ann.service",
    }


def test_no_secret_is_handed_on() -> None:
    users = [{"name": "ann", "token": "5ecret"}, {"name": "bob", "password_hash": "5ecret"}]
    spec = {**SPEC, "users": users, "token": "5ecret", "password_hash": "5ecret"}
    assert "5ecret" not in str(jupyter_servers(spec, {}))
    assert "5ecret" not in str(checks(spec))


def test_the_hash_of_a_password_is_its_users_alone_and_takes_the_place_of_the_token() -> None:
    server = one({"name": "ann", "token": "", "password_hash": HASH})
    assert server["config"] == {
        "path": "/etc/jupyter/ann/jupyter_server_config.json",
        "owner": "ann",
        "group": "staff",
        "mode": "0600",
    }
    assert (server["token"], server["token_file"], server["own_token"]) == (None, "", False)


def test_an_empty_name_is_the_login_user() -> None:
    assert one({"name": ""})["user"] == "ann"


def test_an_entry_comes_before_what_holds_for_all() -> None:
    users = [{"name": "ann"}, {"name": "bob", "port": "9000", "memory_max": "8G"}]
    servers = jupyter_servers({**SPEC, "users": users}, {})
    assert [(server["port"], server["memory_max"]) for server in servers] == [(8888, ""), (9000, "8G")]


@pytest.mark.parametrize(
    ("folder", "path"),
    [("~", "/home/ann"), ("~/a", "/home/ann/a"), ("/data/~/a", "/data/~/a"), ("~bob/a", "~bob/a")],
)
def test_the_tilde_is_the_users_home(folder: str, path: str) -> None:
    assert one({"name": "ann", "notebook_dir": folder})["notebook_dir"] == path


def test_a_self_signed_certificate_is_each_servers_own() -> None:
    server = one({"name": "ann"}, self_signed=True, address="192.0.2.1")
    assert server["tls"]
    assert server["url"] == "https://192.0.2.1:8888"
    assert server["alternative_names"] == "DNS:localhost,IP:127.0.0.1,IP:::1,IP:192.0.2.1"
    certificate = (server["certificate"], server["certificate_key"])
    assert certificate == ("/etc/jupyter/ann/tls.crt", "/etc/jupyter/ann/tls.key")


@pytest.mark.parametrize(("address", "url"), [("0.0.0.0", "http://127.0.0.1:8888"), ("::", "http://[::1]:8888")])
def test_the_host_reaches_a_server_on_all_addresses_by_loopback(address: str, url: str) -> None:
    server = one({"name": "ann"}, address=address)
    assert (server["url"], server["alternative_names"]) == (url, "DNS:localhost,IP:127.0.0.1,IP:::1")


def test_the_checks_name_the_login_user_before_the_host_was_examined() -> None:
    found = checks({**SPEC, "certificate": "/tls/crt", "certificate_key": "/tls/key"})
    unit, config = "/etc/systemd/system/jupyter-%u.service", "/etc/jupyter/%u/jupyter_server_config.json"
    assert found["users"] == {"jupyter_user": []}
    assert found["homes"] == {"jupyter_user": "%u"}
    assert found["ports"] == {"jupyter_port": {"port": 8888, "unit": "jupyter-%u.service"}}
    assert found["user_folders"] == {"jupyter_notebook_dir": {"path": "~%u/notebooks", "user": "%u"}}
    assert found["units"] == {"jupyter-%u.service": [unit, config, "/etc/jupyter/%u/token", "/tls/crt", "/tls/key"]}
    assert found["servers"] == [{"unit": "jupyter-%u.service", "address": "127.0.0.1", "port": 8888, "tls": True}]
    assert found["files"] == [
        {"path": "~%u/notebooks", "type": "directory", "owner": "%u", "follow": True},
        {"path": "/etc/jupyter/%u", "type": "directory", "owner": "root", "group": "root", "mode": "0755"},
        {"path": config, "owner": "root", "group": "root", "mode": "0644", "read": True},
        {"path": unit, "owner": "root", "group": "root", "mode": "0644", "read": True},
        {"path": "/etc/jupyter/%u/token", "owner": "%u", "mode": "0600"},
    ]


def test_of_several_servers_a_message_names_the_entry() -> None:
    found = checks({**SPEC, "users": [{"name": "ann"}, {"name": "bob", "password_hash": HASH}]})
    assert found["users"] == {"jupyter_users": ["ann", "bob"]}
    assert found["homes"] == {"jupyter_users[ann]": "ann", "jupyter_users[bob]": "bob"}
    assert list(found["ports"]) == ["jupyter_users[ann].port", "jupyter_users[bob].port"]
    assert list(found["user_folders"]) == ["jupyter_users[ann].notebook_dir", "jupyter_users[bob].notebook_dir"]
    config = {"path": "/etc/jupyter/bob/jupyter_server_config.json", "owner": "bob", "mode": "0600", "read": True}
    assert config in found["files"]


def test_a_server_without_conda_needs_none() -> None:
    found = checks({**SPEC, "environment": "venv", "apt_packages": ["python3-venv"]})
    assert found["programs"] == {}
    assert found["owners"] == {"jupyter_conda_prefix": {"paths": ["/opt/jupyter"]}}
    assert found["changes"] == {"jupyter_environment": {"present": {"python3-venv": ""}}}


def test_for_a_removal_nothing_is_checked() -> None:
    found = checks({**SPEC, "state": "absent", "port": 80, "apt_packages": ["openssl"], "kernel_folders": ["/x"]})
    assert not any(value for option, value in found.items() if option != "users")
    assert jupyter_servers({**SPEC, "state": "absent"}, {}) == []


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"token": TOKEN},
        {"password_hash": HASH, "memory_max": "50%", "cpu_quota": "200%"},
        {"address": "192.0.2.1", "self_signed": True},
        {"address": "192.0.2.1", "allow_plain_http": True},
        {"address": "::1", "allow_origin": "https://lab.example.org:8443"},
        {"users": [{"name": "ann", "port": 8888}, {"name": "bob", "port": 8889}]},
        {"kernel_prefixes": ["/opt/anaconda/envs/taxi", "/srv/bare"], "notebook_dir": "/data/notebooks"},
    ],
)
def test_variables_that_fit_are_no_problem(variables: dict[str, Any]) -> None:
    assert problems(**variables) == {}


@pytest.mark.parametrize(
    ("variables", "variable", "problem"),
    [
        ({"port": 80}, "jupyter_port", "80 is not a port"),
        ({"users": [{"name": "ann", "port": 65536}]}, "jupyter_users", "65536 is not a port"),
        ({"users": [{"name": "ann"}, {"name": "bob"}]}, "jupyter_users", "the same port"),
        ({"users": [{"name": "ann"}, {"name": "ann", "port": 1}]}, "jupyter_users", "named twice"),
        ({"users": [{"name": "ann"}], "token": TOKEN}, "jupyter_users", "are for one server"),
        ({"token": "letmein"}, "jupyter_token", "shorter than 16"),
        ({"token": TOKEN + "\n"}, "jupyter_token", "letters, digits"),
        ({"users": [{"name": "ann", "token": "0123456789 abcdef"}]}, "jupyter_users", "letters, digits"),
        ({"password_hash": "sha1:x"}, "jupyter_password_hash", "not hashed"),
        ({"token": TOKEN, "password_hash": HASH}, "jupyter_token", "both a token and a password"),
        ({"notebook_dir": "notebooks"}, "jupyter_notebook_dir", "absolute path"),
        ({"notebook_dir": "/data/my notebooks"}, "jupyter_notebook_dir", "characters"),
        ({"memory_max": "8 GB"}, "jupyter_memory_max", "memory"),
        ({"cpu_quota": "2"}, "jupyter_cpu_quota", "CPU time"),
        ({"memory_max": "8G\n"}, "jupyter_memory_max", "memory"),
        ({"kernel_prefixes": ["/opt/envs/a b"]}, "jupyter_kernels", "neither a name"),
        ({"kernel_prefixes": ["/opt/envs/a", "/srv/a"]}, "jupyter_kernels", "of the same name"),
        ({"certificate": "/tls/crt"}, "jupyter_certificate_key", "together"),
        ({"certificate": "/c", "certificate_key": "/k", "self_signed": True}, "jupyter_self_signed", "already"),
        ({"allow_origin": "*"}, "jupyter_allow_origin", "not the address of one web site"),
        ({"address": "192.0.2.1"}, "jupyter_address", "no TLS"),
    ],
)
def test_what_is_wrong_with_the_variables_is_told(variables: dict[str, Any], variable: str, problem: str) -> None:
    assert problem in problems(**variables)[variable]
