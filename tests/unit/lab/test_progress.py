# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import time
from types import SimpleNamespace

from lab import common
from tests.progress import Progress


def test_a_silent_run_tells_which_tests_run_and_how_many_are_done(monkeypatch):
    monkeypatch.setattr(common, "SILENCE", 0.05)
    told = []
    progress = Progress(SimpleNamespace(write_line=told.append))
    progress.pytest_xdist_node_collection_finished(None, ["tests/a", "tests/b"])
    progress.pytest_runtest_logstart("tests/a")
    progress.pytest_runtest_logfinish("tests/a")
    progress.pytest_runtest_logstart("tests/b")
    with progress.heartbeat:
        time.sleep(0.3)
    assert told
    assert all(
        re.fullmatch(r"\.\.\. 1 of 2 tests done; running: b \(\d+ s\) \.\.\. \d+ s so far", line) for line in told
    )
