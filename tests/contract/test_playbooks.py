"""The playbooks by themselves, without a host."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.receipts import ROLES

ROOT = Path(__file__).resolve().parents[2]
FOR_MACHINES = sorted(path for path in (ROOT / "playbooks").glob("*.yml") if "hosts: all" in path.read_text())


@pytest.mark.parametrize("playbook", FOR_MACHINES, ids=lambda path: path.stem)
def test_an_inventory_without_a_machine_is_a_failure_with_a_remedy(playbook: Path, tmp_path: Path) -> None:
    inventory = tmp_path / "hosts.yml"
    inventory.write_text("all:\n  hosts: {}\n")
    ran = subprocess.run(
        [Path(sys.executable).parent / "ansible-playbook", "-i", inventory, playbook],
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = " ".join(ran.stdout.split())
    assert ran.returncode == 2, said
    assert f"There is no machine in {inventory}" in said
    assert "makes or starts one" in said


def plays(playbook: str) -> list[dict]:
    """The plays of a playbook."""
    return yaml.safe_load((ROOT / "playbooks" / playbook).read_text())


def roles(playbook: str) -> list[str]:
    """The roles of a playbook in their order."""
    imported = [
        task["ansible.builtin.import_role"]
        for play in plays(playbook)
        for task in play.get("tasks", [])
        if "ansible.builtin.import_role" in task
    ]
    listed = [entry["role"] for play in plays(playbook) for entry in play.get("roles", [])]
    return listed + [role["name"] for role in imported if "tasks_from" not in role]


def examined(playbook: str) -> list[str]:
    """The roles whose settings are examined before any of them runs."""
    tasks = [task for play in plays(playbook) for task in [*play.get("tasks", []), *play.get("pre_tasks", [])]]
    (check,) = [task["vars"]["settings_roles"] for task in tasks if "settings_roles" in task.get("vars", {})]
    return check


@pytest.mark.parametrize("playbook", ["site.yml", "maturity.yml", "project.yml", "aws.yml", "gcp.yml", "ssh.yml"])
def test_the_settings_of_every_role_are_examined_first(playbook: str) -> None:
    assert examined(playbook) == roles(playbook)


def test_the_doctor_knows_the_roles_of_the_site() -> None:
    (default,) = [
        re.search(r"default\((\[.*\])\)", task["mlops.workbench.workbench_info"]["expect"])[1]
        for play in plays("doctor.yml")
        for task in play.get("tasks", [])
        if "mlops.workbench.workbench_info" in task
    ]
    assert sorted(ROLES) == sorted(roles("site.yml"))
    assert sorted(yaml.safe_load(default)) == sorted(set(ROLES) - {"project"}), (
        "a project is nobody's until one is asked for"
    )
