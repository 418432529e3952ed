# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other forms of the same practice, and what looks like them: notebooks that jobs run, remote engines, stores, R; each as a tiny tree."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from maturity_trees import TRAIN, judged, status


def notebook(source: str) -> str:
    cell = {"cell_type": "code", "source": source}
    return json.dumps({"metadata": {"kernelspec": {"language": "python"}}, "cells": [cell]})


FITS = notebook("from sklearn.linear_model import Ridge\nmodel = Ridge().fit([[1]], [1])\n")
READS = notebook("import pandas as pd\nframe = pd.read_csv('a')\n")
APP = "import joblib\nfrom fastapi import FastAPI\napp = FastAPI()\nmodel = joblib.load('m')\n"
SERVICE = {
    "app.py": APP,
    "Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "app:app"]\n',
    "compose.yml": "services: {app: {build: .}}\n",
}
BUNDLE = """
    resources:
      jobs:
        weekly:
          name: weekly
          %s
          tasks:
            - task_key: tidy
              notebook_task: {notebook_path: ../notes/tidy.ipynb}
            - task_key: model
              depends_on: [{task_key: %s}]
              notebook_task: {notebook_path: ../notes/model}
"""
NOTES = {"notes/tidy.ipynb": READS, "notes/model.ipynb": FITS}
WEEKLY = "schedule: {quartz_cron_expression: 0 0 4 * * ?}"
CONDITION = BUNDLE.replace(
    "            - task_key: model\n",
    "            - task_key: fresh\n              depends_on: [{task_key: tidy}]\n"
    "              condition_task: {op: EQUAL_TO, left: '%s', right: '1'}\n            - task_key: model\n",
)
ENDPOINT = "resources:\n  model_serving_endpoints:\n    rain:\n      config:\n        %s\n"
GITLAB = """
    spec:
      inputs:
        again: {default: false}
    ---
    up:
      variables: {DOCKER_HOST: "%s"}
      script: [docker compose up -d --build]
"""
CHILD = "children:\n  rules: [{if: $CI_PIPELINE_SOURCE == 'schedule'}]\n  trigger:\n    include:\n      - local: ci/fit.yml\n"
PUSHED = "on: {push: {branches: [main]}}\njobs:\n  cd:\n    %s\n    steps:\n      - run: |\n          %s\n"
WORKFLOW = ".github/workflows/cd.yml"
GATED = """
    import joblib
    from prefect import flow, task
    from google.cloud import storage
    from train import fit

    @task
    def good_enough(accuracy):
        return accuracy > 0.8

    @task
    def %s(decision, model):
        if %s:
            joblib.dump(model, "model.pkl")
            storage.Client().bucket("b").blob("m").upload_from_filename("model.pkl")

    @flow
    def weekly():
        model = fit([[1]], [1])
        decision = good_enough(1.0)
        %s(decision, model)

    if __name__ == "__main__":
        weekly()
"""
CHOICE = """
    import random
    import mlflow
    from fastapi import FastAPI

    app = FastAPI()

    @app.post("/p")
    def predict(row):
        picked = random.choice(%s)
        return mlflow.pyfunc.load_model(f"models:/{picked}/1").predict(row)
"""
DRIFT_MODEL = """
    import enum
    import pandas as pd
    from sklearn.linear_model import LogisticRegression

    class Stats(enum.Flag):
        DRIFT = 1

    def features_drift(old, new):
        return LogisticRegression().fit(old, new)

    def watch(flags, old, new):
        if Stats.DRIFT in flags:
            features_drift(old, new)

    if __name__ == "__main__":
        watch(Stats.DRIFT, [[1]], [1])
"""
CRON_BUNDLE = """
    resources:
      jobs:
        fit:
          schedule: {quartz_cron_expression: 0 0 4 * * ?}
          tasks:
            - task_key: fit
              spark_python_task: {python_file: train.py}
"""
CDK_VARIANTS = """
    from aws_cdk import Stack, aws_sagemaker as sagemaker

    class Serve(Stack):
        def __init__(self, scope, name, shares):
            super().__init__(scope, name)
            variants = %s
            sagemaker.CfnEndpointConfig(self, "Config", production_variants=variants)
            sagemaker.CfnEndpoint(self, "Endpoint", endpoint_config_name="c")
"""
VARIANT = (
    "sagemaker.CfnEndpointConfig.ProductionVariantProperty(initial_variant_weight=%s, model_name=%s, variant_name=%s)"
)
OLD_AND_NEW = """
    import mlflow
    from mlflow import MlflowClient
    from train import fit

    if __name__ == "__main__":
        fit([[1]], [1])
        %s = 1.0, 2.0
        if %s:
            mlflow.register_model("runs:/1/model", "rain")
"""
BATCH = """
    import mlflow
    from prefect import flow

    @flow
    def score(rows):
        return mlflow.pyfunc.load_model("models:/rain%s").predict(rows)

    if __name__ == "__main__":
        score([[1]])
"""
PROMOTES = "from mlflow import MlflowClient\nMlflowClient().set_registered_model_alias('rain', 'champion', 1)\n"
ARGO = """
    apiVersion: argoproj.io/v1alpha1
    kind: WorkflowTemplate
    metadata: {name: fit-rain}
    spec:
      entrypoint: all
      templates:
      - name: all
        container: {image: "registry.local/%s:latest", command: [python, flow.py]}
"""
ARGO_CRON = """
    apiVersion: argoproj.io/v1alpha1
    kind: CronWorkflow
    metadata: {name: nightly}
    spec:
      schedule: "0 2 * * *"
      workflowSpec:
        templates:
        - name: go
          resource:
            action: create
            manifest: |
              kind: Workflow
              spec:
                workflowTemplateRef:
                  name: %s
"""
ARGO_DEPLOYS = ARGO.replace("command: [python, flow.py]", "command: [sh, -c], args: [%s]").replace(
    "%s:latest", "tool:1"
)
CRON = "on: {schedule: [{cron: '0 1 * * *'}]}\njobs:\n  go:\n    steps:\n      - run: %s\n"
MODES = """
    import sys
    from train import fit
    from score import predict

    def main(mode):
        if mode == "training":
            fit([[1]], [1])
        else:
            predict()

    if __name__ == "__main__":
        main(sys.argv[2])
"""
DISPATCH = {"train.py": TRAIN, "score.py": "def predict():\n    return 1\n", "run.py": MODES}
PSI_APART = """
    import numpy as np

    def _%s_part(a, b):
        return (a - b) * np.log(a / b)

    def _%s_of(old, new):
        edges = np.quantile(old, [0, 1])
        return sum(map(_%s_part, np.histogram(old, edges)[0], np.histogram(new, edges)[0]))

    if __name__ == "__main__":
        print(_%s_of([1], [2]))
"""
RACE = """
    import argparse

    def status(champion, challenger):
        lead = "challenger" if last(%s) > last(%s) else "champion"
        return lead

    def last(ledger):
        return ledger[-1]

    if __name__ == "__main__":
        print(status([1], [2]))
"""
BESIDE = """
    import joblib

    def gap(champion, challenger, rows):
        return (champion.predict(rows) %s challenger.predict(rows)).mean()

    if __name__ == "__main__":
        print(gap(joblib.load("now.joblib"), joblib.load("next.joblib"), [[1]]))
"""
TEST = "import helper\n\n\ndef test_sum():\n    assert helper.add(1, 2) == 3\n"
FIXTURE = "import pytest\nfrom fastapi.testclient import TestClient\nfrom app import app\n\n\n@pytest.fixture\ndef client():\n    return %s\n"
ASKS = "def test_root(client):\n    assert client.get('/').status_code == 200\n"
BY_PATH = "import importlib.util\nspec = importlib.util.spec_from_file_location('h', 'stages/%s.py')\n\n\ndef test_it():\n    assert spec\n"
SERVED_TESTS = "#!/bin/sh\n%s &\nsleep 5\npytest -q\n"
FROZEN = "".join(f"part{number}==1.0.{number}\n" for number in range(40))
R_TEST = "test_that('both agree', {\n  expect_equal(answer(), 1)\n})\n"

KOLMOGOROV = """
    from scipy.stats import ks_2samp

    def %s(old, new):
        return {"p": ks_2samp(old, new).pvalue}

    if __name__ == "__main__":
        %s([1], [2])
"""
GRAFANA = {
    **SERVICE,
    "compose.yml": "services:\n  app: {build: .}\n  grafana:\n    image: grafana/grafana:11.6.1\n    volumes: ['./grafana:/etc/grafana']\n",
}
BOARD = "grafana/dashboards/rain.json"
PANELS = '{"panels": [{"type": "timeseries", "targets": [{"refId": "A", "%s": "%s"}]}]}'
CHAT = """
    import streamlit as st
    from openai import OpenAI
    import store

    answer = OpenAI().responses.create(model="m", input=st.chat_input()).output_text
    for vote in (1, -1):
        if st.button(str(vote)):
            store.%s(answer, vote)
"""
STORE = """
    import psycopg

    def keep(answer, vote):
        with psycopg.connect("dbname=chat") as connection:
            connection.execute("INSERT INTO %s (answer, value) VALUES (%%s, %%s)", (answer, vote))

    def other(answer, vote):
        print(answer, vote)
"""
COLLECTION = """
    import pymongo

    def keep(answer, vote):
        pymongo.MongoClient()["chat"]["%s"].%s
"""
MAPPED = """
    from sqlalchemy.orm import DeclarativeBase, Session

    class Base(DeclarativeBase):
        pass

    class %s(Base):
        __tablename__ = "t"

    def keep(answer, vote):
        with Session() as session:
            session.add(%s(answer=answer, vote=vote))
"""
COMPONENT = "name: fit\ntype: command\ncode: ../../\ncommand: >-\n  python -m src.%s --data ${{inputs.data}}\n"
PIPELINE = """
    import os
    from azure.ai.ml import load_component
    from azure.ai.ml.dsl import pipeline

    steps = []

    @pipeline()
    def rain(data):
        return steps[0](data=data)

    if __name__ == "__main__":
        folder = os.path.join(os.getcwd(), "ml/steps")
        steps.append(load_component(source=folder + "/fit.yml"))
        rain("a")
"""
PARTS = {"src/fit.py": TRAIN, "src/tidy.py": "import pandas\npandas.read_csv('a')\n"}
KFP_PART = "name: fit\nimplementation:\n  container:\n    image: rain\n    command: [python3, /app/src/%s.py]\n"
KFP_PIPELINE = """
    import kfp
    from kfp import dsl

    fit = kfp.components.load_component_from_file("parts/fit.yaml")

    @dsl.pipeline(name="rain")
    def rain():
        fit()

    kfp.compiler.Compiler().compile(rain, "rain.json")
"""
YAML_PIPELINE = (
    "$schema: pipelineJob.schema.json\ntype: pipeline\njobs:\n  fit:\n    type: command\n    component: file:./%s.yml\n"
)
RELOADS = """
    import joblib
    import requests
    from airflow import DAG
    from airflow.operators.python import PythonOperator

    def tell():
        requests.post("http://app:8000/%s", timeout=30)

    with DAG("publish", schedule="@weekly") as dag:
        PythonOperator(task_id="tell", python_callable=tell)
"""
RELOADED = """
    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    held = {}

    @app.post("/reload")
    def reload():
        held["model"] = joblib.load("m")
"""

CASES = {
    # Notebooks that a job runs are code; those that nobody runs are not
    "notebooks as tasks of a bundle train": ("training_pipeline", "met", {**NOTES, "conf/job.yml": BUNDLE % ("", "tidy")}),
    "tasks of a bundle in order": ("orchestration", "met", {**NOTES, "conf/job.yml": BUNDLE % ("", "tidy")}),
    "a time for tasks of a bundle": ("scheduled_training", "met", {**NOTES, "conf/job.yml": BUNDLE % (WEEKLY, "tidy")}),
    "a bundle that runs another notebook": (
        "training_pipeline", "not_met", {**NOTES, "conf/job.yml": (BUNDLE % ("", "tidy")).replace("notes/model", "notes/tidy")}),
    "papermill in a flow": (
        "training_pipeline", "met",
        {**NOTES, "f.py": "import papermill as pm\nfrom prefect import flow\n@flow\ndef go():\n    pm.execute_notebook('notes/model.ipynb', 'o.ipynb')\n"
                          "if __name__ == '__main__':\n    go()\n"}),
    # New rows, as a condition between tasks
    "a condition on new rows lets the training run": (
        "automated_retraining", "met", {**NOTES, "conf/job.yml": CONDITION % (WEEKLY, "{{tasks.tidy.values.fresh}}", "fresh")}),
    "a condition on a parameter": (
        "automated_retraining", "not_met", {**NOTES, "conf/job.yml": CONDITION % (WEEKLY, "{{job.parameters.env}}", "fresh")}),
    "a condition beside the training": (
        "automated_retraining", "not_met", {**NOTES, "conf/job.yml": CONDITION % (WEEKLY, "{{tasks.tidy.values.fresh}}", "tidy")}),
    # Endpoints
    "an endpoint of a bundle, older key": (
        "low_friction_deployment", "met",
        {"train.py": TRAIN, "databricks.yml": ENDPOINT % "served_models: [{model_name: rain, model_version: '3'}]"}),
    "an endpoint without a model": (
        "low_friction_deployment", "not_met", {"train.py": TRAIN, "databricks.yml": ENDPOINT % "tags: []"}),
    # GitLab, and engines on other machines
    "a compose file on another engine, behind GitLab's header": (
        "automated_model_deployment", "met", {**SERVICE, ".gitlab-ci.yml": GITLAB % "tcp://docker-apps:2375"}),
    "docker in docker keeps nothing": (
        "automated_model_deployment", "not_met", {**SERVICE, ".gitlab-ci.yml": GITLAB % "tcp://docker:2375"}),
    "a compose file over ssh": (
        "automated_release", "met",
        {**SERVICE, WORKFLOW: PUSHED % ("env: {DOCKER_HOST: 'ssh://deploy@box'}", "docker compose up -d")}),
    "the same, exported": (
        "automated_release", "met",
        {**SERVICE, WORKFLOW: PUSHED % ("runs-on: x", "export DOCKER_HOST=ssh://deploy@box\n          docker compose up -d")}),
    "before the command": (
        "automated_release", "met", {**SERVICE, WORKFLOW: PUSHED % ("runs-on: x", "DOCKER_HOST=$BOX docker compose up -d")}),
    "the runner's own engine": (
        "automated_release", "not_met", {**SERVICE, WORKFLOW: PUSHED % ("runs-on: x", "docker compose up -d")}),
    "a child pipeline": (
        "scheduled_training", "met",
        {"train.py": TRAIN, ".gitlab-ci.yml": CHILD, "ci/fit.yml": "fit:\n  script: [python train.py]\n"}),
    "tools that uvx fetches": (
        "automated_release", "met", {WORKFLOW: PUSHED % ("runs-on: x", 'uvx --from="python-semantic-release@9" semantic-release publish')}),
    # A verdict that another step hears of
    "a step that stores what a verdict lets pass": (
        "automated_promotion", "met", {"train.py": TRAIN, "flow.py": GATED % ("deploy_model", "decision", "deploy_model")}),
    "a step that stores always": (
        "automated_promotion", "not_met", {"train.py": TRAIN, "flow.py": GATED % ("deploy_model", "model", "deploy_model")}),
    # Shares of the traffic
    "a model by chance for each request": ("ab_testing", "met", {"app.py": CHOICE % "row.models"}),
    "a greeting by chance": ("ab_testing", "not_met", {"app.py": CHOICE % "row.greetings"}),
    "variants with weights in the CDK": (
        "ab_testing", "met",
        {"app.py": CDK_VARIANTS % ("[" + VARIANT % ("1", "'a'", "'a'") + ", " + VARIANT % ("9", "'b'", "'b'") + "]"), "cdk.json": "{}"}),
    "variants of a list in the CDK": (
        "ab_testing", "met", {"app.py": CDK_VARIANTS % ("[" + VARIANT % ("one.share", "one.model", "one.model") + " for one in shares]"), "cdk.json": "{}"}),
    "one variant in the CDK whose weight is a setting": (
        "ab_testing", "not_met", {"app.py": CDK_VARIANTS % ("[" + VARIANT % ("shares.weight", "'a'", "'a'") + "]"), "cdk.json": "{}"}),
    "variants in a loop in the CDK": (
        "ab_testing", "met",
        {"app.py": CDK_VARIANTS % ("[]\n            for one in shares:\n                variants.append(" + VARIANT % ("one.share", "'a'", "'a'") + ")"),
         "cdk.json": "{}"}),
    "one variant in the CDK": (
        "ab_testing", "not_met", {"app.py": CDK_VARIANTS % ("[" + VARIANT % ("1", "'a'", "'a'") + "]"), "cdk.json": "{}"}),
    "figures of the old and the new model": (
        "ab_testing", "met", {"train.py": TRAIN, "gate.py": OLD_AND_NEW % ("auc_old, auc_new", "auc_old < auc_new")}),
    "a figure and a limit": (
        "ab_testing", "not_met", {"train.py": TRAIN, "gate.py": OLD_AND_NEW % ("auc_min, auc_new", "auc_min < auc_new")}),
    # Monitors
    "a classifier that measures drift retrains nothing": (
        "automated_retraining", "not_met", {"train.py": TRAIN.replace("def fit", "def learn").replace("  fit(", "  learn("), "watch.py": DRIFT_MODEL}),
    "skew of a batch prediction": (
        "model_monitoring", "met",
        {"train.py": TRAIN, "p.py": "request = {'modelMonitoringConfig': {'trainingPredictionSkewDetectionConfig': {}}}\nprint(request)\n"}),
    # What follows the registry
    "a batch that loads the promoted model": (
        "automated_model_deployment", "met", {"train.py": TRAIN, "promote.py": PROMOTES, "score.py": BATCH % "@champion"}),
    "a batch that loads a number": (
        "automated_model_deployment", "not_met", {"train.py": TRAIN, "promote.py": PROMOTES, "score.py": BATCH % "/7"}),
    "a service that loads the newest": (
        "automated_model_deployment", "not_met",
        {"train.py": TRAIN, "r.py": "import mlflow\nmlflow.register_model('runs:/1/m', 'rain')\n",
         "app.py": "import mlflow\nfrom fastapi import FastAPI\napp = FastAPI()\nmodel = mlflow.pyfunc.load_model('models:/rain/latest')\n"}),
    "a store of Bentos": (
        "model_registry", "met", {"train.py": TRAIN, "s.py": "import bentoml\nbentoml.pytorch.load_runner(tag='rain')\n"}),
    # Workflows whose code is in another repository's image
    "a workflow that trains in an image": ("orchestration", "met", {"w/fit.yaml": ARGO % "rain-train"}),
    "a workflow of another image": ("orchestration", "not_met", {"app.py": APP, "w/fit.yaml": ARGO % "rain-api"}),
    "a schedule that makes a workflow by its template": (
        "scheduled_training", "met", {"w/fit.yaml": ARGO % "rain-train", "w/cron.yaml": ARGO_CRON % "fit-rain"}),
    "a schedule that makes another": (
        "scheduled_training", "not_met", {"app.py": APP, "w/fit.yaml": ARGO % "rain-train", "w/cron.yaml": ARGO_CRON % "tidy"}),
    "a workflow that puts out what it built": (
        "automated_release", "met", {"w/go.yaml": ARGO_DEPLOYS % "argocd app sync rain", "w/cron.yaml": ARGO_CRON % "fit-rain"}),
    "a workflow that nothing starts": ("automated_release", "not_met", {"w/go.yaml": ARGO_DEPLOYS % "argocd app sync rain"}),
    "an alias that a workflow moves": (
        "model_registry", "met",
        {"w/go.yaml": ARGO_DEPLOYS % "\"python -c 'c.set_registered_model_alias(1, 2, 3)'\"", "train.py": TRAIN}),
    # Tests
    "code by its path": ("unit_tests", "met", {"stages/shape.py": "def f():\n    return 1\n", "tests/test_a.py": BY_PATH % "shape"}),
    "code that is not there": ("unit_tests", "partial", {"stages/shape.py": "def f():\n    return 1\n", "tests/test_a.py": BY_PATH % "other"}),
    "a test of the whole by its name": (
        "integration_tests", "met", {"helper.py": "def add(a, b):\n    return a + b\n", "tests/test_a.py": TEST.replace("test_sum", "test_e2e_sum")}),
    "a test of an end": (
        "integration_tests", "not_met", {"helper.py": "def add(a, b):\n    return a + b\n", "tests/test_a.py": TEST.replace("test_sum", "test_end_of_sum")}),
    "a client of the application from a fixture": (
        "integration_tests", "met", {"app.py": APP, "tests/conftest.py": FIXTURE % "TestClient(app)", "tests/test_api.py": ASKS}),
    "a client from a fixture at the root": (
        "integration_tests", "met", {"app.py": APP, "conftest.py": FIXTURE % "TestClient(app)", "tests/test_api.py": ASKS}),
    "another fixture": (
        "integration_tests", "not_met", {"app.py": APP, "tests/conftest.py": FIXTURE % "app", "tests/test_api.py": ASKS}),
    "a fixture of other tests": (
        "integration_tests", "not_met", {"app.py": APP, "tests/api/conftest.py": FIXTURE % "TestClient(app)", "tests/test_api.py": ASKS}),
    "a script that serves and tests": (
        "integration_tests", "met", {
            "helper.py": "def add(a, b):\n    return a + b\n", "tests/test_a.py": TEST, "tests/all.sh": SERVED_TESTS % "mlflow server"}),
    "a script that only tests": (
        "integration_tests", "not_met", {"helper.py": "def add(a, b):\n    return a + b\n", "tests/test_a.py": TEST, "tests/all.sh": SERVED_TESTS % "date"}),
    "a database beside the tests": (
        "integration_tests", "met",
        {"helper.py": "def add(a, b):\n    return a + b\n", "tests/test_a.py": TEST,
         WORKFLOW: PUSHED % ("services: {db: {image: postgres:16}}", "pytest")}),
    "no database beside the tests": (
        "integration_tests", "not_met",
        {"helper.py": "def add(a, b):\n    return a + b\n", "tests/test_a.py": TEST, WORKFLOW: PUSHED % ("runs-on: x", "pytest")}),
    "a script whose functions serve and test": (
        "integration_tests", "met",
        {"helper.py": "def add(a, b):\n    return a + b\n", "tests/test_a.py": TEST,
         "tests/all.sh": "check() {\n  time -p pytest -q\n}\nserve() {\n  mlflow server &\n}\nserve\ncheck\n"}),
    # One program with several modes
    "a program that is asked to score": (
        "scheduled_training", "not_met", {**DISPATCH, WORKFLOW: CRON % "python run.py --pipeline batch_inference"}),
    "a program that is asked to train": (
        "scheduled_training", "met", {**DISPATCH, WORKFLOW: CRON % "python run.py --pipeline training"}),
    "a program without a word": ("scheduled_training", "met", {**DISPATCH, WORKFLOW: CRON % "python run.py"}),
    # What a package shows to its users
    "a schedule among a package's examples": (
        "scheduled_training", "not_met",
        {"pyproject.toml": "[project]\nname = 'rain'\n", "rain/__init__.py": "", "rain/cli.py": TRAIN,
         "examples/shop/train.py": TRAIN, "examples/shop/job.yml": CRON_BUNDLE}),
    "a schedule of a package's own": (
        "scheduled_training", "met",
        {"pyproject.toml": "[project]\nname = 'rain'\n", "rain/__init__.py": "", "rain/cli.py": TRAIN, "train.py": TRAIN, "job.yml": CRON_BUNDLE}),
    # Distances in parts, races
    "a distance in two functions": ("model_monitoring", "met", {"train.py": TRAIN, "watch.py": PSI_APART % (("psi",) * 4)}),
    "bins and logarithms of something else": ("model_monitoring", "not_met", {"train.py": TRAIN, "watch.py": PSI_APART % (("wave",) * 4)}),
    "a race of champion and challenger": ("ab_testing", "met", {"train.py": TRAIN, "race.py": RACE % ("challenger", "champion")}),
    "a race of others": ("ab_testing", "not_met", {"train.py": TRAIN, "race.py": RACE % ("1", "2")}),
    "answers of champion and challenger beside each other": ("ab_testing", "met", {"train.py": TRAIN, "beside.py": BESIDE % "=="}),
    "how far apart they are": ("ab_testing", "met", {"train.py": TRAIN, "beside.py": BESIDE % "-"}),
    "both together": ("ab_testing", "not_met", {"train.py": TRAIN, "beside.py": BESIDE % "+"}),
    "nobody asks how far apart they are": ("ab_testing", "not_met", {"train.py": TRAIN, "beside.py": (BESIDE % "-").partition("    if __name__")[0]}),
    "sport": ("ab_testing", "not_met", {
        "train.py": TRAIN, "b.py": "def gap(champion, challenger):\n    return champion.points - challenger.points\nprint(gap(1, 2))\n"}),
    # ZenML
    "ZenML runs a pipeline": ("automated_release", "not_met", {"train.py": TRAIN, WORKFLOW: PUSHED % ("runs-on: x", "zenml pipeline runs start score")}),
    "runs of Kubeflow in a group": (
        "experiment_tracking", "not_met", {"train.py": TRAIN, "s.py": "import kfp\nkfp.Client().create_experiment(name='rain')\n"}),
    "Kubeflow's registry": (
        "model_registry", "met",
        {"train.py": TRAIN, "s.py": "from model_registry import ModelRegistry\nModelRegistry('a', author='b').register_model('rain', 'u', version='1')\n"}),
    # What governs
    "an image's manifest for code without one of its own": (
        "reproducible_environment", "partial",
        {"fit/a.py": TRAIN, "fit/b.py": TRAIN, "fit/c.py": TRAIN, "data/a.py": TRAIN, "data/requirements.txt": FROZEN,
         "box/requirements.txt": "pandas\nscipy\n", "Dockerfile": "FROM python:3.12\nCOPY box/requirements.txt .\nRUN pip install -r requirements.txt\n"}),
    "an image's manifest for code whose own names nothing": (
        "reproducible_environment", "met",
        {"requirements.txt": "-e .\n", "fit/a.py": TRAIN, "box/requirements.txt": "pandas==2.2.3\nscipy==1.14.1\n",
         "box/Dockerfile": "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"}),
    "a loose one for code whose own names nothing": (
        "reproducible_environment", "not_met",
        {"requirements.txt": "-e .\n", "fit/a.py": TRAIN, "box/requirements.txt": "pandas\nscipy\n",
         "box/Dockerfile": "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"}),
    "an exact one": (
        "reproducible_environment", "met",
        {"fit/a.py": TRAIN, "data/a.py": TRAIN, "data/requirements.txt": FROZEN, "box/requirements.txt": "pandas==2.2.3\nscipy==1.14.1\n",
         "Dockerfile": "FROM python:3.12\nCOPY box/requirements.txt .\nRUN pip install -r requirements.txt\n"}),
    # Images around a model that a workflow fetches
    "a workflow that builds around a model": (
        "low_friction_deployment", "met", {"w/go.yaml": ARGO_DEPLOYS % "mlflow artifacts download -u models:/rain/1 && buildctl build"}),
    "a workflow that builds without one": ("low_friction_deployment", "not_met", {"app.py": PROMOTES, "w/go.yaml": ARGO_DEPLOYS % "buildctl build"}),
    # Drift by its own name
    "two samples in a function of some drift": (
        "model_monitoring", "met", {"train.py": TRAIN, "watch.py": KOLMOGOROV % (("univariate_drift",) * 2)}),
    "two samples of something else": (
        "model_monitoring", "not_met", {"train.py": TRAIN, "watch.py": KOLMOGOROV % (("compare",) * 2)}),
    # Dashboards as code
    "a dashboard of answers in a database": (
        "operational_metrics", "met", {**GRAFANA, BOARD: PANELS % ("rawSql", "SELECT asked_at, response_time FROM answers")}),
    "a dashboard of requests": (
        "operational_metrics", "met", {**GRAFANA, BOARD: PANELS % ("expr", "rate(http_requests_total[5m])")}),
    "a dashboard of drift": (
        "operational_metrics", "not_met", {**GRAFANA, BOARD: PANELS % ("rawSql", "SELECT timestamp, prediction_drift FROM drift")}),
    "a dashboard that nothing shows": (
        "operational_metrics", "not_met", {**SERVICE, BOARD: PANELS % ("rawSql", "SELECT asked_at, response_time FROM answers")}),
    # Scores of answers
    "votes of users in a table": ("model_monitoring", "met", {"app.py": CHAT % "keep", "store.py": STORE % "feedback"}),
    "votes that nothing stores": ("model_monitoring", "not_met", {"app.py": CHAT % "other", "store.py": STORE % "feedback"}),
    "another table": ("model_monitoring", "not_met", {"app.py": CHAT % "keep", "store.py": STORE % "visits"}),
    "votes of users in a collection": (
        "model_monitoring", "met", {"app.py": CHAT % "keep", "store.py": COLLECTION % ("feedback", "insert_one({'vote': vote})")}),
    "votes in a collection that is only read": (
        "model_monitoring", "not_met", {"app.py": CHAT % "keep", "store.py": COLLECTION % ("feedback", "find_one({'vote': vote})")}),
    "votes of users by a mapped class": ("model_monitoring", "met", {"app.py": CHAT % "keep", "store.py": MAPPED % (("Feedback",) * 2)}),
    "another mapped class": ("model_monitoring", "not_met", {"app.py": CHAT % "keep", "store.py": MAPPED % (("Visit",) * 2)}),
    # Components in files
    "a pipeline of components that are loaded": ("orchestration", "met", {**PARTS, "ml/p.py": PIPELINE, "ml/steps/fit.yml": COMPONENT % "fit"}),
    "a pipeline of components that do not train": (
        "orchestration", "partial", {**PARTS, "ml/p.py": PIPELINE, "ml/steps/fit.yml": COMPONENT % "tidy"}),
    "a component of Kubeflow": ("orchestration", "met", {**PARTS, "p.py": KFP_PIPELINE, "parts/fit.yaml": KFP_PART % "fit"}),
    "a component of Kubeflow that does not train": (
        "orchestration", "partial", {**PARTS, "p.py": KFP_PIPELINE, "parts/fit.yaml": KFP_PART % "tidy"}),
    "a pipeline file of component files": (
        "orchestration", "met", {**PARTS, "ml/steps/pipeline.yml": YAML_PIPELINE % "fit", "ml/steps/fit.yml": COMPONENT % "fit"}),
    "a pipeline file of other component files": (
        "orchestration", "not_met", {**PARTS, "ml/steps/pipeline.yml": YAML_PIPELINE % "tidy", "ml/steps/tidy.yml": COMPONENT % "tidy"}),
    # A service that is told
    "a flow that has the service load again": (
        "automated_model_deployment", "met", {"train.py": TRAIN, "app.py": RELOADED, "dag.py": RELOADS % "reload"}),
    "a flow that knows the host from elsewhere": (
        "automated_model_deployment", "met",
        {"train.py": TRAIN, "app.py": RELOADED, "dag.py": RELOADS.replace('"http://app:8000/%s"', 'f"{HOST}/%s"') % "reload"}),
    "a flow that asks the service": (
        "automated_model_deployment", "not_met", {"train.py": TRAIN, "app.py": RELOADED, "dag.py": RELOADS % "predict"}),
    "a service without that route": (
        "automated_model_deployment", "not_met", {"train.py": TRAIN, "app.py": APP, "dag.py": RELOADS % "reload"}),
    # R
    "tic": ("ci", "met", {".travis.yml": "language: r\nscript: R -q -e 'tic::script()'\n"}),
    "packages of R only installed": ("ci", "not_met", {".travis.yml": "language: r\nscript: R -q -e 'tic::install()'\n"}),
    "integration tests in R": ("integration_tests", "met", {"train.R": "m <- ranger(y ~ x)\n", "tests/integration/test-db.R": R_TEST}),
    "unit tests in R": ("integration_tests", "not_met", {"train.R": "m <- ranger(y ~ x)\n", "tests/testthat/test-db.R": R_TEST}),
    "mlr3": ("training_pipeline", "met", {"train.R": "library(mlr3)\nlearner <- lrn('regr.ranger')\nlearner$train(task)\n"}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_forms(tmp_path: Path, case: str) -> None:
    criterion, wanted, tree = CASES[case]
    assert status(judged(tmp_path, tree), criterion) == wanted


def test_learning_in_r_is_machine_learning_without_a_fit(tmp_path: Path) -> None:
    tree = {"DESCRIPTION": "Package: tides\n", "R/task.R": "make <- function() mlr3::TaskRegr$new('a', 'b', 'c')\n"}
    assert judged(tmp_path, tree)["level"] is not None
