# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Levels, statements of people, and rules of the user."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.collect import collect
from ansible_collections.mlops.workbench.plugins.modules.maturity_info import RETURN, argument_spec
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks import CHECKS
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.judge import judge
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.ruleset import CONDITIONS, RuleError, load_rules

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from maturity_trees import BOUNDS, TRAIN, facts_of, judged, shipped, status, write

CI = "on: [push]\njobs:\n  a:\n    steps:\n      - run: pytest\n"
SMALL = {
    "pkg/__init__.py": "",
    "pkg/core.py": "def add(a, b):\n    return a + b\n",
    "tests/test_a.py": "from pkg.core import add\ndef test_a():\n    assert add(1, 2) == 3\n",
    ".github/workflows/ci.yml": CI,
    "train.py": TRAIN,
}
SAID = {"id": "integrated_team", "reason": "process", "by": "jane", "date": "2026-05-01"}


def test_the_document(tmp_path):
    result = judged(tmp_path, SMALL)
    assert (result["schema"], result["level"], result["practice_level"], result["level_name"]) == (
        1,
        1,
        1,
        "DevOps, no MLOps",
    )
    assert result["coverage"]["1"] == 0.4
    assert [item["id"] for item in result["blockers"]] == [
        "experiment_tracking",
        "model_registry",
        "reproducible_environment",
    ]
    assert len(result["next_steps"]) == 3
    assert {"criterion", "text", "effort", "link", "files"} == set(result["next_steps"][0])
    entry = result["criteria"][0]
    assert {"id", "level", "title", "status", "strength", "evidence", "reason", "remedy"} == set(entry)
    assert entry["evidence"] == [{"file": "tests/test_a.py", "line": 2, "symbol": "test_a"}]
    assert [entry["id"] for entry in result["criteria"]] == list(shipped().criteria)


def test_the_strict_profile_wants_all(tmp_path):
    assert judged(tmp_path, SMALL, profile="strict")["level"] == 0


def test_steps_look_no_further_than_the_target(tmp_path):
    result = judged(tmp_path, {**SMALL, ".mlops-maturity.yml": "target_level: 1\n"})
    assert (result["target_level"], result["blockers"], result["next_steps"]) == (1, [], [])
    assert judge(facts_of(tmp_path), shipped(), target_level=2)["blockers"]


@pytest.mark.parametrize(
    ("statement", "today", "wanted", "warning"),
    [
        (SAID, "2026-05-02", "attested", ""),
        (SAID, "2026-12-01", "unknown", "expired on 2026-10-28"),
        ({**SAID, "expires": "2027-01-01"}, "2026-12-01", "attested", ""),
        ({**SAID, "reason": "because"}, "2026-05-02", "unknown", "reason may be one of"),
        ({**SAID, "id": "beauty"}, "2026-05-02", "unknown", "no such criterion"),
        ({**SAID, "by": ""}, "2026-05-02", "unknown", "has no by"),
        ({**SAID, "date": "yesterday"}, "2026-05-02", "unknown", "dates have to look like"),
    ],
)
def test_attestations_count_until_they_expire(tmp_path, statement, today, wanted, warning):
    result = judged(tmp_path, SMALL, attestations=[statement], today=today)
    assert status(result, "integrated_team") == wanted
    assert warning in "".join(result["warnings"])
    assert bool(warning) == bool(result["warnings"])


def test_the_checkout_can_say_it_too(tmp_path):
    text = """
        attest:
          - {id: integrated_team, reason: process, by: jane, date: 2026-05-01}
        waive:
          - {id: ab_testing, reason: not-applicable, by: jane, date: 2026-05-01}
        roles: {"train.py": example}
        exclude: ["pkg/**"]
    """
    result = judged(tmp_path, {**SMALL, ".mlops-maturity.yml": text}, today="2026-06-01")
    assert [status(result, name) for name in ("integrated_team", "ab_testing", "unit_tests")] == [
        "attested",
        "waived",
        "partial",
    ]
    assert result["attested"] == ["integrated_team"]


def test_what_is_seen_is_not_waived_away(tmp_path):
    result = judged(tmp_path, SMALL, waivers=[{**SAID, "id": "ci"}], today="2026-05-02")
    assert status(result, "ci") == "met"


def test_users_extend_a_signal(tmp_path):
    write(
        tmp_path / "rules",
        {"own.yml": "signals:\n  - id: experiment_tracking\n    extend: true\n    match: [ourtracker.log]\n"},
    )
    facts = write(tmp_path / "checkout", {"train.py": "import ourtracker\nourtracker.log(1)\n"})
    rules = load_rules([str(tmp_path / "rules")])
    assert "ourtracker.log" in rules.plan()["patterns"]
    assert "mlflow.log_*" in rules.plan()["patterns"]
    result = judge(collect(str(facts), {**rules.plan(), "bounds": BOUNDS}), rules)
    assert status(result, "experiment_tracking") == "met"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("signals: [", "is no YAML"),
        ("signals:\n  - id: x\n    color: red\n", "unknown key color"),
        ("signals:\n  - id: x\n    kind: magic\n", "may be one of"),
        ("signals:\n  - id: x\n    kind: text\n    files: a\n    match: ['(']\n", "no regular expression"),
        ("signals:\n  - id: scheduled_trainign\n    kind: check\n", "no such check; one of .*scheduled_training"),
        ("criteria:\n  - id: y\n", "has no level"),
        ("criteria:\n  - id: ci\n    met: [nothing]\n", "no rule file has"),
        ("rules: []\n", "unknown key rules"),
        (
            "signals:\n  - id: x\n    kind: text\n    files: a\n    match: ['(a+)+$']\n",
            r"own\.yml: signal x: .* takes more than 0\.5 s",
        ),
        (
            "signals:\n  - id: x\n    kind: command\n    match: ['\\S+x\\S+y']\n",
            "own.yml: signal x: .* takes more than",
        ),
    ],
)
def test_a_broken_rule_is_named(tmp_path, text, message):
    write(tmp_path, {"own.yml": text})
    with pytest.raises(RuleError, match=message):
        load_rules([str(tmp_path)])


def test_a_folder_without_rules_is_an_error(tmp_path):
    with pytest.raises(RuleError, match="has no rule file"):
        load_rules([str(tmp_path)])


def test_every_signal_that_a_check_needs_is_there():
    assert {name for name, signal in shipped().signals.items() if signal["kind"] == "check"} == set(CHECKS)


def test_a_report_holds_no_values_of_commands(tmp_path):
    secret = "hunter2"
    tree = {
        **SMALL,
        ".github/workflows/cd.yml": "on: [push]\njobs:\n  a:\n    steps:\n"
        f"      - run: ssh -i k me:{secret}@host deploy\n"
        f"      - run: docker push --password={secret} x\n",
        "app.py": "import joblib\nfrom flask import Flask\napp = Flask('x')\nm = joblib.load('m')\n",
        "Dockerfile": f'FROM x\nCOPY . .\nCMD ["gunicorn", "--env", "TOKEN={secret}", "app:app"]\n',
    }
    result = judged(tmp_path, tree)
    assert [status(result, name) for name in ("automated_release", "low_friction_deployment")] == ["met", "met"]
    assert secret not in str(result)


def test_every_key_of_the_result_is_documented(tmp_path):
    bounds = {
        name: option["default"]
        for name, option in argument_spec().items()
        if name.startswith("max_") or name == "timeout"
    }
    rules = load_rules()
    result = judge(collect(str(tmp_path), {**rules.plan(), "bounds": bounds}), rules)
    # `live` is there only where servers were asked.
    assert {*result, "live"} == set(yaml.safe_load(RETURN)["maturity"]["contains"])


def test_words_of_conditions_are_in_small_letters():
    # Names are compared with them in small letters.
    assert CONDITIONS.islower()
