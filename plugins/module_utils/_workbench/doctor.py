# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that "ready" means for one host."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from typing import Any, Callable, Collection, Iterator

from . import anaconda, compose, docker, jupyter, project
from .host import Host
from .model import SITE, Check, Job, failed, passed, rerun
from .receipts import DIRECTORY, ROLES, ReceiptError, load, path

SCHEMA = 1
SET_UP = f"Set the host up: {SITE}"


def examine(host: Host, expect: Collection[str], site: str) -> dict[str, Any]:
    """Check what the roles of `expect`, and all others that left a receipt, promise; return what the module returns.

    `site` is the command that sets this host up, for the remedies.
    """
    receipts, verdicts = _take_receipts(host, expect)
    jobs: list[Job] = []
    for role, verdict in verdicts.items():
        jobs.append(partial(_known, verdict))
        if role in receipts:
            jobs.extend(_jobs(host, role, receipts))
    # The checks mostly wait for programs: more threads than cores, but few enough not to slow one another down.
    with ThreadPoolExecutor(max_workers=4 + (os.cpu_count() or 1)) as pool:
        made = list(pool.map(_make, jobs))
    checks = [asdict(replace(check, remedy=check.remedy.replace(SITE, site))) for check in made]
    servers = [asdict(instance) for instance in receipts["jupyter"].instances] if "jupyter" in receipts else []
    return {"schema": SCHEMA, "ready": all(check["ok"] for check in checks), "checks": checks, "servers": servers}


def _take_receipts(host: Host, expect: Collection[str]) -> tuple[dict[str, Any], dict[str, Check]]:
    """Return the receipts that can be used, and for each role that is there or expected what its receipt is worth."""
    receipts = {}
    verdicts = {}
    for role in ROLES:
        check = f"{role}.receipt"
        try:
            receipt = load(host, role)
        except ReceiptError as error:
            verdicts[role] = failed(check, role, f"{path(role)} {error}", rerun(role))
            continue
        if receipt is not None:
            receipts[role] = receipt
            verdicts[role] = passed(check, role, f"{role} was set up")
        elif role in expect:
            verdicts[role] = failed(check, role, f"{role} was not set up, or not to its end", SET_UP)
    if not verdicts:
        nothing = f"no role of the collection has left a receipt in {DIRECTORY}"
        verdicts["workbench"] = failed("workbench.receipts", "host", nothing, SET_UP)
    return receipts, verdicts


def _jobs(host: Host, role: str, receipts: dict[str, Any]) -> Iterator[Job]:
    receipt = receipts[role]
    if role == "docker":
        yield from docker.engine_jobs(host)
        if "docker_group" not in receipts:
            yield from docker.root_jobs(host)
    elif role in JOBS:
        yield from JOBS[role](host, receipt)


JOBS: dict[str, Callable[[Host, Any], Iterator[Job]]] = {
    "docker_group": docker.group_jobs,
    "compose": compose.jobs,
    "anaconda": anaconda.jobs,
    "project": project.jobs,
    "jupyter": jupyter.jobs,
}


def _known(verdict: Check) -> Check:
    return verdict


def _make(job: Job) -> Check:
    return job()
