"""Ports and addresses, as preflight sees them."""

from __future__ import annotations

import os
import socket

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._preflight import network, units


@pytest.fixture
def listener():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def nothing_runs(command, **_ignored):
    return 0, "ActiveState=inactive\nMainPID=0\n", ""


def test_a_taken_port_is_refused_and_its_holder_named(listener):
    problems = list(network.check_ports({"x_port": {"port": listener, "unit": "x.service"}}, "root", nothing_runs))
    assert "port %d is taken by" % listener in problems[0].problem
    assert "(process %d)" % os.getpid() in problems[0].problem


def test_a_port_of_our_own_unit_is_fine(listener):
    asked_for = []

    def run_command(command, **_ignored):
        asked_for.append(command[-1])
        return 0, "ActiveState=active\nMainPID=%d\n" % os.getpid(), ""

    problems = list(network.check_ports({"x": {"port": listener, "unit": "jupyter-%u.service"}}, "ann", run_command))
    assert problems == []
    assert asked_for == ["jupyter-ann.service"]


def test_a_port_that_another_user_holds_is_refused_though_the_unit_runs(listener, monkeypatch):
    monkeypatch.setattr(network, "unit_owner", lambda unit, run_command: os.getuid() + 1)
    problems = list(network.check_ports({"x": {"port": listener, "unit": "x.service"}}, "ann", None))
    assert len(problems) == 1


def test_a_port_of_a_unit_in_the_receipt_is_fine(listener, monkeypatch):
    noted = units.noted_units({"instances": [{"unit": "jupyter-bob.service"}, {"user": "ann"}, "?"]})
    assert noted == ["jupyter-bob.service"]
    monkeypatch.setattr(network, "unit_owner", lambda unit, _run: os.getuid() if unit == "jupyter-bob.service" else -1)
    problems = list(network.check_ports({"x": {"port": listener, "unit": "jupyter-ann.service"}}, "ann", None, noted))
    assert problems == []
    problems = list(network.check_ports({"x": {"port": listener, "unit": "jupyter-ann.service"}}, "ann", None))
    assert len(problems) == 1


def test_a_free_port_is_fine(listener):
    problems = list(network.check_ports({"x_port": {"port": 1, "unit": "x"}}, "root", nothing_runs))
    assert problems == []


@pytest.mark.parametrize(
    ("address", "refused"),
    [("127.0.0.1", False), ("0.0.0.0", False), ("203.0.113.7", True), ("localhost", True), ("", True)],
)
def test_an_address_must_be_the_hosts(address, refused):
    problems = list(network.check_addresses({"x_address": address}))
    assert bool(problems) == refused
