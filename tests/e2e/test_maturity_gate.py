# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The workflow of docs/maturity-ci.yml gates as it says: its steps, as they stand, on a project of ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "molecule/maturity/project"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the role needs root, as on the runner by sudo")


@pytest.fixture
def runner(tmp_path):
    """Return how to run a step of the workflow: a project to look at, and a function of the step's name."""
    workspace, temporary = tmp_path / "work" / "taxi", tmp_path / "temp"
    shutil.copytree(PROJECT, workspace)
    temporary.mkdir()
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".ansible/collections"),
        "ANSIBLE_NOCOLOR": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "GITHUB_WORKSPACE": str(workspace),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "RUNNER_TEMP": str(temporary),
    }
    workflow = yaml.safe_load((ROOT / "docs/maturity-ci.yml").read_text())
    scripts = {step["name"]: step["run"] for step in workflow["jobs"]["maturity"]["steps"] if "run" in step}

    def run(step):
        # As GitHub starts it.
        command = ["bash", "-e", "-c", scripts[step]]
        return subprocess.run(command, cwd=workspace, env=environment, capture_output=True, text=True, check=False)

    return workspace, run


def test_a_project_above_the_bar_passes_and_is_shown(runner):
    workspace, run = runner
    judged = run("Judge")
    assert judged.returncode == 0, judged.stdout
    report = workspace.parents[1] / "temp" / "maturity"
    (project,) = json.loads((report / "maturity.json").read_text())["projects"]
    assert (project["name"], project["level"]) == ("taxi", 2)
    assert json.loads((report / "maturity.sarif").read_text())["runs"][0]["results"]
    assert run("Show").returncode == 0
    assert "# MLOps maturity" in (workspace.parents[1] / "summary.md").read_text()


def test_a_project_below_the_bar_fails_and_is_shown(runner):
    workspace, run = runner
    shutil.rmtree(workspace / "tests")
    shutil.rmtree(workspace / ".github")
    judged = run("Judge")
    assert judged.returncode != 0
    # A line each, whether results are shown as YAML or as JSON.
    lines = [line.strip(" \"',-") for line in (judged.stdout + judged.stderr).splitlines()]
    assert "localhost: taxi is at level 0, 1 is asked for; in the way: unit_tests, ci" in lines
    assert "practises level 2, level 0 with all below it: localhost: taxi" in lines
    assert f"Report: {workspace.parents[1]}/temp/maturity/maturity.html" in lines
    assert run("Show").returncode == 0
