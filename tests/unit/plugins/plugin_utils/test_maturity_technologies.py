# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no reader knows, and what a checkout names without having it: unknown by its name, and nothing beside it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from maturity_trees import TRAIN, judged, status

KESTRA = "id: nightly\nnamespace: taxi\ntasks:\n  - id: train\n    type: io.kestra.plugin.scripts.python.Commands\n"
MODULE = 'module "m" {\n  source = "%s"\n}\n'
CHART = "apiVersion: v2\nname: taxi\nversion: 0.1.0\ndependencies:\n  - name: %s\n    version: 1.0.0\n    repository: https://charts.example.org\n"
WORKFLOW = ".github/workflows/ci.yml"
SUBMODULE = '[submodule "m"]\n\tpath = %s\n\turl = ../m.git\n'

# What is hidden, what is not, and the start of the reason.
CASES = {
    "Kestra": ({"orchestration", "scheduled_training"}, {"ci", "unit_tests"}, "no_reader: Kestra in flows/n.yml", {"flows/n.yml": KESTRA}),
    "YAML that only looks like it": (set(), {"orchestration"}, "", {"flows/n.yml": KESTRA.replace("namespace", "space")}),
    "Kestra among the tests": (set(), {"orchestration"}, "", {"tests/n.yml": KESTRA}),
    "CWL": ({"orchestration"}, {"ci"}, "no_reader: CWL", {"w/train.cwl": "cwlVersion: v1.2\n"}),
    "Temporal": ({"orchestration"}, {"ci"}, "no_reader: Temporal", {"w.py": "from temporalio import workflow\n"}),
    "Earthly": ({"ci", "automated_release"}, {"orchestration"}, "no_reader: Earthly", {"Earthfile": "VERSION 0.8\n"}),
    "Tekton": ({"ci", "orchestration"}, {"unit_tests"}, "no_reader: Tekton", {"t.yml": "apiVersion: tekton.dev/v1\nkind: Pipeline\n"}),
    "Pulumi": ({"low_friction_deployment"}, {"ci"}, "no_reader: Pulumi", {"Pulumi.yaml": "name: taxi\nruntime: python\n"}),
    "a module of Terraform about models from elsewhere": (
        {"low_friction_deployment", "scheduled_training"}, {"ci"}, "no_reader: the Terraform module acme/sagemaker-endpoint/aws",
        {"main.tf": MODULE % "acme/sagemaker-endpoint/aws"}),
    "one about networks": (set(), {"low_friction_deployment"}, "", {"main.tf": MODULE % "terraform-aws-modules/vpc/aws"}),
    "one of this checkout": (set(), {"low_friction_deployment"}, "", {"main.tf": MODULE % "../modules/sagemaker"}),
    "a chart about models from elsewhere": ({"ab_testing"}, {"ci"}, "no_reader: the chart seldon-core", {"k/Chart.yaml": CHART % "seldon-core"}),
    "one of a database": (set(), {"ab_testing"}, "", {"k/Chart.yaml": CHART % "postgresql"}),
    "a template that is fetched": (
        {"scheduled_training"}, {"ci"}, "no_reader: a template that is fetched at run time in s.yml",
        {"s.yml": "Resources:\n  A:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: https://b.example.org/t.yml\n"}),
    "a template of this checkout": (
        set(), {"scheduled_training"}, "",
        {"s.yml": "Resources:\n  A:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: ./t.yml\n"}),
    "a workflow that does not parse": ({"ci", "automated_release"}, {"unit_tests"}, "unparsed: " + WORKFLOW, {WORKFLOW: "on: [push\njobs: {a: b:\n"}),
    "an empty one": (set(), {"ci"}, "", {WORKFLOW: "# nothing yet\n"}),
    "a submodule that is not there": (
        {"experiment_tracking", "unit_tests"}, {"ci", "automated_release"}, "submodule: models", {".gitmodules": SUBMODULE % "models"}),
    "one of somebody's library": (set(), {"experiment_tracking"}, "", {".gitmodules": SUBMODULE % "third_party/x"}),
    "one that is there": (set(), {"ab_testing"}, "", {".gitmodules": SUBMODULE % "models", "models/m.py": "x = 1\n"}),
}  # fmt: skip


@pytest.mark.parametrize(("hidden", "known", "reason", "tree"), CASES.values(), ids=CASES)
def test_what_cannot_be_read_is_unknown_by_its_name(tmp_path, hidden, known, reason, tree):
    result = judged(tmp_path, {"train.py": TRAIN, **tree})
    entries = {item["id"]: item for item in result["criteria"]}
    assert {name for name in hidden | known if entries[name]["status"] == "unknown"} == hidden
    for name in hidden:
        assert entries[name]["reason"].startswith(reason)


def test_what_is_met_beside_it_is_met(tmp_path):
    flow = "from prefect import flow\nfrom train import fit\n@flow\ndef go():\n    fit([[1]], [1])\nif __name__ == '__main__':\n    go()\n"
    result = judged(tmp_path, {"train.py": TRAIN, "flow.py": flow, "flows/n.yml": KESTRA})
    assert next(item["status"] for item in result["criteria"] if item["id"] == "orchestration") == "met"


WARNINGS = {
    "the submodule models is not in this scan": {".gitmodules": SUBMODULE % "models"},
    WORKFLOW + " cannot be parsed": {WORKFLOW: "on: [push\njobs: {a: b:\n"},
    WORKFLOW + " has nothing that starts it": {WORKFLOW: "jobs:\n  a:\n    steps:\n      - run: pytest\n"},
    "gitlab-ci.yml is ignored by GitLab": {"gitlab-ci.yml": "t:\n  script: [pytest]\n"},
}


@pytest.mark.parametrize(("start", "tree"), WARNINGS.items(), ids=WARNINGS)
def test_warnings_name_it(tmp_path, start, tree):
    (warning,) = judged(tmp_path, {"train.py": TRAIN, **tree})["warnings"]
    assert warning.startswith(start)


def test_a_checkout_whose_code_is_a_submodule_is_not_said_to_have_no_machine_learning(tmp_path):
    result = judged(tmp_path, {"README.md": "x\n", ".gitmodules": SUBMODULE % "models"})
    assert (result["reason"], result["level"]) == ("", 0)
    assert status(result, "experiment_tracking") == "unknown"


SERVED = "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: taxi}\n"


def test_a_platform_on_which_nothing_trains_or_loads_a_model_is_called_one(tmp_path):
    assert judged(tmp_path, {"k.yml": SERVED})["warnings"] == [
        "nothing here trains or loads a model: what was judged is the platform"
    ]
    assert judged(tmp_path, {"k.yml": SERVED, "train.py": TRAIN})["warnings"] == []
