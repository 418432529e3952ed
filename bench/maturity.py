# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What looking at a project costs the host that it lies on."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from lab.common import ROOT

# About 2,000 files and 16 MB: a large project that the package index has for everybody.
LARGE = "mlflow==3.18.0"
SMALL = ROOT / "plugins"
COLLECT = """
import json, sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.collect import collect
collect(sys.argv[2], json.load(sys.stdin))
"""


def plan() -> str:
    """Return what the action plugin sends to a host, as JSON."""
    program = """
import json, sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.mlops.workbench.plugins.modules.maturity_info import BOUNDS, argument_spec
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.ruleset import load_rules
options = argument_spec()
bounds = {name: options[name]["default"] for name in BOUNDS}
bounds["timeout"] = 600  # a scan that a busy machine cuts off would look cheap
print(json.dumps({**load_rules().plan(), "bounds": bounds}))
"""
    return subprocess.run(
        [sys.executable, "-c", program, ROOT / ".ansible/collections"], capture_output=True, text=True, check=True
    ).stdout


def cost(folder: Path, asked: str) -> tuple[float, float]:
    """Collect in a process of its own; return its CPU seconds and its peak memory in MiB, the interpreter's in both."""
    command = [sys.executable, "-c", COLLECT, str(ROOT / ".ansible/collections"), str(folder)]
    with tempfile.TemporaryFile("w+") as given:
        given.write(asked)
        given.seek(0)
        process = subprocess.Popen(command, stdin=given)
        _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def scans(runs: int) -> Iterator[Figure]:
    """Measure a small and a large project."""
    asked = plan()
    small = [cost(SMALL, asked)[0] for _run in range(runs)]
    yield Figure("scan_small_cpu_seconds", statistics.median(small), "s", 0.3)
    with tempfile.TemporaryDirectory() as folder:
        fetch = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", folder, LARGE]
        subprocess.run(fetch, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(Path(folder) / "project")
        large = [cost(Path(folder) / "project", asked) for _run in range(runs)]
    yield Figure("scan_large_cpu_seconds", statistics.median(cpu for cpu, _peak in large), "s", 2.0)
    yield Figure("scan_large_peak_mib", max(peak for _cpu, peak in large), "MiB", 64)
