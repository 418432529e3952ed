# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
import types

import pytest

from lab.cloud import aws, machines

AUTHORIZED = f"AWS4-HMAC-SHA256 Credential={aws.ACCESS_KEY}/20261121/{aws.REGION}/ec2/aws4_request"


@pytest.fixture
def stand_in():
    backend = types.SimpleNamespace(reservations={})
    return aws.StandIn(moto=lambda *_: [], backend=backend, with_machines=False)


def code(refused):
    return refused[1] if refused else None


def test_what_is_not_modelled_is_refused(stand_in):
    assert code(stand_in.refuse("RunInstances", {}, AUTHORIZED)) is None
    assert code(stand_in.refuse("CreateFleet", {}, AUTHORIZED)) == "InvalidAction"
    assert code(stand_in.refuse("RunInstances", {}, AUTHORIZED.replace(aws.REGION, "eu-west-1"))) == "InvalidAction"


def test_another_key_is_refused(stand_in):
    assert code(stand_in.refuse("RunInstances", {}, "")) == "AuthFailure"
    assert code(stand_in.refuse("RunInstances", {}, AUTHORIZED.replace(aws.ACCESS_KEY, "other"))) == "AuthFailure"


def test_so_many_calls_are_throttled(stand_in):
    stand_in.settings = {"throttle": 2}
    codes = [code(stand_in.refuse("DescribeInstances", {}, AUTHORIZED)) for _time in range(3)]
    assert codes == ["RequestLimitExceeded", "RequestLimitExceeded", None]


def test_the_group_of_a_machine_that_is_not_gone_yet_stays(stand_in):
    group = types.SimpleNamespace(id="sg-1")
    machine = types.SimpleNamespace(state="shutting-down", security_groups=[group])
    stand_in.backend.reservations["r-1"] = types.SimpleNamespace(instances=[machine])
    assert code(stand_in.refuse("DeleteSecurityGroup", {"GroupId": "sg-1"}, AUTHORIZED)) == "DependencyViolation"
    machine.state = "terminated"
    assert stand_in.refuse("DeleteSecurityGroup", {"GroupId": "sg-1"}, AUTHORIZED) is None


def test_public_addresses_are_this_machines_own():
    for _time in range(100):
        address = machines.free_address()
        assert ipaddress.ip_address(address).is_loopback
        assert not address.startswith("127.0.")
