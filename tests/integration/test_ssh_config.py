"""playbooks/ssh.yml with inventories as they come and go."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from lab_host import BIN, ROOT, environment


def play(home: Path, inventory: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the playbook with an SSH configuration below `home`."""
    command = [BIN / "ansible-playbook", "-i", inventory, "playbooks/ssh.yml", "-e", f"ssh_config_file={home}/config"]
    return subprocess.run(
        [*command, *words], cwd=ROOT, env={**environment(), **settings}, text=True, capture_output=True, check=False
    )


def names(home: Path) -> str:
    """Return the lines of SSH's own view that tell machines apart."""
    return "\n".join(path.read_text() for path in sorted(home.glob("mlops-workbench/*/config")))


def test_machines_come_and_go(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    aws, other = tmp_path / "aws", tmp_path / "other"
    aws.write_text(
        "one ansible_host=192.0.2.1 ansible_ssh_common_args='-J ann@bastion'\ntwo ansible_host=192.0.2.2\nhere ansible_connection=local\n"
    )
    other.write_text("three\n")
    for inventory in (aws, other):
        assert play(home, inventory).returncode == 0
    assert [name for name in ("one", "two", "three", "here") if f"Host {name}\n" in names(home)] == [
        "one",
        "two",
        "three",
    ]
    assert names(home).count("ProxyJump ann@bastion\n") == 1

    aws.write_text("two ansible_host=192.0.2.22\n")
    assert play(home, aws).returncode == 0
    assert "Host one\n" not in names(home)
    assert "HostName 192.0.2.22\n" in names(home)
    assert "Host three\n" in names(home)

    assert play(home, aws, "-e", "ssh_config_state=absent").returncode == 0
    assert "Host three\n" in names(home)
    assert (home / "config").exists()
    assert play(home, other, "-e", "ssh_config_state=absent").returncode == 0
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "known", "variable"),
    [
        ("*", {}, "inventory"),
        ("ok", {"ansible_host": "192.0.2.1\n  ProxyCommand touch /tmp/x"}, "ansible_host"),
        ("ok", {"ansible_user": "ann\n  ProxyCommand touch /tmp/x"}, "ansible_user"),
    ],
)
def test_a_machine_cannot_speak_for_others(name: str, known: dict[str, str], variable: str, tmp_path: Path) -> None:
    inventory = tmp_path / "odd.yml"
    inventory.write_text(json.dumps({"all": {"hosts": {name: known}}}))
    run = play(tmp_path, inventory)
    said = " ".join((run.stdout + run.stderr).split())
    assert run.returncode == 2, said
    assert f"- {variable}: no SSH configuration can hold" in said
    assert name in said
    assert not (tmp_path / "config").exists()


def test_a_cloud_that_may_be_down_is_not_taken_for_one_without_machines(tmp_path: Path) -> None:
    inventory = tmp_path / "empty"
    inventory.write_text("")
    run = play(tmp_path, inventory, ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="false")
    assert run.returncode == 2
    assert "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true" in " ".join((run.stdout + run.stderr).split())
    assert not (tmp_path / "config").exists()
