# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine answers, and containers run for those who may run them."""

from __future__ import annotations

from functools import partial
from typing import Iterator

from .._host.accounts import Account
from .._host.programs import Outcome
from .host import Host
from .model import Check, Job, failed, passed, remedy, rerun
from .receipts import DockerGroup

GREETING = "Hello from Docker"
ROOM_MB = 20  # what a small image takes, and what the engine writes of its own
ENGINE_TROUBLE = "Look at systemctl status docker and journalctl -u docker, then: systemctl restart docker"


def engine_jobs(host: Host, _receipt: object) -> Iterator[Job]:
    """Check the engine itself."""
    yield partial(_engine, host)


def root_jobs(host: Host) -> Iterator[Job]:
    """Check that a container runs where no user is promised the use of Docker."""
    yield partial(_hello_world, host, "docker", "root")


def group_jobs(host: Host, receipt: DockerGroup) -> Iterator[Job]:
    """Check that each user runs a container with a user's plain rights."""
    for user in receipt.users:
        yield partial(_member, host, user)


def _engine(host: Host) -> Check:
    check = "docker.engine"
    outcome = host.run(["docker", "version", "--format", "{{.Server.Version}}"])
    if outcome.rc == 0:
        return passed(check, "engine", f"Docker {outcome.out.strip()}")
    return failed(check, "engine", *_trouble(outcome, "root"))


def _member(host: Host, user: str) -> Check:
    check = "docker_group.hello_world"
    account = host.account(user)
    if account is None:
        return failed(
            check, user, f"user {user} does not exist", "Create the user, or take it out of docker_group_users"
        )
    group = host.group_id("docker")
    if group is None:
        return failed(check, user, "the group docker does not exist", rerun("docker_group"))
    if group not in account.groups and account.uid != 0:
        return failed(check, user, f"{user} is not in the group docker", rerun("docker_group"))
    return _hello_world(host, "docker_group", user, account)


def _hello_world(host: Host, role: str, user: str, account: Account | None = None) -> Check:
    check = f"{role}.hello_world"
    outcome = host.run(["docker", "run", "--rm", "hello-world"], account)
    if outcome.rc == 0 and GREETING in outcome.out:
        return passed(check, user, f"hello-world runs as {user}")
    if outcome.rc == 0:
        return failed(
            check,
            user,
            "hello-world ran without its greeting",
            "Remove the image and pull the real one: docker rmi hello-world",
        )
    full = _full_disk(host) if "Unable to find image" in outcome.err else None
    return failed(check, user, *(full or _trouble(outcome, user)))


def _full_disk(host: Host) -> tuple[str, str] | None:
    """Return what to do where there is no room for an image; the engine itself then only tells of the last registry that it asked."""
    folder = host.run(["docker", "info", "--format", "{{.DockerRootDir}}"]).out.strip()
    free = host.disk(folder).free_mb_for_root if folder else ROOM_MB
    if free >= ROOM_MB:
        return None
    return (
        f"the disk of {folder} is full: {free} MB are free",
        f"Make room in {folder}, as by docker system prune, and run the role again",
    )


def _trouble(outcome: Outcome, user: str) -> tuple[str, str]:
    """Return what is wrong and what to do, from what the docker client said."""
    if outcome.rc == 127:
        return "there is no docker command", rerun("docker")
    if "Cannot connect to the Docker daemon" in outcome.err:
        return "the engine does not answer", ENGINE_TROUBLE
    if "permission denied" in outcome.err and "docker.sock" in outcome.err:
        return (
            f"the engine's socket refuses {user}",
            "The socket must belong to the group docker: systemctl restart docker.socket docker",
        )
    if "Unable to find image" in outcome.err and "Status: Downloaded" not in outcome.err:
        return (
            f"the image hello-world cannot be pulled: {outcome.last_line}",
            "Give the engine a way to a registry: docker_proxy, docker_registry_mirrors, or the host's DNS and routes",
        )
    return outcome.last_line, remedy(outcome, ENGINE_TROUBLE)
