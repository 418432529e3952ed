# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a checkout cannot tell: CI that stands elsewhere, values of the environment, files that were not read."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.judge import judge

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from maturity_trees import TRAIN, facts_of, judged, shipped, status, write

WORKFLOW = ".github/workflows/ci.yml"
CALL = "on: [push]\njobs:\n  a:\n    uses: %s\n"
LOG = "import os\nimport mlflow\nmlflow.sklearn.log_model(1, 'm', registered_model_name=%s)\n"
FLOW = """
    import os
    from prefect import flow
    from train import fit

    CRON = %s

    @flow
    def main():
        fit([[1]], [1])

    if __name__ == "__main__":
        main.serve(cron=CRON)
"""
BADGE = "[![b](https://circleci.com/gh/a/b.svg)](https://circleci.com/gh/a/b)\n"

CASES = {
    "a workflow of another repository": ("ci", "unknown", {WORKFLOW: CALL % "acme/ci/.github/workflows/test.yml@v1"}),
    "a workflow of this repository that does nothing": (
        "ci", "not_met",
        {WORKFLOW: CALL % "./.github/workflows/r.yml", ".github/workflows/r.yml": "on: workflow_call\njobs:\n  a:\n    steps:\n      - run: echo\n"}),
    "both": (
        "ci", "met",
        {WORKFLOW: CALL % "acme/ci/.github/workflows/test.yml@v1" + "  b:\n    steps:\n      - run: pytest\n"}),
    "a shared library of Jenkins": ("automated_release", "unknown", {"Jenkinsfile": "@Library('shared') _\nstandardPipeline(app: 'x')\n"}),
    "a Jenkinsfile that says what it does": (
        "automated_release", "not_met", {"Jenkinsfile": "@Library('shared') _\nnode { stage('t') { sh 'pytest' } }\n"}),
    "a library that is commented out": ("ci", "not_met", {"Jenkinsfile": "// @Library('shared') _\necho 'x'\n"}),
    "a file of another project of GitLab": ("ci", "unknown", {".gitlab-ci.yml": "include:\n  - project: acme/ci\n    file: all.yml\n"}),
    "a file of GitLab by address": ("ci", "unknown", {".gitlab-ci.yml": "include: 'https://example.org/all.yml'\n"}),
    "a file of this project of GitLab": (
        "ci", "met", {".gitlab-ci.yml": "include:\n  - local: /ci/test.yml\n", "ci/test.yml": "t:\n  script: [pytest]\n"}),
    "a job of GitLab that inherits": (
        "ci", "met", {".gitlab-ci.yml": ".base:\n  script: [pytest]\nt:\n  extends: .base\n"}),
    "a scanner of GitLab": ("ci", "not_met", {".gitlab-ci.yml": "include:\n  - template: Jobs/SAST.gitlab-ci.yml\n"}),
    "a template of another project of Azure": (
        "ci", "unknown",
        {"azure-pipelines.yml": "trigger: [main]\nresources:\n  repositories:\n    - repository: t\n      name: a/b\njobs:\n  - template: x.yml@t\n"}),
    "a template of this project of Azure": (
        "ci", "met",
        {"azure-pipelines.yml": "trigger: [main]\npool:\n  vmImage: x\nsteps:\n- template: ci/t.yml\n", "ci/t.yml": "steps:\n- script: pytest\n"}),
    "a job of an orb": (
        "ci", "unknown",
        {".circleci/config.yml": "orbs:\n  py: circleci/python@2\nworkflows:\n  a:\n    jobs:\n      - py/test:\n          version: '3'\n"}),
    "a badge of a system that has no file here": ("ci", "unknown", {"README.md": BADGE}),
    "a badge of a system that has one": (
        "ci", "not_met", {"README.md": BADGE, ".circleci/config.yml": "jobs:\n  a:\n    steps:\n      - run: echo\n"}),
    "hooks that a service runs": ("ci", "unknown", {".pre-commit-config.yaml": "ci:\n  autofix_prs: true\nrepos: []\n"}),
    "hooks that people run": ("ci", "not_met", {".pre-commit-config.yaml": "repos: []\n"}),
    "a model's name in the environment": ("model_registry", "unknown", {"train.py": LOG % "os.getenv('MODEL')"}),
    "a model's name with a default": ("model_registry", "met", {"train.py": LOG % "os.getenv('MODEL', 'taxi')"}),
    "a model's address in the environment": (
        "model_registry", "unknown",
        {"app.py": "import os\nimport mlflow\nURI = os.environ['MODEL_URI']\nmodel = mlflow.pyfunc.load_model(URI)\n"}),
    "a file that is loaded": ("model_registry", "not_met", {"app.py": "import os\nimport joblib\nmodel = joblib.load(os.environ['MODEL'])\n"}),
    "a schedule in the environment": ("scheduled_training", "unknown", {"train.py": TRAIN, "flow.py": FLOW % "os.environ.get('CRON')"}),
    "a schedule with a default": ("scheduled_training", "met", {"train.py": TRAIN, "flow.py": FLOW % "os.environ.get('CRON', '0 1 * * *')"}),
    "a schedule with another default": ("scheduled_training", "met", {"train.py": TRAIN, "flow.py": FLOW % "os.getenv('CRON') or '0 1 * * *'"}),
    "no schedule": ("scheduled_training", "partial", {"train.py": TRAIN, "flow.py": FLOW % "None"}),
}  # fmt: skip


@pytest.mark.parametrize(("criterion", "wanted", "tree"), CASES.values(), ids=CASES)
def test_outside(tmp_path, criterion, wanted, tree):
    result = judged(tmp_path, {"model.py": "import sklearn\n", **tree})
    entry = next(item for item in result["criteria"] if item["id"] == criterion)
    assert entry["status"] == wanted, entry
    if wanted == "unknown":
        assert entry["reason"].startswith(("external_ci: ", "value_from_environment: "))
        assert entry["evidence"][0]["file"] in tree


def test_unknown_raises_what_the_level_could_be_and_nothing_else(tmp_path):
    tree = {"train.py": TRAIN, WORKFLOW: CALL % "acme/ci/.github/workflows/test.yml@v1"}
    result = judged(tmp_path, tree)
    assert (result["level"], result["level_max"]) == (0, 1)


# The kind of file that could not be read decides what may have stood in it.
BIG = "x" * 2000
MISSED = {
    "big.py": (
        {"experiment_tracking", "model_registry", "ab_testing"},
        {"ci", "unit_tests", "reproducible_environment"},
    ),
    "tests/test_big.py": ({"unit_tests", "integration_tests"}, {"experiment_tracking", "ci", "training_pipeline"}),
    ".github/workflows/big.yml": (
        {"ci", "automated_release"},
        {"experiment_tracking", "unit_tests", "reproducible_environment"},
    ),
    "requirements.txt": ({"reproducible_environment"}, {"experiment_tracking", "ci", "unit_tests"}),
    "data/big.yml": (set(), {"ci", "experiment_tracking", "reproducible_environment", "operational_metrics"}),
    "vendor/big.py": (set(), {"ci", "experiment_tracking", "model_monitoring"}),
    "mlruns/0/big.yml": (set(), {"ci", "experiment_tracking", "operational_metrics"}),
}


@pytest.mark.parametrize(("path", "hidden", "seen"), [(path, *wanted) for path, wanted in MISSED.items()], ids=MISSED)
def test_one_large_file_hides_what_could_stand_in_it(tmp_path, path, hidden, seen):
    write(tmp_path, {"model.py": "import sklearn\n", path: f"# {BIG}\n"})
    result = judge(facts_of(tmp_path, max_file_bytes=1000, max_text_bytes=1000), shipped())
    assert {name for name in hidden | seen if status(result, name) == "unknown"} == hidden


def test_data_that_is_too_large_is_no_loss(tmp_path):
    write(tmp_path, {"train.py": TRAIN, "data/taxi.csv": BIG, "model.pkl": BIG})
    result = judge(facts_of(tmp_path, max_file_bytes=1000, max_text_bytes=1000), shipped())
    assert result["scan"]["truncated"] == []


def test_code_that_does_not_parse_hides_code_only(tmp_path):
    result = judged(tmp_path, {"train.py": TRAIN, "broken.py": "def (\n"})
    assert [status(result, name) for name in ("ab_testing", "ci", "unit_tests")] == ["unknown", "not_met", "not_met"]


ABOUT_MODELS = {name for name, criterion in shipped().criteria.items() if criterion.get("about_models")}


def test_where_there_is_no_machine_learning_its_criteria_do_not_apply(tmp_path):
    result = judged(
        tmp_path, {"app.py": "import flask\n", WORKFLOW: "on: push\njobs:\n  a:\n    steps:\n      - run: pytest\n"}
    )
    assert (result["reason"], result["level"], result["level_max"]) == ("no_ml_found", None, None)
    assert {item["id"] for item in result["criteria"] if item["status"] == "not_applicable"} == ABOUT_MODELS
    assert [status(result, name) for name in ("ci", "unit_tests")] == ["met", "not_met"]
    assert "integrated_team" in ABOUT_MODELS and "reproducible_environment" not in ABOUT_MODELS


def test_a_model_of_somebody_else_makes_nothing_inapplicable(tmp_path):
    result = judged(tmp_path, {"app.py": "from transformers import pipeline\npipeline('x')\n", "uv.lock": ""})
    assert not [item for item in result["criteria"] if item["status"] == "not_applicable"]
    assert result["level"] == 0
