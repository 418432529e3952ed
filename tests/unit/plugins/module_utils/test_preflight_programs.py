"""Programs and environments, as preflight sees them."""

from __future__ import annotations

import os
import pwd

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._preflight import programs


@pytest.mark.parametrize(("code", "said"), [(0, "2.26.1"), (1, "")])
def test_a_program_answers_or_not(code, said):
    assert programs.output(["x"], lambda words, **how: (code, "2.26.1\n", "")) == said


def test_a_missing_program_answers_nothing():
    def missing(words, **how):
        raise FileNotFoundError(2, "No such file or directory")

    assert programs.output(["x"], missing) == ""


def test_an_environment_needs_the_package(tmp_path):
    for name in ("good", "bare"):
        (tmp_path / name / "bin").mkdir(parents=True)
        (tmp_path / name / "bin" / "python").symlink_to("/bin/sh")
    (tmp_path / "good/lib/python3.13/site-packages/ipykernel").mkdir(parents=True)
    prefixes = [str(tmp_path / name) for name in ("good", "bare", "none")]
    problems = list(programs.check_environments({"x_kernels": {"package": "ipykernel", "prefixes": prefixes}}))
    assert [entry.problem for entry in problems] == [
        "the environment %s has no ipykernel" % prefixes[1],
        "%s is not an environment with a Python that runs" % prefixes[2],
    ]
    assert "conda install --prefix %s ipykernel" % prefixes[1] in problems[0].remedy


@pytest.mark.parametrize(
    ("stamp", "answered", "code", "stands"),
    [
        (False, False, 0, False),
        (True, False, 0, True),
        (True, False, 1, False),
        (True, False, 127, False),
        (True, True, 1, True),
        (False, True, 0, False),
    ],
)
def test_work_stands_where_its_stamp_is_and_its_command_ends_well_or_its_server_answers(
    tmp_path, stamp, answered, code, stands
):
    if stamp:
        (tmp_path / "stamp").touch()
    proof = {"stamp": str(tmp_path / "stamp"), "command": ["jupyter-lab"]}
    assert programs.stands(proof, answered, lambda command, **_ignored: (code, "", "")) is stands


def test_a_command_that_is_gone_proves_nothing(tmp_path):
    def run_command(command, **_ignored):
        raise FileNotFoundError(command[0])

    (tmp_path / "stamp").touch()
    assert not programs.stands({"stamp": str(tmp_path / "stamp"), "command": ["x"]}, False, run_command)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_runs_nothing_that_a_user_can_change(tmp_path):
    ran = []

    def run_command(command, **how):
        ran.append((command[0], how["cwd"]))
        return 0, "", ""

    program = tmp_path / "bin/jupyter-lab"
    program.parent.mkdir()
    program.touch()
    proof = {"stamp": str(program), "command": [str(program)]}
    assert programs.stands(proof, False, run_command)
    os.chown(tmp_path, pwd.getpwnam("nobody").pw_uid, -1)
    assert programs.stands(proof, False, run_command)
    programs.output([str(program)], run_command)
    tmp_path.chmod(0o777)
    assert not programs.stands(proof, False, run_command)
    assert programs.output([str(program)], run_command) == ""
    assert ran == [(str(program), "/"), ("setpriv", "/"), ("setpriv", "/")]
