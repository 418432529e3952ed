# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time

import pytest

from lab import common, progress


def test_a_failure_names_the_command_and_the_end_of_its_output():
    with pytest.raises(common.LabError, match=r"(?s)`sh -c .*` failed \(3\):.*why it failed"):
        common.run("sh", "-c", "echo why it failed >&2; exit 3")


def test_a_missing_program_and_an_overrun_are_failures_and_no_exceptions():
    assert common.attempt("no-such-program-here").returncode == 127
    late = common.attempt("sleep", "5", timeout=0.1)
    assert (late.returncode, b"no end after" in late.stderr) == (124, True)


def test_programs_get_no_terminal_to_ask_on():
    assert common.run("cat") == ""
    assert common.run("cat", stdin="told") == "told"


def test_write_leaves_a_file_alone_that_says_so_already(tmp_path):
    file = tmp_path / "below" / "file"
    common.write(file, "one")
    before = file.stat().st_mtime_ns
    common.write(file, "one")
    assert file.stat().st_mtime_ns == before
    common.write(file, "two")
    assert file.read_text() == "two"
    assert [entry.name for entry in file.parent.iterdir()] == ["file"]


def test_digest_changes_with_names_contents_and_texts(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("a")
    two.write_text("a")
    stamps = {common.digest([one]), common.digest([two]), common.digest([one, two]), common.digest([one], "b")}
    one.write_text("c")
    assert len(stamps | {common.digest([one])}) == 5
    assert common.digest([one, two]) == common.digest([two, one])


def test_the_lock_keeps_a_second_process_out(tmp_path):
    lock = tmp_path / "lock"
    hold = f"from pathlib import Path; from lab.common import locked\nwith locked(Path({str(lock)!r})): print('held')"
    with common.locked(lock):
        other = subprocess.Popen(
            [sys.executable, "-c", hold], cwd=common.ROOT, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert "waiting" in other.stdout.readline()
        assert other.poll() is None
    assert other.communicate(timeout=20)[0] == "held\n"


def test_jobs_run_side_by_side_and_a_failure_comes_out():
    meet = threading.Barrier(2, timeout=10)
    assert len(common.in_parallel([meet.wait, meet.wait])) == 2
    done = []
    with pytest.raises(common.LabError, match="broken"):
        common.in_parallel([lambda: fail("broken"), lambda: (time.sleep(0.1), done.append(1))])
    assert done == [1]


def fail(reason):
    raise common.LabError(reason)


def test_a_silence_is_broken_with_what_goes_on(monkeypatch, capsys):
    monkeypatch.setattr(common, "SILENCE", 0.1)
    with common.step("sleeping", 1):
        time.sleep(0.35)
    first, *beats, last = capsys.readouterr().out.splitlines()
    assert first == "lab: sleeping, about 1 s ..."
    assert beats
    assert all(re.fullmatch(r"lab: sleeping \.\.\. \d+ s so far", beat) for beat in beats)
    assert re.fullmatch(r"lab: sleeping: [\d.]+ s", last)


def test_a_command_keeps_its_words_and_its_exit_code_and_is_not_silent(monkeypatch, capfdbinary):
    monkeypatch.setattr(common, "SILENCE", 0.1)
    code = progress.main("waiting", "sh", "-c", "echo one; sleep 0.5; echo two >&2; exit 3")
    first, *beats, last = capfdbinary.readouterr().out.splitlines()
    assert code == 3
    assert first == b"lab: waiting ..."
    assert beats.pop(0) == b"one"
    assert beats
    assert all(re.fullmatch(rb"lab: waiting \.\.\. \d+ s so far", beat) for beat in beats)
    assert last == b"two"
