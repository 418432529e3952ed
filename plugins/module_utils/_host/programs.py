# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of this machine, run with one user's rights, for a limited time, and with limited output."""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import Any

from .accounts import Account, account_of

# What cron and sudo give: the answer must not depend on how somebody called Ansible.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
OUTPUT_BYTES = 65536
PAUSE_SECONDS = 0.1
LATE = 124
HELP_HINT = re.compile(r"(See|Run) '.* --help'")


@dataclass(frozen=True)
class Outcome:
    """How a program ended; `rc` is 124 after a timeout and 127 when it could not be started, as in a shell."""

    rc: int
    out: str
    err: str

    @property
    def late(self) -> bool:
        """Whether it was ended since it took too long."""
        return self.rc == LATE

    @property
    def last_line(self) -> str:
        """The last words of the program, one line, without the hint at its help with which docker ends."""
        for text in (self.err, self.out):
            lines = [line.strip() for line in text.splitlines() if line.strip() and not HELP_HINT.match(line)]
            if lines:
                return lines[-1]
        return f"exit code {self.rc}"


def run(argv: list[str], account: Account | None, timeout: float) -> Outcome:
    """Run a program with exactly the rights of `account` (default: of this process) and a plain environment."""
    account = account or account_of(os.geteuid())
    environment = {
        "HOME": account.home,
        "LANG": "C.UTF-8",
        "LOGNAME": account.name,
        "PATH": PATH,
        "SHELL": account.shell,
        "USER": account.name,
    }
    try:
        process = subprocess.Popen(
            argv,
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            **_identity(account),
        )
    except OSError as error:
        return Outcome(127, "", f"{argv[0]}: {error.strerror}")
    with process:
        out, err = _read_outputs(process, time.monotonic() + timeout)
        if process.poll() is not None:
            return Outcome(process.returncode, out, err)
        os.killpg(process.pid, signal.SIGKILL)
    return Outcome(LATE, out, f"{err}\nno answer within {timeout:g} s")


def _identity(account: Account) -> dict[str, Any]:
    """Return what makes subprocess take on an account; nothing to take on for one's own."""
    if account.uid == os.geteuid():
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": list(account.groups)}


def _read_outputs(process: subprocess.Popen[bytes], deadline: float) -> tuple[str, str]:
    """Return how the two outputs of a program begin, at its end or at the deadline; the rest of them is kept nowhere."""
    out, err = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        for pipe, kept in ((process.stdout, out), (process.stderr, err)):
            if pipe:
                selector.register(pipe, selectors.EVENT_READ, kept)
        while selector.get_map() and time.monotonic() < deadline:
            ended = process.poll() is not None
            ready = selector.select(0 if ended else PAUSE_SECONDS)
            if ended and not ready:
                break  # a grandchild that lives on keeps the pipes open
            for key, _events in ready:
                piece = os.read(key.fd, OUTPUT_BYTES)
                key.data.extend(piece[: OUTPUT_BYTES - len(key.data)])
                if not piece:
                    selector.unregister(key.fileobj)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(max(0, deadline - time.monotonic()))
    return out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
