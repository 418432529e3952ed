# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine in Google Cloud consists of, and the plans that lead there."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._gcp import vm, wanted

LINK = "https://www.googleapis.com/compute/v1/projects/p/"
MEMBER = "serviceAccount:mlops-box@p.iam.gserviceaccount.com"
SPEC = {
    "state": "present",
    "name": "box",
    "project": "p",
    "zone": "z-a1-b",
    "region": "z-a1",
    "machine_type": "n2-standard-2",
    "image": "ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64",
    "disk_gb": 30,
    "network": "default",
    "labels": {"project": "mlops"},
    "key_file": "/home/ann/.ssh/box.pem",
    "ssh_from": ["192.0.2.7/32"],
    "http": False,
    "fixed_address": False,
    "roles": ["roles/a", "roles/b"],
}
KEY = vm.Key(exists=True, public="ssh-rsa AAAA mlops.workbench gcp box", ours=True)
NOTHING = vm.State(
    disabled=[], key=vm.Key(), account=None, roles=[], firewalls={}, address=None, instance=None, disk=None
)


def there(**changes):
    """All as `present` leaves it, and what is otherwise."""
    rules = copy.deepcopy(wanted.firewalls(SPEC))
    for rule in rules.values():
        rule["selfLink"] = LINK + "global/firewalls/" + rule["name"]
        rule["network"] = LINK + "global/networks/default"
    body = wanted.machine(SPEC, SPEC["zone"], KEY.public, MEMBER.partition(":")[2], None)
    instance = {
        **body,
        "selfLink": LINK + "zones/z-a1-b/instances/box",
        "zone": LINK + "zones/z-a1-b",
        "status": "RUNNING",
        "disks": [{"autoDelete": True, "source": LINK + "zones/z-a1-b/disks/box"}],
    }
    account = {"email": MEMBER.partition(":")[2], "description": wanted.mark("box")}
    disk = {"name": "box", "labels": wanted.labels(SPEC), "selfLink": LINK + "zones/z-a1-b/disks/box"}
    state = replace(
        NOTHING, key=KEY, account=account, roles=SPEC["roles"], firewalls=rules, instance=instance, disk=disk
    )
    return replace(state, **changes)


def instance(**changes):
    return {**there().instance, **changes}


def actions(spec, state):
    return [step.action for step in vm.plan({**SPEC, **spec}, state)]


def test_from_nothing_the_machine_comes_last():
    state = replace(NOTHING, disabled=["compute"])
    made = ["enable", "make_key", "make_account", "bind", "make_firewall", "make_firewall"]
    assert actions({}, state) == [*made, "make_instance"]
    fixed = actions({"fixed_address": True, "http": True}, state)
    assert fixed == [*made, "make_firewall", "reserve", "set_labels", "make_instance"]


def test_what_is_there_needs_nothing():
    assert vm.problems(SPEC, there()) == []
    assert actions({}, there()) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"labels": {}}, ["set_labels"]),
        ({"tags": {"items": ["theirs"]}}, ["set_tags"]),
        ({"metadata": {}}, ["set_metadata"]),
        ({"status": "TERMINATED"}, ["order"]),
        ({"machineType": LINK + "zones/z-a1-b/machineTypes/e2-small"}, ["order", "set_machine_type", "order"]),
        ({"serviceAccounts": [], "status": "TERMINATED"}, ["set_account", "order"]),
        ({"networkInterfaces": [{}]}, ["set_address"]),
    ],
)
def test_what_is_otherwise_is_changed(changes, expected):
    assert actions({}, there(instance=instance(**changes))) == expected


def test_starting_and_stopping_touch_nothing_else():
    odd = instance(labels={wanted.LABEL: "box"}, tags={})
    assert vm.plan({**SPEC, "state": "stopped"}, there(instance=odd))[0].arguments == ["stop"]
    assert actions({"state": "started"}, there(instance=odd)) == []


def test_all_goes_in_the_order_in_which_it_can():
    gone = [step.text for step in vm.plan({**SPEC, "state": "absent"}, there())]
    assert [text.split(" ")[0:3] for text in gone] == [
        ["remove", "the", "machine"],
        ["remove", "the", "firewall"],
        ["remove", "the", "firewall"],
        ["remove", "the", "key"],
        ["take", "roles/a,", "roles/b"],
        ["remove", "the", "service"],
    ]
    assert actions({"state": "absent"}, NOTHING) == []


def test_the_key_stays_where_nothing_of_the_machine_was_found():
    assert actions({"state": "absent"}, replace(NOTHING, key=KEY)) == []


def test_nothing_of_somebody_else_goes():
    theirs = {
        "instance": instance(labels={}, description=""),
        "disk": {"name": "box", "selfLink": "-"},
        "account": {"email": MEMBER},
        "firewalls": {"box-ssh": {"name": "box-ssh", "selfLink": "-"}},
        "address": {"name": "box", "address": "192.0.2.1", "selfLink": "-"},
    }
    assert actions({"state": "absent"}, there(**theirs)) == []
    assert len([text for text in vm.problems(SPEC, there(**theirs)) if "somebody else's" in text]) == 4


@pytest.mark.parametrize(
    ("state", "changes", "word"),
    [
        ("present", {"key": vm.Key()}, "is lost"),
        ("present", {"key": replace(KEY, problem="bad")}, "cannot be used"),
        ("present", {"instance": instance(status="SUSPENDED")}, "SUSPENDED"),
        ("present", {"instance": instance(zone=LINK + "zones/z-a1-c")}, "GCP_ZONE=z-a1-c"),
        ("present", {"instance": None}, "a disk of the name box without a machine"),
        ("stopped", {"instance": None}, "there is no machine"),
    ],
)
def test_what_stands_in_the_way(state, changes, word):
    (problem,) = vm.problems({**SPEC, "state": state}, there(**changes))
    assert word in problem
    assert "Remedy" in problem


def test_a_dry_run_takes_a_machine_for_what_it_is_becoming():
    stopping = there(instance=instance(status="STOPPING"))
    assert vm.plan({**SPEC, "state": "stopped"}, vm.settled(stopping)) == []


def test_roles_are_bound_beside_those_of_others():
    condition = {"role": "roles/a", "members": [MEMBER], "condition": {"title": "until May"}}
    theirs = {"role": "roles/owner", "members": ["user:ann@example.com"]}
    before = {"etag": "x", "version": 3, "bindings": [theirs, condition, {"role": "roles/old", "members": [MEMBER]}]}
    after = wanted.bound(before, MEMBER, ["roles/b", "roles/owner"])
    assert after == {
        "etag": "x",
        "version": 3,
        "bindings": [
            {"role": "roles/owner", "members": ["user:ann@example.com", MEMBER]},
            condition,
            {"role": "roles/b", "members": [MEMBER]},
        ],
    }
    assert wanted.roles_of(after, MEMBER) == ["roles/b", "roles/owner"]
    assert wanted.bound(after, MEMBER, [])["bindings"] == [theirs, condition]


def test_ssh_is_shut_before_the_rule_of_the_network_counts():
    rules = wanted.firewalls(SPEC)
    assert rules["box-ssh"]["priority"] < rules["box-no-ssh"]["priority"] < 65534
    assert rules["box-no-ssh"]["denied"] == [{"IPProtocol": "tcp", "ports": ["22"]}]
    assert rules["box-ssh"]["sourceRanges"] == ["192.0.2.7/32"]
    assert {tag for rule in rules.values() for tag in rule["targetTags"]} == {"box"}


def test_an_older_key_of_ours_is_replaced_and_those_of_others_stay():
    old = "ubuntu:ssh-rsa OLD mlops.workbench gcp box\nbob:ssh-rsa BOB bob"
    items = wanted.metadata([{"key": "ssh-keys", "value": old}, {"key": "a", "value": "1"}], KEY.public, "box")
    assert {item["key"]: item["value"] for item in items} == {
        "a": "1",
        "enable-oslogin": "FALSE",
        "ssh-keys": "bob:ssh-rsa BOB bob\nubuntu:" + KEY.public,
    }


def test_a_machine_that_somebody_removes_in_between_is_an_error_with_its_remedy():
    class Gone:
        change = None

        def aggregated(self, url, kind, params=None):
            return iter([])

    machine = vm.Vm(SPEC, Gone(), None, None)
    with pytest.raises(vm.CloudError, match=r"box is no longer among the instances\. Remedy"):
        machine.order("stop")
