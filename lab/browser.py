# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A browser for tests, in a container, so that nothing is installed on this machine. It sees this machine's ports."""

from __future__ import annotations

import time
import urllib.request

from lab import images, ssh
from lab.common import LABEL, LabError, attempt, run, step, tail
from lab.hosts import container, inspect

BROWSER = "browser"
FIRST_PORT = 9515
START_SECONDS = 30


def start() -> str:
    """Start the browser anew and return the address of its driver (https://www.w3.org/TR/webdriver2/)."""
    images.ensure(images.BROWSER)
    stop()
    port = ssh.free_port(FIRST_PORT)
    with step("starting the browser"):
        run(
            *("docker", "run", "--detach", "--name", container(BROWSER), "--label", LABEL),
            # The forward to Jupyter listens on this machine's own 127.0.0.1. Tabs share memory by files in /dev/shm.
            *("--network=host", "--shm-size=512m", "--init", "--user=browser"),
            *(images.BROWSER.name, images.BROWSER.command, f"--port={port}"),
        )
        _wait(f"http://127.0.0.1:{port}")
    return f"http://127.0.0.1:{port}"


def _wait(address: str) -> None:
    """Wait until the driver answers; LabError with its own words if it does not."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            with direct.open(f"{address}/status", timeout=5):
                return
        except OSError as error:
            found = inspect(BROWSER)
            if found is None or not found["State"]["Running"] or time.monotonic() > give_up:
                log = tail(attempt("docker", "logs", container(BROWSER)).stderr.decode())
                raise LabError(f"the browser does not start ({error}):\n{log}") from error
            time.sleep(0.1)


def stop() -> None:
    """Remove the browser; one that is not there is no error."""
    if inspect(BROWSER) is not None:
        run("docker", "rm", "--force", container(BROWSER))
