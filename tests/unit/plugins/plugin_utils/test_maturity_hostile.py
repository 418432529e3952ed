# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small files that once kept maturity_info busy for minutes, or made the judge fail: the project is judged, and soon."""

from __future__ import annotations

import json
import struct
import sys
import time
from pathlib import Path

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.limits import Limits, run_limited
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity import checks
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.judge import judge

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from maturity_trees import TRAIN, facts_of, judged, shipped, status, write

SECONDS = 2.0
EVENT_RULE = 'resource "aws_cloudwatch_event_rule" "x" {\n'
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 10)}]\n" for old, new in zip("abcdefgh", "bcdefghi")
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{new}: &{new} {{<<: [{', '.join(['*' + old] * 10)}]}}\n" for old, new in zip("abcdefgh", "bcdefghi")
)
WORKFLOW = (
    "on: push\njobs:\n  test:\n    if: *{0}\n    steps:\n      - run: pytest\n        env: *{0}\n        if: *{0}\n"
)
SLOW = {
    "newlines in a notebook": ("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": "\n" * 40_000}]})),
    "f-string": ("a.py", 'x = f"' + "{a}" * 60_000 + '"\n'),
    "f-string in a notebook": (
        "a.ipynb",
        json.dumps({"cells": [{"cell_type": "code", "source": 'x = f"' + "{a}" * 60_000 + '"'}]}),
    ),
    "blanks in a Makefile": ("Makefile", "a:" + " " * 5000 + "=\n"),
    "a task of pyproject": ("pyproject.toml", '[tool.poe.tasks.a]\ncmd = "' + "'\"" * 1000 + "x\n"),
    "entries of pyproject": ("pyproject.toml", "[tool.poe.tasks]\n" + "a" * 200_000 + "\n"),
    "a line of a justfile": ("justfile", "a" * 20_000 + "\n"),
    "a comment in Terraform": ("main.tf", "/*aaaa" * 10_000),
    "rules in Terraform": ("main.tf", EVENT_RULE * (84_000 // len(EVENT_RULE))),
    "badges in a README": ("README.md", "/badges/" * 62_500),
    "libraries in a Jenkinsfile": ("Jenkinsfile", "@Library(" * 50_000),
    "quotes in a Jenkinsfile": ("Jenkinsfile", "sh '" * 100_000),
    "aliases": (".github/workflows/a.yml", BOMB + WORKFLOW.format("i")),
    "merge keys": (".github/workflows/a.yml", MERGES + WORKFLOW.format("i")),
    "an alias of itself": (".github/workflows/a.yml", "a: &a [*a]\n" + WORKFLOW.format("a")),
    "digits": ("params.yaml", "a: " + "9" * 500_000 + "\nb: " + "1:" * 100_000 + "1\n"),
    "blanks in a crontab": ("crontab", "1 " * 200_000),
    "sessions of nox": ("noxfile.py", "session.run(" * 30_000),
    "flags of kubectl": ("deploy.sh", "kubectl " + "-a b " * 5000 + "\n"),
    "a Dockerfile": ("Dockerfile", "FROM " + " " * 200_000 + "\nRUN " + "pip install " * 30_000 + "\n"),
    "stars in a pattern of roles": (
        ".mlops-maturity.yml",
        "exclude: ['" + "*a" * 2000 + "', '" + "**/" * 2000 + "']\n",
    ),
}


@pytest.mark.parametrize("name", SLOW)
def test_a_small_file_takes_no_long_time(tmp_path, name):
    path, text = SLOW[name]
    write(tmp_path, {"train.py": TRAIN, "tests/test_train.py": "def test_a():\n    assert 1 + 1 == 2\n"})
    target = tmp_path / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")

    def spent() -> float:
        began = time.process_time()
        judge(facts_of(tmp_path), shipped())
        return time.process_time() - began

    shipped()
    assert float(run_limited(spent, Limits(60, 512))) < SECONDS


def varint(value: int) -> bytes:
    """As git writes it."""
    parts = [value & 0x7F]
    while value := (value >> 7):
        value -= 1
        parts.append(0x80 | (value & 0x7F))
    return bytes(reversed(parts))


def entry(strip: bytes, rest: bytes) -> bytes:
    return (
        struct.pack(">6I", 0, 0, 0, 0, 0, 0)
        + struct.pack(">I", 0o100644)
        + bytes(32)
        + struct.pack(">H", 0)
        + strip
        + rest
    )


@pytest.mark.parametrize(
    "entries",
    [
        [entry(varint(0), b"abcd\0")] * 38_000,
        [entry(b"\xff" * (2 << 20) + b"\0", b"a\0")],
        [entry(varint(5), b"a\0")],
        [entry(varint(0), b"a" * 5000 + b"\0")],
    ],
    ids=["prefixes that grow", "a number without end", "more taken than there is", "a name longer than any"],
)
def test_an_index_that_no_git_wrote_is_no_index(tmp_path, entries):
    write(tmp_path, {"train.py": TRAIN})
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/index").write_bytes(b"DIRC" + struct.pack(">II", 4, len(entries)) + b"".join(entries))
    began = time.process_time()
    facts = json.loads(run_limited(lambda: facts_of(tmp_path), Limits(60, 200)))
    assert time.process_time() - began < SECONDS
    assert (facts["tracked"], list(facts["python"])) == (False, ["train.py"])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".mlops-maturity.yml", "attest: [{id: [ci], reason: external, by: a, date: '2026-01-01'}]\n"),
        (
            ".mlops-maturity.yml",
            "attest: [{id: ci, reason: [external], by: {a: b}, date: 2026-01-01}]\nwaive: {a: 1}\n",
        ),
        ("dvc.yaml", "stages:\n  ~: {cmd: python train.py}\n  1: {cmd: [1, ~]}\n"),
        ("docker-compose.yml", "services: {1: {command: [~, {a: 1}], image: [1]}, ~: {image: 2}}\n"),
        (
            ".github/workflows/a.yml",
            "on: {1: 2, push: [3]}\njobs: {~: {steps: [{run: 1, uses: [a], with: {1: ~}}]}, 2: ~}\n",
        ),
        (".gitlab-ci.yml", "1: {script: [1, {a: b}], rules: [1], extends: [[a]]}\ninclude: [1, {local: 2}]\n"),
        ("Taskfile.yml", "tasks: {1: {cmds: [1, {task: [a]}], deps: [{task: b}]}, ~: 1}\n"),
    ],
)
def test_what_nobody_expects_in_a_file_leaves_the_rest_judged(tmp_path, path, text):
    workflow = {".github/workflows/z.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: pytest\n"}
    tests = {"tests/test_a.py": "import train\n\ndef test_a():\n    assert train.fit([[1]], [1])\n"}
    result = judged(tmp_path, {"train.py": TRAIN, **tests, **workflow, path: text})
    assert status(result, "unit_tests") == "met"
    if path == ".mlops-maturity.yml":
        assert result["warnings"]


def test_a_reader_that_fails_is_told_and_its_criteria_are_unknown(tmp_path, monkeypatch):
    def failing(answers):
        raise KeyError("stages")

    monkeypatch.setitem(checks.CHECKS, "scheduled_training", failing)
    result = judged(tmp_path, {"train.py": TRAIN})
    assert status(result, "scheduled_training") == "unknown"
    assert any("scheduled_training" in warning and "KeyError" in warning for warning in result["warnings"])
    assert status(result, "ci") == "not_met"
