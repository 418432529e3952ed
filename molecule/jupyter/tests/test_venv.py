"""What the user finds on a host without conda."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

PREFIX = "/opt/mlops-workbench-jupyter"
KERNEL = (Path(__file__).resolve().parents[2] / "shared/run_in_kernel.py").read_text()


@pytest.fixture(autouse=True)
def _here(host):
    if host.backend.hostname != "jupyter-venv":
        pytest.skip("another host's")


def test_a_notebook_runs_in_the_virtual_environment(host):
    token = host.check_output("cat /etc/mlops-workbench/jupyter/ubuntu/token")
    program = "import sys, jupyterlab, notebook; print(sys.prefix, jupyterlab.__version__, notebook.__version__)"
    words = [f"{PREFIX}/bin/python", "-c", KERNEL, "http://127.0.0.1:8888", token, "ubuntu", "python3", program]
    answer = host.run(shlex.join(words))
    assert answer.stdout.splitlines()[1:] == [f"{PREFIX} 4.6.6 7.6.5"], answer.stderr


def test_nobody_but_root_can_change_the_programs_that_the_server_runs(host):
    assert host.check_output(f"find {PREFIX} ! -user root") == ""
    assert host.check_output(f"find {PREFIX} ! -type l -perm /go=w") == ""


def test_the_doctor_finds_it_ready(host):
    answer = host.ansible("mlops.workbench.workbench_info", "expect=jupyter", become=True, check=False)
    assert answer["workbench"]["ready"], answer["workbench"]["checks"]
