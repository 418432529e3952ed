# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is split over files, tools and names: each as a tiny tree with its path, and beside it one whose path is broken."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from maturity_trees import TRAIN, judged, status

PREPARE = "import pandas as pd\npd.read_csv('a').to_csv('b')\n"
STEPS = {"prepare.py": PREPARE, "train.py": TRAIN}
AZURE_JOB = "type: pipeline\njobs:\n  fit:\n    type: command\n    code: ..\n    command: python train.py\n"
BUNDLE = """
    resources:
      jobs:
        nightly:
          name: nightly
          %s
          tasks:
            - task_key: prepare
              spark_python_task: {python_file: prepare.py}
            - task_key: train
              depends_on: [{task_key: prepare}]
              spark_python_task: {python_file: %s}
"""
VERDICT = """
    import json
    import boto3
    from prefect import flow
    from train import fit

    s3 = boto3.client("s3")

    def crown(rmse):
        champion = json.loads(s3.get_object(Bucket="b", Key="champion.json")["Body"].read())
        won = %s
        if won:
            s3.copy_object(Bucket="b", Key="champion/model.joblib", CopySource="b/new.joblib")

    @flow
    def weekly():
        fit([[1]], [1])
        crown(1.0)

    if __name__ == "__main__":
        weekly()
"""
BRANCH_DAG = """
    from airflow import DAG
    from airflow.operators.bash import BashOperator
    from airflow.operators.python import %s

    def branch(ti):
        return "register" if ti.xcom_pull(task_ids="gate") else "skip"

    with DAG("ct", schedule="@weekly") as dag:
        fit = BashOperator(task_id="train", bash_command="python train.py")
        gate = BashOperator(task_id="gate", bash_command="python gate.py")
        fork = %s(task_id="fork", python_callable=branch)
        register = BashOperator(task_id="register", bash_command="python register.py")
        fit >> gate >> fork >> register
"""
GATE_FILES = {
    "train.py": TRAIN,
    "gate.py": "import json\nreport = json.load(open('e'))\nprint('PASS' if report['acc'] >= 0.9 else 'FAIL')\n",
    "register.py": "import mlflow\nmlflow.register_model('runs:/1/model', 'taxi')\n",
}
FLAG_GATE = """
    import json
    report = json.load(open("e"))
    is_pass = True
    if %s:
        is_pass = False
    if is_pass:
        print("PASS")
    else:
        print("FAIL")
"""
CHOICE = """
    from sagemaker.workflow.condition_step import ConditionStep
    from sagemaker.workflow.parameters import ParameterString
    from sagemaker.workflow.pipeline import Pipeline
    from sagemaker.workflow.step_collections import RegisterModel
    from sagemaker.workflow.steps import TrainingStep

    def line():
        status = ParameterString(name="Status", default_value="%s")
        register = RegisterModel(name="r", approval_status=status)
        choice = ConditionStep(name="c", conditions=[], if_steps=[register])
        return Pipeline(name="tides", steps=[TrainingStep(name="a", estimator=None), choice])

    line()
"""
WATCH = """
    import pandas as pd
    from evidently import Report
    from prefect import flow
    from fitting import %s

    @flow
    def watch(rows):
        drift = Report([]).run(rows)
        if drift:
            %s(rows)

    if __name__ == "__main__":
        watch(pd.read_csv("a"))
"""
PUSHED = "on: {push: {branches: [main]}}\njobs:\n  cd:\n    runs-on: %s\n    steps:\n      - run: %s\n"
SERVICE = {
    "app.py": "import joblib\nfrom fastapi import FastAPI\napp = FastAPI()\nmodel = joblib.load('m')\n",
    "Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "app:app"]\n',
}
FLOW = "from prefect import flow\nfrom train import fit\n@flow\ndef go():\n    fit([[1]], [1])\nif __name__ == '__main__':\n    go()\n"
OBSERVED = """
    import pandas as pd
    from sklearn.metrics import mean_absolute_error

    forecast = pd.read_parquet("predictions")
    observed = pd.read_parquet("observed")
    both = forecast.%s
    print(mean_absolute_error(both["a"], both["b"]))
"""
LOOSE = "requests\nboto3\nrich\n"
EXACT = "pandas==2.2.3\nscikit-learn==1.5.2\njoblib==1.4.2\n"

CASES = {
    # Schedules that name a job
    "a schedule whose job file trains": (
        "scheduled_training", "met",
        {**STEPS, "jobs/train.yml": AZURE_JOB, "s.yml": "name: w\ntrigger: {type: cron, expression: 0 4 * * 0}\ncreate_job: jobs/train.yml\n"}),
    "a schedule whose job file is another": (
        "scheduled_training", "not_met",
        {**STEPS, "jobs/x.yml": AZURE_JOB.replace("train.py", "prepare.py"),
         "s.yml": "name: w\ntrigger: {type: cron, expression: 0 4 * * 0}\ncreate_job: jobs/x.yml\n"}),
    "a bundle's job with a time": (
        "scheduled_training", "met",
        {**STEPS, "databricks.yml": BUNDLE % ("schedule: {quartz_cron_expression: 0 0 4 * * ?}", "train.py")}),
    "a bundle's job that is paused": (
        "scheduled_training", "partial",
        {**STEPS, "databricks.yml": BUNDLE % ("schedule: {quartz_cron_expression: 0 0 4 * * ?, pause_status: PAUSED}", "train.py")}),
    "a bundle's tasks": ("orchestration", "met", {**STEPS, "databricks.yml": BUNDLE % ("", "train.py")}),
    "a bundle's tasks that train nothing": ("orchestration", "not_met", {**STEPS, "databricks.yml": BUNDLE % ("", "prepare.py")}),
    "an asset of Airflow": (
        "scheduled_training", "met",
        {"train.py": TRAIN, "d.py": "from airflow.sdk import asset\nfrom train import fit\n@asset(schedule='@weekly')\ndef model():\n    fit([[1]], [1])\n"}),
    "new data starts a flow of Metaflow": (
        "automated_retraining", "met",
        {"train.py": TRAIN,
         "f.py": "from metaflow import FlowSpec, step, trigger\nfrom train import fit\n@trigger(event='rows')\nclass Go(FlowSpec):\n    @step\n"
                 "    def start(self):\n        fit([[1]], [1])\nif __name__ == '__main__':\n    Go()\n"}),
    # Task runners
    "recipes that need each other": ("orchestration", "met", {**STEPS, "justfile": "a:\n    python prepare.py\n\nb: a\n    python train.py\n"}),
    "recipes side by side": ("orchestration", "not_met", {**STEPS, "justfile": "a:\n    python prepare.py\n\nb:\n    python train.py\n"}),
    "tasks that need each other": (
        "orchestration", "met",
        {**STEPS, "Taskfile.yml": "tasks:\n  a:\n    cmds: [python prepare.py]\n  b:\n    deps: [a]\n    cmds: [python train.py]\n"}),
    # Decisions
    "a verdict that has a name": ("automated_promotion", "met", {"train.py": TRAIN, "flow.py": VERDICT % 'rmse < champion["rmse"]'}),
    "a name without a figure": ("automated_promotion", "not_met", {"train.py": TRAIN, "flow.py": VERDICT % "bool(rmse)"}),
    "a champion that is a file": ("ab_testing", "met", {"train.py": TRAIN, "flow.py": VERDICT % 'rmse < champion["rmse"]'}),
    "the best of candidates": (
        "ab_testing", "not_met",
        {"t.py": "import mlflow\nfrom sklearn.svm import SVC\nbest_score = 0\nfor c in (1, 2):\n    current_score = SVC(C=c).fit(1, 2).score(1, 2)\n"
                 "    if current_score > best_score:\n        best_score = current_score\nmlflow.register_model('a', 'b')\n"}),
    "a fork hears of a gate": (
        "automated_promotion", "met", {**GATE_FILES, "dags/ct.py": BRANCH_DAG % ("BranchPythonOperator", "BranchPythonOperator")}),
    "a fork hears of a gate that sums up": (
        "automated_promotion", "met",
        {**GATE_FILES, "gate.py": FLAG_GATE % "report['acc'] < 0.9",
         "dags/ct.py": BRANCH_DAG % ("BranchPythonOperator", "BranchPythonOperator")}),
    "a fork hears of a sum of something else": (
        "automated_promotion", "partial",
        {**GATE_FILES, "gate.py": FLAG_GATE % "report['rows'] < 9",
         "dags/ct.py": BRANCH_DAG % ("BranchPythonOperator", "BranchPythonOperator")}),
    "a condition before an approved model": ("automated_promotion", "met", {"p.py": CHOICE % "Approved"}),
    "a condition before a model that a person approves": ("automated_promotion", "not_met", {"p.py": CHOICE % "PendingManualApproval"}),
    "nobody hears of a gate": (
        "automated_promotion", "partial", {**GATE_FILES, "dags/ct.py": BRANCH_DAG % ("PythonOperator", "PythonOperator")}),
    "a word of the command line": (
        "automated_promotion", "partial",
        {"train.py": TRAIN, ".github/workflows/a.yml": PUSHED % ("x", "python cli.py train"),
         "cli.py": "import sys\nfrom mlflow import MlflowClient\nfrom train import fit\ndef promote():\n"
                   "    MlflowClient().set_registered_model_alias('a', 'champion', 1)\ncommand = sys.argv[1]\nif command == 'promote':\n    promote()\n"
                   "else:\n    fit(1, 2)\n"}),
    "drift starts what trains, by any name": (
        "automated_retraining", "met", {"fitting.py": TRAIN.replace("def fit", "def tides"), "w.py": WATCH % ("tides", "tides")}),
    "drift starts something else": (
        "automated_retraining", "not_met",
        {"train.py": TRAIN, "fitting.py": "def tides(rows):\n    print(rows)\n", "w.py": WATCH % ("tides", "tides")}),
    "a flag that a branch sets": (
        "automated_promotion", "met",
        {"train.py": TRAIN, "gate.py": "def decide(f1):\n    fine = False\n    if f1 > 0.9:\n        fine = True\n    return fine\n",
         "flow.py": "import mlflow\nfrom prefect import flow\nfrom gate import decide\nfrom train import fit\n@flow\ndef go():\n    fit([[1]], [1])\n"
                    "    if decide(1):\n        mlflow.register_model('a', 'b')\nif __name__ == '__main__':\n    go()\n"}),
    "a choice between two comparisons": (
        "ab_testing", "met",
        {"train.py": TRAIN,
         "c.py": "from mlflow import MlflowClient\ndef wins(new_score, champion_score, less_is_better):\n"
                 "    MlflowClient().get_model_version_by_alias('a', 'b')\n"
                 "    return new_score < champion_score if less_is_better else new_score > champion_score\nwins(1, 2, True)\n"}),
    # Deployment
    "prose of a document": ("low_friction_deployment", "not_met", {"a.Rmd": "We use vetiver_write_plumber.\n\n```{r}\nx <- 1\n```\n"}),
    "a chunk of a document": ("low_friction_deployment", "met", {"a.Rmd": "Text.\n\n```{r}\nvetiver_write_plumber(b)\n```\n"}),
    "a composite action with an input": (
        "automated_release", "met",
        {".github/actions/d/action.yml": "inputs: {kind: {required: true}}\nruns:\n  using: composite\n  steps:\n    - shell: bash\n"
                                         "      run: az ml ${{ inputs.kind }}-deployment create --file d.yml\n",
         ".github/workflows/a.yml": "on: {push: {branches: [main]}}\njobs:\n  a:\n    runs-on: x\n    steps:\n"
                                    "      - uses: ./.github/actions/d\n        with: {kind: online}\n"}),
    "an endpoint is only called": (
        "automated_release", "not_met", {".github/workflows/a.yml": PUSHED % ("x", "az ml online-endpoint invoke --name a")}),
    "a template is only looked at": (
        "automated_release", "not_met", {".github/workflows/a.yml": PUSHED % ("x", "az deployment sub what-if --template-file a")}),
    "a container on a machine of one's own": (
        "automated_model_deployment", "met", {
            **SERVICE, "compose.yaml": "services: {api: {build: .}}\n",
            ".github/workflows/a.yml": PUSHED % ("self-hosted", "docker compose up -d --build")}),
    "a container on a machine that is thrown away": (
        "automated_model_deployment", "not_met", {
            **SERVICE, "compose.yaml": "services: {api: {build: .}}\n",
            ".github/workflows/a.yml": PUSHED % ("ubuntu-latest", "docker compose up -d --build")}),
    "a push into a clone of a Space": (
        "automated_model_deployment", "met",
        {**SERVICE, "ship.sh": "git clone https://a@huggingface.co/spaces/b /tmp/s\ncp -r . /tmp/s\ncd /tmp/s\ngit push\n",
         ".github/workflows/a.yml": PUSHED % ("x", "bash ship.sh")}),
    "flows are deployed": (
        "automated_release", "met", {"train.py": TRAIN, "f.py": FLOW, ".github/workflows/a.yml": PUSHED % ("x", "prefect deploy --all")}),
    "there is no flow to deploy": (
        "automated_release", "not_met", {"train.py": TRAIN, ".github/workflows/a.yml": PUSHED % ("x", "prefect deploy --all")}),
    "flows are no model": (
        "automated_model_deployment", "not_met", {"train.py": TRAIN, "f.py": FLOW, ".github/workflows/a.yml": PUSHED % ("x", "prefect deploy --all")}),
    # Monitoring
    "predictions beside what was observed": ("model_monitoring", "met", {"train.py": TRAIN, "q.py": OBSERVED % 'join(observed, how="inner")'}),
    "predictions alone": ("model_monitoring", "not_met", {"train.py": TRAIN, "q.py": OBSERVED % "dropna()"}),
    "a wave function": ("model_monitoring", "not_met", {"train.py": TRAIN, "w.py": "def get_phi_psi(k):\n    return k\nget_phi_psi(1)\n"}),
    "an image under an agent": (
        "operational_metrics", "met", {**SERVICE, "Dockerfile": 'FROM a:1\nCOPY . .\nCMD ["opentelemetry-instrument", "uvicorn", "app:app"]\n'}),
    # Environments
    "a notifier's loose requirements": (
        "reproducible_environment", "met",
        {"train.py": TRAIN, "requirements.txt": EXACT, "notify/requirements.txt": LOOSE, "notify/send.py": "import requests\nrequests.get('a')\n"}),
    "the training's loose requirements": (
        "reproducible_environment", "partial",
        {"train.py": TRAIN, "requirements.txt": LOOSE, "notify/requirements.txt": EXACT, "notify/send.py": "import requests\nrequests.get('a')\n"}),
    "requirements of an image beside the code": ("reproducible_environment", "met", {"src/train.py": TRAIN, "docker/requirements.txt": EXACT}),
    "lower bounds": (
        "reproducible_environment", "not_met",
        {"train.py": TRAIN, "Dockerfile": 'FROM python:3.12\nRUN pip install "pandas>=2.2" "scikit-learn>=1.5"\n'}),
    "the environment that a saved model has": (
        "reproducible_environment", "not_met", {"train.py": TRAIN, "out/model/MLmodel": "flavors: {}\n", "out/model/requirements.txt": EXACT}),
    "a lock of another language": ("reproducible_environment", "not_met", {"train.py": TRAIN, "web/package-lock.json": "{}"}),
    "a lock of the service's language": ("reproducible_environment", "met", {"api/server.ts": "import x from 'openai'\n", "package-lock.json": "{}"}),
}  # fmt: skip


@pytest.mark.parametrize(("criterion", "wanted", "tree"), CASES.values(), ids=CASES)
def test_path(tmp_path, criterion, wanted, tree):
    result = judged(tmp_path, {"model.py": "import sklearn\n", **tree})
    assert status(result, criterion) == wanted, next(item for item in result["criteria"] if item["id"] == criterion)
