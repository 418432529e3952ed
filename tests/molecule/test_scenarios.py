"""Each Molecule scenario as one test, its testinfra checks as subtests; a platform that is marked `full` is a run of its own.

Stricter than Molecule itself: a step whose playbook is missing fails, and the dry run has to predict exactly what the real one changes.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / ".lab" / "reports"
SECONDS = 1800  # for a scenario
SCENARIOS = sorted(path.parent.name for path in ROOT.glob("molecule/*/molecule.yml"))
SHARED = yaml.safe_load((ROOT / "molecule/config.yml").read_text())


def runs(scenario: str) -> Iterator[pytest.ParameterSet]:
    """Yield the runs of a scenario, each with the platform that it is limited to, None for all.

    They share Molecule's folder of the scenario, so that one worker has them all.
    """
    own = yaml.safe_load((ROOT / "molecule" / scenario / "molecule.yml").read_text())
    platforms = own.get("platforms", SHARED["platforms"])
    names = {one["name"].replace("${MOLECULE_SCENARIO_NAME}", scenario): one.get("full", False) for one in platforms}
    usual = [name for name, full in names.items() if not full]
    group = pytest.mark.xdist_group(f"molecule-{scenario}")
    if len(usual) in (0, len(names)):
        yield pytest.param(scenario, None, id=scenario, marks=[group] if usual else [group, pytest.mark.full])
        return
    assert len(usual) == 1, f"Molecule limits a run to one platform, not to {usual}"
    for name, full in names.items():
        yield pytest.param(scenario, name, id=name, marks=[group, pytest.mark.full] if full else [group])


def run_scenario(scenario: str, platform: str | None) -> tuple[int, str]:
    """Run `molecule test` on a scenario, or on one platform of it; its exit code and what it printed."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "molecule",
        "-c",
        "molecule/config.yml",
        "test",
        "-s",
        scenario,
        "--no-command-borders",
        *([f"--platform-name={platform}"] if platform else []),
    ]
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "NO_COLOR": "1",
        "ANSIBLE_NOCOLOR": "1",
    }
    log = REPORTS / f"{platform or scenario}.log"
    with log.open("w") as output:
        code = run_to_end(command, SECONDS, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    return code, log.read_text()


def run_to_end(command: list[str], seconds: float, **options: Any) -> int:
    """The exit code of a command. All that it has started ends with it, after its time and when the test is interrupted."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, **options) as process:
        try:
            return process.wait(seconds)
        except BaseException:
            for number in family(process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            raise


def family(number: int) -> list[int]:
    """A process and all below it, those in a session of their own as well: Ansible's workers are."""
    below = [
        int(child) for task in Path(f"/proc/{number}/task").glob("*/children") for child in task.read_text().split()
    ]
    return [number, *(one for child in below for one in family(child))]


def changed_tasks(log: str, action: str) -> set[tuple[str, str]]:
    """The tasks and hosts that a step of Molecule, when it ran last, reports as changed."""
    steps = re.findall(rf"\[\w+ > {action}\] Executing\n(.*?)\[\w+ > {action}\] Executed", log, re.DOTALL)
    assert steps, f"no step '{action}' in Molecule's output"
    changed = set()
    task = ""
    for line in steps[-1].splitlines():
        if header := re.match(r"(?:TASK|RUNNING HANDLER) \[(.*)\] \*", line):
            task = header[1]
        elif result := re.match(r"changed: \[([^\] ]*)", line):
            changed.add((task, result[1]))
    return changed


def test_what_a_run_has_started_ends_with_it() -> None:
    running, left = f"sleep {2**30 + os.getpid()}", time.monotonic() + 20
    with pytest.raises(subprocess.TimeoutExpired):
        run_to_end(["sh", "-c", f"sh -c 'setsid --wait {running}; true'; true"], 1)
    while running in commands() and time.monotonic() < left:
        time.sleep(0.1)
    assert running not in commands()


def commands() -> str:
    return subprocess.run(["ps", "-e", "-o", "args"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(("scenario", "platform"), [run for scenario in SCENARIOS for run in runs(scenario)])
def test_scenario(scenario: str, platform: str | None, subtests: pytest.Subtests) -> None:
    report = REPORTS / f"{scenario}.xml"
    report.unlink(missing_ok=True)
    code, log = run_scenario(scenario, platform)
    if report.exists():
        for case in ElementTree.parse(report).iter("testcase"):
            if case.find("skipped") is not None:
                continue
            with subtests.test(case.get("name")):
                bad = case.find("failure")
                bad = case.find("error") if bad is None else bad
                if bad is not None:
                    pytest.fail(bad.get("message") or bad.text or "failed", pytrace=False)
    if code:
        pytest.fail(f".lab/reports/{platform or scenario}.log ends with:\n{log[-6000:]}", pytrace=False)
    assert "issing playbook" not in log, "a step's playbook is missing, and Molecule skipped the step"
    with subtests.test("the dry run predicts what the real run changes"):
        assert changed_tasks(log, "check") == changed_tasks(log, "converge")
    with subtests.test("a second removal changes nothing"):
        assert changed_tasks(log, "side_effect") == set()
