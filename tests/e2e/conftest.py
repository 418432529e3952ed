"""What Galaxy hands out, built from this checkout, and the workbench that it sets up: one host for all tests that look at a whole workbench."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab import hosts, ssh
from tests.integration.lab_host import BIN, ROOT, environment

User = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("artifact")
    subprocess.run(
        [BIN / "ansible-galaxy", "collection", "build", "--output-path", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("mlops-workbench-*.tar.gz")
    return built


@pytest.fixture(scope="session")
def user(artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> User:
    """A function that runs an Ansible command in an empty folder of somebody who has nothing but the installed artifact."""
    folder = tmp_path_factory.mktemp("somebody")
    (folder / "home").mkdir()
    seen = environment() | {"ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"), "HOME": str(folder / "home")}
    for name in ("ANSIBLE_CONFIG", "ANSIBLE_ROLES_PATH"):
        seen.pop(name, None)

    def run(*words: str | os.PathLike[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BIN / words[0], *words[1:]], cwd=folder, env=seen, text=True, capture_output=True, timeout=900, check=False
        )

    ran = run("ansible-galaxy", "collection", "install", artifact, "--offline", "-p", folder / "collections")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return run


@pytest.fixture(scope="session")
def workbench(user: User) -> Iterator[str]:
    """The lab's workbench, set up by the installed artifact; what that printed. One that was there before stays."""
    was_there = hosts.inspect(ssh.WORKBENCH) is not None
    subprocess.run([sys.executable, "-m", "lab", "up"], cwd=ROOT, check=True, capture_output=True, timeout=900)
    ran = user("ansible-playbook", "-i", ROOT / "inventories/lab", "mlops.workbench.site")
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr
    yield ran.stdout
    if not was_there:
        ssh.close_forward()
        hosts.down(ssh.WORKBENCH)
