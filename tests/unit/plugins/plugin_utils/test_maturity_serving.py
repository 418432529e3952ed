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
    # Platforms
    "a function of SST": (
        "low_friction_deployment", "met", {"train.py": TRAIN, "src/api.py": SCORE, "sst.config.ts": "new sst.aws.Function('a', { handler: 'src/api.handler' })\n"}),
    "a function of SST that does not score": (
        "low_friction_deployment", "not_met",
        {"train.py": TRAIN, "src/api.py": HELLO, "sst.config.ts": "new sst.aws.Function('a', { handler: 'src/api.handler' })\n"}),
    "a worker that brings the trained model": (
        "low_friction_deployment", "met", {"train.py": WRITES, "wrangler.toml": 'main = "src/index.ts"\n', "src/index.ts": WORKER % "model.json"}),
    "a worker that brings something else": (
        "low_friction_deployment", "not_met", {"train.py": WRITES, "wrangler.toml": 'main = "src/index.ts"\n', "src/index.ts": WORKER % "words.json"}),
    "a function of Vercel": ("low_friction_deployment", "met", {"train.py": TRAIN, "api/index.py": SERVER, "vercel.json": '{"rewrites": []}'}),
}  # fmt: skip


@pytest.mark.parametrize(("criterion", "wanted", "tree"), CASES.values(), ids=CASES)
def test_serving(tmp_path, criterion, wanted, tree):
    result = judged(tmp_path, {"model.py": "import sklearn\n", **tree})
    assert status(result, criterion) == wanted, next(item for item in result["criteria"] if item["id"] == criterion)
