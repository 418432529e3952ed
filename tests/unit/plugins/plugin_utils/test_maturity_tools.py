# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same practice with other tools, and what looks like it: each as a tiny tree."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from maturity_trees import TRAIN, judged, status

CI = ".github/workflows/ci.yml"
PUSH = "on: [push]\njobs:\n  one:\n    runs-on: x\n    steps:\n"
APP = "import joblib\nfrom fastapi import FastAPI\napp = FastAPI()\nmodel = joblib.load('m')\n"
DOCKER = 'FROM python:3.11\nCOPY . .\nCMD ["uvicorn", "app:app"]\n'
SERVICE = {"app.py": APP, "Dockerfile": DOCKER}
SCORE = "import joblib\nmodel = joblib.load('m')\n\nif __name__ == '__main__':\n    model.predict([[1]])\n"
ROUTE = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nspec:\n  http:\n  - route:\n    - destination: {host: a}\n      weight: %s\n"
COMPOSE = "services:\n  app:\n    %s\n  prometheus:\n    image: prom/prometheus\n"
SCRAPE = "scrape_configs:\n  - job_name: x\n    static_configs:\n      - targets: ['%s']\n"
CRON = "on:\n  schedule:\n    - cron: '0 1 * * *'\njobs:\n"
MONITOR = CRON + (
    "  check:\n    steps:\n      - id: drift\n        run: python drift.py\n"
    "      - if: steps.drift.outputs.%s == 'true'\n        run: %s\n"
)
COMPARE = """
    import mlflow
    from mlflow import MlflowClient
    from prefect import flow
    from sklearn.linear_model import Ridge

    @flow
    def train():
        model = Ridge().fit([[1]], [1])
        client = MlflowClient()
        champ = client.get_model_version_by_alias("m", "champion")
        challenger_rmse, champ_rmse = 1.0, 2.0
        challenger_wins = %s
        if challenger_wins:
            client.set_registered_model_alias("m", "champion", 2)

    if __name__ == "__main__":
        train()
"""


def run(command: str) -> str:
    return PUSH + f"      - run: {command}\n"


CASES = {
    # What CI runs
    "uv run with options": ("ci", "met", {CI: run("uv run --no-sync --extra dev pytest -x")}),
    "conda run with a name": ("ci", "met", {CI: run("conda run -n test pytest")}),
    "just": ("ci", "met", {CI: run("just check"), "justfile": "check: lint\n    echo done\n\nlint:\n    ruff check\n"}),
    "just, another recipe": ("ci", "not_met", {CI: run("just docs"), "justfile": "docs:\n    mkdocs serve\n\nlint:\n    ruff check\n"}),
    "Taskfile": ("ci", "met", {CI: run("task verifying"), "Taskfile.yml": "tasks:\n  verifying:\n    deps: [one]\n  one:\n    cmds:\n      - pytest\n"}),
    "hatch": ("ci", "met", {CI: run("hatch run all"), "pyproject.toml": '[tool.hatch.envs.default.scripts]\nall = ["ruff check", "pytest {args}"]\n'}),
    "poe": ("ci", "met", {CI: run("poe all"), "pyproject.toml": '[tool.poe.tasks]\nall = "pytest tests"\n'}),
    "a console script is no task": ("ci", "not_met", {CI: run("all"), "pyproject.toml": '[tool.poetry.scripts]\nall = "pytest:main"\n'}),
    "building needs more than a builder": ("ci", "not_met", {CI: PUSH + "      - uses: docker/setup-buildx-action@v3\n"}),
    "Cirrus": ("ci", "met", {".cirrus.yml": "task:\n  test_script: pytest\n"}),
    "AppVeyor": ("ci", "met", {"appveyor.yml": "test_script:\n  - pytest\n"}),
    "Azure's inline script": (
        "ci", "met",
        {"azure-pipelines.yml": "trigger: [main]\npool:\n  vmImage: x\nsteps:\n- task: AzureCLI@2\n  inputs:\n    inlineScript: |\n      pytest tests\n"}),
    "steps in images of any registry": (
        "automated_release", "met",
        {"cloudbuild/up.yaml": "steps:\n  - name: hashicorp/terraform:1.5\n    entrypoint: sh\n    args: [-c, 'terraform apply']\n"}),
    "a list of steps that is no build": (
        "automated_release", "not_met", {"conf/steps.yaml": "steps:\n  - name: train\n    args: [docker, push]\n  - other: x\n"}),
    # Training in other languages
    "Spark in Java": (
        "training_pipeline", "met",
        {"src/Fit.java": "CrossValidator crossValidator = new CrossValidator();\ncrossValidator.setNumFolds(3);\nreturn crossValidator.fit(rows);\n"}),
    "Java that fits a window": (
        "training_pipeline", "not_met", {"src/Fit.java": "LayoutManager layout = new Grid();\nlayout.fit(window);\n"}),
    # Registries
    "Snowflake's registry": (
        "model_registry", "met",
        {"train.py": TRAIN + "    from snowflake.ml.registry import Registry\n    Registry(session=None).log_model(1, model_name='m')\n"}),
    # Releases and deployments
    "an upload to a bucket of Google's": ("automated_release", "met", {CI: run("gsutil -m cp -r out gs://bucket/x")}),
    "a download from it": ("automated_release", "not_met", {CI: run("gsutil cp out.txt local.txt")}),
    "a build in Azure's registry": ("automated_release", "met", {CI: run("az acr build -t x .")}),
    "an image by podman": ("automated_release", "met", {CI: run("podman push x")}),
    "a rehearsal": ("automated_release", "not_met", {CI: run("kubectl apply --dry-run=client -f k8s")}),
    "manifests that are only printed": ("automated_release", "not_met", {CI: run("kustomize build k8s")}),
    "a secret is no deployment": ("automated_release", "not_met", {CI: run("kubectl create secret generic x")}),
    "a cluster for the test alone": (
        "automated_model_deployment", "not_met",
        {**SERVICE, CI: PUSH + "      - run: kind create cluster\n      - run: kubectl apply -f k8s\n"}),
    "a rollout with options": ("automated_model_deployment", "met", {**SERVICE, CI: run("kubectl -n prod apply -f k8s")}),
    "an action of Azure's": ("automated_model_deployment", "met", {**SERVICE, CI: PUSH + "      - uses: Azure/webapps-deploy@v3\n"}),
    "GitOps": (
        "automated_model_deployment", "met",
        {**SERVICE, "a.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  syncPolicy:\n    automated: {prune: true}\n"}),
    "GitOps that waits for a person": (
        "automated_model_deployment", "not_met",
        {**SERVICE, "a.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source: {path: x}\n"}),
    # Serving
    "an image that trains": (
        "low_friction_deployment", "partial",
        {"train.py": TRAIN + "    import joblib\n    joblib.load('m').predict([[1]])\n", "Dockerfile": 'FROM x\nCOPY . .\nCMD ["python", "train.py"]\n'}),
    "an image that scores": (
        "low_friction_deployment", "met", {"train.py": TRAIN, "score.py": SCORE, "Dockerfile": 'FROM x\nCOPY . .\nCMD ["python", "score.py"]\n'}),
    "a service under another server": (
        "low_friction_deployment", "met", {"app.py": APP, "Dockerfile": 'FROM x\nCOPY . .\nCMD ["uv", "run", "--no-sync", "granian", "app:app"]\n'}),
    "flows that score in an orchestrator's image": (
        "low_friction_deployment", "met",
        {"f.py": "from airflow.decorators import dag\nimport joblib\n@dag(schedule='@daily')\ndef d():\n    joblib.load('m').predict(1)\nd()\n",
         "Dockerfile": "FROM apache/airflow:2.9\nCOPY . /opt\n"}),
    "an orchestrator's image alone": (
        "low_friction_deployment", "not_met",
        {"f.py": "from airflow.decorators import dag\nimport sklearn\n@dag()\ndef d():\n    pass\nd()\n",
         "Dockerfile": "FROM apache/airflow:2.9\nCOPY . /opt\n"}),
    "a dashboard of drift is no service of the model": (
        "low_friction_deployment", "partial",
        {"app.py": "import flask\nfrom evidently.report import Report\nReport()\nflask.Flask('a')\n",
         "train.py": TRAIN, "Dockerfile": 'FROM x\nCOPY . .\nCMD ["flask", "--app", "app", "run"]\n'}),
    "a service beside others": (
        "low_friction_deployment", "met",
        {"app.py": APP, "Dockerfile": 'FROM x\nCOPY . .\nCMD /bin/sh -c "mlflow server --port 5000 & exec gunicorn app:app"\n'}),
    "an R package that offers it": (
        "model_registry", "not_met", {"DESCRIPTION": "Package: vetiver\n", "R/pin.R": "vetiver_pin_write <- function(b, v) {}\n"}),
    "R code that uses it": ("model_registry", "met", {"train.R": "vetiver_pin_write(board, v)\n"}),
    # Operational metrics
    "a scraped service of the project": (
        "operational_metrics", "met", {**SERVICE, "compose.yaml": COMPOSE % "build: .", "prometheus.yml": SCRAPE % "app:8000"}),
    "a Prometheus that looks at itself": (
        "operational_metrics", "not_met", {**SERVICE, "compose.yaml": COMPOSE % "build: .", "prometheus.yml": SCRAPE % "localhost:9090"}),
    "a scraped service of others": (
        "operational_metrics", "not_met", {**SERVICE, "compose.yaml": COMPOSE % "image: minio/minio", "prometheus.yml": SCRAPE % "app:9000"}),
    "a scraped dashboard of drift": (
        "operational_metrics", "not_met",
        {"watch/app.py": "from evidently.report import Report\nReport()\n", "compose.yaml": COMPOSE % "build: ./watch", "prometheus.yml": SCRAPE % "app:8000"}),
    "an annotation for the scraper": (
        "operational_metrics", "met", {**SERVICE, "k.yaml": 'kind: Deployment\nmetadata:\n  annotations:\n    prometheus.io/scrape: "true"\n'}),
    "one that switches it off": (
        "operational_metrics", "not_met", {**SERVICE, "k.yaml": 'kind: Deployment\nmetadata:\n  annotations:\n    prometheus.io/scrape: "false"\n'}),
    "an alarm in TypeScript": (
        "operational_metrics", "met", {
            **SERVICE, "cdk.json": "{}",
            "lib/watch-stack.ts": "import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';\nnew cloudwatch.Alarm(this, 'a', {});\n"}),
    "an alarm that is commented out": (
        "operational_metrics", "not_met", {**SERVICE, "lib/watch-stack.ts": "// new cloudwatch.Alarm(this, 'a', {});\n"}),
    # Tracking, registries, monitors
    "Sacred": ("experiment_tracking", "met", {"t.py": "from sacred import Experiment\nex = Experiment('a')\n"}),
    "accelerate": ("experiment_tracking", "met", {"t.py": "from accelerate import Accelerator\na = Accelerator(log_with='wandb')\n"}),
    "accelerate without": ("experiment_tracking", "not_met", {"t.py": "from accelerate import Accelerator\na = Accelerator(cpu=True)\n"}),
    "the registry of W&B": ("model_registry", "met", {"t.py": "import wandb\nrun = wandb.init()\nrun.link_artifact('a', 'b')\n"}),
    "the registry of Vertex": ("model_registry", "met", {"t.py": "from google.cloud.aiplatform.models import ModelRegistry\nModelRegistry('m')\n"}),
    "a version that a service tells of itself": ("model_registry", "not_met", {"app.py": "import app\nservice = app.Service()\nservice.get_model_version()\n"}),
    "a version that a client asks for": (
        "model_registry", "met", {"app.py": "from mlflow import MlflowClient\nclient = MlflowClient()\nclient.get_model_version('m', 1)\n"}),
    "vectors that are loaded": ("training_pipeline", "not_met", {"v.py": "from gensim.models import KeyedVectors\nKeyedVectors.load('v')\n"}),
    "vectors that are made": ("training_pipeline", "met", {"v.py": "from gensim.models import Word2Vec\nWord2Vec([['a']])\n"}),
    "popmon": ("model_monitoring", "met", {"t.py": "import popmon\npopmon.df_stability_report(1)\n"}),
    "Azure's drift detector": (
        "model_monitoring", "met",
        {"t.py": "from azureml.datadrift import DataDriftDetector\nDataDriftDetector.create_from_datasets(1)\n"}),
    # Comparison and promotion
    "a comparison that is kept": ("ab_testing", "met", {"train.py": COMPARE % "challenger_rmse < champ_rmse"}),
    "a flow that stops where the metric is too low": (
        "automated_promotion", "met",
        {"steps.py":
         "import mlflow\ndef check(rmse):\n    if rmse > 3:\n        raise ValueError('too high')\ndef keep():\n    mlflow.register_model('a', 'b')\n",
         "train.py": TRAIN, "f.py": "from prefect import flow\nfrom train import fit\nfrom steps import check, keep\n@flow\ndef main():\n"
                                    "    check(fit([[1]], [1]))\n    keep()\nmain()\n"}),
    "a decision without a comparison": ("ab_testing", "not_met", {"train.py": COMPARE % "True"}),
    "a promotion by it": ("automated_promotion", "met", {"train.py": COMPARE % "challenger_rmse < champ_rmse"}),
    "a chart with two weights": (
        "ab_testing", "met",
        {"c/templates/v.yaml": ROUTE % "{{ .Values.a }}\n    - destination: {host: b}\n      weight: {{ .Values.b }}"}),
    "a route with one": ("ab_testing", "not_met", {"v.yaml": ROUTE % "100"}),
    "weights of something else": ("ab_testing", "not_met", {"params.yaml": "classes:\n  - weight: 1\n  - weight: 5\n"}),
    "revisions of Cloud Run": ("ab_testing", "met", {CI: run("gcloud run services update-traffic x --to-revisions a=90,b=10")}),
    "all to one revision": ("ab_testing", "not_met", {CI: run("gcloud run services update-traffic x --to-revisions a=100")}),
    # Schedules and triggers
    "celery": (
        "scheduled_training", "met",
        {"train.py": TRAIN, "c.py": "from celery.schedules import crontab\nfrom train import fit\nbeat = {'a': crontab(hour=1)}\n"}),
    "dagster": (
        "scheduled_training", "met",
        {"train.py": TRAIN, "d.py": "from dagster import schedule\nfrom train import fit\n@schedule(cron_schedule='0 1 * * *')\ndef s():\n    fit(1, 2)\n"}),
    "metaflow": (
        "scheduled_training", "met",
        {"f.py": "from metaflow import FlowSpec, schedule\nfrom sklearn.svm import SVC\n@schedule(weekly=True)\nclass F(FlowSpec):\n"
                 "    def start(self):\n        SVC().fit(1, 2)\nif __name__ == '__main__':\n    F()\n"}),
    "a schedule of something else": (
        "scheduled_training", "not_met", {"train.py": TRAIN, "c.py": "from celery.schedules import crontab\nbeat = {'a': crontab(hour=1)}\n"}),
    "a pipeline of the tests": (
        "orchestration", "not_met", {"train.py": TRAIN, "tests/fixtures/dvc.yaml": "stages:\n  train:\n    cmd: python ../../train.py\n"}),
    "a monitor in CI that retrains": (
        "automated_retraining", "met",
        {"train.py": TRAIN, "drift.py": "print(1)\n", CI: MONITOR % ("drift_detected", "python train.py")}),
    "a monitor in CI that tells": (
        "automated_retraining", "not_met",
        {"train.py": TRAIN, "drift.py": "print(1)\n", CI: MONITOR % ("drift_detected", "gh issue create -t drift")}),
    "another condition in CI": (
        "automated_retraining", "not_met", {"train.py": TRAIN, "drift.py": "print(1)\n", CI: MONITOR % ("changed", "python train.py")}),
    "a branch of Airflow": (
        "automated_promotion", "met",
        {"d.py": "from airflow.decorators import dag, task\nfrom sklearn.svm import SVC\n@task.branch\ndef choose(accuracy):\n"
                 "    if accuracy > 0.9:\n        return 'deploy_model'\n    return 'stop'\n@dag(schedule='@daily')\ndef train():\n"
                 "    SVC().fit(1, 2)\n    choose(1)\ntrain()\n"}),
    "what a function returns": (
        "automated_promotion", "not_met",
        {"d.py": "from prefect import flow\nfrom sklearn.svm import SVC\ndef choose(accuracy):\n    if accuracy > 0.9:\n        return 'deploy_model'\n"
                 "    return 'stop'\n@flow\ndef train():\n    SVC().fit(1, 2)\n    choose(1)\ntrain()\n"}),
}  # fmt: skip


@pytest.mark.parametrize(("criterion", "wanted", "tree"), CASES.values(), ids=CASES)
def test_tool(tmp_path, criterion, wanted, tree):
    result = judged(tmp_path, {"model.py": "import sklearn\n", **tree})
    assert status(result, criterion) == wanted, next(item for item in result["criteria"] if item["id"] == criterion)
