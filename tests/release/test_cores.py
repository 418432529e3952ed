"""The collection with each ansible-core that it is made for, also where this run has another one. The rest: `make matrix`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from ansible.release import __version__
from pythons import cores

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("cores")]
ROOT = Path(__file__).resolve().parents[2]
OTHERS = {core: python for core, python in cores().items() if core != __version__}


@pytest.mark.parametrize("core", OTHERS)
def test_units(core):
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "PYTEST"))
    }
    ran = subprocess.run(
        ["make", f"VENV=.lab/core-{core}", f"PYTHON={OTHERS[core]}", "unit"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " 0 failed" in ran.stdout.splitlines()[-1]
    program = ROOT / f".lab/core-{core}/bin/ansible"
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    assert f"[core {core}]" in told.splitlines()[0]
