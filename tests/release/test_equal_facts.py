"""A project is seen alike by every Python that a host may have."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pythons import interpreters

from bench.maturity import COLLECT, plan

pytestmark = pytest.mark.full
ROOT = Path(__file__).resolve().parents[2]
PROJECTS = {"the example": ROOT / "examples", "a project of the tests": ROOT / "molecule/maturity/project"}


def facts(python: Path | str, project: Path) -> dict[str, object]:
    """What maturity_info would send to the controller from a host with this Python."""
    program = (
        COLLECT.replace("collect(sys.argv[2]", "facts = collect(sys.argv[2]")
        + "print(json.dumps(facts, sort_keys=True))"
    )
    command = [python, "-c", program, ROOT / ".ansible/collections", project]
    ran = subprocess.run(command, input=plan(), capture_output=True, text=True, check=True)
    told: dict[str, object] = json.loads(ran.stdout)
    return told


@pytest.mark.parametrize("project", PROJECTS.values(), ids=PROJECTS)
@pytest.mark.parametrize("python", interpreters().values(), ids=interpreters())
def test_the_facts_are_those_of_the_controllers_python(python: Path, project: Path) -> None:
    told = facts(python, project)
    assert told["files"]
    assert told == facts(sys.executable, project)
