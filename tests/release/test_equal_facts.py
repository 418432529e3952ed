"""A project is seen alike by every Python that a host may have, within the same limits."""

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


LIMITED = """
import sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.limits import Limits, NotFinishedError, run_limited
for work in (lambda: sum(range(10**12)), lambda: "a" * (2 << 30)):
    try:
        run_limited(work, Limits(1, 100))
    except NotFinishedError as told:
        print(told)
"""


@pytest.mark.parametrize("python", interpreters().values(), ids=interpreters())
def test_the_limits_hold_on_a_host_with_this_python(python: Path) -> None:
    command = [python, "-c", LIMITED, ROOT / ".ansible/collections"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told == "not finished in 1 s\nnot finished with 100 MB\n"


@pytest.mark.parametrize("python", interpreters().values(), ids=interpreters())
def test_what_runs_on_a_host_compiles_there(python: Path) -> None:
    program = (
        "import sys\nfor path in sys.argv[1:]:\n    compile(open(path, 'rb').read(), path, 'exec', dont_inherit=True)"
    )
    files = [*ROOT.glob("plugins/modules/*.py"), *ROOT.glob("plugins/module_utils/**/*.py")]
    subprocess.run([str(python), "-c", program, *map(str, files)], check=True)
