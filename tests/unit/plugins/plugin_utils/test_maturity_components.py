# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several projects in one checkout: each has its own criteria, and the whole stays what it was."""

from __future__ import annotations

import sys
from pathlib import Path

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.judge import judge

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from maturity_trees import TRAIN, facts_of, judged, shipped, status, write

CI = "on: [push]\njobs:\n  a:\n    steps:\n      - run: pytest\n"
TRACKED = TRAIN.replace("def fit", "import mlflow\n\n    def fit").replace(
    "return Ridge()", "mlflow.autolog()\n        return Ridge()"
)
APP = "import joblib\nfrom fastapi import FastAPI\napp = FastAPI()\nmodel = joblib.load('m')\nmodel.predict(1)\n"
TWO = {
    ".github/workflows/ci.yml": CI,
    "taxi/pyproject.toml": "",
    "taxi/uv.lock": "",
    "taxi/train.py": TRACKED,
    "churn/requirements.txt": "pandas\n",
    "churn/train.py": TRAIN,
}


def part(result, path):
    return {
        item["id"]: item["status"]
        for item in next(one for one in result["components"] if one["path"] == path)["criteria"]
    }


def test_each_component_has_its_own_criteria(tmp_path):
    result = judged(tmp_path, TWO)
    assert (result["project"]["layout"], [item["path"] for item in result["components"]]) == (
        "monorepo",
        ["churn", "taxi"],
    )
    wanted = {
        "experiment_tracking": ("met", "not_met"),
        "reproducible_environment": ("met", "not_met"),
        "ci": ("met", "met"),
        "training_pipeline": ("met", "met"),
    }
    for name, (taxi, churn) in wanted.items():
        assert (part(result, "taxi")[name], part(result, "churn")[name]) == (taxi, churn), name
    assert {"path", "kind", "level", "level_max", "practice_level", "coverage", "criteria"} == set(
        result["components"][0]
    )


def test_the_whole_is_judged_as_a_whole(tmp_path):
    result = judged(tmp_path, TWO)
    assert [status(result, name) for name in ("experiment_tracking", "reproducible_environment", "ci")] == [
        "met",
        "met",
        "met",
    ]
    assert result["level"] == 0


def test_parts_of_one_product_are_no_components(tmp_path):
    tree = {"train/requirements.txt": "", "train/train.py": TRAIN, "serve/Dockerfile": "FROM x\n", "serve/app.py": APP}
    result = judged(tmp_path, tree)
    assert (result["project"]["layout"], result["components"]) == ("single", [])


def test_services_that_only_use_models_are_components(tmp_path):
    tree = {
        f"{name}/{file}": text for name in ("a", "b") for file, text in (("Dockerfile", "FROM x\n"), ("app.py", APP))
    }
    assert [item["path"] for item in judged(tmp_path, tree)["components"]] == ["a", "b"]


def test_a_folder_without_a_manifest_is_no_component(tmp_path):
    assert judged(tmp_path, {"taxi/train.py": TRAIN, "churn/train.py": TRAIN, "pyproject.toml": ""})["components"] == []


def test_a_manifest_below_another_makes_no_component(tmp_path):
    tree = {**TWO, "taxi/image/Dockerfile": "FROM x\n", "taxi/image/more.py": TRAIN}
    assert [item["path"] for item in judged(tmp_path, tree)["components"]] == ["churn", "taxi"]


def test_examples_and_course_notes_have_none(tmp_path):
    tree = {
        f"week{number}/{file}": text
        for number in (1, 2, 3)
        for file, text in (("requirements.txt", ""), ("train.py", TRAIN))
    }
    result = judged(tmp_path / "notes", tree)
    assert (result["project"]["layout"], result["components"]) == ("course_notes", [])
    tree = {
        path.replace("taxi/", "examples/taxi/").replace("churn/", "examples/churn/"): text for path, text in TWO.items()
    }
    assert judged(tmp_path / "examples", tree)["components"] == []


def test_shared_tests_and_code_count_for_those_that_use_them(tmp_path):
    tree = {
        **TWO,
        "tests/test_taxi.py": "from taxi.train import fit\ndef test_fit():\n    assert fit([[1]], [1]).coef_ == [0]\n",
        "common/__init__.py": "",
        "common/log.py": "import mlflow\ndef log():\n    mlflow.register_model('a', 'b')\n",
        "churn/train.py": "from common.log import log\nlog()\n" + TRAIN.replace("\n    ", "\n"),
    }
    result = judged(tmp_path, tree)
    assert (part(result, "taxi")["unit_tests"], part(result, "churn")["unit_tests"]) == ("met", "not_met")
    assert (part(result, "taxi")["model_registry"], part(result, "churn")["model_registry"]) == ("not_met", "met")


def test_what_was_not_read_of_one_hides_nothing_of_the_other(tmp_path):
    write(tmp_path, {**TWO, "taxi/big.py": "# " + "x" * 2000})
    result = judge(facts_of(tmp_path, max_file_bytes=1000), shipped())
    assert (part(result, "taxi")["model_registry"], part(result, "churn")["model_registry"]) == ("unknown", "not_met")
    assert status(result, "model_registry") == "unknown"
