# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs at once: one waits for the other, for a while, and for nobody else."""

from __future__ import annotations

import fcntl
import os
import pwd
import subprocess
import threading
import time
from pathlib import Path

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._host import lock


class Module:
    """What fails where the lock is not to be had."""

    def fail_json(self, msg):
        raise AssertionError(msg)


@pytest.fixture(params=["roots", "users"])
def place(request, tmp_path, monkeypatch):
    """The file that is locked: of root's runs or of a user's, in a folder of the test's own, since this machine's may be in use."""
    account = pwd.getpwuid(0)
    monkeypatch.setattr(lock.pwd, "getpwuid", lambda _: pwd.struct_passwd((*account[:5], str(tmp_path), account[6])))
    monkeypatch.setattr(lock, "ROOTS_LOCK", str(tmp_path / "roots.lock"))
    if request.param == "users":
        monkeypatch.setattr(lock, "lock_path", lambda: str(tmp_path / lock.USERS_LOCK))
    return Path(lock.lock_path())


def test_one_at_a_time(place):
    happened = []

    def other():
        with lock.run_lock(Module()):
            happened.append("the other")

    with lock.run_lock(Module()):
        waiting = threading.Thread(target=other)
        waiting.start()
        waiting.join(0.3)
        happened.append("the first")
    waiting.join(90)
    assert happened == ["the first", "the other"]
    assert [entry.name for entry in place.parent.iterdir()] == (["roots.lock"] if place.name == "roots.lock" else [])


def test_only_its_user_can_hold_it(place):
    folder = os.open(place.parent, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)  # which anybody can do with a home that may be read
    umask = os.umask(0)
    try:
        with lock.run_lock(Module(), limit=0):
            assert place.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(umask)
        os.close(folder)


def test_a_lock_that_is_not_to_be_had_names_who_has_it(place):
    told = f"{place}.* process {os.getpid()} .*end it"
    with lock.run_lock(Module()), pytest.raises(AssertionError, match=told), lock.run_lock(Module(), limit=0.1):
        raise NotImplementedError


def test_a_file_that_others_can_hold_is_no_lock(place):
    place.touch()
    place.chmod(0o644)
    with pytest.raises(AssertionError, match="others can hold it"), lock.run_lock(Module()):
        raise NotImplementedError
    place.unlink()
    place.symlink_to("/etc/passwd")
    with pytest.raises(AssertionError, match="cannot be had"), lock.run_lock(Module()):
        raise NotImplementedError


def test_a_user_without_a_home_has_a_lock_as_well(tmp_path, monkeypatch):
    account = pwd.getpwuid(0)
    monkeypatch.setattr(
        lock.pwd, "getpwuid", lambda _: pwd.struct_passwd((*account[:5], str(tmp_path / "gone"), account[6]))
    )
    monkeypatch.setattr(lock.os, "geteuid", lambda: 4711)
    assert lock.lock_path() == "/tmp/mlops-workbench-4711.lock"


def test_scripts_take_the_same_lock(tmp_path):
    script = (Path(__file__).resolve().parents[4] / "roles/base/templates/lock.sh.j2").read_text()
    assert script.count(lock.ROOTS_LOCK) >= 4
    assert "--timeout %d " % lock.LIMIT_SECONDS in script
    place = tmp_path / "roots.lock"
    quick = script.replace(lock.ROOTS_LOCK, str(place)).replace("--timeout %d" % lock.LIMIT_SECONDS, "--timeout 0.2")
    for umask in ("022", "000"):
        told = subprocess.run(
            ["sh", "-euc", f"umask {umask}\n{quick}\necho $$ $(cat {place}) $(stat --format %a {place})"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        assert told == [told[0], told[0], "600"]
    # What is started in the background holds it on.
    with subprocess.Popen(
        ["sh", "-euc", f"{quick}\necho locked\nexec sleep 30"], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "locked\n"
        second = subprocess.run(["sh", "-euc", f"{quick}\necho in"], capture_output=True, text=True, check=False)
        holder.kill()
    assert (second.returncode, second.stdout) == (1, "")
    assert f"process {holder.pid} has held it" in second.stderr


@pytest.mark.parametrize("shell", ["dash", "bash"])
@pytest.mark.parametrize("frame", ["%s", "(%s)"])
def test_a_script_holds_the_lock_while_its_last_command_runs_without_it(tmp_path, shell, frame):
    """A shell may become its last command; who gets no lock, such as conda's owner, would end it for all."""
    script = (Path(__file__).resolve().parents[4] / "roles/base/templates/lock.sh.j2").read_text()
    place = tmp_path / "roots.lock"
    quick = script.replace(lock.ROOTS_LOCK, str(place)).replace("--timeout %d" % lock.LIMIT_SECONDS, "--timeout 0.2")
    last = "%s\necho locked\nsh -c 'cat; exit 3' 9<&-" % quick
    with subprocess.Popen(
        [shell, "-euc", frame % f"\n{last}\n"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "locked\n"
        time.sleep(0.2)
        second = subprocess.run([shell, "-euc", f"{quick}\necho in"], capture_output=True, text=True, check=False)
        holder.stdin.close()
        assert holder.wait() == 3
    assert (second.returncode, second.stdout) == (1, "")
