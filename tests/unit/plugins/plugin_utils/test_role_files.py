# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of the roles of the collection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.mlops.workbench.plugins.modules.preflight import SPECIFICATION
from ansible_collections.mlops.workbench.plugins.plugin_utils._roles import load_preflight, selected

ROLES = Path(__file__).resolve().parents[4] / "roles"


def read(path: str) -> Any:
    """Read a YAML file."""
    return yaml.safe_load(Path(path).read_text())


@pytest.mark.parametrize("role", [path.name for path in ROLES.iterdir()])
def test_the_preflight_of_every_role_is_found(role: str) -> None:
    preflight = load_preflight(str(ROLES / role), read)
    assert set(preflight.arguments) <= set(SPECIFICATION)
    assert f"{role}_state" in preflight.defaults
    assert all(name.startswith(f"__{role}_") for name in preflight.variables)


@pytest.mark.parametrize(
    ("only", "skip", "runs"),
    [
        (["all"], [], True),
        (["docker"], [], True),
        (["docker", "compose"], ["compose"], True),
        (["tagged"], [], True),
        (["compose"], [], False),
        (["untagged"], [], False),
        (["all"], ["docker"], False),
        (["docker"], ["tagged"], False),
    ],
)
def test_tags_decide_which_roles_are_examined(only: list[str], skip: list[str], runs: bool) -> None:
    assert selected("docker", only, skip) is runs
