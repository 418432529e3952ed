"""Lab hosts for tests that run playbooks by themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab_host import INVENTORY, LAB, ROOT, Host, lab

from lab.common import PREFIX


@pytest.fixture(scope="module")
def host(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A bare host for the tests of one file, named after it."""
    name = request.path.stem.removeprefix("test_").replace("_", "-")
    inventory = tmp_path_factory.mktemp(name)
    (inventory / "hosts.yml").write_text(INVENTORY.format(name=name, prefix=PREFIX, lab=LAB))
    (inventory / "group_vars").symlink_to(ROOT / "inventories/lab/group_vars")
    lab("ready")
    lab("host", "down", name)
    lab("host", "up", name, "--suite", "trixie")
    yield Host(name, inventory)
    lab("host", "down", name)
