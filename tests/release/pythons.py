"""The Pythons of this machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

TARGETS = [(3, minor) for minor in range(9, 15)]


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
