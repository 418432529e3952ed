# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module itself, as Ansible runs it: JSON in, JSON out."""

from __future__ import annotations

import os

import pytest
from ansible.module_utils import basic
from ansible.module_utils.testing import patch_module_args
from ansible_collections.mlops.workbench.plugins.modules import workbench_info


@pytest.fixture(name="run")
def fixture_run(monkeypatch):
    def leave(_module, **result):
        raise SystemExit(result)

    monkeypatch.setattr(basic.AnsibleModule, "exit_json", leave)
    monkeypatch.setattr(
        basic.AnsibleModule, "fail_json", lambda module, msg, **more: leave(module, failed=True, msg=msg)
    )

    def run(euid=0, **arguments):
        monkeypatch.setattr(os, "geteuid", lambda: euid)
        with patch_module_args(arguments), pytest.raises(SystemExit) as left:
            workbench_info.main()
        return left.value.code

    return run


def test_it_hands_on_what_the_doctor_found(run, monkeypatch):
    asked = []
    monkeypatch.setattr(
        workbench_info, "examine", lambda host, expect, site: asked.append((host.timeout, expect, site)) or {"x": 1}
    )
    assert run(expect=["docker"], timeout=7, site="make it", _ansible_check_mode=True) == {
        "changed": False,
        "workbench": {"x": 1},
    }
    assert asked == [(7, ["docker"], "make it")]


def test_it_says_that_it_needs_root(run):
    assert "become: true" in run(euid=1000)["msg"]


def test_it_refuses_no_time_at_all(run):
    assert "timeout is 0" in run(timeout=0)["msg"]


def test_it_refuses_a_role_that_does_not_exist(run):
    assert "docker_groop" in run(expect=["docker_groop"])["msg"]
