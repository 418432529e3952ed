"""A conda for tests: the one that CONDA names, else an installation of what the lab's mirror serves."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab_host import LAB, ROOT, lab

from lab.conda.package import Member, Package, write, write_repodata

MODULE = "ansible_collections.mlops.workbench.plugins.modules.conda_env"


@dataclass(frozen=True)
class Conda:
    """A conda, the channel to use with it, and how a test runs it and the module."""

    program: Path
    channel: str
    home: Path
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        # Another conda of the machine is not to be found by it, and set to nothing it breaks `conda run`.
        inherited = {name: value for name, value in os.environ.items() if name != "CONDA_EXE"}
        return {**inherited, "HOME": str(self.home), "NO_COLOR": "1", **self.settings}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run conda itself."""
        return subprocess.run(
            [self.program, *words],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def ask(self, *words: str) -> Any:
        """Run conda with --json and return its answer, which must be a good one."""
        ran = self.run(*words, "--json")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return json.loads(ran.stdout)

    def module(self, check: bool = False, **options: Any) -> dict[str, Any]:
        """Run mlops.workbench.conda_env as Ansible does on the host, and return its result."""
        asked = {"conda": str(self.program), "channels": [self.channel], "_ansible_check_mode": check, **options}
        given = self.home / "arguments.json"
        given.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": asked}))
        ran = subprocess.run(
            [sys.executable, "-m", MODULE, given],
            cwd=ROOT / ".ansible/collections",
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.stdout.strip(), ran.stderr
        return json.loads(ran.stdout.strip().splitlines()[-1])


def channel(folder: Path, *packages: str) -> str:
    """Make a channel of small packages, each `name version [dependency]...`; give its address. A python has a program that ends well."""
    subdir = {"x86_64": "linux-64", "aarch64": "linux-aarch64"}[platform.machine()]
    made = []
    for text in packages:
        name, version, *depends = text.split()
        made.append(Package(name, version, "0", subdir, tuple(depends)))
        program = Member("bin/python", b"#!/bin/sh\n", executable=True)
        write(folder, made[-1], [program] if name == "python" else [Member(f"share/{name}", text.encode())])
    for part in (subdir, "noarch"):
        write_repodata(folder, part, made)
    return folder.as_uri()


def install(folder: Path) -> Conda:
    """Install the conda to test with into a folder."""
    home = folder / "home"
    home.mkdir()
    if os.environ.get("CONDA"):
        return Conda(Path(os.environ["CONDA"]), os.environ.get("CONDA_CHANNEL", "conda-forge"), home)
    lab("ready")
    served = json.loads((LAB / "vars.json").read_text())
    (installer,) = (LAB / "mirror/anaconda").glob(f"Anaconda3-{served['anaconda_version']}-Linux-*.sh")
    subprocess.run(
        ["bash", installer, "-b", "-p", folder / "conda"],
        env={**os.environ, "HOME": str(home)},
        check=True,
        capture_output=True,
    )
    return Conda(folder / "conda/bin/conda", f"file://{LAB}/mirror/conda", home)
