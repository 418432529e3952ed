# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The project's checkout is there, and so is the Python of its environment."""

from __future__ import annotations

from functools import partial
from typing import Iterator

from .anaconda import run_as_owner
from .host import Host
from .model import Check, Job, failed, passed, remedy, rerun
from .receipts import Project


def jobs(host: Host, receipt: Project) -> Iterator[Job]:
    """Check the checkouts and the environments."""
    for folder in receipt.checkouts:
        yield partial(_checkout, host, folder)
    for prefix in receipt.environments:
        yield partial(_python, host, prefix)


def _checkout(host: Host, folder: str) -> Check:
    check = "project.checkout"
    if not host.exists(f"{folder}/.git"):
        return failed(check, folder, f"there is no git checkout in {folder}", rerun("project"))
    return passed(check, folder, "the checkout is there")


def _python(host: Host, prefix: str) -> Check:
    check = "project.python"
    outcome = run_as_owner(host, f"{prefix}/bin/python", "--version")
    if outcome.rc == 0:
        return passed(check, prefix, outcome.last_line)
    return failed(
        check, prefix, f"{prefix}/bin/python does not run: {outcome.last_line}", remedy(outcome, rerun("project"))
    )
