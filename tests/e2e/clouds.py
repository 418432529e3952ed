"""Somebody who calls the playbooks of a cloud, with the lab's stand-in for it behind them."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from lab.cloud.client import stand_in, steer
from lab.common import family

ROOT = Path(__file__).resolve().parents[2]
LAB = ROOT / ".lab"
BIN = Path(sys.executable).parent
LAB_VARIABLES = ["-e", "@inventories/lab/group_vars/all.yml"]
# Of the site, what shows that it reaches the machine; the whole of it is run on one elsewhere.
ONLY_DOCKER = ["--tags", "base,docker,docker_group"]
SETTINGS_OF_CLOUDS = ("ANSIBLE_", "AWS_", "CLOUDSDK_", "GCE_", "GCP_", "GOOGLE_")


class Cloud:
    """A running stand-in, and a user with a home of their own."""

    name: ClassVar[str]
    control_variable: ClassVar[str]  # of the environment: where the stand-in itself answers
    always: ClassVar[list[str]] = []  # what every call of the playbook gets
    variables: ClassVar[dict[str, str]] = {}  # of the environment, beside those that the stand-in prints

    def __init__(self, settings: dict[str, str], home: Path) -> None:
        self.home = home
        self.known_hosts = home / "known_hosts"
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(SETTINGS_OF_CLOUDS)},
            **settings,
            **self.variables,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(home),
            "WORKBENCH_LAB": str(LAB),
            "ANSIBLE_NOCOLOR": "1",
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
            timeout=900,
            check=False,
        )

    def play(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the cloud's playbook."""
        return self.run("ansible-playbook", f"playbooks/{self.name}.yml", *self.always, *words, **environment)

    def cut_off(self, *words: str, **settings: int) -> bool:
        """Run the cloud's playbook and kill it while it waits for the answer to its first changing call.

        False if it came to its end without one.
        """
        self.set(hold=1, **settings)
        command = ["ansible-playbook", f"playbooks/{self.name}.yml", *self.always, *words]
        log = self.home / "cut_off.log"
        with log.open("w") as output:
            play = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=output, stderr=output)
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

    def inventory(self, source: str = "") -> dict[str, Any]:
        """Return what the cloud's inventory, or another one, lists, without a word of warning."""
        listed = self.run("ansible-inventory", "-i", source or f"inventories/{self.name}", "--list")
        assert listed.returncode == 0, listed.stderr
        assert listed.stderr == ""
        return json.loads(listed.stdout, object_hook=lambda found: found.get("__ansible_unsafe", found))

    def ssh(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Log in as the user does, by the name alone."""
        files = ["-F", f"{self.home}/.ssh/config", "-o", f"UserKnownHostsFile={self.known_hosts}"]
        return self.run("ssh", *files, "-o", "BatchMode=yes", "workbench", *words)

    def jupyter(self) -> int:
        """Return what Jupyter answers to somebody without its token, on this side of the forward."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        # Port 8888 of this machine may be somebody else's, so the playbook is asked for another.
        here = f"ssh_config_local_port={port}"
        changed(self.run("ansible-playbook", "-i", f"inventories/{self.name}", "playbooks/ssh.yml", "-e", here))
        files = ["-F", f"{self.home}/.ssh/config", "-o", f"UserKnownHostsFile={self.known_hosts}"]
        with subprocess.Popen(["ssh", *files, "-N", "workbench"], env=self.environment) as tunnel:
            try:
                for _second in range(100):
                    try:
                        urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status", timeout=5)
                    except urllib.error.HTTPError as refused:
                        return refused.code
                    except OSError:
                        time.sleep(0.1)
                return 0
            finally:
                tunnel.terminate()

    def set(self, **settings: int | str) -> None:
        """Steer the stand-in; what is not named is back to normal."""
        steer(self.environment[self.control_variable], settings)

    def state(self) -> dict[str, Any]:
        """Return what the stand-in tells of itself."""
        return steer(self.environment[self.control_variable])


class Reader:
    """Somebody who types what a cloud's page says, with what is the lab's behind it."""

    def __init__(self, real: Cloud) -> None:
        self.real = real
        text = (ROOT / f"docs/{real.name}.md").read_text()
        blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
        lines = [line for kind, block in blocks if kind == "sh" for line in block.splitlines()]
        self.untried = {line for line in lines if not line.startswith(("make cloud", "export", "gcloud"))}
        assert self.untried
        self.shown = [block for kind, block in blocks if not kind]

    def types(self, line: str, *lab: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the page."""
        self.untried.discard(line)
        if line == "ssh workbench":
            return self.real.ssh(*lab)
        return self.real.run(*line.split(), *lab)


Kind = TypeVar("Kind", bound=Cloud)


@contextmanager
def serving(kind: type[Kind], *options: str) -> Iterator[Kind]:
    """Have a cloud's stand-in, and a home with a path that is short enough for the sockets in it."""
    with stand_in(kind.name, *options) as settings, tempfile.TemporaryDirectory(prefix=f"{kind.name}-") as home:
        (Path(home) / ".ssh").mkdir()
        yield kind(settings, Path(home))


@contextmanager
def serving_hosts(kind: type[Kind]) -> Iterator[Kind]:
    """Have a cloud's stand-in whose machines are hosts of the lab."""
    subprocess.run([sys.executable, "-m", "lab", "ready"], cwd=ROOT, check=True, capture_output=True, timeout=900)
    with serving(kind) as there:
        yield there


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
