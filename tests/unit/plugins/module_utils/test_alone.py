# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs at once: one waits for the other."""

from __future__ import annotations

import pwd
import threading

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils import _alone


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of the test's own, since this machine's may be in use."""
    account = pwd.getpwuid(0)
    monkeypatch.setattr(_alone.pwd, "getpwuid", lambda _: pwd.struct_passwd((*account[:5], str(tmp_path), account[6])))


def test_one_at_a_time(home):
    happened = []

    def other():
        with _alone.alone():
            happened.append("the other")

    with _alone.alone():
        waiting = threading.Thread(target=other)
        waiting.start()
        waiting.join(0.3)
        happened.append("the first")
    waiting.join(90)
    assert happened == ["the first", "the other"]
