# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of tests: which assert something, reach the project's own code, or cross a border."""

from __future__ import annotations

import posixpath
import re
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import CODE
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.facts import PythonFile, TestFunction
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import (
    Answers,
    Evidence,
    command_name,
    symbol_pattern,
)

INTEGRATION = re.compile(
    r"(?:^|[/_.-])(?:integrations?|e2e|end[_-]?to[_-]?end|functional|system|acceptance|smoke)(?:[/_.-]|tests?)", re.I
)


def unit_tests(answers: Answers) -> list[Evidence]:
    """Tests with an assertion in files that load the project's own code and are no integration tests."""
    in_ci = {
        item
        for job in answers.project.jobs
        if job.automatic
        for item in job.commands
        if re.match(r"^(?:pytest|unittest|tox|nox)\b", item.text)
    }
    reaching: dict[str, bool] = {}
    found = []
    for path, test in _tests(answers):
        if not test.assertions or INTEGRATION.search(path):
            continue
        if path not in reaching:
            reaching[path] = _reaches_code(answers, path)
        if reaching[path]:
            found.append(Evidence(4 if in_ci else 3, path, test.line, test.name))
    return found


def weak_tests(answers: Answers) -> list[Evidence]:
    """Tests that assert nothing, or load nothing of the project."""
    return [Evidence(2, path, test.line, test.name) for path, test in _tests(answers) if not INTEGRATION.search(path)]


OF_THE_WHOLE = re.compile(r"(?:^|_)(?:e2e|end_to_end|integration)(?:_|$)")
CROSSING = symbol_pattern(
    (
        "*.TestClient",
        "*.test_client",
        "requests.*",
        "httpx.*",
        "testcontainers.*",
        "moto.*",
        "localstack*",
        "docker.from_env",
        "aiohttp.ClientSession",
        "redis.*",
        "pymongo.MongoClient",
        "kafka.*",
        "confluent_kafka.*",
        "pika.*",
        "psycopg.*",
        "asyncpg.*",
        "psycopg2.connect",
        "grpc.insecure_channel",
    )
)


def integration_tests(answers: Answers) -> list[Evidence]:
    """Tests and test scripts with an assertion that stand among integration tests, or talk to a service, a container or a database.

    Where tests are known that do so themselves or by their fixtures, they are the evidence, and not those beside them.
    """
    found: list[Evidence] = []
    precise: list[Evidence] = []
    for path, _role, facts in answers.code(["test"]):
        loaded = [facts, *(answers.project.python[helper] for helper in _helpers(answers, path))]
        crosses = any(CROSSING.fullmatch(call.symbol) for one in loaded for call in one.calls)
        whole = crosses or bool(INTEGRATION.search(path))
        asked = _crossing(loaded)
        for test in facts.tests:
            known = (
                bool(OF_THE_WHOLE.search(test.name)) or test.name in asked or bool(asked.intersection(test.fixtures))
            )
            if test.assertions and (whole or known):
                (precise if known or INTEGRATION.search(path) else found).append(
                    Evidence(3, path, test.line, test.name)
                )
        if whole:
            found.extend(Evidence(3, path, line, "assert") for line in facts.asserts[:1])
    return (precise or found) + _beside_a_service(answers)


def _crossing(loaded: list[PythonFile]) -> frozenset[str]:
    """Functions and fixtures that talk to a service, a container or a database, by other fixtures, too."""
    known = {call.function for one in loaded for call in one.calls if call.function and CROSSING.fullmatch(call.symbol)}
    fixtures = [item for one in loaded for item in one.fixtures]
    for _round in range(4):
        known.update(item.name for item in fixtures if known.intersection(item.fixtures))
    return frozenset(known)


STARTS = re.compile(
    r"^(?:service:|docker(?:-compose| compose) (?:\S{1,200} ){0,20}up\b|docker run (?:\S{1,200} ){0,20}(?:-d|--detach)\b|"
    r"(?:mlflow|prefect|airflow) (?:\S{1,40} ){0,3}(?:server|standalone|webserver)\b|(?:uvicorn|gunicorn|flask|bentoml serve|mlflow models serve)\b)"
)
FUNCTION = re.compile(r"^(?:function[ \t]{1,9})?[\w-]{1,99}[ \t]{0,9}\(\)[ \t]{0,9}\{?[ \t]{0,9}$", re.M)
TESTS = re.compile(r"^(?:pytest|unittest|behave|robot|newman run|python[\d.]{0,9} \S{0,200}test\S{0,200}\.py)\b")


def _beside_a_service(answers: Answers) -> list[Evidence]:
    """Tests that a job of CI or a script runs after it has started a service, where there are tests with an assertion."""
    project = answers.project
    if not any(test.assertions for _path, test in _tests(answers)):
        return []
    runs = [(job.commands, False) for job in project.jobs if job.automatic]
    for path, text in project.raw.items():
        if path.endswith((".sh", ".bash")):
            # The order of a script's functions says nothing.
            runs.append((project.expander.expand(text, path, 1, posixpath.dirname(path)), bool(FUNCTION.search(text))))
    found = []
    for commands, unordered in runs:
        start = next((number for number, one in enumerate(commands) if STARTS.search(one.text)), len(commands))
        after = commands if unordered and start < len(commands) else commands[start:]
        tests = next((one for one in after if TESTS.search(one.text)), None)
        if tests:
            found.append(Evidence(3, tests.file, tests.line, command_name(tests.text)))
    return found


def _tests(answers: Answers) -> Iterator[tuple[str, TestFunction]]:
    for path, _role, facts in answers.code(["test"]):
        for test in facts.tests:
            yield path, test


def _helpers(answers: Answers, path: str) -> list[str]:
    """Each conftest beside a test file or above it, whose fixtures its tests may ask for, and what else of the tests it imports."""
    project = answers.project
    found = [
        item
        for item in project.python
        if posixpath.basename(item) == "conftest.py" and path.startswith(item.removesuffix("conftest.py"))
    ]
    imported = {project.resolve(one.module, path) for one in project.python[path].imports} - {"", path, *found}
    return found + sorted(item for item in imported if project.role(item) == "test")


def _reaches_code(answers: Answers, path: str) -> bool:
    """Whether a test file, or a conftest beside or above it, loads code of the project."""
    project = answers.project
    folder = posixpath.dirname(path)
    for one in [path, *_helpers(answers, path)]:
        for imported in project.python[one].imports:
            target = project.resolve(imported.module, one)
            if target and project.role(target) in CODE:
                return True
        for call in project.python[one].calls:
            target = (
                project.resolve(call.values[0], one) if call.symbol == "importlib.import_module" and call.values else ""
            )
            if target and project.role(target) in CODE:
                return True
        for text in project.python[one].strings:
            named = project.named_programs(text.value, folder)
            if any(project.role(item) in CODE and item.endswith(".py") for item in named):
                return True
    return False
