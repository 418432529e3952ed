# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long inventories/aws and inventories/gcp take to list many machines.

The lab's stand-ins tell of them, in pages of 1,000 and of 500, as AWS and Google do.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator

from bench.figures import Figure
from lab.cloud.client import stand_in, steer
from lab.common import ROOT, LabError

SMALL, LARGE = 1_000, 10_000


# Where a cloud's stand-in can be steered, by the variable of the environment that tells of it.
CONTROL = {"aws": "AWS_ENDPOINT_URL", "gcp": "HTTPS_PROXY"}


def seconds(cloud: str, size: int, environment: dict[str, str]) -> float:
    """Return what it takes to list so many machines."""
    steer(environment[CONTROL[cloud]], {"fleet": size})
    start = time.monotonic()
    command = ["ansible-inventory", "-i", f"inventories/{cloud}", "--list"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, check=False)
    taken = time.monotonic() - start
    if done.returncode:
        raise LabError(done.stderr.decode())
    listed = len(json.loads(done.stdout)["_meta"]["hostvars"])
    if listed != size:
        raise LabError(f"{listed} of {size} machines are listed")
    return taken


def listing() -> Iterator[Figure]:
    """Measure the whole command, and how much longer a machine takes in the large fleet: a ratio of 1 is linear."""
    for cloud, name in (("aws", "inventory"), ("gcp", "inventory_gcp")):
        with stand_in(cloud, "--no-machines") as environment:
            start, small, large = (seconds(cloud, size, environment) for size in (0, SMALL, LARGE))
        yield Figure(f"{name}_{SMALL}_seconds", small, "s")
        yield Figure(f"{name}_{LARGE}_seconds", large, "s")
        yield Figure(f"{name}_{LARGE}_ratio", (large - start) / LARGE / ((small - start) / SMALL), "x", 1.3)
