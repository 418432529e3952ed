# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's command: `python -m lab COMMAND`, in the checkout, by the Python of its .venv."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab import apt, artefacts, engine, hosts, images, mirror, registry, ssh
from lab.common import LABEL, LABEL_KEY, LOCK, ROOT, STATE, LabError, in_parallel, locked, run, say, step

# Where the role jupyter writes down what it set up on a host.
JUPYTER_RECORD = "/var/lib/misc/mlops-workbench-jupyter.json"


def ready() -> None:
    """Make all that hosts stand on: engine, images, mirror with its artefacts, registry, the way in."""
    with locked(LOCK):
        engine.ensure()
        ssh.ensure()
        builders: list[Callable[[], Any]] = [images.builder(image) for image in images.missing()]
        if artefacts.complete():
            in_parallel(builders)
        else:
            made = in_parallel([artefacts.make_anaconda, *builders])
            artefacts.publish([*made[0], *artefacts.make_compose()])
        registry.ensure(mirror.ensure())
        if builders:
            images.prune()


def apt_repository() -> None:
    """Make everything ready, and the apt repository that stands in for Docker's, for each suite."""
    ready()
    images.ensure(*images.HOSTS.values())
    with locked(LOCK):
        apt.ensure()


def up(suite: str | None) -> None:
    """Make everything ready and start the workbench."""
    ready()
    hosts.up(ssh.WORKBENCH, suite)


def forward() -> None:
    """Hold the forward to the workbench's Jupyter open."""
    with locked(LOCK):
        ssh.forward()


def status() -> None:
    """Print what there is and how to use it."""
    if not engine.answers():
        print("engine      none answers: `python -m lab ready`")
        return
    print(f"engine      {engine.description()}")
    there = hosts.listed()
    for name, state in there.items():
        print(f"host        {name}: {state}")
    print(f"mirror      {_mirror_status()}")
    if artefacts.INDEX.exists():
        for artefact in artefacts.stand_ins():
            print(f"stand-in    {artefact.name} {artefact.version}: {artefact.origin}")
    if reason := registry.stand_in():
        print(f"stand-in    {registry.IMAGE}: busybox, since {reason}")
    if ssh.WORKBENCH in there:
        print(f"Jupyter     {_jupyter_status()}")
        print(f"SSH         ssh -F {_short(ssh.CONFIG)} {ssh.WORKBENCH}")
    else:
        print("workbench   not there: `python -m lab up`")


def _mirror_status() -> str:
    found = hosts.inspect(hosts.MIRROR)
    return "not there: `python -m lab ready`" if found is None else str(found["State"]["Status"])


def _jupyter_status() -> str:
    """Return the address that opens the workbench's Jupyter on this machine, or what to do to get one."""
    record = ssh.remote(ssh.WORKBENCH, "sudo", "cat", JUPYTER_RECORD)
    if record.returncode:
        return "not set up on the workbench yet: `make up`"
    for instance in json.loads(record.stdout)["instances"]:
        if instance["port"] != ssh.JUPYTER_PORT:
            continue
        if not ssh.forwards():
            return "no forward leads to it: `python -m lab forward`"
        token = ssh.remote(ssh.WORKBENCH, "sudo", "cat", instance["token_file"]) if instance.get("token_file") else None
        query = f"?token={token.stdout.decode().strip()}" if token and token.returncode == 0 else ""
        return f"http://127.0.0.1:{ssh.local_port()}/lab{query}"
    return f"no instance on port {ssh.JUPYTER_PORT} of the workbench"


def down() -> None:
    """Remove the hosts, the mirror, the network, the volumes and the forward; what was built stays."""
    with locked(LOCK):
        _down()


def _down() -> None:
    ssh.close_forward()
    if not engine.answers():
        say("no engine answers, so no host runs")
        return
    mine = ("--filter", f"label={LABEL}", "--quiet")
    if containers := run("docker", "ps", "--all", *mine).split():
        with step(f"removing {len(containers)} containers"):
            run("docker", "rm", "--force", "--volumes", *containers, timeout=120)
    if volumes := run("docker", "volume", "ls", *mine).split():
        run("docker", "volume", "rm", *volumes)
    if networks := run("docker", "network", "ls", *mine).split():
        run("docker", "network", "rm", *networks)
    shutil.rmtree(ssh.KNOWN_HOSTS, ignore_errors=True)


def serve(given: argparse.Namespace) -> None:
    """Serve a cloud's stand-in in the foreground; a SIGTERM ends it as an interrupt does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    importlib.import_module(f"lab.cloud.{given.cloud}").serve(with_machines=not given.no_machines)


def clean() -> None:
    """Remove all that the lab made on this machine, as far as no other checkout's lab uses it."""
    with locked(LOCK):
        engine.resume()
        _down()
        if others := engine.other_checkouts():
            say(f"engine and images stay, since {', '.join(others)} has hosts: run `make clean` there first")
            for folder in others:
                if not Path(folder).exists():
                    say(f"{folder} is gone: docker rm -f $(docker ps -aqf label={LABEL_KEY}={folder})")
        else:
            if engine.answers():
                # Of checkouts that are gone; their bridges would outlive the engine.
                run("docker", "network", "prune", "--force", "--filter", f"label={LABEL_KEY}")
                images.prune()
                images.remove()
                registry.remove()
            engine.remove()
        shutil.rmtree(STATE)


def _short(path: Any) -> str:
    return os.path.relpath(path, ROOT)


def parser() -> argparse.ArgumentParser:
    """Return the command line's grammar; each command carries the function that does it."""
    top = argparse.ArgumentParser(prog="python -m lab", description=__doc__, allow_abbrev=False)
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, action: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(action=action)
        return made

    command("ready", lambda _: ready(), "make engine, images, mirror and registry ready")
    command("apt", lambda _: apt_repository(), "ready, and an apt repository that stands in for Docker's, for tests")
    add_suite(command("up", lambda given: up(given.suite), "make everything ready and start the workbench"))
    command("forward", lambda _: forward(), "hold the forward to the workbench's Jupyter open in the background")
    command("status", lambda _: status(), "print what there is and how to use it")
    command("down", lambda _: down(), "remove hosts, mirror, network, volumes and forward")
    cloud = command("cloud", serve, "answer as a cloud does, with lab hosts for its instances, until interrupted")
    cloud.add_argument("cloud", choices=["aws", "gcp"])
    cloud.add_argument("--no-machines", action="store_true", help="instances without hosts behind them")
    command("clean", lambda _: clean(), "down, and remove images, .lab/ and an engine that the lab started")
    host = commands.add_parser("host", help="start or remove single hosts").add_subparsers(required=True)
    one = host.add_parser("up", help="start a host and wait until it lets the user in")
    one.add_argument("name")
    add_suite(one)
    one.set_defaults(action=lambda given: hosts.up(given.name, given.suite))
    several = host.add_parser("down", help="remove hosts with all that is on them")
    several.add_argument("names", nargs="+", metavar="name")
    several.set_defaults(action=lambda given: hosts.down(*given.names))
    return top


def add_suite(command: argparse.ArgumentParser) -> None:
    """Let a command choose the Debian release of the host that it makes."""
    command.add_argument("--suite", choices=sorted(images.HOSTS), help=f"default: {images.DEFAULT_SUITE}")


def main() -> int:
    """Do what the command line says; 0 when it is done, 1 with the reason when it cannot be."""
    given = parser().parse_args()
    os.umask(0o022)  # the mirror's web server reads the artefacts as another user
    try:
        given.action(given)
    except LabError as error:
        print(f"lab: error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("lab: interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
