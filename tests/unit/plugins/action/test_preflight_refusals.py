# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller's half of `preflight` finds."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.workbench.plugins.action.preflight import clock_problems

NOW = 1.8e9
DAY = 86400


@pytest.mark.parametrize("days", [0, 0.9, -0.9])
def test_clocks_that_differ_by_hours_do_no_harm(days):
    assert clock_problems(NOW + days * DAY, NOW) == []


@pytest.mark.parametrize(("days", "words"), [(365, "365 day(s) ahead of"), (-1.6, "2 day(s) behind")])
def test_a_clock_that_is_off_is_told_with_the_remedy(days, words):
    (found,) = clock_problems(NOW + days * DAY, NOW)
    assert words in found["problem"]
    assert "timedatectl" in found["remedy"]
