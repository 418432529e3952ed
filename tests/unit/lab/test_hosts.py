# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from lab import common, hosts


@pytest.mark.parametrize("name", ["", "Upper", "-a", "a-", "mirror", "a b", "a" * 60, "a;b"])
def test_a_name_that_no_host_can_have_is_refused(name, monkeypatch):
    monkeypatch.setattr(hosts, "run", lambda *_, **__: pytest.fail("started"))
    with pytest.raises(common.LabError, match="cannot be the name of a host"):
        hosts.up(name)


def test_a_host_of_another_suite_is_not_taken_for_the_one_asked_for(monkeypatch, tmp_path):
    present = {"Config": {"Labels": {hosts.SUITE: "bookworm"}}, "State": {"Running": True}}
    monkeypatch.setattr(hosts, "inspect", lambda _: present)
    monkeypatch.setattr(hosts.ssh, "KEY", tmp_path)
    with pytest.raises(common.LabError, match=r"one runs bookworm, not trixie.*host down one"):
        hosts.up("one", "trixie")


def test_nothing_is_started_before_the_lab_is_ready(monkeypatch, tmp_path):
    monkeypatch.setattr(hosts.ssh, "KEY", tmp_path / "missing")
    with pytest.raises(common.LabError, match="python -m lab ready"):
        hosts.up("one")
