# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What serves, deploys and starts, by technology: each as a tiny tree, and beside it one in which an edge is missing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from maturity_trees import TRAIN, judged, status

PUSHED = "on: {push: {branches: [main]}}\njobs:\n  cd:\n    runs-on: ubuntu-latest\n    steps:\n      - run: %s\n"
SCORE = "import joblib\n\ndef handler(event, context):\n    return joblib.load('m').predict(event['rows'])\n"
HELLO = "def handler(event, context):\n    return 'hello'\n"
SERVER = "import joblib\nfrom fastapi import FastAPI\napp = FastAPI()\nmodel = joblib.load('m')\n"
PIPELINE = """
    from sagemaker.workflow.pipeline import Pipeline
    from sagemaker.workflow.steps import TrainingStep

    def line():
        return Pipeline(name="tides", steps=[TrainingStep(name="a", estimator=None)])

    line()
"""
CDK_SERVE = """
    from aws_cdk import Stack, aws_sagemaker as sagemaker

    class Serve(Stack):
        def __init__(self, scope, name):
            super().__init__(scope, name)
            sagemaker.CfnEndpoint(self, "Endpoint", endpoint_config_name="c")
            %s
"""
CDK_RELEASE = """
    from aws_cdk import Stack, aws_codepipeline as codepipeline, aws_codepipeline_actions as actions

    class Release(Stack):
        def __init__(self, scope, name):
            super().__init__(scope, name)
            line = codepipeline.Pipeline(self, "Line")
            line.add_stage(stage_name="Last", actions=[actions.%s(action_name="a")])
"""
CDK_RULE = """
    from aws_cdk import Stack, aws_events as events

    class Retrain(Stack):
        def __init__(self, scope, name, role):
            super().__init__(scope, name)
            rule = events.Rule(self, "Start", %s)
            rule.node.default_child.add_property_override("Targets", [{"Id": "a", "Arn": "arn:aws:sagemaker:eu:1:pipeline/%s"}])
"""
ALARMED = 'event_pattern=events.EventPattern(source=["aws.cloudwatch"], detail_type=["CloudWatch Alarm State Change"])'
CDK_HELPER = """
    from aws_cdk import Fn, Stack, aws_codepipeline as codepipeline, aws_events as events
    from targets import aim

    class Retrain(Stack):
        def __init__(self, scope, name, role, %s):
            super().__init__(scope, name)
            line = codepipeline.Pipeline(self, "Line")
            last = line.add_stage(stage_name="Last")
            address = Fn.join("/", ["arn:aws:sagemaker:eu:1:pipeline", name])
            timed = last.on_state_change(name="Start", schedule=events.Schedule.expression(%s))
            aim(timed, role, arn=address)
            alarmed = events.Rule(self, "Drift", event_pattern=events.EventPattern(source=["aws.cloudwatch"]))
            aim(alarmed, role, arn=address)
"""
HELPER = {
    "p.py": PIPELINE,
    "targets.py": "def aim(rule, role, arn):\n    rule.node.default_child.add_property_override('Targets', [{'Arn': arn}])\n",
}
CDK_FLOW = """
    import * as lambda from 'aws-cdk-lib/aws-lambda';
    import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
    import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
    import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
    import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';

    const code = lambda.Code.fromAsset('../job');
    const fit = new lambda.Function(this, 'A', { handler: '%s.handler', code: lambda.Code.fromAsset('../job') });
    const first = new tasks.LambdaInvoke(this, 'B', { lambdaFunction: fit });
    const machine = new sfn.StateMachine(this, 'C', { definitionBody: sfn.DefinitionBody.fromChainable(first) });
    const weekly = new Rule(this, 'D', { %s });
    weekly.addTarget(new SfnStateMachine(%s));
"""
FIT = (
    "from sklearn.linear_model import Ridge\n\ndef handler(event, context):\n    Ridge().fit(event['x'], event['y'])\n"
)
FLOW_FILES = {"job/fit.py": FIT, "job/clean.py": HELLO, "cloud/cdk.json": "{}"}
WEEKLY = "schedule: Schedule.rate(cdk.Duration.days(7))"
ONLINE = "endpoint_name: tides\nmodel: azureml:tides@latest\ninstance_type: a\n"
TRITON = {"models/tides/config.pbtxt": 'backend: "onnxruntime"\n'}
WORKER = "import model from './%s'\nexport default { async fetch() { return model } }\n"
WRITES = TRAIN + "\n    open('src/model.json', 'w').write('1')\n"
CHECKS = "import joblib\nfrom sklearn.metrics import r2_score\nfound = joblib.load('m').predict([[1]])\n%sprint(r2_score([1], found))\n"
IMAGE = 'FROM a:1\nCOPY . .\nCMD ["python", "%s"]\n'
UPDATES = """
    from databricks.sdk import WorkspaceClient

    WorkspaceClient().serving_endpoints.update_config_and_wait(name="tides")
"""
BUNDLE = """
    resources:
      jobs:
        weekly:
          schedule: {quartz_cron_expression: 0 0 4 * * ?}
          tasks:
            - task_key: fit
              spark_python_task: {python_file: train.py}
            - task_key: last
              depends_on: [{task_key: fit}]
              spark_python_task: {python_file: %s}
"""
FOLLOWS = (
    "import mlflow\nfrom fastapi import FastAPI\napp = FastAPI()\nmodel = mlflow.pyfunc.load_model('models:/tides%s')\n"
)
PROMOTES = "from mlflow import MlflowClient\nMlflowClient().set_registered_model_alias('tides', 'champion', 1)\n"
ARGO = """
    apiVersion: argoproj.io/v1alpha1
    kind: WorkflowTemplate
    metadata: {name: roll}
    spec:
      templates:
        - name: last
          container: {image: a, command: [sh, -c], args: ["%s"]}
"""
CRON = """
    apiVersion: argoproj.io/v1alpha1
    kind: CronWorkflow
    metadata: {name: nightly}
    spec:
      schedule: 0 2 * * *
      workflowSpec: {workflowTemplateRef: {name: roll}}
"""
ARGO_SERVICE = {"app.py": SERVER, "Dockerfile": 'FROM a:1\nCOPY . .\nCMD ["uvicorn", "app:app"]\n'}
METRIC = "import boto3\nboto3.client('cloudwatch').put_metric_data(Namespace='%s', MetricData=[])\n"
READS = (
    "import pandas as pd\nfrom sklearn.linear_model import Ridge\nrows = pd.read_csv('%s')\nRidge().fit(rows, rows)\n"
)
DAGSTER = {
    "assets.py": "from dagster import asset\nfrom train import fit\n@asset(group_name='training')\ndef tides_model():\n    fit([[1]], [1])\n",
    "reports.py": "from dagster import asset\n@asset(group_name='reports')\ndef page():\n    print(1)\n",
    "train.py": TRAIN,
    "schedules.py": "from dagster import ScheduleDefinition\nfrom jobs import again\nweekly = ScheduleDefinition(job=again, cron_schedule='0 8 * * 0')\n",
}
SELECTS = "from dagster import AssetSelection, define_asset_job\nagain = define_asset_job('again', selection=%s)\n"
TARGETS = "library(targets)\ntar_source()\nlist(\n  tar_target(rows, read.csv('a')),\n  tar_target(last, %s)\n)\n"
FITS_IN_R = "fit_tides <- function(rows) {\n  glm(y ~ x, data = rows)\n}\n"
PAGE = "library(shiny)\nrows <- pins::pin_read(board, 'predictions')\nserver <- function(input, output) {\n  %s\n}\nshinyApp(ui, server)\n"

CASES = {
    # AWS CDK
    "an endpoint of the CDK": ("low_friction_deployment", "met", {"train.py": TRAIN, "serve.py": CDK_SERVE % "pass"}),
    "no endpoint of the CDK": (
        "low_friction_deployment", "not_met", {"train.py": TRAIN, "serve.py": (CDK_SERVE % "pass").replace("CfnEndpoint(", "CfnPipeline(")}),
    "a monitoring schedule of the CDK": (
        "model_monitoring", "met", {"train.py": TRAIN, "serve.py": CDK_SERVE % 'sagemaker.CfnMonitoringSchedule(self, "W")'}),
    "no monitoring schedule of the CDK": ("model_monitoring", "not_met", {"train.py": TRAIN, "serve.py": CDK_SERVE % "pass"}),
    "an alarm of the CDK": (
        "operational_metrics", "met",
        {"train.py": TRAIN, "a.py": "from aws_cdk import aws_cloudwatch as c\nc.Alarm(None, 'Slow', metric='Latency')\n"}),
    "an alarm of the CDK about drift": (
        "operational_metrics", "not_met",
        {"train.py": TRAIN, "a.py": "from aws_cdk import aws_cloudwatch as c\nc.Alarm(None, 'A', metric='feature_drift')\n"}),
    "a pipeline of the CDK that deploys": (
        "automated_model_deployment", "met",
        {"train.py": TRAIN, "serve.py": CDK_SERVE % "pass", "release.py": CDK_RELEASE % "CloudFormationCreateUpdateStackAction"}),
    "a pipeline of the CDK that builds": (
        "automated_release", "not_met", {"train.py": TRAIN, "serve.py": CDK_SERVE % "pass", "release.py": CDK_RELEASE % "CodeBuildAction"}),
    "a rule of the CDK with a time": (
        "scheduled_training", "met",
        {"p.py": PIPELINE, "r.py": CDK_RULE % ('schedule=events.Schedule.expression("rate(7 days)")', "tides")}),
    "a rule of the CDK for another pipeline": (
        "scheduled_training", "not_met",
        {"p.py": PIPELINE, "r.py": CDK_RULE % ('schedule=events.Schedule.expression("rate(7 days)")', "reports")}),
    "a rule of the CDK that is off": (
        "scheduled_training", "partial",
        {"p.py": PIPELINE, "r.py": CDK_RULE % ('enabled=False, schedule=events.Schedule.expression("rate(7 days)")', "tides")}),
    "a rule of the CDK on an alarm": ("automated_retraining", "met", {"p.py": PIPELINE, "r.py": CDK_RULE % (ALARMED, "tides")}),
    "a rule of the CDK on a new model": (
        "automated_retraining", "not_met",
        {"p.py": PIPELINE, "r.py": CDK_RULE % (ALARMED.replace("CloudWatch Alarm State", "SageMaker Model Package State"), "tides")}),
    "rules of the CDK whose target a helper sets, by their time": (
        "scheduled_training", "met", {**HELPER, "r.py": CDK_HELPER % ("retrain_schedule", "retrain_schedule")}),
    "rules of the CDK with one target, which one of them says is trained": (
        "automated_retraining", "met", {**HELPER, "r.py": CDK_HELPER % ("retrain_schedule", "retrain_schedule")}),
    "rules of the CDK whose target a helper sets, of a pipeline that scores": (
        "scheduled_training", "not_met", {**HELPER, "r.py": CDK_HELPER % ("score_schedule", "score_schedule")}),
    "a state machine of the CDK": ("orchestration", "met", {**FLOW_FILES, "cloud/lib/s.ts": CDK_FLOW % ("fit", WEEKLY, "machine")}),
    "a state machine of the CDK that trains nothing": (
        "orchestration", "not_met", {**FLOW_FILES, "cloud/lib/s.ts": CDK_FLOW % ("clean", WEEKLY, "machine")}),
    "a state machine of the CDK with a time": ("scheduled_training", "met", {**FLOW_FILES, "cloud/lib/s.ts": CDK_FLOW % ("fit", WEEKLY, "machine")}),
    "a time of the CDK for something else": (
        "scheduled_training", "not_met", {**FLOW_FILES, "cloud/lib/s.ts": CDK_FLOW % ("fit", WEEKLY, "report")}),
    "a function of the CDK that scores": (
        "low_friction_deployment", "met", {"train.py": TRAIN, "cdk.json": "{}", "job/api.py": SCORE, "lib/s.ts": CDK_FLOW % ("api", WEEKLY, "machine")}),
    "a function of the CDK that does not": (
        "low_friction_deployment", "not_met", {"train.py": TRAIN, "cdk.json": "{}", "job/api.py": HELLO, "lib/s.ts": CDK_FLOW % ("api", WEEKLY, "machine")}),
    # Endpoints of clouds
    "an online deployment of Azure ML": ("low_friction_deployment", "met", {"train.py": TRAIN, "d.yml": ONLINE}),
    "an online deployment whose script is missing": (
        "low_friction_deployment", "not_met", {"train.py": TRAIN, "d.yml": ONLINE + "code_configuration: {code: ., scoring_script: score.py}\n"}),
    "an online deployment by CI": (
        "automated_model_deployment", "met",
        {"train.py": TRAIN, "d.yml": ONLINE, ".github/workflows/a.yml": PUSHED % "az ml online-deployment create --file d.yml"}),
    "an inference configuration": (
        "low_friction_deployment", "met", {"train.py": TRAIN, "score.py": SCORE, "i.yml": "entryScript: score.py\nruntime: python\n"}),
    "an inference configuration without its script": (
        "low_friction_deployment", "not_met", {"train.py": TRAIN, "i.yml": "entryScript: score.py\nruntime: python\n"}),
    "an endpoint of Terraform": ("low_friction_deployment", "met", {"train.py": TRAIN, "m.tf": 'resource "aws_sagemaker_endpoint" "a" {\n}\n'}),
    "a function of Terraform that scores": (
        "low_friction_deployment", "met",
        {"train.py": TRAIN, "fn/api.py": SCORE,
         "m.tf": 'data "archive_file" "z" {\n  source_dir = "${path.module}/fn"\n}\nresource "aws_lambda_function" "a" {\n  handler = "api.handler"\n}\n'}),
    "a function of Terraform that does not": (
        "low_friction_deployment", "not_met",
        {"train.py": TRAIN, "fn/api.py": HELLO,
         "m.tf": 'data "archive_file" "z" {\n  source_dir = "${path.module}/fn"\n}\nresource "aws_lambda_function" "a" {\n  handler = "api.handler"\n}\n'}),
    "an endpoint of SageMaker made in JavaScript": (
        "low_friction_deployment", "met", {"train.py": TRAIN, "lambda/a.js": "const { SageMaker } = require('a')\nnew SageMaker().createEndpoint({})\n"}),
    "another endpoint made in JavaScript": (
        "low_friction_deployment", "not_met", {"train.py": TRAIN, "lambda/a.js": "const { Mail } = require('a')\nnew Mail().createEndpoint({})\n"}),
    "an endpoint of a bundle": (
        "low_friction_deployment", "met",
        {"train.py": TRAIN, "databricks.yml": "resources:\n  model_serving_endpoints:\n    a: {config: {served_entities: [{entity_name: m}]}}\n"}),
    # Model servers
    "Triton with a repository": (
        "low_friction_deployment", "met",
        {"train.py": TRAIN, **TRITON, "compose.yml": "services: {t: {image: 'a/tritonserver:1', command: 'tritonserver --model-repository=/models'}}\n"}),
    "a server of language models": (
        "low_friction_deployment", "met",
        {"train.py": TRAIN, "compose.yml": "services: {t: {image: 'vllm/vllm-openai:v1', command: '--model a/b'}}\n"}),
    "a server without a model": (
        "low_friction_deployment", "not_met", {"train.py": TRAIN, "compose.yml": "services: {t: {image: 'vllm/vllm-openai:v1'}}\n"}),
    "a server and nothing else": (
        "low_friction_deployment", "met", {"model.py": "", "compose.yml": "services: {t: {image: 'vllm/vllm-openai:v1', command: '--model a/b'}}\n"}),
    "an image of MLflow's": (
        "low_friction_deployment", "met",
        {"train.py": TRAIN, "Dockerfile": 'FROM a:1\nCOPY saved /m\nCMD ["mlflow", "models", "serve", "-m", "/m"]\n'}),
    "an image with MLflow's tracking server": (
        "low_friction_deployment", "partial", {"train.py": TRAIN, "Dockerfile": 'FROM a:1\nCOPY saved /m\nCMD ["mlflow", "server"]\n'}),
    "an image that MLflow builds": (
        "low_friction_deployment", "met", {"train.py": TRAIN, "pack.sh": "mlflow models build-docker -m models:/a@b -n c\n"}),
    # Images
    "the last stage serves": (
        "low_friction_deployment", "met",
        {"train.py": TRAIN, "app.py": SERVER, "Dockerfile": 'FROM a:1 AS dev\nCOPY . .\nCMD ["bash"]\nFROM dev AS out\nENTRYPOINT ["uvicorn", "app:app"]\n'}),
    "the last stage is a shell": (
        "low_friction_deployment", "partial",
        {"train.py": TRAIN, "app.py": SERVER, "Dockerfile": 'FROM a:1 AS out\nCOPY . .\nCMD ["uvicorn", "app:app"]\nFROM a:1\nCMD ["bash"]\n'}),
    "the stage that is asked for serves": (
        "low_friction_deployment", "met",
        {"train.py": TRAIN, "app.py": SERVER, "Dockerfile": 'FROM a:1 AS out\nCOPY . .\nCMD ["uvicorn", "app:app"]\nFROM a:1\nCMD ["bash"]\n',
         "compose.yml": "services: {a: {build: {context: ., target: out}}}\n"}),
    "a server behind a shell": (
        "low_friction_deployment", "met",
        {"train.py": TRAIN, "app.py": SERVER, "Dockerfile": 'FROM a:1\nCOPY . .\nCMD ["sh", "-c", "uvicorn app:app --port ${PORT}"]\n'}),
    "a notebook behind a shell": (
        "low_friction_deployment", "partial",
        {"train.py": TRAIN, "app.py": SERVER, "Dockerfile": 'FROM a:1\nCOPY . .\nCMD ["sh", "-c", "jupyter lab --port ${PORT}"]\n'}),
    "an image that evaluates": ("low_friction_deployment", "partial", {"train.py": TRAIN, "check.py": CHECKS % "", "Dockerfile": IMAGE % "check.py"}),
    "an image that scores": ("low_friction_deployment", "met", {"train.py": TRAIN, "check.py": CHECKS % "#", "Dockerfile": IMAGE % "check.py"}),
    # Platforms
    "a function of SST": (
        "low_friction_deployment", "met", {
            "train.py": TRAIN, "src/api.py": SCORE, "sst.config.ts": "new sst.aws.Function('a', { handler: 'src/api.handler' })\n"}),
    "a function of SST that does not score": (
        "low_friction_deployment", "not_met",
        {"train.py": TRAIN, "src/api.py": HELLO, "sst.config.ts": "new sst.aws.Function('a', { handler: 'src/api.handler' })\n"}),
    "a worker that brings the trained model": (
        "low_friction_deployment", "met", {"train.py": WRITES, "wrangler.toml": 'main = "src/index.ts"\n', "src/index.ts": WORKER % "model.json"}),
    "a worker that brings something else": (
        "low_friction_deployment", "not_met", {"train.py": WRITES, "wrangler.toml": 'main = "src/index.ts"\n', "src/index.ts": WORKER % "words.json"}),
    "a function of Vercel": ("low_friction_deployment", "met", {"train.py": TRAIN, "api/index.py": SERVER, "vercel.json": '{"rewrites": []}'}),
    # Deployment
    "a composition on another machine": (
        "automated_model_deployment", "met",
        {"app.py": SERVER, "Dockerfile": 'FROM a:1\nCOPY . .\nCMD ["uvicorn", "app:app"]\n', "compose.yml": "services: {a: {build: .}}\n",
         ".github/workflows/a.yml": PUSHED % "docker --context prod compose up -d"}),
    "a composition that is not there": (
        "automated_release", "not_met", {"train.py": TRAIN, ".github/workflows/a.yml": PUSHED % "docker --context prod compose up -d"}),
    "a task of a bundle that updates the endpoint": (
        "automated_model_deployment", "met", {"train.py": TRAIN, "roll.py": UPDATES, "databricks.yml": BUNDLE % "roll.py"}),
    "an endpoint that nothing updates": (
        "automated_model_deployment", "not_met", {"train.py": TRAIN, "roll.py": UPDATES, "databricks.yml": BUNDLE % "train.py"}),
    "a service that follows the registry": ("automated_model_deployment", "met", {"app.py": FOLLOWS % "@champion", "promote.py": PROMOTES}),
    "a service with a version of its own": ("automated_model_deployment", "not_met", {"app.py": FOLLOWS % "/3", "promote.py": PROMOTES}),
    "a service whose model nobody promotes": ("automated_model_deployment", "not_met", {"app.py": FOLLOWS % "@champion"}),
    "a workflow of Argo that rolls out": (
        "automated_model_deployment", "met", {**ARGO_SERVICE, "w.yml": ARGO % "argocd app sync tides", "c.yml": CRON}),
    "a workflow of Argo that only looks": (
        "automated_model_deployment", "not_met", {**ARGO_SERVICE, "w.yml": ARGO % "argocd app get tides", "c.yml": CRON}),
    # What is no practice
    "figures of drift": ("operational_metrics", "not_met", {"train.py": TRAIN, "w.py": METRIC % "tides/drift"}),
    "figures of the service": ("operational_metrics", "met", {"train.py": TRAIN, "w.py": METRIC % "tides/latency"}),
    "scripts of the documentation": ("training_pipeline", "partial", {"docs/plot.py": TRAIN}),
    "examples of a package": (
        "training_pipeline", "partial", {"examples/plot.py": TRAIN, "pyproject.toml": '[project]\nname = "lego"\n', "lego/__init__.py": ""}),
    "examples of a project": ("training_pipeline", "met", {"examples/plot.py": TRAIN}),
    "a path to fill in": ("training_pipeline", "partial", {"best.py": READS % "path/to/your/table.csv"}),
    "a path": ("training_pipeline", "met", {"best.py": READS % "data/table.csv"}),
    # Dagster
    "a group of assets with a time": ("scheduled_training", "met", {**DAGSTER, "jobs.py": SELECTS % 'AssetSelection.groups("training")'}),
    "an asset with a time": ("scheduled_training", "met", {**DAGSTER, "jobs.py": SELECTS % '["tides_model"]'}),
    "another group of assets": ("scheduled_training", "not_met", {**DAGSTER, "jobs.py": SELECTS % 'AssetSelection.groups("reports")'}),
    "a sensor of a group": (
        "automated_retraining", "met",
        {**DAGSTER, "jobs.py": SELECTS % 'AssetSelection.groups("training")',
         "schedules.py": "from dagster import sensor\nfrom jobs import again\n@sensor(job=again)\ndef new_rows():\n    return 1\n"}),
    # R
    "targets of R": ("orchestration", "met", {"_targets.R": TARGETS % "fit_tides(rows)", "R/fit.R": FITS_IN_R}),
    "targets of R without training": ("orchestration", "not_met", {"_targets.R": TARGETS % "plot(rows)", "R/fit.R": FITS_IN_R}),
    "targets of R at a time": (
        "scheduled_training", "met",
        {"train.py": TRAIN, "_targets.R": TARGETS % "fit_tides(rows)", "R/fit.R": FITS_IN_R,
         ".github/workflows/a.yml": (PUSHED % "Rscript -e 'targets::tar_make()'").replace("{push: {branches: [main]}}", "{schedule: [{cron: 0 4 * * 0}]}")}),
    "a page of what was right": ("model_monitoring", "met", {"train.R": "glm(y ~ x)\n", "app.R": PAGE % "yardstick::accuracy(rows, truth, guess)"}),
    "a page of something else": ("model_monitoring", "not_met", {"train.R": "glm(y ~ x)\n", "app.R": PAGE % "mean(rows$x)"}),
}  # fmt: skip


@pytest.mark.parametrize(("criterion", "wanted", "tree"), CASES.values(), ids=CASES)
def test_serving(tmp_path, criterion, wanted, tree):
    result = judged(tmp_path, {"model.py": "import sklearn\n", **tree})
    assert status(result, criterion) == wanted, next(item for item in result["criteria"] if item["id"] == criterion)
