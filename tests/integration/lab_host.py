"""A lab host, and how a test runs playbooks and scripts on it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAB = ROOT / ".lab"
BIN = Path(sys.executable).parent
INVENTORY = """
all:
  hosts:
    {name}:
      ansible_host: {prefix}-{name}
      ansible_ssh_common_args: -F {lab}/ssh_config -o ClearAllForwardings=yes
"""


@dataclass(frozen=True)
class Host:
    """A lab host and the inventory that holds nothing else."""

    name: str
    inventory: Path

    def command(self, *arguments: str) -> list[str]:
        """Return the words of an ansible-playbook command for this host."""
        return [str(BIN / "ansible-playbook"), "-i", str(self.inventory), *arguments]

    def play(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a playbook on the host, to its end."""
        return subprocess.run(
            self.command(*arguments),
            cwd=ROOT,
            env=environment(),
            text=True,
            capture_output=True,
            timeout=900,
            check=False,
        )

    def shell(self, script: str) -> str:
        """Run a script on the host over SSH and return what it printed."""
        command = ["ssh", "-F", str(LAB / "ssh_config"), self.name, "bash -s"]
        return subprocess.run(command, input=script, text=True, capture_output=True, timeout=300, check=True).stdout

    def snapshot(self) -> list[str]:
        """Return how the host looks: packages, groups, units and files."""
        return self.shell(
            "sudo bash -s <<'END'\n" + (ROOT / "molecule/shared/snapshot.sh").read_text() + "END\n"
        ).splitlines()


def environment() -> dict[str, str]:
    """Return what a playbook on the lab needs to see."""
    return {**os.environ, "WORKBENCH_LAB": str(LAB), "ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": "0"}


def lab(*arguments: str) -> None:
    """Run a command of the lab."""
    subprocess.run([sys.executable, "-m", "lab", *arguments], cwd=ROOT, check=True, timeout=900)
