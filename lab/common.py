# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every part of the lab uses: its paths and names, running programs, saying what takes long, and the lock."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
STATE = ROOT / ".lab"
LOCK = STATE / "lock"
# Two checkouts on one machine share the engine and the images, and nothing else: all other names carry this prefix.
PREFIX = f"mlops-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"
Result = TypeVar("Result")
SILENCE = 10.0  # seconds after which somebody at a terminal wonders whether anything still happens
LABEL_KEY = "mlops.workbench"
LABEL = f"{LABEL_KEY}={ROOT}"


class LabError(Exception):
    """What is wrong and what to do about it, for the person at the terminal."""


def say(text: str) -> None:
    """Print one line of progress at once, even into a pipe."""
    print(f"lab: {text}", flush=True)


class Heartbeat:
    """A context in which no silence is longer than SILENCE: then it is told what goes on, and since when."""

    def __init__(self, what: Callable[[], str], tell: Callable[[str], None] = say) -> None:
        self._what, self._tell, self._ended = what, tell, threading.Event()
        self._start = self._heard = time.monotonic()

    def heard(self) -> None:
        """Note that something else has been said just now."""
        self._heard = time.monotonic()

    def _beat(self) -> None:
        while not self._ended.wait(max(0.0, self._heard + SILENCE - time.monotonic())):
            if time.monotonic() - self._heard >= SILENCE:
                self.heard()
                self._tell(f"{self._what()} ... {time.monotonic() - self._start:.0f} s so far")

    def __enter__(self) -> Heartbeat:
        threading.Thread(target=self._beat, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()


@contextlib.contextmanager
def step(text: str, usual: int = 0) -> Iterator[None]:
    """Print a line when a long step starts, with the seconds it usually takes, and its own when it has succeeded."""
    say(f"{text}{f', about {usual} s' if usual else ''} ...")
    start = time.monotonic()
    with Heartbeat(lambda: text):
        yield
    say(f"{text}: {time.monotonic() - start:.1f} s")


def attempt(*command: str | Path, stdin: str | bytes = b"", timeout: float = 60) -> subprocess.CompletedProcess[bytes]:
    """Run a program whose failure the caller judges; one that overruns `timeout` seconds counts as failed (124)."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    try:
        return subprocess.run(command, input=given, capture_output=True, timeout=timeout, check=False)
    except FileNotFoundError:
        return subprocess.CompletedProcess(command, 127, b"", f"{command[0]}: command not found".encode())
    except subprocess.TimeoutExpired as expired:
        message = (expired.stderr or b"") + f"\nno end after {timeout:.0f} s".encode()
        return subprocess.CompletedProcess(command, 124, expired.stdout or b"", message)


def run_bytes(*command: str | Path, stdin: str | bytes = b"", timeout: float = 60) -> bytes:
    """Run a program that must succeed and return what it wrote to its standard output.

    Raises LabError with the command and the end of what it said.
    """
    done = attempt(*command, stdin=stdin, timeout=timeout)
    if done.returncode:
        message = tail((done.stderr or done.stdout).decode(errors="replace"))
        raise LabError(f"`{' '.join(map(str, command))}` failed ({done.returncode}):\n{message}")
    return done.stdout


def run(*command: str | Path, stdin: str | bytes = b"", timeout: float = 60) -> str:
    """Do the same as `run_bytes`, for programs that write text: without the newline at its end."""
    return run_bytes(*command, stdin=stdin, timeout=timeout).decode(errors="replace").strip()


def family(process: int) -> list[int]:
    """Return a process and all below it.

    Ansible's workers have sessions of their own, so that a signal to its group misses them.
    """
    below: list[int] = []
    with contextlib.suppress(OSError):  # it may end meanwhile
        for file in Path(f"/proc/{process}/task").glob("*/children"):
            below += map(int, file.read_text().split())
    return [process, *(found for one in below for found in family(one))]


def tail(text: str, lines: int = 20) -> str:
    """Return the last lines of a log or an error output: the part that tells."""
    return "\n".join(text.strip().splitlines()[-lines:])


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """Put text into a file so that no reader ever sees half of it; leave the file alone if it says so already."""
    if path.is_file() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text)
    draft.chmod(mode)
    draft.replace(path)


def digest(files: Iterable[Path], *texts: str) -> str:
    """Return a short stamp of the files' names and contents and the texts: it changes when any of them does."""
    total = hashlib.sha256()
    for file in sorted(files):
        total.update(f"{file.name}\0".encode() + file.read_bytes() + b"\0")
    for text in texts:
        total.update(text.encode() + b"\0")
    return total.hexdigest()[:12]


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file, waiting for whoever has it: no two processes of the lab change the same things at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another run of the lab to finish ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def in_parallel(jobs: Sequence[Callable[[], Result]]) -> list[Result]:
    """Do all jobs side by side and return what they returned, in their order; a failure is raised at the end."""
    with ThreadPoolExecutor() as pool:
        return [future.result() for future in [pool.submit(job) for job in jobs]]
