"""The Docker engine in depth: sources and versions, settings among those of others, running containers, and what removal leaves."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_host import LAB, Host, lab

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("docker")]

Converge = Callable[..., subprocess.CompletedProcess[str]]
GPU = '{ "default-runtime": "nvidia", "runtimes": {"nvidia": {"path": "/usr/bin/nvidia-container-runtime"}} }\n'


@pytest.fixture(scope="module")
def upstream() -> dict[str, Any]:
    """The settings for the lab's repository in place of Docker's."""
    lab("apt")
    apt = json.loads((LAB / "apt.json").read_text())
    return {"docker_source": "upstream", **{name: apt[name] for name in apt if name.startswith("docker_")}}


@pytest.fixture(scope="module")
def faults(upstream) -> dict[str, str]:
    """The addresses of the repositories that are at fault."""
    found: dict[str, str] = json.loads((LAB / "apt.json").read_text())["faults"]
    return found


@pytest.fixture
def converge(host: Host, tmp_path: Path) -> Converge:
    """Run the role with some settings."""
    play = tmp_path / "play.yml"
    play.write_text(json.dumps([{"hosts": "all", "become": True, "gather_facts": False, "roles": ["docker"]}]))

    def run(settings: dict[str, Any] | None = None, *options: str) -> subprocess.CompletedProcess[str]:
        return host.play(str(play), "-e", json.dumps(settings or {}), *options)

    return run


def ok(run: subprocess.CompletedProcess[str]) -> str:
    assert run.returncode == 0, run.stdout[-6000:]
    return run.stdout


def said(run: subprocess.CompletedProcess[str]) -> str:
    assert run.returncode == 2, run.stdout[-6000:]
    return " ".join(run.stdout.split())


def sleeper(host: Host) -> str:
    """What tells whether a container has gone on all the time: its id, its start and its process."""
    return host.shell("sudo docker inspect --format '{{.Id}} {{.State.StartedAt}} {{.State.Pid}}' sleeper")


def started(host: Host) -> str:
    """When the engine was started."""
    return host.shell("systemctl show --value --property ActiveEnterTimestampMonotonic docker")


# On a bare host: nothing that is refused leaves a trace.

REFUSALS = {
    "wrong-key": ("which is not the one expected", "docker_key_fingerprint"),
    "expired": ("has expired", "clock"),
    "unsigned": ("its Release file is not signed", "keeps the vendor's signatures"),
}


@pytest.fixture(scope="module")
def bare(host: Host) -> list[str]:
    """How the host looks before all of this; the GPU toolkit of somebody else has been there."""
    host.shell(f"sudo install -d /etc/docker; sudo tee /etc/docker/daemon.json >/dev/null <<'END'\n{GPU}END")
    host.shell("sudo install -m 0755 /bin/true /usr/bin/nvidia-container-runtime; sudo apt-get -qq update")
    return host.snapshot()


@pytest.mark.parametrize("fault", REFUSALS)
@pytest.mark.parametrize("options", [(), ("--check",)], ids=["run", "dry run"])
def test_a_repository_at_fault_is_refused(host, bare, converge, upstream, faults, fault, options) -> None:
    told = said(converge({**upstream, "docker_mirror": faults[fault]}, *options))
    assert f"{host.name}]: FAILED" in told
    assert f"the apt source {faults[fault]}/linux/debian cannot be used" in told
    for words in REFUSALS[fault]:
        assert words in told
    assert "changed=0" in told


def test_a_key_with_another_checksum_is_refused(bare, converge, upstream) -> None:
    told = said(converge({**upstream, "docker_key_sha256": "0" * 64}))
    assert "set docker_key_sha256" in told
    assert "changed=0" in told


def test_a_key_with_another_fingerprint_is_refused_by_apt_itself(bare, converge, upstream) -> None:
    told = said(converge({**upstream, "docker_key_sha256": "", "docker_key_fingerprint": "0" * 40}))
    assert "not signed with the key of docker_key_fingerprint" in told
    assert "changed=0" in told


def test_a_version_that_is_not_there_is_refused_with_those_that_are(bare, converge, upstream) -> None:
    told = said(converge({**upstream, "docker_version": "20.10.7"}))
    assert "has no docker-ce 20.10.7; it has: 5:26.1.5-1~debian.13~trixie, 5:23.0.6-1~debian.13~trixie" in told
    assert "set docker_version" in told


def test_a_version_that_the_distribution_has_not_is_refused_with_that_it_has(host, bare, converge) -> None:
    told = said(converge({"docker_version": "23.0.6"}))
    assert "has no docker-cli 23.0.6; it has: 26.1.5" in told


def test_nothing_has_changed_after_all_of_this(host, bare) -> None:
    assert host.snapshot() == bare
    assert host.shell("cat /etc/docker/daemon.json") == GPU
    assert host.shell("ls /tmp | grep mlops-workbench || true") == ""


# The distribution's engine, and settings among those of others.


def test_an_engine_that_does_not_start_is_told_in_its_own_words_and_the_settings_are_put_back(host, converge) -> None:
    told = said(converge({"docker_daemon_options": {"regstry-mirrors": []}}))
    assert "don't match any configuration option: regstry-mirrors" in told
    assert "correct docker_daemon_options" in told
    assert host.shell("cat /etc/docker/daemon.json") == GPU
    assert host.shell("systemctl is-active docker").strip() == "active"


def test_an_engine_that_refuses_a_reload_is_told_in_its_own_words_and_never_stops(host, converge) -> None:
    host.shell("echo 'DOCKER_OPTS=--log-driver=journald' | sudo tee /etc/default/docker; sudo systemctl restart docker")
    engine = started(host)
    told = said(converge())
    assert "specified both as a flag and in the configuration file: log-driver" in told
    assert "/etc/default/docker" in told
    assert "regstry-mirrors" not in told, "the words of the run before"
    assert started(host) == engine
    assert host.shell("cat /etc/docker/daemon.json") == GPU
    host.shell("sudo truncate --size 0 /etc/default/docker; sudo systemctl restart docker")


def test_a_node_of_a_swarm_is_told_what_to_set_before_anything_is_changed(host, converge) -> None:
    host.shell("sudo docker swarm init --advertise-addr 127.0.0.1")
    told = said(converge())
    host.shell("sudo docker swarm leave --force")
    assert "docker_live_restore: the engine is a node of a swarm" in told
    assert "set docker_live_restore to false" in told
    assert "changed=0" in told


def test_a_log_driver_of_others_stays_with_its_options_and_so_does_a_link(host, converge) -> None:
    theirs = {**json.loads(GPU), "log-driver": "syslog", "log-opts": {"syslog-facility": "daemon"}}
    host.shell(
        "sudo mkdir /srv/disk; cd /etc/docker; sudo mv daemon.json /srv/disk; sudo ln -s /srv/disk/daemon.json daemon.json;"
        f" sudo tee daemon.json >/dev/null <<'END'\n{json.dumps(theirs)}\nEND"
    )
    ok(converge())
    assert host.shell("readlink /etc/docker/daemon.json").strip() == "/srv/disk/daemon.json"
    settings = json.loads(host.shell("cat /srv/disk/daemon.json"))
    assert {key: settings[key] for key in theirs} == theirs
    assert settings["live-restore"] is True
    assert host.shell("sudo docker info --format '{{.LoggingDriver}}'").strip() == "syslog"
    assert "changed=0" in ok(converge())
    ok(converge({"docker_daemon_options": {"log-driver": "local"}}))
    assert "log-opts" not in json.loads(host.shell("cat /srv/disk/daemon.json"))
    host.shell(
        f"sudo rm -r /srv/disk /etc/docker/daemon.json; sudo tee /etc/docker/daemon.json >/dev/null <<'END'\n{GPU}END"
    )


def test_what_is_on_hold_is_told_before_the_removal_begins(host, converge) -> None:
    host.shell("sudo apt-mark hold docker.io")
    told = said(converge({"docker_state": "absent"}))
    host.shell("sudo apt-mark unhold docker.io")
    assert "what is on hold on this host: docker.io" in told
    assert "apt-mark unhold docker.io" in told
    assert "changed=0" in told


def test_the_settings_of_others_survive(host, converge) -> None:
    ok(converge())
    settings = json.loads(host.shell("cat /etc/docker/daemon.json"))
    assert settings["runtimes"] == json.loads(GPU)["runtimes"]
    assert "nvidia" in host.shell("sudo docker info --format '{{json .Runtimes}} {{.DefaultRuntime}}'")


def test_a_second_run_changes_nothing_and_restarts_nothing(host, converge) -> None:
    before = started(host)
    told = ok(converge())
    assert "changed=0" in told
    assert started(host) == before
    assert int(told.split(" ok=")[1].split()[0]) <= 9, told


def test_containers_go_on_when_live_restore_comes_with_the_restart(host, converge) -> None:
    ok(converge({"docker_live_restore": False}))
    # The toolkit's runtime is none that could run something.
    host.shell(
        "sudo docker run --detach --runtime runc --name sleeper --volume kept:/data hello-world /busybox sleep 100000"
    )
    host.shell("sudo docker exec sleeper /busybox sh -c 'echo precious > /data/file'")
    container, engine = sleeper(host), started(host)
    ok(converge())
    assert started(host) != engine
    assert sleeper(host) == container


def test_containers_go_on_through_any_restart(host, converge) -> None:
    container, engine = sleeper(host), started(host)
    ok(converge({"docker_daemon_options": {"max-concurrent-downloads": 2}}))
    assert started(host) != engine
    assert sleeper(host) == container


def test_a_setting_that_is_no_longer_asked_for_goes(host, converge) -> None:
    ok(converge())
    assert "max-concurrent-downloads" not in host.shell("cat /etc/docker/daemon.json")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"docker_daemon_options": {"log-level": "shrill"}}, "shrill"),
        ({"docker_daemon_options": {"regstry-mirrors": []}}, "regstry-mirrors"),
        ({"docker_address_pools": [{"base": "10.0.0.0/24", "size": 8}]}, "invalid pools size"),
    ],
    ids=["a value that --validate finds", "a name that --validate finds", "a value that only a start finds"],
)
def test_bad_settings_leave_the_engine_and_its_containers_as_they_were(host, converge, settings, words) -> None:
    container, file = sleeper(host), host.shell("cat /etc/docker/daemon.json")
    told = said(converge(settings))
    assert words in told
    assert "docker_daemon_options" in told
    assert host.shell("cat /etc/docker/daemon.json") == file
    assert host.shell("systemctl is-active docker").strip() == "active"
    assert sleeper(host) == container
    assert "changed=0" in ok(converge())


# From the distribution to Docker's own packages and back.


def test_older_entries_for_dockers_repository_and_their_keys_give_way(host, converge, upstream) -> None:
    host.shell(
        "echo 'deb [signed-by=/etc/apt/keyrings/docker.gpg] https://download.docker.com/linux/debian trixie stable'"
        " | sudo tee /etc/apt/sources.list.d/docker.list; sudo touch /etc/apt/keyrings/docker.gpg"
    )
    container = sleeper(host)
    ok(converge(upstream))
    assert host.shell("ls /etc/apt/sources.list.d /etc/apt/keyrings").split() == [
        "/etc/apt/keyrings:",
        "mlops-workbench-docker.asc",
        "/etc/apt/sources.list.d:",
        "mlops-workbench-docker.sources",
    ]
    assert "5:26.1.5-1~debian.13~trixie" in host.shell("dpkg-query --show docker-ce")
    assert sleeper(host) == container


def test_a_second_run_with_dockers_repository_is_as_quiet(host, converge, upstream) -> None:
    told = ok(converge(upstream))
    assert "changed=0" in told
    assert int(told.split(" ok=")[1].split()[0]) <= 9, told


def test_an_older_version_is_installed_and_an_upgrade_keeps_it(host, converge, upstream) -> None:
    ok(converge({**upstream, "docker_version": "23.0.6"}))
    host.shell("sudo DEBIAN_FRONTEND=noninteractive apt-get -qy upgrade")
    assert "5:23.0.6-1~debian.13~trixie" in host.shell("dpkg-query --show docker-ce docker-ce-cli")


def test_without_its_pin_the_engine_stays_until_somebody_upgrades_it(host, converge, upstream) -> None:
    ok(converge(upstream))
    assert "5:23.0.6" in host.shell("dpkg-query --show docker-ce")
    assert "Inst docker-ce [5:23.0.6" in host.shell("sudo apt-get --simulate upgrade")


def test_a_key_that_somebody_has_changed_is_brought_again(host, converge, upstream) -> None:
    host.shell("sudo truncate --size 0 /etc/apt/keyrings/mlops-workbench-docker.asc")
    ok(converge(upstream))
    host.shell("sudo apt-get -q update -o APT::Update::Error-Mode=any")


def test_back_to_the_distribution_with_images_containers_and_volumes(host, converge) -> None:
    images = host.shell("sudo docker images --quiet --no-trunc")
    container = sleeper(host)
    ok(converge())
    assert "ii" in host.shell("dpkg-query --show --showformat '${db:Status-Abbrev}' docker.io")
    assert host.shell("sudo docker images --quiet --no-trunc") == images
    assert sleeper(host) == container
    assert (
        host.shell("sudo docker run --rm --runtime runc --volume kept:/data hello-world /busybox cat /data/file")
        == "precious\n"
    )
    assert host.shell("ls /etc/apt/sources.list.d /etc/apt/keyrings /etc/apt/preferences.d").split("\n")[1:2] == [""]


# The way out.


def test_removal_stops_the_containers_and_keeps_the_data_and_the_settings_of_others(host, bare, converge) -> None:
    ok(converge({"docker_state": "absent"}))
    assert host.shell("pgrep --full 'busybox sleep|containerd' || true") == ""
    assert host.shell("sudo cat /var/lib/docker/volumes/kept/_data/file") == "precious\n"
    assert json.loads(host.shell("cat /etc/docker/daemon.json")) == json.loads(GPU)
    assert host.snapshot() == bare


def test_the_engine_comes_back_to_its_data(host, converge) -> None:
    ok(converge())
    assert (
        host.shell("sudo docker run --rm --runtime runc --volume kept:/data hello-world /busybox cat /data/file")
        == "precious\n"
    )


def test_the_data_goes_when_asked(host, converge) -> None:
    ok(converge({"docker_state": "absent", "docker_remove_data": True}))
    assert host.shell("sudo find /var/lib/docker /var/lib/containerd -mindepth 1") == ""


def test_images_in_containerds_store_are_not_lost_sight_of(host, converge, upstream) -> None:
    ok(converge({**upstream, "docker_daemon_options": {"features": {"containerd-snapshotter": True}}}))
    told = said(converge())
    assert "save what you need with docker save" in told
    assert "docker-ce" in host.shell("dpkg-query --show docker-ce")
    assert host.shell("systemctl is-active docker").strip() == "active"
