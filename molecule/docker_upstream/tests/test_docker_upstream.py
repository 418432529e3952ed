"""What somebody finds on a host that the role docker has visited with Docker's own repository and many settings."""

import json

import pytest


@pytest.fixture
def bookworm(host):
    if "bookworm" not in host.backend.hostname:
        pytest.skip("these settings are made on bookworm")
    return host


@pytest.fixture
def trixie(host):
    if "trixie" not in host.backend.hostname:
        pytest.skip("the version is pinned on trixie")
    return host


def info(host, field):
    answer = host.run("sudo docker info --format '{{json %s}}'", field)
    assert answer.rc == 0, answer.stderr
    return json.loads(answer.stdout)


def test_a_container_runs(host):
    answer = host.run("sudo docker run --rm hello-world")
    assert answer.rc == 0, answer.stderr
    assert "Hello from Docker!" in answer.stdout


def test_the_engine_is_dockers_own(host):
    assert host.package("docker-ce").is_installed
    assert not host.package("docker.io").is_installed


def test_apt_accepts_the_repository_and_no_unsigned_one(host):
    answer = host.run("sudo apt-get -q update -o APT::Update::Error-Mode=any")
    assert answer.rc == 0, answer.stderr
    assert "docker/good/linux/debian" in answer.stdout


def test_the_newest_version_is_there_without_a_pin(bookworm):
    assert bookworm.package("docker-ce").version.startswith("5:20.10.24-")


def test_the_pinned_version_is_there(trixie):
    assert trixie.package("docker-ce").version == "5:23.0.6-1~debian.13~trixie"
    assert trixie.package("docker-ce-cli").version == "5:23.0.6-1~debian.13~trixie"


def test_an_upgrade_of_the_host_keeps_to_the_pin(trixie):
    assert "5:26.1.5" in trixie.run("apt-cache madison docker-ce").stdout, "there is something newer"
    planned = trixie.run("sudo apt-get --simulate dist-upgrade").stdout
    assert "docker-ce" not in planned


def test_the_data_is_where_it_was_asked_for(bookworm):
    assert info(bookworm, ".DockerRootDir") == "/var/lib/docker/elsewhere"


def test_new_networks_come_from_the_pool(bookworm):
    bookworm.run("sudo docker network create pool-test")
    answer = bookworm.run("sudo docker network inspect --format '{{(index .IPAM.Config 0).Subnet}}' pool-test")
    bookworm.run("sudo docker network rm pool-test")
    assert answer.stdout.startswith("10.211.")


def test_the_engine_knows_the_proxy_with_its_password(bookworm):
    # The engine itself hides the password in what it tells.
    pid = bookworm.run("systemctl show --value --property MainPID docker").stdout.strip()
    environment = bookworm.run(f"sudo cat /proc/{pid}/environ").stdout
    assert "HTTP_PROXY=http://ann:50%25@proxy.invalid:3128\0" in environment
    assert "NO_PROXY=mirror,localhost\0" in environment


def test_only_root_reads_the_proxys_password(bookworm):
    assert bookworm.run("grep -r ann: /etc/systemd /etc/docker").stdout == ""


def test_a_log_driver_of_ones_own_has_no_options_of_another(bookworm):
    bookworm.run("sudo docker create --name driver-test hello-world")
    answer = bookworm.run("sudo docker inspect --format '{{json .HostConfig.LogConfig}}' driver-test")
    bookworm.run("sudo docker rm driver-test")
    assert json.loads(answer.stdout) == {"Type": "local", "Config": {}}


def test_pruning_deletes_what_nobody_uses_and_no_volume(bookworm):
    # The engine compares ages in whole seconds, so that nothing of this very second is old enough.
    for command in (
        "sudo docker run --name stopped --volume kept:/data hello-world",
        "sudo docker run --detach --name running hello-world /busybox sleep 1000",
        "sleep 1",
        "sudo systemctl start mlops-workbench-docker-prune.service",
    ):
        answer = bookworm.run(command)
        assert answer.rc == 0, answer.stderr
    # What the engine could not remove it tells in its log only.
    told = bookworm.run(
        "sudo journalctl --no-pager --lines 30 --unit docker --unit mlops-workbench-docker-prune"
    ).stdout
    names = bookworm.run("sudo docker ps --all --format '{{.Names}} {{.Status}}'").stdout.splitlines()
    volumes = bookworm.run("sudo docker volume ls --quiet").stdout.split()
    bookworm.run("sudo docker rm --force running stopped")
    bookworm.run("sudo docker volume rm kept")
    assert [name.split()[0] for name in names] == ["running"], (names, told)
    assert "kept" in volumes


def test_the_next_pruning_has_its_time(bookworm):
    assert "mlops-workbench-docker-prune.timer" in bookworm.run("systemctl list-timers --no-legend").stdout
    assert bookworm.run("systemctl is-enabled mlops-workbench-docker-prune.timer").stdout.strip() == "enabled"


def test_no_pruning_unless_asked_for(trixie):
    assert "docker-prune" not in trixie.run("systemctl list-timers --all --no-legend").stdout
