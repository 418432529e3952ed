# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes `ansible_collections.mlops.workbench` this checkout, by the git-ignored self link that Ansible uses, too."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OUTCOMES = {"passed": ["passed", "subtests passed"], "failed": ["failed", "error", "subtests failed"]}
COLLECTIONS = ROOT / ".ansible" / "collections"
# Whose tests take minutes: they begin first, so that in the end no worker is left alone with one of them.
LONG = ("e2e", "molecule", "release", "integration")

# In an installed collection, and for ansible-test, the path itself says whose folder it is.
if ROOT.parts[-3:] != ("ansible_collections", "mlops", "workbench"):
    link = COLLECTIONS / "ansible_collections" / "mlops" / "workbench"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to("../../../..")
    sys.path.insert(0, str(COLLECTIONS))


@pytest.fixture(scope="session")
def whole(pytestconfig: pytest.Config) -> bool:
    """Whether those that are marked `full` run as well: then a test may do more, rather than that another repeats it."""
    return "not full" not in pytestconfig.option.markexpr


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long tests first, in the order of their folders."""
    place = {folder: number for number, folder in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.relative_to(ROOT / "tests").parts[0], len(LONG)))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the run with one plain line that people and machines can read."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput") or config.option.collectonly:
        return
    count = {word: sum(len(reporter.stats.get(kind, [])) for kind in kinds) for word, kinds in OUTCOMES.items()}
    reporter.write_line(", ".join(f"{number} {word}" for word, number in count.items()))
