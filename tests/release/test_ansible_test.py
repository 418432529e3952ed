"""Ansible's own checks of a collection, without a single exception, and what runs on a host, on the oldest and the newest Python there."""

from __future__ import annotations

import sys

import pytest
from pythons import interpreters

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("ansible-test")]
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
FOUND = list(interpreters())
ENDS = sorted({FOUND[0], FOUND[-1]}, key=FOUND.index)
ON_THE_HOST = ("tests/unit/plugins/modules/", "tests/unit/plugins/module_utils/")


def test_sanity(ansible_test):
    run = ansible_test("sanity", "--venv", "--python", HERE)
    assert run.returncode == 0, "\n".join(line for line in (run.stdout + run.stderr).splitlines() if "ERROR" in line)
    assert 'Required program "shellcheck" not found' not in run.stdout + run.stderr


@pytest.mark.parametrize("python", ENDS)
def test_what_runs_on_a_host_can_be_read_by_its_python(ansible_test, python):
    run = ansible_test("sanity", "--venv", "--python", python, "--test", "compile", "--test", "import")
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("python", ENDS)
def test_what_runs_on_a_host_does_its_work_there(ansible_test, python):
    run = ansible_test("units", "--venv", "--python", python, *ON_THE_HOST)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count(" passed") >= len(ON_THE_HOST)
