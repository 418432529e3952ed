# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab import __main__ as lab
from lab import common, engine, images, ssh

SIMULATED_INSTALL = """\
Reading package lists...
Inst libc6 [2.36-9+deb12u9] (2.36-9+deb12u10 Debian:12.11/stable [amd64])
Inst runc (1.1.5+ds1-1 Debian:12.11/stable [amd64])
Inst docker.io (20.10.24+dfsg1-1 Debian:12.11/stable [amd64])
Conf runc (1.1.5+ds1-1 Debian:12.11/stable [amd64])
"""
SIMULATED_PURGE = """\
Purg docker-compose [1.29.2-3]
Remv docker.io [20.10.24+dfsg1-1]
"""


def test_only_packages_that_were_not_there_count_as_new():
    assert engine.new_packages(SIMULATED_INSTALL) == ["runc", "docker.io"]


def test_a_purge_names_what_it_would_take_with_it():
    assert engine.removed_packages(SIMULATED_PURGE) == ["docker-compose", "docker.io"]


def test_without_root_the_error_names_the_packages(monkeypatch):
    monkeypatch.setattr(engine, "answers", lambda: False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(engine.shutil, "which", lambda program: None if program == "dockerd" else program)
    with pytest.raises(common.LabError, match=r"sudo apt-get install .*docker\.io"):
        engine.ensure()


def test_an_engine_of_somebody_else_is_left_as_it_is(monkeypatch, tmp_path):
    monkeypatch.setattr(engine, "RECORD", tmp_path / "record.json")
    monkeypatch.setattr(engine, "attempt", lambda *_, **__: pytest.fail("touched"))
    monkeypatch.setattr(engine, "run", lambda *_, **__: pytest.fail("touched"))
    engine.remove()


def test_an_engine_that_was_stopped_is_started_again_to_be_cleaned(monkeypatch, tmp_path):
    started = []
    monkeypatch.setattr(engine, "RECORD", tmp_path / "record.json")
    monkeypatch.setattr(engine, "answers", lambda: False)
    monkeypatch.setattr(engine, "_start", lambda: started.append(True))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(engine.shutil, "which", lambda program: program)
    engine.resume()
    assert not started, "an engine that is not the lab's was started"
    engine.RECORD.write_text('{"engine": {"pid": 1}}')
    engine.resume()
    assert started


def test_there_is_nothing_to_clean_where_no_engine_is(monkeypatch, tmp_path):
    monkeypatch.setattr(engine, "RECORD", tmp_path / "record.json")
    monkeypatch.setattr(engine, "answers", lambda: False)
    monkeypatch.setattr(images, "run", lambda *_, **__: pytest.fail("asked an engine that is not there"))
    monkeypatch.setattr(ssh, "close_forward", lambda: None)  # this checkout's own
    monkeypatch.setattr(lab, "STATE", tmp_path / "state")
    monkeypatch.setattr(lab, "LOCK", tmp_path / "state" / "lock")
    lab.clean()
    assert not (tmp_path / "state").exists()


def test_a_purge_that_would_take_more_is_not_done(monkeypatch, capsys):
    monkeypatch.setattr(engine, "run", lambda *command, **_: simulated(command))
    engine._purge(["docker.io"])
    assert "docker-compose need" in capsys.readouterr().out


def simulated(command):
    assert "--simulate" in command
    return SIMULATED_PURGE


def test_a_process_that_has_ended_is_no_engine():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    while Path(f"/proc/{ended.pid}/cmdline").read_bytes():
        pass
    assert not engine._is_dockerd(ended.pid)
    ended.wait()
    assert not engine._is_dockerd(ended.pid)
    assert not engine._is_dockerd(os.getpid())
