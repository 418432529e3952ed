# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Docker engine: taken as it is where one answers, else installed and started where that is allowed."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from lab.common import LABEL_KEY, ROOT, LabError, attempt, locked, run, say, step, tail, write

# Kept outside the checkout, so that `clean` of any checkout can give the machine back.
RECORD = Path("/var/lib/misc/mlops-workbench-lab.json")
LOG = Path("/var/log/mlops-workbench-dockerd.log")
LEFT_BY_PURGE = ("/var/lib/docker", "/var/lib/containerd", "/run/docker", "/run/containerd", "/etc/docker")
PID_FILE = Path("/run/docker.pid")
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
APT = ("apt-get", "-qy", "-o", "DPkg::Lock::Timeout=300")
APT_SECONDS = 600
START_SECONDS = 30


def ensure() -> None:
    """See to it that the engine answers and that the programs that the lab calls are there."""
    if answers() and not missing_packages(engine=True):
        return
    if os.geteuid() != 0:
        wanted = " ".join(missing_packages(engine=answers()))
        remedy = f"install what is missing (`sudo apt-get install {wanted}`)" if wanted else "start it"
        raise LabError(f"no Docker engine answers this user: {remedy}, and see to it that `docker info` works")
    with locked(RECORD.with_suffix(".lock")):
        _save({"forwarding": FORWARDING.read_text().strip(), **_record()})
        packages = missing_packages(engine=answers())
        _install(packages)
        if "docker.io" in packages or not answers():
            _start()


def resume() -> None:
    """Start the engine that the lab brought, if it was stopped since: what is in it can be removed only through it."""
    if "engine" in _record() and os.geteuid() == 0 and shutil.which("dockerd") and not answers():
        with locked(RECORD.with_suffix(".lock")):
            _start()


def answers() -> bool:
    """Tell whether an engine answers this user."""
    return attempt("docker", "version", "--format", "{{.Server.Version}}", timeout=20).returncode == 0


def description() -> str:
    """Return the engine's version and, if so, that the lab started it."""
    version = run("docker", "version", "--format", "{{.Server.Version}}")
    return f"Docker {version}" + (", started by the lab" if _started(_record()) else "")


def other_checkouts() -> list[str]:
    """Return the other checkouts whose labs have containers in the engine."""
    owners = attempt("docker", "ps", "--all", "--format", f'{{{{.Label "{LABEL_KEY}"}}}}').stdout.decode()
    return sorted(set(owners.splitlines()) - {"", str(ROOT)})


def missing_packages(engine: bool) -> list[str]:
    """Return the Debian packages whose programs the lab needs and the machine lacks; `engine`: one answers already."""
    packages = {"mmdebstrap": "mmdebstrap", "ssh": "openssh-client"}
    if os.geteuid() != 0:
        packages["newuidmap"] = "uidmap"
    if not engine:
        packages["dockerd"] = "docker.io"
    missing = [package for program, package in packages.items() if not shutil.which(program)]
    if not Path("/usr/share/keyrings/debian-archive-keyring.gpg").exists():
        missing.append("debian-archive-keyring")
    return missing


def _install(packages: list[str]) -> None:
    """Install packages by apt, and write down which ones are new on this machine."""
    if not packages:
        return
    if not shutil.which("apt-get"):
        raise LabError(f"there is no apt here: install {', '.join(packages)} by the means of this system")
    with step("updating apt's package lists"):
        run(*APT, "update", timeout=APT_SECONDS)
    if not shutil.which("docker") and run("apt-cache", "search", "--names-only", "^docker-cli$"):
        packages = [*packages, "docker-cli"]  # since Debian 13 docker.io comes without it
    install = (*APT, "--no-install-recommends", "install", *packages)
    new = new_packages(run(*install, "--simulate", timeout=APT_SECONDS))
    with step(f"installing {', '.join(packages)} ({len(new)} packages new on this machine)"):
        record = _record()
        _save({**record, "packages": sorted({*record.get("packages", []), *new})})
        run("env", "DEBIAN_FRONTEND=noninteractive", *install, timeout=APT_SECONDS)


def new_packages(simulation: str) -> list[str]:
    """Return the packages that `apt-get --simulate install` would add, without those that it would only upgrade."""
    return re.findall(r"^Inst (\S+) \(", simulation, re.MULTILINE)


def removed_packages(simulation: str) -> list[str]:
    """Return the packages that `apt-get --simulate purge` would remove."""
    return re.findall(r"^(?:Purg|Remv) (\S+)", simulation, re.MULTILINE)


def _start() -> None:
    """Start the engine, by systemd where it is booted, else in a session of its own, and write down how."""
    if Path("/run/systemd/system").is_dir():
        with step("starting the Docker engine (systemctl start docker)"):
            run("systemctl", "start", "docker.service")
        _save({**_record(), "engine": {"unit": "docker.service"}})
        return
    if answers():  # the package's own script has started it
        _save({**_record(), "engine": {"pid": int(PID_FILE.read_text())}})
        return
    with step(f"starting the Docker engine (dockerd; no systemd here; its log is {LOG})"):
        with LOG.open("ab") as log:
            daemon = subprocess.Popen(
                ["dockerd"], cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        _save({**_record(), "engine": {"pid": daemon.pid}})
        give_up = time.monotonic() + START_SECONDS
        while not answers():
            if daemon.poll() is not None or time.monotonic() > give_up:
                raise LabError(f"dockerd does not answer; the end of {LOG}:\n{tail(LOG.read_text(errors='replace'))}")
            time.sleep(0.2)


def remove() -> None:
    """Stop an engine that the lab started and purge what the lab installed, unless somebody still uses it."""
    record = _record()
    if not record:
        return
    if os.geteuid() != 0:
        say("the Docker engine and the packages that the lab installed stay: removing them needs root")
        return
    if answers() and (run("docker", "ps", "--all", "--quiet") or run("docker", "volume", "ls", "--quiet")):
        say("the Docker engine that the lab started stays: somebody else's containers or volumes are in it")
        return
    with locked(RECORD.with_suffix(".lock")):
        _stop(record)
        _purge(record.get("packages", []))
        RECORD.unlink()
    RECORD.with_suffix(".lock").unlink()


def _started(record: dict[str, Any]) -> bool:
    """Tell whether the engine that runs now is one that the lab started."""
    engine = record.get("engine", {})
    return "unit" in engine or ("pid" in engine and _is_dockerd(engine["pid"]))


def _is_dockerd(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"\0")[0].endswith(b"dockerd")
    return False


def _stop(record: dict[str, Any]) -> None:
    if not _started(record):
        return
    with step("stopping the Docker engine"):
        if "unit" in record["engine"]:
            run("systemctl", "stop", "docker.socket", "docker.service")
        else:
            _end(record["engine"]["pid"])
        if "iptables" in record.get("packages", []):  # so the rules are the engine's, and they outlive it
            for rules in (("-P", "FORWARD", "ACCEPT"), ("-F",), ("-X",), ("-t", "nat", "-F"), ("-t", "nat", "-X")):
                attempt("iptables", *rules)
        attempt("ip", "link", "delete", "docker0")
        FORWARDING.write_text(record["forwarding"])


def _end(pid: int) -> None:
    """End the dockerd that the lab started and wait until it has stopped what it runs."""
    os.kill(pid, signal.SIGTERM)
    give_up = time.monotonic() + START_SECONDS
    while _is_dockerd(pid):
        if time.monotonic() > give_up:
            raise LabError(f"dockerd (process {pid}) does not stop; see {LOG}")
        time.sleep(0.1)
    LOG.unlink(missing_ok=True)


def _purge(packages: list[str]) -> None:
    """Purge exactly these packages; one that something installed later needs stays, and is named."""
    if not packages:
        return
    purge = (*APT, "-o", "APT::Get::AutomaticRemove=false", "purge")
    also = set(removed_packages(run(*purge, "--simulate", *packages, timeout=APT_SECONDS))) - set(packages)
    if also:
        say(f"these packages stay, since {', '.join(sorted(also))} need them: {' '.join(packages)}")
        return
    with step(f"purging the {len(packages)} packages that the lab installed"):
        run("env", "DEBIAN_FRONTEND=noninteractive", *purge, *packages, timeout=APT_SECONDS)
        if "docker.io" in packages:
            for directory in LEFT_BY_PURGE:
                shutil.rmtree(directory, ignore_errors=True)
            Path("/run/docker.sock").unlink(missing_ok=True)


def _record() -> dict[str, Any]:
    """Return what the lab did to this machine.

    `packages`: which it installed; `engine`: how it started it; `forwarding`: what the kernel's switch said before.
    """
    return json.loads(RECORD.read_text()) if RECORD.exists() else {}


def _save(record: dict[str, Any]) -> None:
    write(RECORD, json.dumps(record, indent=2) + "\n")
