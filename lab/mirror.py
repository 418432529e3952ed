# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mirror: a container that gives the hosts the artefacts (http://mirror) and the images (mirror:5000)."""

from __future__ import annotations

from lab import artefacts, images
from lab.common import LABEL, PREFIX, attempt, run, step
from lab.hosts import MIRROR, container, inspect

REGISTRY_PORT = "5000/tcp"
# A mirror holds on to a directory that has been removed and made anew, so it carries the inode of the one it serves.
INODE = "mlops.workbench.inode"


def ensure() -> str:
    """Start the network and the mirror, unless they run, and return where the registry answers on this machine."""
    if attempt("docker", "network", "inspect", PREFIX).returncode:
        run("docker", "network", "create", "--label", LABEL, PREFIX)
    inode = str(artefacts.DIRECTORY.stat().st_ino)
    if not _serves(inode):
        with step("starting the mirror"):
            attempt("docker", "rm", "--force", "--volumes", container(MIRROR))
            run(
                *("docker", "run", "--detach", "--restart=unless-stopped"),
                *("--label", LABEL, "--label", f"{INODE}={inode}"),
                *("--name", container(MIRROR), "--hostname", MIRROR, "--network", PREFIX, "--network-alias", MIRROR),
                f"--mount=type=bind,source={artefacts.DIRECTORY},destination=/srv/mirror,readonly",
                "--publish=127.0.0.1::5000",
                images.MIRROR.name,
            )
    return run("docker", "port", container(MIRROR), REGISTRY_PORT).splitlines()[0]


def _serves(inode: str) -> bool:
    """Tell whether a mirror from the present image runs and serves the directory with this inode."""
    found = inspect(MIRROR)
    return (
        found is not None
        and found["State"]["Running"]
        and found["Config"]["Labels"].get(INODE) == inode
        and found["Image"] == run("docker", "image", "inspect", "--format", "{{.Id}}", images.MIRROR.name)
    )
