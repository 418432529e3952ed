"""The playbooks by themselves, without a host."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.roles import SITE_ROLES

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


def tasks(playbook: str) -> list[dict]:
    """The tasks of a playbook's plays."""
    return [task for play in plays(playbook) for task in [*play.get("pre_tasks", []), *play.get("tasks", [])]]


def imports(playbook: str) -> list[dict]:
    """The tasks that import a role or an entry point of one."""
    return [task for task in tasks(playbook) if "ansible.builtin.import_role" in task]


def roles(playbook: str) -> list[str]:
    """The roles of a playbook in their order."""
    imported = [task["ansible.builtin.import_role"] for task in imports(playbook)]
    listed = [entry["role"] for play in plays(playbook) for entry in play.get("roles", [])]
    return listed + [role["name"] for role in imported if "tasks_from" not in role]


def settings_roles(playbook: str) -> list[str] | str:
    """The roles whose settings are examined before any of them runs."""
    (check,) = [task["vars"]["settings_roles"] for task in tasks(playbook) if "settings_roles" in task.get("vars", {})]
    return check


@pytest.mark.parametrize("playbook", ["maturity.yml", "project.yml", "aws.yml", "gcp.yml", "ssh.yml"])
def test_the_settings_of_every_role_are_examined_first(playbook: str) -> None:
    assert settings_roles(playbook) == roles(playbook)


def test_the_site_is_what_the_table_of_roles_says() -> None:
    assert roles("site.yml") == list(SITE_ROLES)
    assert roles("uninstall.yml") == list(reversed(SITE_ROLES))
    assert "mlops.workbench.site_roles" in settings_roles("site.yml")
    assert all(task["tags"] == task["ansible.builtin.import_role"]["name"] for task in imports("site.yml"))
    assert all(entry["tags"] == entry["role"] for play in plays("uninstall.yml") for entry in play.get("roles", []))
    prefetched = [task["ansible.builtin.import_role"] for task in imports("site.yml")]
    assert [role["name"] for role in prefetched if role.get("tasks_from") == "prefetch"] == [
        role for role in SITE_ROLES if (ROOT / "roles" / role / "tasks/prefetch.yml").exists()
    ]


def test_the_readme_lists_all_roles_and_those_of_the_site_in_the_order_of_the_table() -> None:
    listed = re.findall(r"\[\w+\]\(roles/(\w+)/README.md\)", (ROOT / "README.md").read_text())
    assert listed[: len(SITE_ROLES)] == list(SITE_ROLES)
    assert sorted(listed) == sorted(path.name for path in (ROOT / "roles").iterdir())
