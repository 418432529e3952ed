# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long inventories/aws takes to list many instances.

The lab's stand-in for AWS tells of them, in pages of 1,000, as AWS does.
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


def seconds(size: int, environment: dict[str, str]) -> float:
    """Return what it takes to list so many instances."""
    steer(environment["AWS_ENDPOINT_URL"], {"fleet": size})
    start = time.monotonic()
    command = ["ansible-inventory", "-i", "inventories/aws", "--list"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, check=False)
    taken = time.monotonic() - start
    if done.returncode:
        raise LabError(done.stderr.decode())
    listed = len(json.loads(done.stdout)["_meta"]["hostvars"])
    if listed != size:
        raise LabError(f"{listed} of {size} instances are listed")
    return taken


def listing() -> Iterator[Figure]:
    """Measure the whole command, and how much longer an instance takes in the large fleet: a ratio of 1 is linear."""
    with stand_in("aws", "--no-machines") as environment:
        start, small, large = (seconds(size, environment) for size in (0, SMALL, LARGE))
    yield Figure(f"inventory_{SMALL}_seconds", small, "s")
    yield Figure(f"inventory_{LARGE}_seconds", large, "s")
    yield Figure(f"inventory_{LARGE}_ratio", (large - start) / LARGE / ((small - start) / SMALL), "x", 1.3)
