# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's hosts: containers with systemd that are reached by SSH only, as machines in a cloud are."""

from __future__ import annotations

import json
import re
from typing import Any

from lab import images, ssh
from lab.common import LABEL, PREFIX, LabError, attempt, run, step, tail

MIRROR = "mirror"
SUITE = "mlops.workbench.suite"
BOOT_SECONDS = 60
# Measured: enough for systemd and for an engine inside, and no more. `--privileged` does not work everywhere.
OPTIONS = (
    "--restart=unless-stopped",
    "--stop-signal=SIGRTMIN+3",
    "--cgroupns=host",
    "--cap-add=SYS_ADMIN",
    "--cap-add=NET_ADMIN",
    "--security-opt=seccomp=unconfined",
    "--security-opt=apparmor=unconfined",
    "--security-opt=systempaths=unconfined",
    "--volume=/sys/fs/cgroup:/sys/fs/cgroup:rw",
    "--tmpfs=/run",
    "--tmpfs=/run/lock",
    # An engine inside cannot put overlay on overlay.
    f"--mount=type=volume,destination=/var/lib/docker,volume-label={LABEL}",
    f"--mount=type=volume,destination=/var/lib/containerd,volume-label={LABEL}",
)
# Reads the public key of whoever may log in.
LET_IN = f"install -m 0600 -o {ssh.USER} -g {ssh.USER} /dev/stdin /home/{ssh.USER}/.ssh/authorized_keys"
# Prints the host's own public key when the boot is over, else what systemd says of itself.
BOOT = """
while :; do
  state=$(systemctl is-system-running --wait 2>/dev/null)
  case $state in
    running) exec cat /etc/ssh/ssh_host_ed25519_key.pub ;;
    degraded|maintenance) echo "systemd is $state"; exit 1 ;;
  esac
  sleep 0.1
done
"""


def container(name: str) -> str:
    """Return the name of the container that is the host `name` of this checkout."""
    return f"{PREFIX}-{name}"


def up(name: str, suite: str | None = None) -> None:
    """Start a host, unless it runs, and return when it lets the user in.

    Raises LabError if the name is no host name, if the host runs another suite, or if it does not come up in time.
    """
    if not re.fullmatch(r"[a-z0-9]([a-z0-9_-]{0,40}[a-z0-9])?", name) or name == MIRROR:
        raise LabError(
            f"{name!r} cannot be the name of a host: take lower-case letters, digits, hyphens and underscores"
        )
    if not ssh.KEY.exists():
        raise LabError(f"nothing is ready for host {name}: `python -m lab ready` first")
    present = inspect(name)
    if present is None:
        with step(f"starting host {name} ({suite or images.DEFAULT_SUITE})"):
            create(name, suite or images.DEFAULT_SUITE)
            _wait(name)
        return
    runs = present["Config"]["Labels"][SUITE]
    if suite and suite != runs:
        raise LabError(f"{name} runs {runs}, not {suite}: `python -m lab host down {name}` first")
    if not present["State"]["Running"]:
        run("docker", "start", container(name))
    _wait(name)


def create(name: str, suite: str) -> None:
    """Start the container that is a new host; it boots after that.

    Raises LabError if there is no such suite or if the engine refuses.
    """
    if suite not in images.HOSTS:
        raise LabError(f"there is no suite {suite!r}: take one of {', '.join(images.HOSTS)}")
    images.ensure(images.HOSTS[suite])
    names = ("--name", container(name), "--hostname", name.replace("_", "-"), "--network", PREFIX)
    labels = ("--label", LABEL, "--label", f"{SUITE}={suite}")
    started = attempt("docker", "run", "--detach", *names, *labels, *OPTIONS, images.HOSTS[suite].name)
    if started.returncode:
        attempt("docker", "rm", "--volumes", container(name))
        output = tail(started.stderr.decode())
        raise LabError(f"host {name} could not be started (`python -m lab ready` makes what it needs):\n{output}")


def booted(name: str) -> str:
    """Wait until systemd has started everything and return the host's public key.

    Raises LabError with what failed if it has not after BOOT_SECONDS.
    """
    inside = ("docker", "exec", "-i", container(name))
    boot = attempt(*inside, "timeout", str(BOOT_SECONDS), "sh", "-c", BOOT, timeout=BOOT_SECONDS + 10)
    if boot.returncode:
        output = (boot.stdout + boot.stderr).decode().strip() or f"not up after {BOOT_SECONDS} s"
        failed = attempt(*inside, "systemctl", "--failed", "--no-legend", "--plain").stdout.decode()
        journal = attempt(*inside, "journalctl", "--no-pager", "--lines=30").stdout.decode()
        raise LabError(f"host {name}: {output}\nfailed units:\n{failed}\nthe end of its journal:\n{journal}")
    return boot.stdout.decode()


def _wait(name: str) -> None:
    """Let the lab's key in and wait until sshd answers through the SSH configuration."""
    public_key = ssh.KEY.with_suffix(".pub").read_text()
    run("docker", "exec", "-i", container(name), "sh", "-c", LET_IN, stdin=public_key)
    ssh.trust(name, booted(name))
    login = ssh.remote(name, "true")
    if login.returncode:
        raise LabError(f"host {name} does not let {ssh.USER} in:\n{login.stderr.decode()}")


def down(*names: str) -> None:
    """Remove hosts with all that is on them; one that is not there is no error."""
    present = [container(name) for name in names if inspect(name) is not None]
    if present:
        # What an engine inside left takes long on a busy machine.
        run("docker", "rm", "--force", "--volumes", *present, timeout=300)
    for name in names:
        ssh.forget(name)


def listed() -> dict[str, str]:
    """Return the hosts of this checkout: for each name what it is and how it is (`bookworm, Up 3 minutes`)."""
    row = f'{{{{.Names}}}}\t{{{{.Label "{SUITE}"}}}}\t{{{{.Status}}}}'
    mine = ("--filter", f"label={LABEL}", "--filter", f"label={SUITE}")
    rows = (line.split("\t") for line in run("docker", "ps", "--all", *mine, "--format", row).splitlines())
    return {name.removeprefix(f"{PREFIX}-"): f"{suite}, {status}" for name, suite, status in sorted(rows)}


def inspect(name: str) -> dict[str, Any] | None:
    """Return what the engine knows about a container of this checkout, None if there is none."""
    output = attempt("docker", "container", "inspect", container(name))
    found: list[dict[str, Any]] = json.loads(output.stdout or "[]")
    return found[0] if found else None
