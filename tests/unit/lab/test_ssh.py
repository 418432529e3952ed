# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import socket
import subprocess

import pytest

from lab import common, ssh


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    folder = tmp_path / "a checkout" / ".lab"
    for name in ("KEY", "CONFIG", "KNOWN_HOSTS", "FORWARD_LOG"):
        monkeypatch.setattr(ssh, name, folder / getattr(ssh, name).name)
    monkeypatch.setattr(ssh, "STATE", folder)
    folder.mkdir(parents=True)
    return folder


def effective(host):
    told = subprocess.run(["ssh", "-F", ssh.CONFIG, "-G", host], capture_output=True, text=True, check=True).stdout
    return dict(line.split(" ", 1) for line in told.splitlines() if " " in line)


def test_ssh_understands_the_configuration_also_below_a_path_with_a_space(state):
    ssh.ensure()
    found = effective("docker-bookworm")
    assert found["user"] == "ubuntu"
    assert found["identityfile"] == str(state / "id_ed25519")
    assert found["stricthostkeychecking"] == "true"
    assert found["proxycommand"] == f"docker exec -i {common.PREFIX}-%h /usr/sbin/sshd -i"
    assert "localforward" not in found
    assert ssh.KEY.stat().st_mode & 0o077 == 0


def test_the_workbench_has_the_forward_and_the_control_socket():
    ssh.ensure()
    found = effective("workbench")
    assert found["localforward"] == "[127.0.0.1]:8888 [127.0.0.1]:8888"
    assert found["controlpath"].endswith("/workbench")


def test_the_port_once_chosen_stays():
    common.write(ssh.CONFIG, ssh.config(8891))
    ssh.ensure()
    assert ssh.local_port() == 8891


def test_a_host_is_trusted_by_its_key_until_it_is_gone(state):
    ssh.ensure()
    ssh.trust("one", "ssh-ed25519 AAAA root@one\n")
    assert (
        state / "known_hosts.d" / f"{common.PREFIX}-one"
    ).read_text() == f"one,{common.PREFIX}-one ssh-ed25519 AAAA\n"
    ssh.forget("one")
    ssh.forget("one")
    assert not (state / "known_hosts.d" / f"{common.PREFIX}-one").exists()


def test_a_taken_port_is_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert ssh.free_port(port) > port


def test_the_control_socket_fits_whatever_the_checkout_is_called(monkeypatch, tmp_path):
    assert len(os.fsencode(ssh._socket())) <= ssh.SOCKET_PATH_MAX
    monkeypatch.setattr(ssh, "STATE", tmp_path / ("long" * 30))
    assert len(os.fsencode(ssh._socket())) <= ssh.SOCKET_PATH_MAX
    monkeypatch.setattr(ssh, "STATE", common.ROOT.__class__("/srv/x/.lab"))
    assert str(ssh._socket()) == "/srv/x/.lab/ssh/workbench"
