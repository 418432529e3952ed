# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m lab.progress WHAT COMMAND...` runs a command, and says that WHAT goes on where the command is silent."""

from __future__ import annotations

import os
import subprocess
import sys

from lab.common import Heartbeat, say


def main(what: str, *command: str) -> int:
    """Return the command's exit code."""
    colour = {"ANSIBLE_FORCE_COLOR": "1"} if sys.stdout.isatty() and "NO_COLOR" not in os.environ else {}
    say(f"{what} ...")
    with (
        Heartbeat(lambda: what) as heartbeat,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **colour}
        ) as process,
    ):
        assert process.stdout
        while chunk := os.read(process.stdout.fileno(), 2**16):
            sys.stdout.buffer.write(chunk)
            sys.stdout.flush()
            heartbeat.heard()
    return process.returncode


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
