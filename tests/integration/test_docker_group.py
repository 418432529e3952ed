"""Who may use Docker without sudo: the users named, at once, and nobody else is moved in or out without being asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lab_host import Host

pytestmark = pytest.mark.xdist_group("docker_group")

PEOPLE = """
sudo groupadd team
for user in ann bob cid; do sudo useradd --create-home --shell /bin/bash $user; done
sudo usermod --append --groups team,games ann
sudo groupadd --system docker && sudo gpasswd --add cid docker
"""
ENGINE = [{"hosts": "all", "become": True, "gather_facts": False, "roles": ["docker"]}]
GROUP = [
    {
        "hosts": "all",
        "gather_facts": False,
        "tasks": [
            # The connection that this opens stays open, with the groups of its login.
            {
                "name": "Ask before",
                "ansible.builtin.command": "docker version",
                "failed_when": False,
                "changed_when": False,
            },
            {"ansible.builtin.include_role": {"name": "docker_group", "apply": {"become": True}}},
            {
                "name": "Ask after",
                "ansible.builtin.command": "docker run --rm hello-world",
                "register": "greeting",
                "changed_when": False,
            },
            {"name": "Show it", "ansible.builtin.debug": {"var": "greeting.stdout_lines"}},
        ],
    }
]


@pytest.fixture(scope="module")
def people(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The playbook of the role on a host with an engine, three more users, one of whom is in the group already."""
    folder = tmp_path_factory.mktemp("plays")
    (folder / "engine.yml").write_text(json.dumps(ENGINE))
    (folder / "group.yml").write_text(json.dumps(GROUP))
    host.shell(PEOPLE)
    run = host.play(str(folder / "engine.yml"))
    assert run.returncode == 0, run.stdout
    return folder / "group.yml"


def may(host: Host) -> set[str]:
    """Who of all the users reaches the engine after a new login."""
    script = (
        "for user in ubuntu ann bob cid; do sudo -iu $user docker version >/dev/null 2>&1 && echo $user; done; true"
    )
    return set(host.shell(script).split())


def play(host: Host, people: Path, *arguments: str, **settings: object) -> str:
    run = host.play(str(people), "-e", json.dumps(settings), *arguments)
    assert run.returncode == 0, run.stdout
    return run.stdout


def test_before_only_those_of_before_may(host: Host, people: Path) -> None:
    assert may(host) == {"cid"}


def test_the_login_user_may_at_once(host: Host, people: Path) -> None:
    assert "Hello from Docker!" in play(host, people)
    assert may(host) == {"ubuntu", "cid"}


def test_all_of_a_group_and_one_by_name(host: Host, people: Path) -> None:
    play(host, people, docker_group_users=["ubuntu", "@team", "bob"])
    assert may(host) == {"ubuntu", "ann", "bob", "cid"}


def test_primary_and_other_groups_are_as_before(host: Host, people: Path) -> None:
    primary, *others = host.shell("id -gn ann; id -Gn ann").splitlines()
    assert primary == "ann"
    assert set(others[0].split()) == {"ann", "team", "games", "docker"}


def test_who_is_not_named_any_more_stays(host: Host, people: Path) -> None:
    assert "changed=1" in play(host, people, docker_group_users=["ubuntu", "bob"])
    assert may(host) == {"ubuntu", "ann", "bob", "cid"}


def test_and_goes_on_request(host: Host, people: Path) -> None:
    settings = {"docker_group_users": ["ubuntu", "bob"], "docker_group_exclusive": True}
    foreseen = play(host, people, "--check", "--diff", **settings)
    assert "-ann" in foreseen
    assert may(host) == {"ubuntu", "ann", "bob", "cid"}
    play(host, people, **settings)
    assert may(host) == {"ubuntu", "bob"}
    assert "changed=0" in play(host, people, **settings)


def test_a_group_of_a_directory_is_named_before_anything_is_changed_and_left_alone_by_the_removal(
    host: Host, people: Path
) -> None:
    # libnss-extrausers stands in for LDAP or SSSD: a group that getent knows and that is not in /etc/group.
    host.shell(
        "sudo DEBIAN_FRONTEND=noninteractive apt-get -qy install libnss-extrausers >/dev/null 2>&1;"
        " sudo cp /etc/group /etc/gshadow /etc/nsswitch.conf /var/lib/misc/mlops-workbench-docker_group.json /root;"
        " sudo sed -i 's/^group:.*/group: files extrausers/' /etc/nsswitch.conf;"
        " sudo sed -i /^docker:/d /etc/group /etc/gshadow; echo 'docker:x:4242:ann' | sudo tee /var/lib/extrausers/group"
    )
    refused = host.play(str(people), "-e", json.dumps({"docker_group_users": ["ann", "bob"]}))
    removed = host.play(str(people), "-e", "docker_group_state=absent")
    left = host.shell("getent group docker")
    receipts = host.shell("ls /var/lib/misc")
    host.shell("sudo sh -c 'cd /root; cp group gshadow nsswitch.conf /etc; mv mlops-workbench-* /var/lib/misc'")
    said = " ".join(refused.stdout.split())
    assert "docker_group_users: the group docker comes from a directory (extrausers in /etc/nsswitch.conf)" in said, (
        said
    )
    assert "let bob into the group there" in said
    assert "changed=0" in said
    assert left == "docker:x:4242:ann\n"
    assert "mlops-workbench-docker_group.json" not in receipts
    assert "Ask after" in removed.stdout, "the role went on to its end"


def test_the_removal_takes_out_whom_the_role_let_in_and_nobody_else(host: Host, people: Path) -> None:
    host.shell("sudo gpasswd --add cid docker")
    run = host.play(str(people), "-e", "docker_group_state=absent")
    assert "permission denied" in run.stdout.lower(), run.stdout  # at once, too
    assert may(host) == {"cid"}
