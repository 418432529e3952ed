"""The code as its readers want it: each linter is one test."""

from __future__ import annotations

import json
import os
import re
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
    "mypy": ["mypy", "lab", "bench"],
    "mypy of the plugins": ["mypy", "-p", "ansible_collections.mlops.workbench.plugins"],
    "codespell": ["codespell", "--skip=.git,.venv,.lab,.ansible,*.bin"],
    "antsibull-docs": [
        "antsibull-docs",
        "lint-collection-docs",
        "--plugin-docs",
        "--validate-collection-refs=self",
        "--skip-rstcheck",
        ".",
    ],
    "antsibull-changelog": ["antsibull-changelog", "lint"],
}
SHEBANG = re.compile(rb"#!.*\b(ba|da)?sh\b")

# Checksums and the tests' made-up tokens look like secrets to a guess by randomness or by a variable's name.
SECRETS = ["detect-secrets", "scan", "--no-verify"] + [
    word
    for kind in ("HexHighEntropyString", "Base64HighEntropyString", "KeywordDetector")
    for word in ("--disable-plugin", kind)
]


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "ANSIBLE_NOCOLOR": "1", "NO_COLOR": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", LINTERS.values(), ids=LINTERS)
def test_linter(command: list[str]) -> None:
    ran = run(command)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_shell_scripts() -> None:
    files = [ROOT / name for name in run(["git", "ls-files"]).stdout.splitlines()]
    scripts = [str(file) for file in files if file.is_file() and SHEBANG.match(file.read_bytes()[:64])]
    assert scripts
    ran = run(["shellcheck", *scripts])
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_no_secret_is_in_the_tree() -> None:
    assert json.loads(run(SECRETS).stdout)["results"] == {}
