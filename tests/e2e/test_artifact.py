"""What Galaxy hands out: the artifact, installed into an empty path without a network, does the main job from there."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from lab import ssh
from tests.integration.lab_host import ROOT

pytestmark = pytest.mark.xdist_group("workbench")
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


def test_nothing_of_the_workshop_is_in_it(artifact: Path) -> None:
    with tarfile.open(artifact) as archive:
        names = archive.getnames()
    assert "playbooks/site.yml" in names
    assert "requirements.yml" in names
    assert not [name for name in names if name.startswith((*OURS_ALONE, "."))]
    assert not [name for name in names if "/." in name]


def test_each_role_is_documented(user) -> None:
    ran = user("ansible-doc", "-t", "role", "--json", *(f"mlops.workbench.{role}" for role in ROLES))
    told = json.loads(ran.stdout)
    for role in ROLES:
        assert f"{role}_state" in told[f"mlops.workbench.{role}"]["entry_points"]["main"]["options"]


def test_each_module_is_documented(user) -> None:
    ran = user("ansible-doc", "--json", *(f"mlops.workbench.{module}" for module in MODULES))
    told = json.loads(ran.stdout)
    assert [module for module in MODULES if not told[f"mlops.workbench.{module}"]["examples"]] == []


def test_the_maturity_of_a_project(user, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("from sklearn.linear_model import Lasso\nLasso().fit([[1]], [1])\n")
    ran = user("ansible", "localhost", "-m", "mlops.workbench.maturity_info", "-a", f"path={tmp_path}")
    assert '"schema": 1' in ran.stdout, ran.stdout + ran.stderr


def test_the_main_job(workbench: str) -> None:
    assert "1 of 1 hosts ready" in workbench
    ran = ssh.remote(ssh.WORKBENCH, "docker run --rm hello-world")
    assert b"Hello from Docker!" in ran.stdout, ran.stderr
