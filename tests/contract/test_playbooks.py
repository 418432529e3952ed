"""The playbooks by themselves, without a host."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
