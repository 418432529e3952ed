"""What somebody finds on a host that the role docker has visited."""

import json

import pytest


def info(host, field):
    answer = host.run("sudo docker info --format '{{json %s}}'", field)
    assert answer.rc == 0, answer.stderr
    return json.loads(answer.stdout)


def test_a_container_runs(host):
    answer = host.run("sudo docker run --rm hello-world")
    assert answer.rc == 0, answer.stderr
    assert "Hello from Docker!" in answer.stdout


def test_the_engine_comes_back_at_every_boot(host):
    assert host.service("docker").is_enabled


def test_logs_cannot_fill_the_disk(host):
    name = f"logs-{host.backend.hostname}"
    assert host.run(f"sudo docker create --name {name} hello-world").rc == 0
    answer = host.run("sudo docker inspect --format '{{json .HostConfig.LogConfig}}' " + name)
    host.run(f"sudo docker rm --force {name}")
    assert json.loads(answer.stdout) == {"Type": "json-file", "Config": {"max-file": "3", "max-size": "10m"}}


@pytest.mark.parametrize(("field", "value"), [(".LiveRestoreEnabled", True)])
def test_the_engine_runs_with_its_settings(host, field, value):
    assert info(host, field) == value


def test_somebody_outside_the_group_is_kept_out(host):
    answer = host.run("sudo -u nobody docker version")
    assert answer.rc != 0
    assert "permission denied" in answer.stderr.lower()
