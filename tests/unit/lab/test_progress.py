# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import subprocess
import sys

from tests.conftest import ROOT


def test_a_silent_run_tells_which_tests_run_and_how_many_are_done(tmp_path):
    (tmp_path / "conftest.py").write_text("from lab import common\n\ncommon.SILENCE = 0.2\n")
    (tmp_path / "test_slow.py").write_text("import time\n\n\ndef test_a():\n    time.sleep(1)\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.progress", f"--rootdir={tmp_path}", "-n", "1", tmp_path]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"\.\.\. 0 of 1 tests done; running: .*test_a \(\d+ s\) \.\.\. \d+ s so far", run.stdout)
