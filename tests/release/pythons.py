"""The Pythons of this machine, and which ansible-core each of them gets; as a program, prints the latter."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
OLDEST_CONTROLLER = (3, 11)
TARGETS = [(3, minor) for minor in range(9, 15)]


@functools.cache
def interpreters() -> dict[str, Path]:
    """The Pythons of this machine that a managed host may have, by version. A pyenv shim that answers for none is none."""
    found = {}
    for major, minor in TARGETS:
        name = f"python{major}.{minor}"
        folders = [
            *map(Path, os.environ["PATH"].split(":")),
            *sorted(Path.home().glob(f".pyenv/versions/{major}.{minor}.*/bin")),
        ]
        for program in (folder / name for folder in folders):
            if (
                program.is_file()
                and subprocess.run([program, "-m", "venv", "-h"], capture_output=True, check=False).returncode == 0
            ):
                found[f"{major}.{minor}"] = program
                break
    return found


def cores() -> dict[str, Path]:
    """Each pinned ansible-core that this machine can run, with the newest Python that gets it, the oldest core first."""
    lines = (ROOT / "requirements/ansible.txt").read_text().splitlines()
    pins = [Requirement(line) for line in lines if line.startswith("ansible-core==")]
    found = {}
    for version, program in interpreters().items():
        if tuple(map(int, version.split("."))) < OLDEST_CONTROLLER:
            continue
        (pin,) = [pin for pin in pins if not pin.marker or pin.marker.evaluate({"python_version": version})]
        found[str(pin.specifier).lstrip("=")] = program
    return found


if __name__ == "__main__":
    for core, program in cores().items():
        print(core, program)
