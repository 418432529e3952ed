# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that "ready" means for one host."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from typing import Any, Collection

from .._receipt import DIRECTORY, path
from . import docker
from .host import Host
from .model import SITE, Check, Job, failed, passed, rerun
from .receipts import ReceiptError, load
from .roles import SITE_ROLES

SCHEMA = 1
SET_UP = f"Set the host up: {SITE}"


def examine(host: Host, expect: Collection[str], site: str) -> dict[str, Any]:
    """Check what the roles of `expect`, and all others that left a receipt, promise; return what the module returns.

    `site` is the command that sets this host up, for the remedies.
    """
    receipts, verdicts = _take_receipts(host, expect)
    jobs: list[Job] = []
    for name, verdict in verdicts.items():
        jobs.append(partial(_known, verdict))
        if name in receipts:
            jobs.extend(SITE_ROLES[name].jobs(host, receipts[name]))
        if name == "docker" and name in receipts and "docker_group" not in receipts:
            jobs.extend(docker.root_jobs(host))
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
    for name, role in SITE_ROLES.items():
        check = f"{name}.receipt"
        try:
            receipt = load(host, name, role.read)
        except ReceiptError as error:
            verdicts[name] = failed(check, name, f"{path(name)} {error}", rerun(name))
            continue
        if receipt is not None:
            receipts[name] = receipt
            verdicts[name] = passed(check, name, f"{name} was set up")
        elif name in expect:
            verdicts[name] = failed(check, name, f"{name} was not set up, or not to its end", SET_UP)
    if not verdicts:
        nothing = f"no role of the collection has left a receipt in {DIRECTORY}"
        verdicts["workbench"] = failed("workbench.receipts", "host", nothing, SET_UP)
    return receipts, verdicts


def _known(verdict: Check) -> Check:
    return verdict


def _make(job: Job) -> Check:
    return job()
