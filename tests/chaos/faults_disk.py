"""Disks fill up where the site puts its things; with room again, a plain run ends as if nothing had happened."""

from __future__ import annotations

import json

import pytest
from chain import Fault, meet
from trial import Site, Undisturbed, plain_run_ends_well

# What stands in for a disk that is full: a small one in its place. With the words that the user reads.
FULL = "(?i)no space left|not enough free|disk only has room|n't have enough free space|disk is full|cannot copy extracted data"
CHECKED = {
    "/opt/anaconda": ("60m", "anaconda_min_free_mb"),
    "/var/lib/docker": ("100m", "docker_min_free_mb"),
    "/home": ("900m", "project_min_free_mb"),
}
# One after the other on a host. What is full for the engine only the doctor meets, when all else is set up: so it has a host of its own.
UNCHECKED = {
    "one-by-one": {
        "/var/cache/apt/archives": ("3m", FULL),
        "/opt/anaconda": ("60m", FULL),
        "/home/ubuntu/notebooks": ("1m", FULL),
    },
    "engine": {"/var/lib/docker": ("256k", "Make room in /var/lib/docker")},
}
# By these settings the checks find nothing, so that what is full comes to light on the way, as where others fill the disk meanwhile.
BLIND = {"docker_min_free_mb": 0, "anaconda_min_free_mb": 1, "project_min_free_mb": 0, "jupyter_min_free_mb": 0}


# What was there is there still, as on any disk.
PUT = """
set -e
mkdir -p {path} /run/was
chown --reference=$(dirname {path}) {path}
cp -a {path}/. /run/was
mount -t tmpfs -o size={size},mode=0755 none {path}
chown --reference=$(dirname {path}) {path}
cp -a /run/was/. {path}
rm -rf /run/was
"""
TAKE = """
systemctl stop docker.socket docker.service 2>/dev/null
umount {path}
mountpoint --quiet {path} || rmdir --ignore-fail-on-non-empty {path}
"""


def full_disks(site: Site, disks: dict[str, tuple[str, str]], words: str, tried) -> list[Fault]:
    """Put small disks where the site wants to put its things."""

    def mend(path: str) -> None:
        tried(f"{path} is full, {words}")
        site.inside(TAKE.format(path=path))

    for path, (size, _words) in disks.items():
        site.inside(PUT.format(path=path, size=size))
    return [Fault(path, told, lambda path=path: mend(path)) for path, (_size, told) in disks.items()]


def test_checked(site: Site, reference: Undisturbed, tried) -> None:
    meet(site, full_disks(site, CHECKED, "which is told before anything is changed there", tried))
    plain_run_ends_well(site, reference)


@pytest.mark.parametrize("disks", UNCHECKED)
def test_on_the_way(disks: str, site: Site, reference: Undisturbed, tried) -> None:
    for path, disk in UNCHECKED[disks].items():
        faults = full_disks(site, {path: disk}, "which comes to light on the way", tried)
        meet(site, faults, "-e", json.dumps(BLIND))
    plain_run_ends_well(site, reference)
