"""The code as its readers want it: each linter is one test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
LINTERS = {
    "ansible-lint": ["ansible-lint", "--offline", "--strict"],
    "yamllint": ["yamllint", "--strict", "."],
    "ruff check": ["ruff", "check"],
    "ruff format": ["ruff", "format", "--check"],
    "mypy": ["mypy", "lab"],
    "codespell": ["codespell", "--skip=.git,.venv,.lab,.ansible"],
    "antsibull-docs": [
        "antsibull-docs",
        "lint-collection-docs",
        "--plugin-docs",
        "--validate-collection-refs=self",
        "--skip-rstcheck",
        ".",
    ],
}


@pytest.mark.parametrize("command", LINTERS.values(), ids=LINTERS)
def test_linter(command: list[str]) -> None:
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "ANSIBLE_NOCOLOR": "1", "NO_COLOR": "1"}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
