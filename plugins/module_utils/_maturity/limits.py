# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One limit of time and memory around work on a checkout, which holds inside a single call of a C function, too.

The work runs in a child process. The kernel bounds its memory, and its parent ends it when the time is over.
"""

from __future__ import annotations

import json
import mmap
import os
import resource
import select
import signal
import struct
import time
import warnings
from dataclasses import dataclass
from typing import Any, Callable

MIB = 1 << 20
NOTE_BYTES = 1024
CHUNK = 1 << 16
# How the child ends: it has answered, it had no more memory, it failed (and says how).
DONE, NO_MEMORY, FAILED = 0, 3, 4
# A child that waits for a dead file system cannot be ended; nobody waits for it longer than this.
SECONDS_TO_END = 2.0

_note: mmap.mmap | None = None


@dataclass(frozen=True)
class Limits:
    """What one piece of work may cost; `spent` seconds of it are gone before it begins."""

    seconds: float
    megabytes: int
    spent: float = 0.0

    @property
    def left(self) -> float:
        """Seconds that are left for it."""
        return max(0.0, self.seconds - self.spent)


class NotFinishedError(Exception):
    """The work was ended at a limit; `limit` names it (`60 s`, `512 MB`), `at` what was being done."""

    def __init__(self, limit: str, at: str) -> None:
        super().__init__("not finished %s%s" % (limit, "; it was busy with %s" % at if at else ""))
        self.limit = limit
        self.at = at


class WorkFailedError(Exception):
    """The work raised something; the message names it."""


def note(text: str) -> None:
    """Leave word of what is done now, for the case that it never ends. Free where no limit is set."""
    if _note is not None:
        data = text.encode("utf-8", "replace")[: NOTE_BYTES - 2]
        _note[: len(data) + 2] = struct.pack("<H", len(data)) + data


def run_limited(work: Callable[[], Any], limits: Limits) -> str:
    """Return the JSON of what `work` gives, or raise NotFinishedError or WorkFailedError."""
    global _note  # noqa: PLW0603 (one piece of work at a time, in a process of its own)
    before = _note
    _note = mmap.mmap(-1, NOTE_BYTES)
    try:
        reader, writer = os.pipe()
        with warnings.catch_warnings():
            # The child calls nothing that another thread of its parent could have locked.
            warnings.simplefilter("ignore")
            child = os.fork()
        if child == 0:
            os.close(reader)
            _work(work, writer, limits)
        os.close(writer)
        ends = time.monotonic() + limits.left
        try:
            answer = _answer(reader, ends)
        finally:
            os.close(reader)
            status = _end(child, ends)
        return _judge(answer, status, limits, _noted(_note))
    finally:
        _note.close()
        _note = before


def _work(work: Callable[[], Any], writer: int, limits: Limits) -> None:
    """Work in the child; never returns."""
    code = FAILED
    try:
        _restrict(limits)
        try:
            answer = json.dumps(work()).encode()
            code = DONE
        except MemoryError:
            answer, code = b"", NO_MEMORY
        except BaseException as problem:
            answer = ("%s: %s" % (type(problem).__name__, problem)).encode("utf-8", "replace")[:4000]
        view = memoryview(answer)
        while view:
            view = view[os.write(writer, view[:CHUNK]) :]
    except MemoryError:
        code = NO_MEMORY
    finally:
        os._exit(code)


def _restrict(limits: Limits) -> None:
    for name in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_DFL)
    # Ends the child where nobody is left to end it.
    signal.setitimer(signal.ITIMER_REAL, limits.left + SECONDS_TO_END)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_CPU, int(limits.left) + 2)
    # What the parent has already is shared with it, and half of the limit is left at least where that is much.
    _lower(resource.RLIMIT_AS, max(limits.megabytes * MIB, _mapped() + limits.megabytes * MIB // 2))


def _lower(kind: int, value: int) -> None:
    most = resource.getrlimit(kind)[1]
    value = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(kind, (value, most))


def _mapped() -> int:
    """Bytes of address space that this process has."""
    try:
        with open("/proc/self/statm", "rb") as stream:
            return int(stream.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return 0


def _answer(reader: int, ends: float) -> bytes | None:
    """Everything that the child says, or None where the time is over before."""
    parts: list[bytes] = []
    pipe = select.poll()  # unlike select(), for any number of a file
    pipe.register(reader, select.POLLIN)
    while True:
        left = ends - time.monotonic()
        if left <= 0 or not pipe.poll(left * 1000):
            return None
        part = os.read(reader, CHUNK)
        if not part:
            return b"".join(parts)
        parts.append(part)


def _end(child: int, ends: float) -> int | None:
    """End the child and return how it ended; None where it ignores even that."""
    given_up = min(ends, time.monotonic() + SECONDS_TO_END)
    killed = False
    while True:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return status
        if time.monotonic() >= given_up:
            if killed:
                return None
            os.kill(child, signal.SIGKILL)
            killed, given_up = True, time.monotonic() + SECONDS_TO_END
        time.sleep(0.002)


def _noted(page: mmap.mmap) -> str:
    (length,) = struct.unpack("<H", page[:2])
    return page[2 : 2 + length].decode("utf-8", "replace")


def _judge(answer: bytes | None, status: int | None, limits: Limits, at: str) -> str:
    late = "in %g s" % limits.seconds
    if answer is None or status is None:
        raise NotFinishedError(late, at)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number in (signal.SIGXCPU, signal.SIGALRM):
            raise NotFinishedError(late, at)
        raise NotFinishedError("since it was ended by signal %d" % number, at)
    code = os.WEXITSTATUS(status)
    if code == NO_MEMORY:
        raise NotFinishedError("with %d MB" % limits.megabytes, at)
    if code != DONE:
        raise WorkFailedError(answer.decode("utf-8", "replace"))
    return answer.decode()
