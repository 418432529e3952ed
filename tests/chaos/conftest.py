"""Hosts for faults, and the count of those that were tried and survived."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable, Iterator

import pytest
from trial import FOLDER, LAB, Proxy, Site, Undisturbed, prepare, undisturbed

from tests.integration.lab_host import lab

FAULT = "fault"
SEED = "CHAOS_SEED"


def pytest_configure(config: pytest.Config) -> None:
    """Choose the seed where none is given, before there are workers, which inherit it."""
    os.environ[SEED] = os.environ.get(SEED) or str(random.SystemRandom().randrange(10**6))


def pytest_report_header() -> str:
    return f"chaos: SEED={os.environ[SEED]}"


@pytest.fixture(scope="session")
def reference(worker_id: str, testrun_uid: str) -> Undisturbed:
    """How hosts are that nothing has disturbed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    lab("ready")
    prepare()
    return undisturbed(
        os.environ.get("CHAOS_REFERENCE") or testrun_uid, first=0 if worker_id in ("master", "gw0") else 1
    )


@pytest.fixture
def site(request: pytest.FixtureRequest, reference: Undisturbed) -> Iterator[Site]:
    """A bare host, named after the test."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.removeprefix("test_").lower())[:40].strip("-")
    with Site.fresh(name) as made:
        yield made


@pytest.fixture
def proxy(worker_id: str, reference: Undisturbed) -> Iterator[Proxy]:
    made = Proxy(worker_id)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def tried(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Note a fault that has happened; it is survived if the test passes."""

    def note(fault: str) -> None:
        if (FAULT, fault) not in request.node.user_properties:
            request.node.user_properties.append((FAULT, fault))

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many faults were tried and survived, and write that to .lab/chaos.json."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if report.when == "call"
    ]
    faults = [
        {"fault": value, "survived": report.passed, "test": report.nodeid, "seconds": round(report.duration, 1)}
        for report in reports
        for name, value in report.user_properties
        if name == FAULT
    ]
    if not faults:
        return
    survived = sum(fault["survived"] for fault in faults)
    document = {"seed": os.environ[SEED], "tried": len(faults), "survived": survived, "faults": faults}
    (LAB / "chaos.json").write_text(json.dumps(document, indent=2) + "\n")
    terminalreporter.write_line(f"chaos: SEED={os.environ[SEED]}")
    terminalreporter.write_line(f"{len(faults)} faults tried, {survived} survived")
