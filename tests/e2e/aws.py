"""The lab's AWS for tests: the stand-in as a process of its own, and the playbooks as a user would call them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from clouds import family

from lab.cloud.client import stand_in, steer

ROOT = Path(__file__).resolve().parents[2]
LAB = ROOT / ".lab"
BIN = Path(sys.executable).parent
HERE = ["-e", '{"aws_vm_ssh_from": ["127.0.0.1/32"]}']


class Cloud:
    """A running stand-in, and a user with a home of their own."""

    def __init__(self, settings: dict[str, str], home: Path) -> None:
        self.home = home
        self.known_hosts = home / "known_hosts"
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "ANSIBLE_"))}
        self.environment = {
            **kept,
            **settings,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(home),
            "WORKBENCH_LAB": str(LAB),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_DEPRECATION_WARNINGS": "0",  # of amazon.aws, for the next release of Ansible
            "ANSIBLE_SSH_EXTRA_ARGS": f"-o UserKnownHostsFile={self.known_hosts}",  # SSH itself does not look at HOME
        }

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the checkout, to its end."""
        return subprocess.run(
            words,
            cwd=ROOT,
            env={**self.environment, **environment},
            text=True,
            capture_output=True,
            timeout=400,
            check=False,
        )

    def aws(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run playbooks/aws.yml."""
        return self.run("ansible-playbook", "playbooks/aws.yml", *HERE, *words, **environment)

    def cut_off(self, *words: str) -> bool:
        """Run playbooks/aws.yml and kill it while it waits for the answer to its first changing call.

        False if it came to its end without one.
        """
        self.set(hold=1)
        command = ["ansible-playbook", "playbooks/aws.yml", *HERE, *words]
        log = self.home / "cut_off.log"
        with log.open("w") as output:
            play = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, start_new_session=True, stdout=output, stderr=output
            )
            while play.poll() is None and not self.state()["held"]:
                time.sleep(0.1)
            held = play.poll() is None
            if held:
                for process in family(play.pid):
                    os.kill(process, signal.SIGKILL)
            play.wait()
        self.set()
        assert held or play.returncode == 0, log.read_text()
        return held

    def inventory(self) -> dict[str, Any]:
        """Return what the inventory lists, without a word of warning."""
        listed = self.run("ansible-inventory", "-i", "inventories/aws", "--list")
        assert listed.returncode == 0, listed.stderr
        assert listed.stderr == ""
        return json.loads(listed.stdout, object_hook=lambda found: found.get("__ansible_unsafe", found))

    def ssh(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Log in as the user does, by the name alone."""
        options = [
            "-F",
            f"{self.home}/.ssh/config",
            "-o",
            f"UserKnownHostsFile={self.known_hosts}",
            "-o",
            "BatchMode=yes",
        ]
        return self.run("ssh", *options, "workbench", *words)

    def set(self, **settings: int) -> None:
        """Steer the stand-in; what is not named is back to normal."""
        steer(self.environment["AWS_ENDPOINT_URL"], settings)

    def state(self) -> dict[str, Any]:
        """Return what the stand-in tells of itself."""
        return steer(self.environment["AWS_ENDPOINT_URL"])

    def left(self) -> dict[str, list[str]]:
        """Return what there is in the account."""
        return self.state()["left"]

    def client(self) -> Any:
        """Return an EC2 client, to look with and to put other people's things there."""
        return boto3.client(
            "ec2",
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            region_name=self.environment["AWS_REGION"],
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
        )

    def instance(self) -> dict[str, Any]:
        """Return the one instance that is there, as AWS tells of it."""
        (reservation,) = self.client().describe_instances(
            Filters=[{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
        )["Reservations"]
        return reservation["Instances"][0]


@contextmanager
def cloud(*options: str) -> Iterator[Cloud]:
    """Have a stand-in for AWS, and a home with a path that is short enough for the sockets in it."""
    with stand_in("aws", *options) as settings, tempfile.TemporaryDirectory(prefix="aws-") as home:
        (Path(home) / ".ssh").mkdir()
        yield Cloud(settings, Path(home))


def changed(run: subprocess.CompletedProcess[str]) -> set[str]:
    """Return the names of the tasks that a run reports as changed; it has to have ended well."""
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-3000:]
    found = set()
    task = ""
    for line in run.stdout.splitlines():
        if header := re.match(r"TASK \[(.*)\] \*", line):
            task = header[1]
        elif line.startswith("changed:"):
            found.add(task)
    return found


def refusal(run: subprocess.CompletedProcess[str]) -> str:
    """Return what a run that failed said, on one line."""
    assert run.returncode != 0, run.stdout[-3000:]
    return " ".join((run.stdout + run.stderr).split())
