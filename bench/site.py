# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the main job takes: on a bare host against the steps by hand, and again where nothing is left to do."""

from __future__ import annotations

import json
import os
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import yaml

from bench.figures import Figure
from lab import hosts, ssh
from lab.common import PREFIX, ROOT, STATE, LabError

HERE = Path(__file__).resolve().parent
PLAYBOOK = Path(sys.executable).parent / "ansible-playbook"
SITE = ("site.yml", "--skip-tags", "doctor")


@contextmanager
def fresh(names: Sequence[str]) -> Iterator[Path]:
    """Give bare lab hosts and an inventory of them; take them away at the end."""
    hosts.down(*names)
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(hosts.up, names))
        with tempfile.TemporaryDirectory() as folder:
            inventory = Path(folder)
            access = f"-F {STATE}/ssh_config -o ClearAllForwardings=yes"
            entries = {name: {"ansible_host": f"{PREFIX}-{name}", "ansible_ssh_common_args": access} for name in names}
            (inventory / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": entries}}))
            (inventory / "group_vars").symlink_to(ROOT / "inventories/lab/group_vars")
            yield inventory
    finally:
        hosts.down(*names)


def play(inventory: Path, *arguments: str, **environment: str) -> tuple[float, str]:
    """Run a playbook that must succeed; return its seconds and what it printed."""
    start = time.monotonic()
    ran = subprocess.run(
        [PLAYBOOK, "-i", inventory, *arguments],
        cwd=ROOT,
        env={**os.environ, "WORKBENCH_LAB": str(STATE), "ANSIBLE_NOCOLOR": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise LabError(f"the playbook {arguments[0]} failed:\n{ran.stdout[-3000:]}{ran.stderr[-1000:]}")
    return time.monotonic() - start, ran.stdout


def by_hand(name: str) -> float:
    """Type the course's steps on a bare host; return the seconds."""
    served = json.loads((STATE / "vars.json").read_text())
    packages = yaml.safe_load((ROOT / "roles/jupyter/defaults/main.yml").read_text())["jupyter_packages"]
    settings = {
        "ANACONDA_URL": f"{served['anaconda_mirror']}/Anaconda3-{served['anaconda_version']}-Linux-x86_64.sh",
        "COMPOSE_URL": f"{served['compose_mirror']}/v{served['compose_version']}/docker-compose-linux-x86_64",
        "REGISTRY_MIRROR": served["docker_registry_mirrors"][0],
        "CHANNEL": served["jupyter_channels"][0],
        "PACKAGES": " ".join(packages),
    }
    script = "".join(f"export {key}={shlex.quote(value)}\n" for key, value in settings.items())
    start = time.monotonic()
    command = ["ssh", "-F", str(STATE / "ssh_config"), "-o", "ClearAllForwardings=yes", name, "bash -s"]
    ran = subprocess.run(
        command, input=script + (HERE / "by_hand.sh").read_text(), capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise LabError(f"the steps by hand failed:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    return time.monotonic() - start


def first_run(pairs: int) -> Iterator[Figure]:
    """Compare site.yml on a bare host with the course's steps by hand, in turn on the same machine."""
    hand, ours = [], []
    for _pair in range(pairs):
        with fresh(["bench-hand"]):
            hand.append(by_hand("bench-hand"))
        with fresh(["bench-site"]) as inventory:
            ours.append(play(inventory, *SITE)[0])
    yield Figure("fresh_by_hand_seconds", statistics.median(hand), "s")
    yield Figure("fresh_seconds", statistics.median(ours), "s")
    yield Figure("fresh_ratio", statistics.median(a / b for a, b in zip(ours, hand, strict=True)), "x", 1.0)


def tasks(told: str) -> int:
    """Return how many tasks the recap of a play counts as run on a host."""
    counted = re.search(r"ok=(\d+)", told)
    return int(counted[1]) if counted else 0


def second_run(runs: int, reference: Path | None) -> Iterator[Figure]:
    """Time a run in which nothing is left to do, in turn with geerlingguy.docker's where that role is given."""
    with fresh(["bench-noop", "bench-reference"] if reference else ["bench-noop"]) as inventory:
        play(inventory, *SITE, "--limit", "bench-noop")
        other = []
        if reference:
            role = HERE / "reference.yml"
            path = {"ANSIBLE_ROLES_PATH": str(reference.resolve().parent), "REFERENCE_ROLE": reference.resolve().name}
            ssh.remote("bench-reference", "sudo apt-get update -qq", timeout=120)  # what it has users see to themselves
            play(inventory, str(role), "--limit", "bench-reference", **path)
        ours = []
        for _run in range(runs):
            seconds, told = play(inventory, *SITE, "--limit", "bench-noop")
            ours.append(seconds)
            if reference:
                other.append(play(inventory, str(role), "--limit", "bench-reference", **path)[0])
    yield Figure("noop_seconds", statistics.median(ours), "s", statistics.median(other) if other else None)
    if other:
        yield Figure("noop_reference_seconds", statistics.median(other), "s")
        yield Figure("noop_ratio", statistics.median(a / b for a, b in zip(ours, other, strict=True)), "x", 1.0)
    yield Figure("noop_tasks", tasks(told), "tasks")


def fleet(counts: Sequence[int], mitogen: Path | None) -> Iterator[Figure]:
    """Time a run with nothing to do on many hosts that share this machine's cores, and with mitogen."""
    ways: dict[str, tuple[dict[str, str], float]] = {"": ({}, 100)}
    if mitogen:
        there = mitogen.resolve()
        strategy = {"ANSIBLE_STRATEGY": "mitogen_linear", "PYTHONPATH": str(there)}
        ways["_mitogen"] = ({**strategy, "ANSIBLE_STRATEGY_PLUGINS": f"{there}/ansible_mitogen/plugins/strategy"}, 30)
    names = [f"bench-fleet-{number}" for number in range(max(counts))]
    with fresh(names) as inventory:
        play(inventory, *SITE)
        for count in counts:
            limit = ",".join(names[:count])
            for way, (environment, budget) in ways.items():
                seconds = play(inventory, *SITE, "--limit", limit, **environment)[0]
                yield Figure(f"noop_{count}_hosts{way}_seconds", seconds, "s", budget if count == 20 else None)
