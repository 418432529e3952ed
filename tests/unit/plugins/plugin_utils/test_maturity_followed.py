# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a project does by wrappers, handed-over functions, values and references of its own is followed, in each criterion."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from maturity_trees import judged, status

MAIN = 'if __name__ == "__main__":\n    main()\n'
RIDGE = "from sklearn.linear_model import Ridge\n"
FITS = RIDGE + "def fit_it():\n    return Ridge().fit([[1]], [1])\n"
TRAIN = FITS + "def main():\n    fit_it()\n" + MAIN
API = (
    "from fastapi import FastAPI\nimport joblib\napp = FastAPI()\nmodel = joblib.load('m.pkl')\n"
    "@app.post('/predict')\ndef predict(x: list):\n    return model.predict(x)\n"
)
TESTED = {
    "app.py": "def f(): return 1\n",
    "tests/test_app.py": "from app import f\ndef test_f():\n    assert f() == 1\n",
}
PUSH = "on: [push]\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: %s\n"
DRIFT = "def drift_score(): return 1\ndef main():\n    if drift_score() > 0.2:\n        %s\n" + MAIN
DAG = (
    "from airflow import DAG\nfrom airflow.operators.python import PythonOperator\nfrom lib import fit_it\n%s\n"
    "with DAG('t', %s) as dag:\n    PythonOperator(task_id='fit', python_callable=fit_it)\n"
)
CHART = (
    'apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: {{ .Release.Name }}-job\n  {{- include "x" . | nindent 2 }}\nspec:\n'
    "  schedule: {{ .Values.schedule | quote }}\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n"
    "          - name: job\n            command: [python, %s]\n"
)
RULE = (
    'resource "aws_cloudwatch_event_rule" "weekly" {\n  schedule_expression = "rate(7 days)"\n}\n'
    'resource "aws_cloudwatch_event_target" "t" {\n  rule = aws_cloudwatch_event_rule.weekly.name\n  arn = aws_sfn_state_machine.%s.arn\n}\n'
    'resource "aws_sfn_state_machine" "training" {\n  definition = jsonencode({States = {Fit = {Resource = '
    '"arn:aws:states:::sagemaker:createTrainingJob.sync"}}})\n}\n'
    'resource "aws_sfn_state_machine" "report" {\n  definition = jsonencode({States = {Mail = {Resource = "arn:aws:states:::sns:publish"}}})\n}\n'
)
SAM = (
    "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: fn/\n"
    "      Handler: h.handler\n      Events:\n        New:\n          Type: %s\n          Properties:\n            Path: /x\n"
)
TWO = "import random, hashlib, joblib\nfrom fastapi import FastAPI\napp = FastAPI()\nA = joblib.load('a.pkl')\nB = joblib.load('b.pkl')\n"
ASSETS = (
    RIDGE
    + "import dagster as dg\n@dg.asset\ndef table():\n    return 1\n@dg.asset\ndef model(table):\n    return Ridge().fit([[1]], [1])\n"
)
SENSOR = "import dagster as dg\nimport jobs\n@dg.sensor(job=jobs.one)\ndef changed():\n    yield dg.RunRequest()\n"
FLOW = (
    "from prefect import flow\nfrom mlflow.tracking import MlflowClient\n"
    + RIDGE
    + "@flow\ndef train():\n    m = Ridge().fit([[1]], [1])\n"
    "    score = m.score([[1]], [1])\n    %s\n    MlflowClient().set_registered_model_alias('m', 'champion', 1)\n"
    "if __name__ == '__main__':\n    train.serve(name='x', cron='0 1 * * *')\n"
)
DEPLOYED = {
    "api.py": API, "Dockerfile": 'FROM python\nCMD ["uvicorn", "api:app"]\n',
    ".github/workflows/d.yml": "on:\n  push: {branches: [main]}\njobs:\n  d:\n    runs-on: x\n    steps:\n      - run: python roll.py\n",
}  # fmt: skip
ROLL = (
    "import boto3\ndef roll(name):\n    boto3.client('ecs').%s(cluster='c', service=name)\ndef main():\n    roll('s')\n"
    + MAIN
)


# A job of Databricks whose only task stands in it: what it loads is put together in one file and loaded in another.
STAGES = {
    "train.py": TRAIN,
    "promote.py": "from mlflow.tracking import MlflowClient\nMlflowClient().transition_model_version_stage('m', 1, 'Production')\n",
    "conf/deployment.yml": "environments:\n  prod:\n    jobs:\n      - name: score\n        spark_python_task:\n          python_file: 'file://score.py'\n",
    "lib.py": "import mlflow\ndef load(uri):\n    return mlflow.pyfunc.spark_udf(1, uri)\n",
}
SCORES = "from lib import load\nname = stage = 'x'\n\ndef main():\n    load(f'models:/{name}%s')\n" + MAIN

WHEEL = {
    "setup.py": "from setuptools import setup\nsetup(name='loans', entry_points={'console_scripts': [\n"
    "    'fit = loans.fit:main', 'weigh = loans.weigh:main']})\n",
    "loans/__init__.py": "",
    "loans/fit.py": "from sklearn.linear_model import Ridge\n\ndef main():\n    Ridge().fit([[1]], [1])\n",
    "loans/weigh.py": "from mlflow.tracking import MlflowClient\n\ndef main():\n    if roc([1]) >= roc([2]):\n"
    "        MlflowClient().transition_model_version_stage('m', 1, 'Production')\n\ndef roc(x):\n    return x\n",
    "conf/deployment.yml": "environments:\n  default:\n    workflows:\n" + "".join(
        "      - name: loans-%s\n        tasks:\n          - task_key: main\n            python_wheel_task:\n"
        "              entry_point: %s\n" % (name, name) for name in ("weigh", "fit")),
}  # fmt: skip
STEP = (
    "from zenml import step\nfrom sklearn.linear_model import Ridge\n@step\ndef %s(x):\n    return Ridge().fit(x, x)\n"
)
GITOPS = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  source: {path: k8s}\n"
    "  syncPolicy: {automated: {prune: true}}\n"
)
TWO_ROOTS = {
    "store/Makefile": "apply:\n\tterraform apply\n",
    "store/main.tf": 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\nresource "aws_s3_bucket" "a" {}\n',
    "run/Makefile": "apply:\n\tterraform apply\n",
    "run/main.tf": 'module "api" {\n  source = "./api"\n}\n',
    "run/api/main.tf": 'resource "aws_lambda_function" "a" {\n  package_type = "Image"\n}\n',
}
BUILT_BY_JENKINS = (
    "pipeline {\n  agent any\n  stages {\n    stage('Build') {\n      steps {\n        script {\n"
    "          image = docker.build name + ':latest'\n        }\n      }\n    }\n  }\n}\n"
)


R_DEPLOYS = "model <- lm(y ~ x, data = d)\nv <- vetiver_model(model, 'm')\nvetiver_deploy_rsconnect(board, 'm')\n"
SERVER = 'FROM python\nCOPY . .\nCMD ["uvicorn", "main:app"]\n'


def with_train(tree: dict[str, str]) -> dict[str, str]:
    return {"train.py": TRAIN, **tree}


CASES = {
    # Objects
    "a module in an attribute": ("experiment_tracking", "met", {
        "t.py": "import mlflow\nclass T:\n    def __init__(self):\n        self.to = mlflow\n    def put(self):\n"
        "        self.to.log_metric('a', 1)\n",
        "train.py": FITS + "from t import T\ndef main():\n    fit_it()\n    T().put()\n" + MAIN}),
    "another module in an attribute": ("experiment_tracking", "not_met", {
        "t.py": "import logging\nclass T:\n    def __init__(self):\n        self.to = logging\n    def put(self):\n"
        "        self.to.log_metric('a', 1)\n",
        "train.py": FITS + "from t import T\ndef main():\n    fit_it()\n    T().put()\n" + MAIN}),
    "a function that imports": ("experiment_tracking", "met", {
        "train.py": FITS + "def _tracker():\n    import mlflow\n    return mlflow\ndef main():\n    fit_it()\n"
        "    _tracker().log_metric('a', 1)\n" + MAIN}),
    "a module that is imported by a call": ("experiment_tracking", "met", {
        "train.py": FITS + "import importlib\nto = importlib.import_module('mlflow')\ndef main():\n    fit_it()\n"
        "    to.log_metric('a', 1)\n" + MAIN}),
    "an object of another file": ("experiment_tracking", "met", {
        "pkg/__init__.py": "", "pkg/clients.py": "from mlflow.tracking import MlflowClient\nclient = MlflowClient()\n",
        "pkg/train.py": FITS + "from pkg.clients import client\ndef main():\n    fit_it()\n    client.log_metric('r', 'a', 1)\n" + MAIN}),
    "an object that a package passes on": ("experiment_tracking", "met", {
        "pkg/__init__.py": "from .clients import client\n", "pkg/clients.py": "from mlflow.tracking import MlflowClient\n"
        "client = MlflowClient()\n",
        "train.py": FITS + "from pkg import client\ndef main():\n    fit_it()\n    client.log_metric('r', 'a', 1)\n" + MAIN}),
    "another object of another file": ("experiment_tracking", "not_met", {
        "pkg/__init__.py": "", "pkg/clients.py": "from own import Client\nclient = Client()\n",
        "pkg/train.py": FITS + "from pkg.clients import client\ndef main():\n    fit_it()\n    client.log_metric('r', 'a', 1)\n" + MAIN}),
    "a client that a function of another file makes": ("experiment_tracking", "met", {
        "clients.py": "from mlflow.tracking import MlflowClient\ndef get():\n    return MlflowClient()\n",
        "train.py": FITS + "from clients import get\ndef main():\n    fit_it()\n    c = get()\n    c.log_metric('r', 'a', 1)\n" + MAIN}),
    "a model that a factory chooses": ("training_pipeline", "met", {
        "models.py": "from sklearn.ensemble import RandomForestClassifier\nREG = {'rf': RandomForestClassifier}\ndef make(name):\n"
        "    return REG[name]()\n",
        "train.py": "from models import make\ndef main():\n    m = make('rf')\n    m.fit([[1]], [1])\n" + MAIN}),
    "a scaler that a factory chooses": ("training_pipeline", "not_met", {
        "models.py": "from sklearn.preprocessing import StandardScaler\nREG = {'s': StandardScaler}\ndef make(name):\n    return REG[name]()\n",
        "train.py": "from models import make\ndef main():\n    m = make('s')\n    m.fit([[1]], [1])\n" + MAIN}),
    "a model that a subclass makes": ("training_pipeline", "met", {
        "base.py": "class Base:\n    def run(self):\n        self.model = self.build()\n        self.model.fit(self.x, self.y)\n",
        "train.py": "from xgboost import XGBClassifier\nfrom base import Base\nclass Own(Base):\n    def build(self):\n"
        "        return XGBClassifier()\ndef main():\n    Own().run()\n" + MAIN}),
    "a model that Hydra makes": ("training_pipeline", "met", {
        "train.py": "from hydra.utils import instantiate\ndef main(cfg=None):\n    m = instantiate(cfg)\n    m.fit([[1]], [1])\n" + MAIN}),
    "keywords in a mapping": ("model_registry", "met", {
        "train.py": FITS + "import mlflow\ndef main():\n    m = fit_it()\n    kw = {'registered_model_name': 'x'}\n"
        "    mlflow.sklearn.log_model(m, **kw)\n" + MAIN}),
    "other keywords in a mapping": ("model_registry", "not_met", {
        "train.py": FITS + "import mlflow\ndef main():\n    m = fit_it()\n    kw = {'artifact_path': 'x'}\n"
        "    mlflow.sklearn.log_model(m, **kw)\n" + MAIN}),
    "a schedule in a mapping": ("scheduled_training", "met", {"lib.py": FITS, "dags/d.py": DAG % ("ARGS = {'schedule': '@daily'}", "**ARGS")}),
    "no schedule in a mapping": ("scheduled_training", "partial", {"lib.py": FITS, "dags/d.py": DAG % ("ARGS = {'schedule': None}", "**ARGS")}),
    "a model of Weights & Biases": ("model_registry", "met", {
        "train.py": FITS + "import wandb\ndef main():\n    fit_it()\n    run = wandb.init()\n"
        "    run.use_artifact('a/b:v3', type='model')\n" + MAIN}),
    "data of Weights & Biases": ("model_registry", "not_met", {
        "train.py": FITS + "import wandb\ndef main():\n    fit_it()\n    run = wandb.init()\n"
        "    run.use_artifact('a/b:v3', type='dataset')\n" + MAIN}),
    # What is handed over or named
    "a program that is started": ("automated_retraining", "met", with_train({
        "monitor.py": "import subprocess, sys\n" + DRIFT % "subprocess.run([sys.executable, 'train.py'])"})),
    "another program that is started": ("automated_retraining", "not_met", with_train({
        "report.py": "print(1)\n", "monitor.py": "import subprocess, sys\n" + DRIFT % "subprocess.run([sys.executable, 'report.py'])"})),
    "a task of a queue": ("automated_retraining", "met", {
        "lib.py": FITS, "tasks.py": "from celery import Celery\nfrom lib import fit_it\napp = Celery('x')\n@app.task\ndef again():\n"
        "    fit_it()\n",
        "monitor.py": "from tasks import again\n" + DRIFT % "again.delay()"}),
    "a function for the background": ("automated_retraining", "met", {
        "lib.py": FITS, "api.py": "from fastapi import FastAPI, BackgroundTasks\nfrom lib import fit_it\napp = FastAPI()\ndef psi(): return 1\n"
        "@app.post('/check')\ndef check(bg: BackgroundTasks):\n    if psi() > 0.2:\n        bg.add_task(fit_it)\n"}),
    "another function for the background": ("automated_retraining", "not_met", {
        "lib.py": FITS, "api.py": "from fastapi import FastAPI, BackgroundTasks\nfrom lib import fit_it\napp = FastAPI()\n"
        "def psi(): return 1\ndef mail(): pass\n"
        "@app.post('/check')\ndef check(bg: BackgroundTasks):\n    if psi() > 0.2:\n        bg.add_task(mail)\n"}),
    "a DAG by its address": ("automated_retraining", "met", {
        "lib.py": FITS, "dags/d.py": DAG % ("", "schedule=None"),
        "monitor.py": "import requests\nHOST = 'http://airflow:8080'\n" + DRIFT % "requests.post(f'{HOST}/api/v1/dags/t/dagRuns', json={})"}),
    "another DAG by its address": ("automated_retraining", "not_met", {
        "lib.py": FITS, "dags/d.py": DAG % ("", "schedule=None"),
        "monitor.py": "import requests\n" + DRIFT % "requests.post('http://airflow:8080/api/v1/dags/report/dagRuns', json={})"}),
    "a test's client from a helper": ("integration_tests", "met", {
        "api.py": API, "tests/helpers.py": "from fastapi.testclient import TestClient\nfrom api import app\ndef make():\n"
        "    return TestClient(app)\n",
        "tests/test_api.py": "from helpers import make\ndef test_predict():\n"
        "    assert make().post('/predict', json=[1]).status_code == 200\n"}),
    "a helper without a client": ("integration_tests", "not_met", {
        "api.py": API, "tests/helpers.py": "def make():\n    return 1\n", "tests/test_api.py": "from helpers import make\n"
        "from api import predict\ndef test_predict():\n    assert predict(make())\n"}),
    "a program of CI that deploys": ("automated_model_deployment", "met", {**DEPLOYED, "roll.py": ROLL % "update_service"}),
    "a program of CI that looks": ("automated_model_deployment", "not_met", {**DEPLOYED, "roll.py": ROLL % "describe_services"}),
    "an assertion as a gate": ("automated_promotion", "met", {"flow.py": FLOW % "assert score > 0.8"}),
    "an assertion on something else": ("automated_promotion", "partial", {"flow.py": FLOW % "assert m is not None"}),
    # Shares of the users
    "a choice by chance": ("ab_testing", "met", {"api.py": TWO + "@app.post('/p')\ndef p(x: list):\n"
        "    model = A if random.random() < 0.9 else B\n    return model.predict(x)\n"}),
    "a choice by a user's hash": ("ab_testing", "met", {
        "api.py": TWO + "def bucket(uid):\n    return int(hashlib.md5(uid).hexdigest(), 16) % 100\n@app.post('/p')\ndef p(uid: str, x: list):\n"
        "    if bucket(uid) < 90:\n        return A.predict(x)\n    else:\n        return B.predict(x)\n"}),
    "a choice that is no chance": ("ab_testing", "not_met", {"api.py": TWO + "@app.post('/p')\ndef p(x: list):\n"
        "    model = A if len(x) < 9 else B\n    return model.predict(x)\n"}),
    "a chance without two models": ("ab_testing", "not_met", {"api.py": TWO + "@app.post('/p')\ndef p(x: list):\n"
        "    y = 1 if random.random() < 0.9 else 2\n    return A.predict(y)\n"}),
    # Commands within commands
    "tests in a container": ("ci", "met", {**TESTED, ".github/workflows/a.yml": PUSH % "docker run --rm -v .:/app img pytest tests"}),
    "tests in a service of Compose": ("ci", "met", {**TESTED, ".github/workflows/a.yml": PUSH % "docker compose run --rm api pytest"}),
    "a container that says nothing": ("ci", "not_met", {**TESTED, ".github/workflows/a.yml": PUSH % "docker run -d pytest"}),
    "tests that are measured": ("ci", "met", {**TESTED, ".github/workflows/a.yml": PUSH % "coverage run --source=app -m unittest discover"}),
    "a script of an environment": ("ci", "met", {
        **TESTED, "pyproject.toml": "[tool.hatch.envs.check.scripts]\n"
        "all = 'pytest'\n", ".github/workflows/a.yml": PUSH % "hatch run check:all"}),
    "a task of pixi": ("ci", "met", {**TESTED, "pixi.toml": "[tasks]\ncheck = 'pytest'\n", ".github/workflows/a.yml": PUSH % "pixi run check"}),
    # References between declarations
    "a chart that trains": ("scheduled_training", "met", with_train({
        "chart/templates/c.yaml": CHART % "train.py", "chart/values.yaml": "schedule: '0 3 * * *'\n"})),
    "a chart that reports": ("scheduled_training", "not_met", with_train({"report.py": "print(1)\n", "chart/templates/c.yaml": CHART % "report.py"})),
    "a rule whose target trains": ("scheduled_training", "met", with_train({"main.tf": RULE % "training"})),
    "a rule whose target mails": ("scheduled_training", "not_met", with_train({"main.tf": RULE % "report"})),
    "a function that a bucket starts": ("automated_retraining", "met", with_train({
        "fn/h.py": "import boto3\ndef handler(e, c):\n"
        "    boto3.client('sagemaker').create_training_job(TrainingJobName='x')\n", "template.yaml": SAM % "S3"})),
    "a function that answers": ("automated_retraining", "not_met", with_train({
        "fn/h.py": "import boto3\ndef handler(e, c):\n"
        "    boto3.client('sagemaker').create_training_job(TrainingJobName='x')\n", "template.yaml": SAM % "Api"})),
    "a sensor of the model": ("automated_retraining", "met", {
        "assets.py": ASSETS, "jobs.py": "import dagster as dg\none = dg.define_asset_job('one', selection=['model'])\n", "sensors.py": SENSOR}),
    "a sensor of its neighbour": ("automated_retraining", "not_met", {
        "assets.py": ASSETS, "jobs.py": "import dagster as dg\none = dg.define_asset_job('one', selection=['table'])\n", "sensors.py": SENSOR}),
    "a sensor of all that follows": ("automated_retraining", "met", {
        "assets.py": ASSETS, "jobs.py": "import dagster as dg\none = dg.define_asset_job('one', selection=['table*'])\n", "sensors.py": SENSOR}),
    "a job that scores with what another promotes": ("automated_model_deployment", "met", {**STAGES, "score.py": SCORES % "/{stage}"}),
    "a job that scores with a version of its own": ("automated_model_deployment", "not_met", {**STAGES, "score.py": SCORES % "/3"}),
    "an asset beside the one that trains": ("orchestration", ["assets.py:7"], {"assets.py": ASSETS}),
    "a step that asks how the trainer is": ("orchestration", "partial", with_train({
        "dags/d.py": "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\nwith DAG('x', schedule='@hourly'):\n"
        "    BashOperator(task_id='check_trainer_health', bash_command='curl -f http')\n"})),
    "the image of the service beside a scraper's": ("low_friction_deployment", ["api/Dockerfile:3"], {
        "api/main.py": API, "api/Dockerfile": SERVER, "web/main.py": "from fastapi import FastAPI\napp = FastAPI()\n", "web/Dockerfile": SERVER}),
    "a deployment in R by a person": ("automated_model_deployment", "partial", {"train.R": R_DEPLOYS}),
    "a deployment in R by CI": ("automated_model_deployment", "met", {"train.R": R_DEPLOYS, ".github/workflows/a.yml": PUSH % "Rscript train.R"}),
    "a document that a server renders": ("automated_model_deployment", "met", {
        "m/train.qmd": "```{r}\n" + R_DEPLOYS + "```\n", "m/manifest.json": "{}"}),
    "what others have made": ("automated_model_deployment", "not_met", {
        "api.py": API, "Dockerfile": DEPLOYED["Dockerfile"], "install.sh": "kubectl apply -k github.com/kubeflow/pipelines/manifests?ref=2\n"}),
    "what the project has made": ("automated_model_deployment", "partial", {
        "api.py": API, "Dockerfile": DEPLOYED["Dockerfile"], "install.sh": "kubectl apply -f k8s/\n"}),
    "a job of one task": ("orchestration", "partial", with_train({
        "databricks.yml": "resources:\n  jobs:\n    fit:\n      name: fit\n      tasks:\n        - task_key: a\n          spark_python_task:\n"
        "            python_file: train.py\n"})),
    "an entry point of setup.py": ("orchestration", ["conf/deployment.yml:10"], WHEEL),
    "a job of dbx that CI runs": ("automated_promotion", "met", {**WHEEL, ".github/workflows/a.yml": PUSH % "dbx execute loans-weigh --task main"}),
    "a job of dbx that CI names by an option": ("automated_promotion", "met", {
        **WHEEL, ".github/workflows/a.yml": PUSH % "dbx launch --trace --job=loans-weigh"}),
    "a job that judges what it promotes": ("automated_model_deployment", ["lib.py:3"], {
        **STAGES, "score.py": SCORES % "/{stage}", "judge.py": "import mlflow\nfrom mlflow.tracking import MlflowClient\n\ndef main():\n"
        "    run = MlflowClient().get_latest_versions('m')[0]\n    mlflow.sklearn.load_model(run)\n"
        "    MlflowClient().transition_model_version_stage('m', 1, 'Production')\n" + MAIN,
        "conf/deployment.yml": STAGES["conf/deployment.yml"] + "      - name: judge\n        spark_python_task:\n"
        "          python_file: 'file://judge.py'\n"}),
    "another job of dbx that CI runs": ("automated_promotion", "partial", {
        **WHEEL, ".github/workflows/a.yml": PUSH % "dbx execute loans-fit --task main"}),
    "a step of no pipeline": ("orchestration", ["flow.py:4", "used.py:4"], {
        "used.py": STEP % "fit", "left.py": STEP % "fit_too",
        "flow.py": "from zenml import pipeline\nfrom used import fit\n@pipeline\ndef run():\n    fit([1])\n"}),
    "an image that a person has built": ("automated_model_deployment", "not_met", {
        "api.py": API, "Dockerfile": DEPLOYED["Dockerfile"], "build.sh": "gcloud builds submit --region=here --tag $IMAGE\n"}),
    "a build that deploys": ("automated_model_deployment", "met", {
        "api.py": API, "Dockerfile": DEPLOYED["Dockerfile"], "build.sh": "gcloud builds submit --config cloudbuild.yaml .\n"}),
    "an adapter that is only prepared": ("training_pipeline", ["train.py:5"], {
        "model.py": "from peft import get_peft_model\n\ndef prepared(model, config):\n    return get_peft_model(model, config)\n",
        "train.py": "from trl import SFTTrainer\nfrom model import prepared\n\ndef main():\n"
        "    SFTTrainer(model=prepared(1, 2)).train()\n" + MAIN}),
    "a folder of Terraform that only stores": ("automated_model_deployment", ["run/Makefile:2"], {
        **TWO_ROOTS, "Dockerfile": DEPLOYED["Dockerfile"], "api.py": API}),
    "what Argo CD brings beside the model": ("automated_model_deployment", "not_met", with_train({
        "web.py": "from flask import Flask\napp = Flask(__name__)\n", "Dockerfile": "FROM python\nCOPY web.py .\n", "argo/a.yml": GITOPS})),
    "a model that Argo CD brings": ("automated_model_deployment", "met", {
        "api.py": API, "Dockerfile": DEPLOYED["Dockerfile"], "argo/a.yml": GITOPS}),
    "an image that Jenkins builds": ("ci", "met", with_train({"Dockerfile": "FROM python\n", "Jenkinsfile": BUILT_BY_JENKINS})),
    # Versions
    "compatible releases to the patch": ("reproducible_environment", "met", with_train({"requirements.txt": "pandas~=2.1.0\n"
        "scikit-learn~=1.4.2\n"})),
    "compatible releases to the minor": ("reproducible_environment", "not_met", with_train({"requirements.txt": "pandas~=2.1\n"
        "scikit-learn~=1.4\n"})),
}  # fmt: skip


@pytest.mark.parametrize(("criterion", "wanted", "tree"), CASES.values(), ids=CASES)
def test_followed(tmp_path, criterion, wanted, tree):
    result = judged(tmp_path, tree)
    entry = next(item for item in result["criteria"] if item["id"] == criterion)
    if isinstance(wanted, list):
        assert ["%s:%s" % (one["file"], one["line"]) for one in entry["evidence"]] == wanted
    else:
        assert status(result, criterion) == wanted, entry
