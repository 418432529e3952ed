"""Galaxy's own importer takes the artifact and finds nothing to complain about."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("ansible-test")]
ROOT = Path(__file__).resolve().parents[2]
SETTINGS = """
[galaxy-importer]
RUN_ANSIBLE_LINT = True
RUN_FLAKE8 = True
CHECK_REQUIRED_TAGS = True
REQUIRE_V1_OR_GREATER = True
"""
# ruff's formatter, which is the project's, puts spaces and operators where PEP 8 has them today and flake8's defaults had them before.
OLD_STYLE = ("E203", "W503")


def test_galaxy_takes_the_artifact(collection, tmp_path):
    tools = tmp_path / "importer"
    subprocess.run([sys.executable, "-m", "venv", tools], check=True)
    subprocess.run(
        [tools / "bin/pip", "install", "-q", "--disable-pip-version-check", "-r", ROOT / "requirements/importer.txt"],
        check=True,
    )
    # The linter resolves the names of modules: those of amazon.aws lie with the tools of this run.
    here = Path(sysconfig.get_path("purelib"))
    there = tools / here.relative_to(sys.prefix)
    (there / "ansible_collections").symlink_to(here / "ansible_collections")
    path = f"{tools / 'bin'}:{os.environ['PATH']}"
    subprocess.run(
        [Path(sys.executable).parent / "ansible-galaxy", "collection", "build", "--output-path", tmp_path],
        cwd=collection,
        check=True,
        capture_output=True,
    )
    (artifact,) = tmp_path.glob("*.tar.gz")
    (tmp_path / "importer.cfg").write_text(SETTINGS)
    ran = subprocess.run(
        [tools / "bin/python", "-m", "galaxy_importer.main", artifact],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "GALAXY_IMPORTER_CONFIG": str(tmp_path / "importer.cfg")},
        capture_output=True,
        text=True,
        check=False,
    )
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said[-4000:]
    assert "Importer processing completed successfully" in said
    complaints = [line for line in said.splitlines() if line.startswith(("WARNING", "ERROR"))]
    left = [line for line in complaints if not any(word in line for word in OLD_STYLE)]
    assert left == [], "\n".join(left)
