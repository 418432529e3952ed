"""What the Molecule scenarios name is there: platforms that the lab has an image for and the roles support, and their playbooks."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.mlops.workbench.plugins.module_utils._host.system import SUPPORTED

from lab import images

ROOT = Path(__file__).resolve().parents[2]
SHARED = yaml.safe_load((ROOT / "molecule/config.yml").read_text())
SCENARIOS = {path.parent.name: path for path in sorted(ROOT.glob("molecule/*/molecule.yml"))}


def settings(scenario: str) -> dict:
    return yaml.safe_load(SCENARIOS[scenario].read_text()) or {}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_each_platform_is_one_of_the_labs(scenario: str) -> None:
    suites = [platform["suite"] for platform in settings(scenario).get("platforms", SHARED["platforms"])]
    assert suites
    assert set(suites) <= set(images.HOSTS)


def test_each_image_is_of_a_system_that_the_roles_support() -> None:
    for suite, number in images.RELEASES.items():
        assert SUPPORTED[f"debian-{number}"].suite == suite


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_each_playbook_is_there(scenario: str) -> None:
    own = settings(scenario)
    named = {**SHARED["ansible"]["playbooks"], **own.get("ansible", {}).get("playbooks", {})}
    steps = own.get("scenario", {}).get("test_sequence", [])
    files = [*named.values(), *(step.split()[1] for step in steps if " " in step)]
    folder = SCENARIOS[scenario].parent
    assert [name for name in files if not (folder / name).is_file()] == []
