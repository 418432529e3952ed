"""What Galaxy hands out: the artifact, installed into an empty path without a network, does the main job from there."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from lab_host import BIN, ROOT, Host, environment

pytestmark = pytest.mark.xdist_group("artifact")
OURS_ALONE = (
    "lab/",
    "inventories/lab/",
    "tests/",
    "molecule/",
    "bench/",
    "requirements/",
    "Makefile",
    "pyproject.toml",
)
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("[a-z]*.py"))


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def user(artifact: Path, tmp_path_factory: pytest.TempPathFactory):
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


def test_nothing_of_the_workshop_is_in_it(artifact: Path) -> None:
    with tarfile.open(artifact) as archive:
        names = archive.getnames()
    assert "playbooks/site.yml" in names
    assert "requirements.yml" in names
    assert not [name for name in names if name.startswith((*OURS_ALONE, "."))]
    assert not [name for name in names if "/." in name and not name.endswith("/.condarc")]


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_documented(user, role: str) -> None:
    ran = user("ansible-doc", "-t", "role", f"mlops.workbench.{role}", "--json")
    options = json.loads(ran.stdout)[f"mlops.workbench.{role}"]["entry_points"]["main"]["options"]
    assert f"{role}_state" in options


@pytest.mark.parametrize("module", MODULES)
def test_each_module_is_documented(user, module: str) -> None:
    ran = user("ansible-doc", f"mlops.workbench.{module}", "--json")
    assert json.loads(ran.stdout)[f"mlops.workbench.{module}"]["examples"]


def test_the_maturity_of_a_project(user, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("from sklearn.linear_model import Lasso\nLasso().fit([[1]], [1])\n")
    ran = user("ansible", "localhost", "-m", "mlops.workbench.maturity_info", "-a", f"path={tmp_path}")
    assert '"schema": 1' in ran.stdout, ran.stdout + ran.stderr


def test_the_main_job(user, host: Host) -> None:
    ran = user("ansible-playbook", "-i", host.inventory, "mlops.workbench.site")
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr
    assert "1 of 1 hosts ready" in ran.stdout
    assert "Hello from Docker!" in host.shell("docker run --rm hello-world")
