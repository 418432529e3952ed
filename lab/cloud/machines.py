# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machines behind a cloud's instances: lab hosts that answer to SSH at the instance's public address.

A host keeps its disk through stop and start. Its address is a second container, to which Docker publishes port 22 of
that address and which passes everything on: Docker cannot move a published port, and a cloud moves addresses.
"""

from __future__ import annotations

import random

from lab import hosts, images
from lab.common import LABEL, PREFIX, attempt, run

ADDRESS = "mlops.workbench.address"
# Inside a container from a host image, without its systemd: systemd's own proxy.
PASS_ON = ("/usr/bin/systemd-socket-activate", "--listen=22", "/lib/systemd/systemd-socket-proxyd")
# What a cloud's first boot does with the key of the instance: only then, so that later changes of the user's stay.
FIRST_KEY = """
test -e /var/lib/mlops-workbench-first-boot && exit
getent passwd "$1" > /dev/null || useradd --create-home --shell /bin/bash "$1"
echo "$1 ALL=(ALL) NOPASSWD:ALL" > /etc/sudoers.d/90-cloud-init-users
install -d -m 0700 -o "$1" -g "$1" "/home/$1/.ssh"
install -m 0600 -o "$1" -g "$1" /dev/stdin "/home/$1/.ssh/authorized_keys"
touch /var/lib/mlops-workbench-first-boot
"""


def free_address() -> str:
    """Return an address of this machine alone (127/8) that can be an instance's public address."""
    octets = [random.randint(64, 250), random.randint(0, 250), random.randint(1, 250)]  # noqa: S311
    return ".".join(map(str, [127, *octets]))


def start(name: str, address: str, authorized_keys: str, user: str = "ubuntu") -> None:
    """Start the machine, or start it again with the disk that it had, and return when it answers at its address.

    `authorized_keys` counts at the machine's first boot only. Raises LabError if it does not come up.
    """
    found = hosts.inspect(name)
    if found is None:
        hosts.create(name, images.DEFAULT_SUITE)
    elif not found["State"]["Running"]:
        run("docker", "start", hosts.container(name))
    hosts.booted(name)
    inside = ("docker", "exec", "-i", hosts.container(name))
    run(*inside, "sh", "-euc", FIRST_KEY, "sh", user, stdin=authorized_keys + "\n")
    move(name, address)


def move(name: str, address: str) -> None:
    """Let the machine answer at this address, and no longer at the one that it had."""
    front = f"{hosts.container(name)}-address"
    found = hosts.inspect(f"{name}-address")
    if found is not None:
        if found["State"]["Running"] and found["Config"]["Labels"][ADDRESS] == address:
            return
        attempt("docker", "rm", "--force", front)
    run(
        *("docker", "run", "--detach", "--name", front, "--network", PREFIX, "--publish", f"{address}:22:22"),
        *("--label", LABEL, "--label", f"{ADDRESS}={address}", "--entrypoint", PASS_ON[0]),
        *(images.HOSTS[images.DEFAULT_SUITE].name, *PASS_ON[1:], f"{hosts.container(name)}:22"),
    )


def stop(name: str) -> None:
    """Stop the machine: it loses its address and keeps its disk."""
    attempt("docker", "rm", "--force", f"{hosts.container(name)}-address")
    attempt("docker", "stop", "--time=10", hosts.container(name))


def remove(*names: str) -> None:
    """Remove machines with their disks and addresses; one that is not there is no error."""
    for name in names:
        attempt("docker", "rm", "--force", f"{hosts.container(name)}-address")
    hosts.down(*names)
