"""A host on which faults are tried: the whole site with an example project, runs that are watched and cut off, and how the host is afterwards."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from comparison import State, differences

from lab import artefacts, images
from lab.common import LABEL, PREFIX, family, locked, run
from tests.integration.lab_host import INVENTORY, LAB, ROOT, Host, environment, lab

HERE = Path(__file__).parent
SUITE = "trixie"
FOLDER = LAB / "chaos"
MIRRORED = artefacts.DIRECTORY / "chaos"
DOCTOR = "1 of 1 hosts ready"
PATIENCE = 900
ZONES = b"LocationID,Zone\n" + b"".join(b"%d,Central Harlem\n" % number for number in range(100_000))
# What a taxi month is to the role: a file with the marks of Parquet. Nobody reads these, so that what is between them does not matter.
MONTH = b"PAR1" + bytes(range(256)) * 8000 + (100).to_bytes(4, "little") + b"PAR1"
VARIABLES = f"""
  vars:
    project_repo: http://mirror/chaos/ride-duration.git
    project_environment_file: environment.yml
    project_channels: "{{{{ lab.jupyter_channels }}}}"
    project_taxi: [{{kind: green, months: [2021-01]}}]
    project_taxi_mirror: http://mirror/chaos
    project_data:
      - url: http://mirror/chaos/zones.csv
        sha256: {hashlib.sha256(ZONES).hexdigest()}
"""


def prepare() -> None:
    """Put the example project and data for it where the lab's mirror gives them out."""
    with locked(FOLDER / "lock"):
        if (MIRRORED / "zones.csv").exists():
            return
        shutil.rmtree(MIRRORED, ignore_errors=True)
        MIRRORED.mkdir(parents=True)
        bare = MIRRORED / "ride-duration.git"
        shutil.copytree(ROOT / "examples/ride-duration", MIRRORED / "work")
        git = ("git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-C", MIRRORED / "work")
        run(*git, "init", "--quiet", "--initial-branch=main")
        run(*git, "add", ".")
        run(*git, "commit", "--quiet", "--message=Ride duration")
        run("git", "clone", "--quiet", "--bare", MIRRORED / "work", bare)
        run("git", "-C", bare, "repack", "-adq")
        run("git", "-C", bare, "update-server-info")
        shutil.rmtree(MIRRORED / "work")
        (MIRRORED / "green_tripdata_2021-01.parquet").write_bytes(MONTH)
        (MIRRORED / "zones.csv").write_bytes(ZONES)


@dataclass(frozen=True)
class Moment:
    """A moment of a run: so many seconds after the beginning of its task of this number, counted from 1; 0 is before the first."""

    task: int
    name: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s into task {self.task} [{self.name}]"


@dataclass
class Run:
    """A run of the site: what it printed, how it ended, and the seconds at which its tasks began."""

    printed: str = ""
    returncode: int | None = None
    seconds: float = 0.0
    tasks: list[tuple[str, float]] = field(default_factory=list)

    @property
    def errors(self) -> str:
        """What a user reads when it fails: from the first task on that failed, with its name."""
        found = re.search(r"(?m)^(\[ERROR\]|fatal:|failed:)", self.printed)
        return " ".join(self.printed[self.printed.rfind("TASK [", 0, found.start()) :].split()) if found else ""

    def moment(self, seconds: float) -> Moment:
        """Return the moment so many seconds after the run's beginning, by what the run was doing then."""
        begun = [(number, *task) for number, task in enumerate(self.tasks, 1) if task[1] <= seconds]
        number, name, began = begun[-1] if begun else (0, "start", 0.0)
        return Moment(number, name, seconds - began)


class Site(Host):
    """A lab host with an inventory of its own, and how the whole site runs on it."""

    @classmethod
    @contextlib.contextmanager
    def fresh(cls, name: str) -> Iterator[Site]:
        """Start a bare host, and remove it in the end."""
        inventory = FOLDER / "inventories" / name
        shutil.rmtree(inventory, ignore_errors=True)
        inventory.mkdir(parents=True)
        (inventory / "hosts.yml").write_text(INVENTORY.format(name=name, prefix=PREFIX, lab=LAB) + VARIABLES)
        (inventory / "group_vars").symlink_to(ROOT / "inventories/lab/group_vars")
        made = cls(name, inventory)
        made.log.unlink(missing_ok=True)
        lab("host", "down", name)
        lab("host", "up", name, "--suite", SUITE)
        try:
            yield made
        finally:
            lab("host", "down", name)

    @property
    def container(self) -> str:
        return f"{PREFIX}-{self.name}"

    @property
    def log(self) -> Path:
        """Where all that the runs on this host print is kept."""
        return FOLDER / "logs" / f"{self.name}.log"

    def inside(self, script: str) -> str:
        """Run a script as root by the container's engine, where SSH may not be there."""
        return run("docker", "exec", "-i", self.container, "bash", "-s", stdin=script, timeout=PATIENCE)

    def converge(
        self, *arguments: str, at: Moment | None = None, act: Callable[[subprocess.Popen[str]], None] | None = None
    ) -> Run:
        """Run the site to its end. At a moment, do something to it or to the host."""
        done = Run()
        began = time.monotonic()
        process = subprocess.Popen(
            self.command("site.yml", *arguments),
            cwd=ROOT,
            env={**environment(), "PYTHONUNBUFFERED": "1"},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if at and act and at.task == 0:
            time.sleep(at.seconds)
            act(process)
        assert process.stdout
        for line in process.stdout:
            done.printed += line
            if line.startswith("TASK ["):
                done.tasks.append((line.partition("[")[2].rpartition("]")[0], time.monotonic() - began))
                if at and act and len(done.tasks) == at.task:
                    time.sleep(at.seconds)
                    act(process)
        done.returncode = process.wait(PATIENCE)
        done.seconds = time.monotonic() - began
        self.log.parent.mkdir(exist_ok=True)
        with self.log.open("a") as log:
            log.write(f"{done.printed}\nended with {done.returncode} after {done.seconds:.1f} s\n\n")
        return done

    def state(self) -> State:
        """Return how the host is."""
        script = (HERE / "state.py").read_text()
        found: State = json.loads(
            run("docker", "exec", "-i", self.container, "python3", "-", stdin=script, timeout=PATIENCE)
        )
        return found

    def kill_sessions(self) -> None:
        """Kill what people and Ansible have running on the host, as nothing of it survives the host's own end."""
        self.inside("systemctl kill --signal=KILL 'session-*.scope' || true")


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a run with all its workers: stopped first, so that none makes another while the others die."""
    stopped: set[int] = set()
    while new := set(family(process.pid)) - stopped:
        for one in new:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGSTOP)
        stopped |= new
    for one in stopped:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


@dataclass(frozen=True)
class Undisturbed:
    """Hosts that nothing has disturbed: how they are, and how the site ran on the first of them."""

    states: list[State]
    run: Run

    def compare(self, site: Site) -> None:
        """Fail with what is otherwise on a host."""
        told = differences(site.state(), self.states)
        with site.log.open("a") as log:
            log.write("\n".join([f"{len(told)} differences from undisturbed hosts", *told, ""]))
        assert not told, f"{len(told)} differences from undisturbed hosts:\n" + "\n".join(told[:60])


def undisturbed(this_run: str, first: int) -> Undisturbed:
    """Return how two bare hosts are after the site; several workers share the work, each beginning with another one."""
    made: dict[int, dict[str, object]] = {}
    for number in sorted((0, 1), key=lambda one: one != first):
        file = FOLDER / f"undisturbed-{number}.json"
        with locked(file.with_suffix(".lock")):
            known = json.loads(file.read_text()) if file.exists() else {}
            if known.get("of") != this_run:
                with Site.fresh(f"undisturbed{number}") as site:
                    done = site.converge()
                    assert done.returncode == 0, done.printed[-6000:]
                    assert DOCTOR in done.printed
                    known = {"of": this_run, "state": site.state(), "run": vars(done)}
                file.write_text(json.dumps(known))
        made[number] = known
    return Undisturbed([made[0]["state"], made[1]["state"]], Run(**made[0]["run"]))  # type: ignore[arg-type, list-item]


def plain_run_ends_well(site: Site, than: Undisturbed) -> Run:
    """Run the site once more, without any fault: it has to end well, with the doctor's blessing and in the undisturbed state."""
    done = site.converge()
    assert done.returncode == 0, done.printed[-6000:]
    assert DOCTOR in done.printed, done.printed[-3000:]
    than.compare(site)
    return done


class Proxy:
    """What stands between a host and all that it downloads from, and spoils what it is told to."""

    def __init__(self, name: str) -> None:
        self.container = f"{PREFIX}-chaos-{name}"
        self.folder = FOLDER / "proxies" / name
        self.address = ""

    def start(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.spoil([])
        given = images.apt_options().get("Acquire::http::Proxy", "")
        run("docker", "rm", "--force", self.container)
        run(
            *("docker", "run", "--detach", "--label", LABEL, "--name", self.container, "--network", PREFIX),
            *("--env", f"http_proxy={given}", "--env", "no_proxy=mirror"),
            *("--mount", f"type=bind,source={self.folder},destination=/chaos"),
            *("--mount", f"type=bind,source={HERE}/proxy.py,destination=/proxy.py,readonly"),
            *(images.HOSTS[SUITE].name, "python3", "/proxy.py"),
        )
        template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        self.address = run("docker", "inspect", "--format", template, self.container)

    def stop(self) -> None:
        run("docker", "rm", "--force", self.container)

    def spoil(self, faults: list[dict[str, str]]) -> None:
        """Let these faults happen from now on, and no others."""
        draft = self.folder / "new"
        draft.write_text(json.dumps(faults))
        draft.replace(self.folder / "faults.json")

    def met(self) -> set[str]:
        """Return the names of the faults that have happened since this was asked last."""
        file = self.folder / "met"
        found = set(file.read_text().split()) if file.exists() else set()
        file.unlink(missing_ok=True)
        return found

    @contextlib.contextmanager
    def between(self, site: Site) -> Iterator[None]:
        """Stand between the host and the world; afterwards nothing of it is left on the host."""
        site.inside(
            f"echo '{self.address} mirror' >> /etc/hosts\n"
            f"echo 'Acquire::http::Proxy \"http://{self.address}:3128\";' > /etc/apt/apt.conf.d/99chaos\n"
        )
        yield
        site.inside(
            "rm /etc/apt/apt.conf.d/99chaos; grep -v ' mirror$' /etc/hosts > /run/hosts; cat /run/hosts > /etc/hosts"
        )
