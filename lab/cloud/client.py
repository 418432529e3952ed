# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How tests and measurements have a cloud's stand-in, and steer it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lab.common import ROOT, LabError

END_SECONDS = 60


@contextmanager
def stand_in(cloud: str, *options: str) -> Iterator[dict[str, str]]:
    """Have a stand-in as a process of its own; gives what its clients need in their environment.

    Raises LabError if it does not start.
    """
    command = [sys.executable, "-m", "lab", "cloud", cloud, *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        environment = {}
        for line in server.stdout:
            if not line.startswith("export "):
                break
            name, _sign, value = line.removeprefix("export ").strip().partition("=")
            environment[name] = value
        else:
            raise LabError(f"`{' '.join(command)}` ended at once")
        try:
            yield environment
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=END_SECONDS)


def steer(address: str, settings: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask the stand-in at `address` (http://host:port) how it is or, with settings, change how it behaves."""
    at, body = address.removeprefix("http://"), None if settings is None else json.dumps(settings).encode()
    request = urllib.request.Request(f"http://{at}/lab/{'state' if body is None else 'set'}", body)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as response:
        document: dict[str, Any] = json.load(response)
    return document
