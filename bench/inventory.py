# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long inventories/aws takes to list 1,000 and 10,000 instances: `python bench/inventory.py`.

The lab's stand-in for AWS tells of so many instances, in pages of 1,000, as AWS does. The ratio is the time that an
instance takes in the large fleet over that in the small one, without what Ansible takes to start: 1.0 is linear.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/e2e")]

from aws import Cloud, cloud  # noqa: E402 its place is known only now

SIZES = (1_000, 10_000)


def seconds(there: Cloud, size: int) -> float:
    """Return what it takes to list a fleet of this size."""
    there.set(fleet=size)
    start = time.monotonic()
    hosts = there.inventory()["_meta"]["hostvars"]
    taken = time.monotonic() - start
    assert len(hosts) == max(size, 1), f"{len(hosts)} of {size} instances are listed"
    return taken


def figures() -> dict[str, float]:
    """Return the figures by their names."""
    with cloud("--no-machines") as there:
        made = there.aws("-e", "aws_vm_ssh_timeout=0")
        if made.returncode:
            raise subprocess.CalledProcessError(made.returncode, made.args, made.stdout, made.stderr)
        empty = seconds(there, 0)
        small, large = (seconds(there, size) for size in SIZES)
    per_instance = [(taken - empty) / size for taken, size in zip((small, large), SIZES)]
    return {
        "inventory_1_seconds": empty,
        "inventory_1000_seconds": small,
        "inventory_10000_seconds": large,
        "inventory_10000_ratio": per_instance[1] / per_instance[0],
    }


if __name__ == "__main__":
    for name, value in figures().items():
        print(f"{name} {value:.2f}")
