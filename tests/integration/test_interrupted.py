"""A converge that is cut off in the middle, and then again further on, ends well when it is simply run again."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest
from lab_host import ROOT, Host, environment

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("interrupted")]

# The task during which the power goes, and how long it has been running by then.
CUTS = {
    "while apt installs the basics": ("base : Install the packages]", 3.0),
    "while apt installs the engine": ("Install the engine's packages]", 9.0),
    "during a download": ("Download the installer", 0.4),
    "while the installer runs": ("Run the installer and check that conda works", 1.2),
    "while conda makes an environment": ("Create the environment and check that the server starts from it", 2.5),
}


def run_until(host: Host, task: str, seconds: float) -> str:
    """Run the site and pull the plug: the controller's process and then everything on the host; what was printed so far."""
    run = subprocess.Popen(
        host.command("site.yml"), cwd=ROOT, env=environment(), text=True, stdout=subprocess.PIPE, start_new_session=True
    )
    printed = ""
    assert run.stdout
    for line in run.stdout:
        printed += line
        if task in line:
            break
    time.sleep(seconds)
    still_running = run.poll() is None
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    assert still_running, f"the task was over before the plug was pulled:\n{printed}"
    return printed


@pytest.mark.parametrize(("task", "seconds"), CUTS.values(), ids=CUTS)
def test_cut_off(host: Host, task: str, seconds: float) -> None:
    printed = run_until(host, task, seconds)
    assert task in printed, printed
    # What the controller left running on the host dies as well.
    host.shell("sudo pkill -KILL 'apt|dpkg|conda|python' || true; sudo pkill -KILL -f 'get_url|conda|naconda' || true")


def test_a_plain_second_run_ends_well(host: Host) -> None:
    run = host.play("site.yml")
    assert run.returncode == 0, run.stdout[-6000:]
    assert "1 of 1 hosts ready" in run.stdout
    assert "Hello from Docker!" in host.shell("docker run --rm hello-world")


def test_and_a_third_one_changes_nothing(host: Host) -> None:
    run = host.play("site.yml")
    assert run.returncode == 0, run.stdout[-6000:]
    assert "changed=0" in run.stdout, run.stdout[-6000:]
