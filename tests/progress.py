"""For long runs, as a plugin of pytest: no silence without a word on which tests run, and how many are done."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from lab.common import Heartbeat


class Progress:
    """The tests that run now, and since when."""

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self.reporter, self.running, self.done, self.total = reporter, dict[str, float](), 0, 0
        self.heartbeat = Heartbeat(self.now, lambda text: reporter.write_line(f"... {text}"))

    def now(self) -> str:
        """Return what a user wants to know who has heard nothing for a while."""
        since = sorted(self.running.items(), key=lambda test: test[1])
        names = ", ".join(f"{test.removeprefix('tests/')} ({time.monotonic() - start:.0f} s)" for test, start in since)
        return f"{self.done} of {self.total} tests done; running: {names or 'nothing yet'}"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Iterator[None]:
        with self.heartbeat:
            return (yield)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.total = len(session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: object, ids: list[str]) -> None:
        self.total = len(ids)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.heartbeat.heard()
        self.running[nodeid] = time.monotonic()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.heartbeat.heard()
        self.running.pop(nodeid, None)
        self.done += 1


@pytest.hookimpl(trylast=True)  # the terminal's own plugin has to be there
def pytest_configure(config: pytest.Config) -> None:
    """Watch the run from where its tests are given out."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Progress(reporter))
