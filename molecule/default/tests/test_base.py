"""What somebody finds on a host that the role base has visited."""

import pytest


@pytest.mark.parametrize("command", ["git --version", "curl --version"])
def test_basic_commands_answer(host, command):
    assert host.run(command).rc == 0


def test_certificates_are_there(host):
    assert host.file("/etc/ssl/certs/ca-certificates.crt").size > 0


def test_a_package_can_be_installed_at_once(host):
    assert host.run("sudo apt-get install --simulate tree").rc == 0
