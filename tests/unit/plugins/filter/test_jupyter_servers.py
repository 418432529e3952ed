"""What the role jupyter makes of its variables."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.workbench.plugins.filter.jupyter_servers import jupyter_servers

FOLDER = "/etc/jupyter"
DEFAULTS = {
    "address": "127.0.0.1",
    "prefix": "/opt/jupyter",
    "port": "8888",
    "notebook_dir": "~/notebooks",
    "memory_max": "",
    "cpu_quota": "",
    "self_signed": False,
    "certificate": "",
    "certificate_key": "",
}
ANN = {"home": "/home/ann", "group": "staff", "uid": 1, "gid": 1}


def one(entry, accounts=None, **changes):
    """Return the only server."""
    (server,) = jupyter_servers([entry], {**DEFAULTS, **changes}, FOLDER, accounts=accounts)
    return server


def test_a_server_is_told_in_full():
    unit = "/etc/systemd/system/jupyter-ann.service"
    config = "/etc/jupyter/ann/jupyter_server_config.json"
    assert one({"name": "ann", "token": "secret"}, {"ann": ANN}) == {
        "user": "ann",
        "own_folder": {"path": "~ann/notebooks", "user": "ann"},
        "address": "127.0.0.1",
        "port": 8888,
        "tls": False,
        "certificate": "",
        "certificate_key": "",
        "notebook_dir": "/home/ann/notebooks",
        "memory_max": "",
        "cpu_quota": "",
        "prefix": "/opt/jupyter",
        "unit": "jupyter-ann.service",
        "settings": "/etc/jupyter/ann",
        "token_file": "/etc/jupyter/ann/token",
        "own_token": True,
        "home": "/home/ann",
        "group": "staff",
        "unit_file": unit,
        "config_file": config,
        "files": [unit, config, "/etc/jupyter/ann/token"],
        "places": [
            {"path": "~ann/notebooks", "type": "directory", "owner": "ann", "follow": True},
            {"path": "/etc/jupyter/ann", "type": "directory", "owner": "root", "group": "root", "mode": "0755"},
            {"path": unit, "owner": "root", "group": "root", "mode": "0644", "read": True},
            {"path": "/etc/jupyter/ann/token", "owner": "ann", "mode": "0600"},
            {"path": config, "owner": "root", "group": "root", "mode": "0644", "read": True},
        ],
    }


def test_no_secret_is_handed_on():
    entries = [{"name": "ann", "token": "5ecret"}, {"name": "bob", "password_hash": "5ecret"}]
    assert "5ecret" not in str(jupyter_servers(entries, DEFAULTS, FOLDER))


def test_the_hash_of_a_password_is_its_users_alone():
    places = one({"name": "ann", "password_hash": "argon2:x"}, {"ann": ANN})["places"]
    assert {
        "path": "/etc/jupyter/ann/jupyter_server_config.json",
        "owner": "ann",
        "mode": "0600",
        "read": True,
    } in places


def test_before_the_host_was_asked_the_login_user_is_a_sign():
    assert one({"name": ""})["unit"] == "jupyter-%u.service"
    assert one({"name": ""})["notebook_dir"] == "~/notebooks"


def test_an_empty_name_is_the_login_user():
    (server,) = jupyter_servers([{"name": ""}], DEFAULTS, FOLDER, login_user="ann", accounts={"ann": ANN})
    assert server["user"] == "ann"


def test_an_entry_comes_before_what_holds_for_all():
    servers = jupyter_servers([{"name": "ann"}, {"name": "bob", "port": "9000", "memory_max": "8G"}], DEFAULTS, FOLDER)
    assert [(server["port"], server["memory_max"]) for server in servers] == [(8888, ""), (9000, "8G")]


@pytest.mark.parametrize(
    ("folder", "path"),
    [("~", "/home/ann"), ("~/a", "/home/ann/a"), ("/data/~/a", "/data/~/a"), ("~bob/a", "~bob/a")],
)
def test_the_tilde_is_the_users_home(folder, path):
    assert one({"name": "ann", "notebook_dir": folder}, {"ann": ANN})["notebook_dir"] == path


def test_a_password_takes_the_place_of_the_token():
    server = one({"name": "ann", "token": "", "password_hash": "argon2:x"})
    assert (server["token_file"], server["own_token"]) == ("", False)
    assert "" not in server["files"]


def test_a_given_certificate_is_read_at_the_start():
    server = one({"name": "ann"}, certificate="/tls/crt", certificate_key="/tls/key")
    assert server["tls"]
    assert server["files"][-2:] == ["/tls/crt", "/tls/key"]


def test_a_self_signed_certificate_is_each_servers_own():
    server = one({"name": "ann"}, self_signed=True)
    assert server["tls"]
    assert (server["certificate"], server["certificate_key"]) == (
        "/etc/jupyter/ann/tls.crt",
        "/etc/jupyter/ann/tls.key",
    )
