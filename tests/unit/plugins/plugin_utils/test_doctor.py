# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the controller makes of the doctor's findings."""

from __future__ import annotations

import json

import pytest
from ansible_collections.mlops.workbench.plugins.filter.doctor_document import FilterModule as DocumentFilter
from ansible_collections.mlops.workbench.plugins.filter.doctor_table import FilterModule as TableFilter
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.roles import SITE_ROLES
from ansible_collections.mlops.workbench.plugins.plugin_utils._doctor import playbook_command, what_next

document = DocumentFilter().filters()["doctor_document"]
table = TableFilter().filters()["doctor_table"]


def check(identifier, ok=True, remedy="", subject="ubuntu"):
    role = identifier.split(".")[0]
    detail = "fine" if ok else f"{identifier} is broken"
    return {"id": identifier, "role": role, "subject": subject, "ok": ok, "detail": detail, "remedy": remedy}


def result(*checks):
    return {
        "changed": False,
        "workbench": {"schema": 1, "ready": all(c["ok"] for c in checks), "checks": list(checks), "servers": []},
    }


READY = result(check("base.receipt"), check("docker.engine"))
BROKEN = result(
    check("base.receipt"),
    check("docker.engine", False, "start it"),
    check("docker_group.hello_world", False, "start it"),
    check("jupyter.process", False, "stop it"),
)
GONE = {"unreachable": True, "changed": False, "msg": "Connection timed out\nduring banner exchange"}
REFUSED = {"failed": True, "msg": "Missing sudo password"}


def row(host, ready, **cells):
    return "  ".join([host, *(cells.get(role, "-").ljust(len(role)) for role in SITE_ROLES), ready])


def test_the_table_of_a_fleet():
    fleet = document({"node1": READY, "node2": BROKEN, "a-longer-name": GONE, "node4": REFUSED, "node5": {}})
    assert table(fleet) == [
        "HOST           " + "  ".join(SITE_ROLES) + "  READY",
        row("node1        ", "yes", base="ok", docker="ok"),
        row("node2        ", "NO", base="ok", docker="FAIL", docker_group="FAIL", jupyter="FAIL"),
        row("a-longer-name", "unreachable"),
        row("node4        ", "not examined"),
        row("node5        ", "not examined"),
        "",
        "node2:",
        "  docker.engine (ubuntu): docker.engine is broken",
        "  docker_group.hello_world (ubuntu): docker_group.hello_world is broken",
        "    -> start it",
        "  jupyter.process (ubuntu): jupyter.process is broken",
        "    -> stop it",
        "",
        "a-longer-name:",
        "  host.reachable (a-longer-name): unreachable: Connection timed out during banner exchange",
        "    -> Mend the connection first: ansible a-longer-name -m ansible.builtin.ping",
        "",
        "node4:",
        "  host.reachable (node4): not examined: Missing sudo password",
        "    -> Mend this first: ansible node4 -b -m mlops.workbench.workbench_info",
        "",
        "node5:",
        "  host.reachable (node5): not examined: it failed before the doctor came",
        "    -> Mend this first: ansible node5 -b -m mlops.workbench.workbench_info",
        "",
        "1 of 5 hosts ready",
    ]


def test_the_document_is_ready_when_all_hosts_are():
    assert document({"node1": READY})["ready"] is True
    assert document({"node1": READY, "node2": BROKEN})["ready"] is False
    assert document({"node1": READY, "node2": GONE})["ready"] is False


def test_hosts_have_one_form_in_the_document_whatever_became_of_them():
    fleet = document({"node1": READY, "node2": GONE})
    assert list(fleet) == ["schema", "ready", "hosts"]
    for verdict in fleet["hosts"].values():
        assert list(verdict) == ["schema", "ready", "checks", "servers"]
        for found in verdict["checks"]:
            assert list(found) == ["id", "role", "subject", "ok", "detail", "remedy"]
    assert json.loads(json.dumps(fleet)) == fleet


def test_a_bare_host_is_told_what_to_do_though_no_role_is_to_blame():
    bare = result(check("workbench.receipts", False, "set it up", subject="host"))
    assert table(document({"node1": bare}))[1:4] == [
        row("node1", "NO"),
        "",
        "node1:",
    ]


def test_the_remedies_for_hosts_that_could_not_be_examined_name_the_inventory():
    fleet = document({"node1": GONE}, ["/home/ann/work/my hosts.yml", "/etc/fleet", "node1,"], "/home/ann/work")
    (found,) = fleet["hosts"]["node1"]["checks"]
    assert found["remedy"].endswith("ansible -i 'my hosts.yml' -i /etc/fleet -i node1, node1 -m ansible.builtin.ping")


@pytest.fixture(name="checkout")
def fixture_checkout(tmp_path):
    """A checkout of the collection, and an inventory in it."""
    (tmp_path / "playbooks").mkdir()
    for name in ("site.yml", "playbooks/site.yml", "playbooks/ssh.yml"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("name", "called_from", "command"),
    [
        ("site", "", "ansible-playbook -i my-hosts.yml site.yml"),
        ("ssh", "", "ansible-playbook -i my-hosts.yml playbooks/ssh.yml"),
        ("site", "playbooks", "ansible-playbook -i {checkout}/my-hosts.yml {checkout}/site.yml"),
    ],
)
def test_a_command_is_for_this_inventory_and_this_checkout(checkout, name, called_from, command):
    told = playbook_command(
        name, str(checkout / "playbooks"), [str(checkout / "my-hosts.yml")], str(checkout / called_from)
    )
    assert told == command.format(checkout=checkout)


def test_an_installed_collection_has_no_checkout_to_name():
    installed = "/home/ann/.ansible/collections/ansible_collections/mlops/workbench/playbooks"
    told = playbook_command("site", installed, ["/home/ann/hosts.yml"], "/home/ann")
    assert told == "ansible-playbook -i hosts.yml mlops.workbench.site"


SERVER = {"user": "ann", "address": "127.0.0.1", "port": 8889, "tls": False, "token_file": "/etc/x/ann/token"}


@pytest.mark.parametrize(
    ("changes", "local", "lines"),
    [
        (
            {},
            False,
            [
                "Jupyter of ann: http://127.0.0.1:8889, while `ssh node1` is open",
                "Its token, as ann: ssh node1 'cat /etc/x/ann/token; echo'",
                "`ssh node1` works after: SSH",
            ],
        ),
        ({}, True, ["Jupyter of ann: http://127.0.0.1:8889", "Its token, as ann: cat /etc/x/ann/token; echo"]),
        (
            {"address": "0.0.0.0", "tls": True, "token_file": ""},
            False,
            ["Jupyter of ann: https://node1:8889", "`ssh node1` works after: SSH"],
        ),
        (
            {"address": "2001:db8::1", "tls": True},
            False,
            [
                "Jupyter of ann: https://[2001:db8::1]:8889",
                "Its token, as ann: ssh node1 'cat /etc/x/ann/token; echo'",
                "`ssh node1` works after: SSH",
            ],
        ),
    ],
)
def test_what_one_wants_next_is_the_address_and_the_token(changes, local, lines):
    told = what_next("node1", {"servers": [{**SERVER, **changes}]}, "SSH", local)
    assert told == ["node1 is ready.", *lines]


def test_a_host_without_a_server_is_ready_and_that_is_all():
    assert what_next("node1", {"servers": []}, "SSH", False) == ["node1 is ready."]
