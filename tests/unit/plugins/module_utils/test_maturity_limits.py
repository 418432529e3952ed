# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on a checkout ends at its limit, wherever it is stuck."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
import resource
import signal
import time
from pathlib import Path

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.limits import (
    Limits,
    NotFinishedError,
    WorkFailedError,
    note,
    run_limited,
)

SOME = Limits(20, 512)


def test_what_is_done_in_time_is_returned():
    assert json.loads(run_limited(lambda: {"a": ["é\ud800", 1.5, None]}, SOME)) == {"a": ["é\ud800", 1.5, None]}
    large = "x" * (8 << 20)
    assert json.loads(run_limited(lambda: large, SOME)) == large


def stuck_in_an_expression():
    re.match(r"(a+)+$", "a" * 60 + "!")


def stuck_in_the_parser():
    # Quadratic before Python 3.12, and from then on repeated until it is slow.
    source = "f'" + "{a}" * 40_000 + "'"
    while True:
        ast.parse(source)


def stuck_in_one_call():
    sum(range(10**12))


def stuck_without_work():
    time.sleep(1000)


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("work", [stuck_in_an_expression, stuck_in_the_parser, stuck_in_one_call, stuck_without_work])
def test_what_is_stuck_is_ended_in_time_and_told(work):
    def noted():
        note("model.py")
        work()

    began = time.monotonic()
    with pytest.raises(NotFinishedError, match=r"not finished in 0\.3 s; it was busy with model\.py") as told:
        run_limited(noted, Limits(0.3, 512))
    assert time.monotonic() - began < 5
    assert (told.value.limit, told.value.at) == ("in 0.3 s", "model.py")


@pytest.mark.parametrize("spent", [19.8, 20, 25])
def test_what_another_half_has_spent_is_gone_and_the_limit_is_told_as_it_was_set(spent):
    began = time.monotonic()
    with pytest.raises(NotFinishedError, match=r"not finished in 20 s"):
        run_limited(stuck_without_work, Limits(20, 512, spent=spent))
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("work", [lambda: "a" * (2 << 30), lambda: [[] for _number in range(10**9)]])
def test_memory_has_a_limit(work):
    with pytest.raises(NotFinishedError, match="not finished with 100 MB; it was busy with data"):
        run_limited(lambda: (note("data.yml"), work()), Limits(60, 100))


def test_a_crash_of_the_interpreter_is_told():
    with pytest.raises(NotFinishedError, match="signal 9"):
        run_limited(killed, SOME)


def test_an_error_is_told_with_its_kind():
    with pytest.raises(WorkFailedError, match=r"KeyError: 'stages'"):
        run_limited(lambda: {}["stages"], SOME)


def test_no_process_and_no_descriptor_is_left():
    run_limited(lambda: 1, SOME)
    before = sorted(Path("/proc/self/fd").iterdir())
    for work in (lambda: 1, stuck_without_work, killed):
        with contextlib.suppress(NotFinishedError):
            run_limited(work, Limits(0.2, 512))
    assert sorted(Path("/proc/self/fd").iterdir()) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_process_with_many_files_open_has_its_answer():
    """select() knows no descriptor above 1023."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    first = os.open(os.devnull, os.O_RDONLY)
    opened = [first]
    try:
        while opened[-1] < 1024:
            opened.append(os.dup(first))
        assert run_limited(lambda: "there", Limits(20, 512)) == '"there"'
    finally:
        for descriptor in opened:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
