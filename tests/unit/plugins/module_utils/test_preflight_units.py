"""systemd's units and times, as preflight sees them."""

from __future__ import annotations

import os

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._host.units import UnitState, unit_state
from ansible_collections.mlops.workbench.plugins.module_utils._preflight import units


def show(active="active", enabled="enabled", started="1000000"):
    def run_command(command, **_ignored):
        assert command[:2] == ["systemctl", "show"]
        return (
            0,
            "ActiveState=%s\nUnitFileState=%s\nActiveEnterTimestampMonotonic=%s\n" % (active, enabled, started),
            "",
        )

    return run_command


def test_a_unit_that_started_before_its_settings_were_written_is_outdated(tmp_path):
    (tmp_path / "settings").touch()
    seen = unit_state("x", [str(tmp_path / "settings")], show(started="1"))
    assert seen == UnitState(active=True, enabled=True, outdated=True)


def test_a_unit_that_started_after_its_settings_were_written_is_not(tmp_path):
    (tmp_path / "settings").touch()
    os.utime(tmp_path / "settings", (1, 1))
    assert not unit_state("x", [str(tmp_path / "settings"), "/none"], show()).outdated


def test_a_unit_that_does_not_run_is_not_outdated(tmp_path):
    (tmp_path / "settings").touch()
    seen = unit_state("x", [str(tmp_path / "settings")], show(active="failed", enabled="", started="0"))
    assert seen == UnitState(active=False, enabled=False, outdated=False)


def test_no_systemd_means_no_unit():
    def run_command(command, **_ignored):
        raise FileNotFoundError(command[0])

    assert unit_state("x", [], run_command) == UnitState(active=False, enabled=False, outdated=False)


@pytest.mark.parametrize(("code", "refused"), [(0, 0), (1, 1)])
def test_a_time_that_systemd_does_not_understand_is_refused(code, refused):
    answer = (code, "", "Failed to parse calendar specification 'often': Invalid argument\n")
    problems = list(units.check_calendars({"x_schedule": "often", "x_other": ""}, lambda *_, **__: answer))
    assert [entry.variable for entry in problems] == ["x_schedule"][:refused]


def test_a_time_is_not_judged_where_there_is_no_systemd():
    def missing(*_, **__):
        raise FileNotFoundError

    problems = list(units.check_calendars({"x_schedule": "often"}, missing))
    assert problems == []
