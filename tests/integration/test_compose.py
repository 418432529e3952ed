"""Where Compose comes from and whose it is: changed by a setting, both ways, with nothing left of what was before."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lab_host import Host

pytestmark = pytest.mark.xdist_group("compose")

PLAY = [{"hosts": "all", "become": True, "gather_facts": False, "roles": ["docker_group", "compose"]}]
COMPOSE_ALONE = [{**PLAY[0], "roles": ["compose"]}]
ANSWERS = "docker-compose version --short; docker compose version --short"
LINE = 'export PATH="${HOME}/soft:${PATH}"'

# Compose 1 as pip leaves it, and as Debian 12 packages it: stand-ins, since they only have to say their version.
PROGRAM_1 = "#!/usr/bin/python3\nprint('1.29.2')\n"
PIP_1 = f"""
packages=$(echo /usr/local/lib/python3.*/dist-packages)
sudo mkdir -p $packages/compose $packages/docker_compose-1.29.2.dist-info
sudo touch $packages/compose/cli.py $packages/docker_compose-1.29.2.dist-info/RECORD
sudo tee /usr/local/bin/docker-compose <<'END'
{PROGRAM_1}END
sudo chmod 0755 /usr/local/bin/docker-compose
"""
APT_1 = f"""
tree=$(mktemp --directory)
mkdir -p $tree/DEBIAN $tree/usr/bin
printf 'Package: docker-compose\\nVersion: 1.29.2-3\\nArchitecture: all\\nMaintainer: nobody\\nDescription: stand-in\\n' > $tree/DEBIAN/control
cat > $tree/usr/bin/docker-compose <<'END'
{PROGRAM_1}END
chmod 0755 $tree $tree/usr/bin/docker-compose
dpkg-deb --root-owner-group --build $tree /tmp/docker-compose.deb
sudo dpkg --install /tmp/docker-compose.deb
"""


@pytest.fixture(scope="module")
def compose(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Run the role with settings, on a host with the engine's command line but without an engine, which nothing here needs."""
    folder = tmp_path_factory.mktemp("plays")
    (folder / "compose.yml").write_text(json.dumps(COMPOSE_ALONE))
    host.shell("sudo apt-get update -qq && sudo apt-get install -qq --no-install-recommends docker-cli >/dev/null 2>&1")
    host.shell("sudo useradd --create-home --shell /bin/bash ann")

    def play(*arguments: str, code: int = 0, **settings: object) -> str:
        run = host.play(str(folder / "compose.yml"), "-e", json.dumps(settings), *arguments)
        assert run.returncode == code, run.stdout
        return run.stdout

    return play


@pytest.fixture(scope="module")
def before(host: Host, compose: Callable[..., str]) -> list[str]:
    """How the host looks before the role has ever run."""
    return host.snapshot()


def changed_tasks(printed: str) -> set[str]:
    return set(re.findall(r"TASK \[([^\n]*)\] \*+\n(?:(?!TASK|RUNNING)[^\n]*\n)*?changed: ", printed))


def answers(host: Host, user: str) -> list[str]:
    """What both spellings say in a shell that a user types in."""
    said = host.shell(f"sudo -u {user} -i bash -i -c '{ANSWERS}' 2>/dev/null || true").split()
    return [version.partition("-")[0] for version in said]


def test_a_user_gets_compose_and_nobody_else(host: Host, compose, before) -> None:
    foreseen = compose("--check", compose_users=["ann"])
    assert before == host.snapshot()
    done = compose(compose_users=["ann"])
    assert changed_tasks(foreseen) == changed_tasks(done) != set()
    assert answers(host, "ann") == ["2.26.1", "2.26.1"]
    assert answers(host, "ubuntu") == []
    assert host.shell("sudo stat --format %U /home/ann/soft/docker-compose") == "ann\n"
    assert "changed=0" in compose(compose_users=["ann"])


def test_the_doctor_finds_it_there(host: Host, compose) -> None:
    run = host.play("playbooks/doctor.yml", "-e", '{"doctor_expect": ["compose"]}')
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    "line", [LINE, *(pytest.param(f"export PATH={home}/soft:$PATH", marks=pytest.mark.full) for home in ("$HOME", "~"))]
)
def test_the_path_is_set_once_where_the_user_had_set_it_already(host: Host, compose, line: str) -> None:
    host.shell(f"printf '%s\\n' '{line}' >> /home/ubuntu/.bashrc")
    compose(compose_users=["ann", "ubuntu"])
    assert answers(host, "ubuntu") == ["2.26.1", "2.26.1"]
    assert host.shell("grep -c soft: /home/ubuntu/.bashrc").strip() == "1"
    compose(compose_users=["ann"])
    assert host.shell("grep -c soft: /home/ubuntu/.bashrc").strip() == "1"  # it was the user's own
    assert answers(host, "ubuntu") == []
    host.shell("sed -i '/soft:/d' /home/ubuntu/.bashrc")


def test_a_link_in_the_home_gives_nobody_another_folder(host: Host, compose) -> None:
    host.shell("ln -s /usr/local/sbin /home/ubuntu/soft")
    compose(code=2, compose_users=["ann", "ubuntu"])
    assert host.shell("ls /usr/local/sbin; rm /home/ubuntu/soft") == ""


@pytest.mark.full
def test_from_one_user_to_the_distribution(host: Host, compose) -> None:
    foreseen = compose("--check", compose_source="distro")
    done = compose(compose_source="distro")
    assert changed_tasks(foreseen) == changed_tasks(done) - {"compose : Remove the folders that are empty now"}
    assert answers(host, "ubuntu") == answers(host, "ann") == ["2.26.1", "2.26.1"]
    assert host.shell("dpkg-query --show --showformat '${db:Status-Status}' docker-compose") == "installed"
    assert (
        host.shell("sudo ls -A /home/ann/soft /home/ann/.docker 2>/dev/null; sudo grep -c soft /home/ann/.bashrc; true")
        == "0\n"
    )
    assert "changed=0" in compose(compose_source="distro")


@pytest.mark.full
def test_from_the_distribution_to_a_release(host: Host, compose) -> None:
    compose()
    assert answers(host, "ubuntu") == ["2.26.1", "2.26.1"]
    assert host.shell("ls /usr/libexec/docker/cli-plugins 2>/dev/null; true") == ""
    assert "changed=0" in compose()


@pytest.mark.full
def test_a_download_goes_through_the_proxy(host: Host, compose) -> None:
    """Nobody knows the mirror's name but the proxy, for which the lab's web server is enough."""
    host.shell("sudo rm /usr/local/bin/docker-compose")
    compose(compose_mirror="http://compose.invalid/compose", compose_proxy={"http_proxy": "http://mirror"})
    assert answers(host, "ubuntu") == ["2.26.1", "2.26.1"]


@pytest.mark.full
def test_compose_1_of_apt_is_told_of_and_removed_on_request(host: Host, compose) -> None:
    host.shell(APT_1)
    assert "compose_remove_v1" in compose()
    assert answers(host, "ubuntu") == ["2.26.1", "2.26.1"]
    assert "compose_remove_v1" not in compose(compose_remove_v1=True)
    assert host.shell("ls /usr/bin/docker-compose 2>/dev/null; true") == ""
    assert "changed=0" in compose(compose_remove_v1=True)


def test_the_removal_leaves_nothing(host: Host, compose, before) -> None:
    compose(compose_state="absent")
    assert host.snapshot() == before
    assert "changed=0" in compose(compose_state="absent")


@pytest.mark.full
def test_compose_1_in_the_place_of_compose_2_is_refused_and_removed_on_request(host: Host, compose, before) -> None:
    host.shell(PIP_1)
    refused = compose(code=2)
    assert "- compose_remove_v1: /usr/local/bin/docker-compose is Compose 1" in " ".join(refused.split())
    assert "changed=0" in refused
    assert host.shell("docker-compose") == "1.29.2\n"
    foreseen = compose("--check", compose_remove_v1=True)
    assert changed_tasks(foreseen) == changed_tasks(compose(compose_remove_v1=True))
    assert answers(host, "ubuntu") == ["2.26.1", "2.26.1"]
    compose(compose_state="absent")
    assert host.snapshot() == before


@pytest.mark.full
def test_with_docker_group_a_second_run_takes_nine_tasks_at_most(host: Host, compose, tmp_path: Path) -> None:
    (tmp_path / "both.yml").write_text(json.dumps(PLAY))
    host.play(str(tmp_path / "both.yml"))
    again = host.play(str(tmp_path / "both.yml")).stdout
    counted = re.search(r"ok=(\d+)\s+changed=(\d+)", again)
    assert counted, again
    assert int(counted[1]) <= 9
    assert int(counted[2]) == 0
