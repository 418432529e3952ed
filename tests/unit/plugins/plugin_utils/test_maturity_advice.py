# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a project is told: reasons as statements, blockers that are really in the way, and steps that fit it."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.registry import report
from maturity_trees import TRAIN, judged, shipped

CI = "on: [push]\njobs:\n  a:\n    steps:\n      - run: pytest\n"
TESTS = {
    "pkg/__init__.py": "",
    "pkg/core.py": "def add(a, b):\n    return a + b\n",
    "tests/test_a.py": "from pkg.core import add\ndef test_a():\n    assert add(1, 2) == 3\n",
}
API = """
    from fastapi import FastAPI
    import joblib
    app = FastAPI()
    model = joblib.load("m")
    @app.get("/")
    def predict(x: float):
        return model.predict([[x]])
"""
AIRFLOW = """
    from airflow import DAG
    from airflow.operators.python import PythonOperator
    from train import fit
    with DAG("weekly") as dag:
        PythonOperator(task_id="fit", python_callable=fit)
"""


def entry(result, criterion):
    return next(item for item in result["criteria"] if item["id"] == criterion)


def steps(result):
    return {step["criterion"]: step for step in result["next_steps"]}


def test_evidence_in_a_notebook_names_the_cell_and_the_line_in_it(tmp_path):
    sources = [
        "%%bash\nls\n",
        "import mlflow\n\nx = [[1]]",
        "",
        "mlflow.log_metric('a', 1)\n\nmlflow.log_param('b', 2)",
    ]
    cells = [{"cell_type": "code", "source": source.splitlines(True)} for source in sources]
    book = json.dumps({"cells": [{"cell_type": "markdown", "source": "# A"}, *cells]})
    result = judged(tmp_path, {"notes/a.ipynb": book, "fit.py": TRAIN})
    assert entry(result, "experiment_tracking")["evidence"] == [
        {"file": "notes/a.ipynb", "cell": 5, "line": 1, "symbol": "mlflow.log_metric"},
        {"file": "notes/a.ipynb", "cell": 5, "line": 3, "symbol": "mlflow.log_param"},
    ]
    assert "notes/a.ipynb, cell 5, line 3" in report(result, "markdown")


@pytest.mark.parametrize(
    ("tree", "criterion", "found", "missing"),
    [
        (
            {"requirements.txt": "numpy==1.26.4\npandas\nscipy\n"},
            "reproducible_environment",
            "requirements of which only some are exact in requirements.txt:1",
            "an exact version of the others, or a lock file",
        ),
        (
            {"lib/fit.py": "from sklearn.linear_model import Ridge\ndef f(x, y):\n    Ridge().fit(x, y)\n"},
            "training_pipeline",
            "training code that nothing starts in lib/fit.py:3",
            "a script, a flow or a command that starts it",
        ),
        (
            {".github/workflows/ci.yml": CI.replace("[push]", "workflow_dispatch")},
            "ci",
            "CI that checks only when a person or a tag starts it in .github/workflows/ci.yml:5",
            "the same on a push or a pull request",
        ),
    ],
)
def test_a_partial_criterion_says_what_was_found_where_and_what_is_missing(tmp_path, tree, criterion, found, missing):
    result = judged(tmp_path, {"train.py": TRAIN, **tree} if criterion != "training_pipeline" else tree)
    assert entry(result, criterion)["status"] == "partial"
    assert entry(result, criterion)["reason"] == f"found {found}; missing: {missing}"


def test_no_reason_is_a_question(tmp_path):
    reasons = [item["reason"] for item in judged(tmp_path, {"train.py": TRAIN, "app.py": API})["criteria"]]
    assert not [reason for reason in reasons if "?" in reason]
    assert "not found: code logs parameters, metrics or artefacts of runs to a tracking tool" in reasons


def test_every_signal_that_makes_a_criterion_partly_met_can_say_so():
    rules = shipped()
    named = [name for criterion in rules.criteria.values() for name in criterion.get("partial", [])]
    assert not [name for name in named if not {"found", "missing"} <= set(rules.signals[name])]


def test_blockers_are_the_fewest_that_make_the_level(tmp_path):
    result = judged(tmp_path, {"train.py": TRAIN})
    # Two of the five criteria of level 1 are enough.
    assert [item["id"] for item in result["blockers"]] == ["unit_tests", "ci"]
    assert [item["criterion"] for item in result["next_steps"]][:2] == ["unit_tests", "ci"]


def test_one_more_is_enough_where_one_is_met(tmp_path):
    result = judged(tmp_path, {"train.py": TRAIN, **TESTS})
    assert [item["id"] for item in result["blockers"]] == ["ci"]


def test_what_is_halfway_there_comes_first(tmp_path):
    tree = {"train.py": TRAIN, **TESTS}
    result = judged(tmp_path, {**tree, ".github/workflows/ci.yml": CI.replace("[push]", "workflow_dispatch")})
    assert entry(result, "ci")["status"] == "partial"
    assert [item["id"] for item in result["blockers"]] == ["ci"]


def test_a_level_is_not_called_so_without_its_keystone(tmp_path):
    # Two of three criteria of level 3, and none of them deploys; then with somebody who vouches for that.
    compare = """
        import mlflow
        def main(rmse):
            client = mlflow.MlflowClient()
            champion = client.get_model_version_by_alias("m", "champion")
            if rmse < champion.tags["rmse"]:
                mlflow.register_model("a", "m")
        if __name__ == "__main__":
            main(1)
    """
    watch = "from evidently import Report\nReport([]).run(1, 2)\n"
    serve = "import joblib\nfrom fastapi import FastAPI\napp = FastAPI()\nmodel = joblib.load('m')\n"
    tree = {"train.py": TRAIN, "compare.py": compare, "watch.py": watch, "app.py": serve}
    tree["Dockerfile"] = 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "app:app"]\n'
    result = judged(tmp_path, tree)
    assert (result["coverage"]["3"], result["practice_level"]) == (0.67, 0)
    attested = [
        {"id": "automated_model_deployment", "reason": "external", "by": "a", "date": "2026-01-01", "statement": "x"}
    ]
    result = judged(tmp_path, tree, attestations=attested, today="2026-01-02")
    assert result["practice_level"] == 3


def test_a_missing_keystone_is_in_the_way_also_where_the_quorum_is_reached(tmp_path):
    alarm = "from prometheus_client import Counter\nCounter('a', 'b')\n"
    result = judged(tmp_path, {"train.py": TRAIN, "app.py": alarm, **TESTS})
    assert (result["coverage"]["1"], result["level"]) == (0.4, 0)
    assert [item["id"] for item in result["blockers"]] == ["ci"]


def test_the_team_is_in_nobodys_way(tmp_path):
    result = judged(tmp_path, {"train.py": TRAIN, **TESTS, ".github/workflows/ci.yml": CI}, profile="strict")
    assert "integrated_team" not in [item["id"] for item in result["blockers"]]
    tree = {"train.py": TRAIN, **TESTS, ".github/workflows/ci.yml": CI}
    assert "integrated_team" not in [item["id"] for item in judged(tmp_path, tree)["blockers"]]


def test_no_service_is_not_asked_for_its_latency(tmp_path):
    tree = {"train.py": TRAIN, **TESTS, ".github/workflows/ci.yml": CI}
    with_service = judged(tmp_path / "a", {**tree, "app.py": API}, profile="strict")
    assert "of the service" in entry(with_service, "operational_metrics")["remedy"]["text"]
    without = judged(tmp_path / "b", tree, profile="strict")
    assert "service" not in entry(without, "operational_metrics")["remedy"]["text"]
    assert "service" not in entry(without, "integration_tests")["remedy"]["text"]


@pytest.mark.parametrize(
    ("tree", "criterion", "words", "files"),
    [
        ({"Jenkinsfile": "pipeline { }\n"}, "ci", "Jenkinsfile", ["Jenkinsfile"]),
        ({".gitlab-ci.yml": "stages: []\n"}, "ci", "merge request", [".gitlab-ci.yml"]),
        ({"azure-pipelines.yml": "steps: []\n"}, "ci", "pipeline", ["azure-pipelines.yml"]),
        ({}, "ci", "such as a GitHub workflow", [".github/workflows/"]),
    ],
)
def test_steps_speak_of_the_projects_own_ci(tmp_path, tree, criterion, words, files):
    result = judged(tmp_path, {"train.py": TRAIN, **tree})
    step = steps(result)[criterion]
    assert words in step["text"]
    assert step["files"] == files
    assert ("github" in step["link"]) == (not tree)


@pytest.mark.parametrize(
    ("path", "code", "tool", "never"),
    [
        ("train.R", "library(caret)\nm <- train(y ~ ., data = d)\n", "testthat", "pytest"),
        ("train.jl", "using MLJ\nfit!(machine(model, x, y))\n", "Test standard library", "pytest"),
        ("src/main/scala/Train.scala", "val m = glm(x)\n", "ScalaTest", "pytest"),
    ],
)
def test_steps_speak_of_the_projects_own_language(tmp_path, path, code, tool, never):
    result = judged(tmp_path, {path: code, "requirements.txt": "x\n"})
    remedies = [item["remedy"]["text"] for item in result["criteria"]]
    assert tool in entry(result, "unit_tests")["remedy"]["text"]
    assert not [text for text in remedies if re.search(rf"{never}|uv lock|prometheus_client|autolog", text)]


def test_a_model_that_waits_for_a_person_is_to_be_approved_by_its_condition(tmp_path):
    code = """
        from sagemaker.workflow.step_collections import RegisterModel
        from sagemaker.workflow.steps import TrainingStep

        TrainingStep(name="a", estimator=None)
        RegisterModel(name="r", approval_status="PendingManualApproval")
    """
    text = entry(judged(tmp_path, {"p.py": code}), "automated_promotion")["remedy"]["text"]
    assert "Approved" in text
    assert "alias" not in text


def test_a_compose_file_is_evidence_at_the_line_of_the_command(tmp_path):
    tree = {
        "train.py": TRAIN,
        "app.py": "import joblib\nfrom fastapi import FastAPI\napp = FastAPI()\nmodel = joblib.load('m')\n",
        "Dockerfile": "FROM python:3.11\nCOPY . .\n",
        "compose.yml": "services:\n  app:\n    build: .\n    command: uvicorn app:app --reload\n",
    }
    places = entry(judged(tmp_path, tree), "low_friction_deployment")["evidence"]
    assert ("compose.yml", 4) in {(item["file"], item["line"]) for item in places}


FIXTURE = """
    import pytest
    from fastapi.testclient import TestClient
    from app import app

    @pytest.fixture
    def client():
        return TestClient(app)

    @pytest.fixture
    def known(client):
        return client
"""
ASKING = """
    from helper import add

    def test_add():
        assert add(1, 2) == 3

    def test_route(known):
        assert known.get("/").status_code == 200
"""


def test_integration_is_shown_by_the_tests_that_ask_for_the_service(tmp_path):
    tree = {
        "app.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        "helper.py": "def add(a, b):\n    return a + b\n",
        "tests/conftest.py": FIXTURE,
        "tests/test_a.py": ASKING,
    }
    found = entry(judged(tmp_path, tree), "integration_tests")
    assert (found["status"], [item["symbol"] for item in found["evidence"]]) == ("met", ["test_route"])


def test_r_is_evidence_where_it_fits_and_not_at_the_pipe_before(tmp_path):
    code = "library(tidymodels)\nrf_fit <-\n    workflow(rf_form, rf_spec) %>%\n    fit(Sacramento)\n"
    found = entry(judged(tmp_path, {"train.R": code}), "training_pipeline")
    assert [(item["line"], item["symbol"]) for item in found["evidence"]] == [(4, "fit(")]


def test_airflow_users_get_no_links_to_prefect(tmp_path):
    result = judged(tmp_path, {"train.py": TRAIN, "dags/weekly.py": AIRFLOW})
    remedies = {item["id"]: item["remedy"] for item in result["criteria"]}
    assert "Airflow" in remedies["scheduled_training"]["text"]
    assert "airflow" in remedies["scheduled_training"]["link"]
    assert not [remedy for remedy in remedies.values() if "prefect" in remedy["link"]]


def test_steps_build_on_what_is_there(tmp_path):
    tree = {"train.py": TRAIN, **TESTS, ".github/workflows/ci.yml": CI.replace("[push]", "workflow_dispatch")}
    step = steps(judged(tmp_path, tree))["ci"]
    assert step["text"].startswith("Run the checks that are there on every push")
    assert step["files"] == [".github/workflows/ci.yml"]


def test_what_is_done_elsewhere_is_to_be_attested(tmp_path):
    tree = {
        "train.py": TRAIN,
        ".circleci/config.yml": "version: 2.1\norbs:\n  a: acme/ml@1\nworkflows:\n  w:\n    jobs: [a/test]\n",
    }
    result = judged(tmp_path, tree)
    assert entry(result, "ci")["status"] == "unknown"
    assert steps(result)["ci"]["text"].startswith("Attest it in .mlops-maturity.yml")
    assert steps(result)["ci"]["files"] == [".mlops-maturity.yml"]


def test_who_trains_nothing_is_not_told_to_log_where_the_model_is_trained(tmp_path):
    app = "from transformers import pipeline\nask = pipeline('text-generation')\nprint(ask('x'))\n"
    result = judged(tmp_path, {"app.py": app, "requirements.txt": "transformers\n"})
    texts = [
        entry(result, name)["remedy"]["text"]
        for name in ("training_pipeline", "experiment_tracking", "scheduled_training")
    ]
    assert not [text for text in texts if "model is trained" in text or "cron" in text]
    assert "not-applicable" in texts[0]


@pytest.mark.parametrize("publishes", [True, False])
def test_a_release_job_is_spoken_of_only_where_there_is_one(tmp_path, publishes):
    push = "      - run: docker push x\n" if publishes else ""
    result = judged(tmp_path, {"train.py": TRAIN, ".github/workflows/ci.yml": CI + push})
    assert entry(result, "automated_model_deployment")["status"] == "not_met"
    assert ("the release job" in entry(result, "automated_model_deployment")["remedy"]["text"]) == publishes


def test_steps_speak_of_the_tools_in_use_whatever_their_files_are_called(tmp_path):
    result = judged(tmp_path, {
        **TESTS,
        "train.py": TRAIN,
        "log.py": "import mlflow\nmlflow.sklearn.log_model(1, 'm', registered_model_name='m')\nmlflow.log_metric('a', 1)\n",
        "setup.py": "from setuptools import setup\nsetup(name='a', install_requires=['numpy'])\n",
        ".azure/pipelines/all.yml": "trigger: [main]\npool: {vmImage: ubuntu-latest}\nsteps:\n  - script: pytest tests\n",
        "conf/deployment.yml": "environments:\n  a:\n    workflows:\n      - name: fit\n        tasks:\n          - task_key: a\n"
        "            spark_python_task: {python_file: 'file://train.py'}\n",
    })  # fmt: skip
    known = steps(result)
    assert known["reproducible_environment"]["files"] == ["setup.py"]
    assert "Databricks" in known["orchestration"]["text"]


def test_a_pipeline_of_azure_is_the_ci_whatever_its_file_is_called(tmp_path):
    result = judged(tmp_path, {
        "train.py": TRAIN,
        ".azure/pipelines/all.yml": "trigger: [main]\npool: {vmImage: ubuntu-latest}\nsteps:\n  - script: echo 1\n",
    })  # fmt: skip
    assert steps(result)["ci"]["files"] == [".azure/pipelines/all.yml"]
