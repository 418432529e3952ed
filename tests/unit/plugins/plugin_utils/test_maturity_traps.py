# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What fools a checker of projects: each trap as a tiny tree, once as the trap and once as the real thing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from maturity_trees import TRAIN, judged, status

CI = ".github/workflows/ci.yml"
PUSH = "on: [push]\njobs:\n  one:\n    runs-on: x\n    steps:\n"
TEST = {"pkg/__init__.py": "", "pkg/core.py": "def add(a, b):\n    return a + b\n"}
FLOW = """
    from prefect import flow
    from train import fit

    @flow
    def main():
        fit([[1]], [1])

    if __name__ == "__main__":
        main%s
"""
GATE = """
    import mlflow
    from mlflow import MlflowClient
    from prefect import flow
    from sklearn.linear_model import Ridge

    @flow
    def train():
        model = Ridge().fit([[1]], [1])
        client = MlflowClient()
        champion = client.get_model_version_by_alias("m", "champion")
        champion_rmse, candidate_rmse = 1.0, 2.0
        %s
            client.set_registered_model_alias("m", "champion", 2)

    if __name__ == "__main__":
        train()
"""
DOCKER = 'FROM python:3.11\nCOPY . .\nCMD ["uvicorn", "app:app"]\n'
APP = "import joblib\nfrom fastapi import FastAPI\napp = FastAPI()\nmodel = joblib.load('m')\n"
RETRAIN = "from monitor import should_retrain\nfrom train import train_model\ndef auto():\n%s    train_model(1)\nif __name__ == '__main__':\n    auto()\n"
DRIFT = """
    from prefect.deployments import run_deployment
    from train import fit

    def check(drift_score):
        if drift_score > 0.3:
            %s

    if __name__ == "__main__":
        check(1)
"""


def run(command: str, extra: str = "") -> str:
    return PUSH + f"      - run: {command}\n{extra}"


CASES = {
    # Level 2 evidence
    "a dependency that is only listed": ("experiment_tracking", "not_met", {"requirements.txt": "mlflow==2.0\n", "train.py": TRAIN}),
    "a call of it": ("experiment_tracking", "met", {"train.py": "import mlflow\nmlflow.log_metric('a', 1)\n"}),
    "a mention in a README": ("model_registry", "not_met", {"README.md": "mlflow.register_model\n", "train.py": TRAIN}),
    "a mention in a comment and a docstring": (
        "model_registry", "not_met", {"train.py": '"""mlflow.register_model(x)"""\n# mlflow.register_model(x)\n' + "import sklearn\n"}),
    "a call through an alias": ("model_registry", "met", {"train.py": "from mlflow import register_model as r\nr('a', 'b')\n"}),
    "a call inside a string": ("model_registry", "not_met", {"train.py": "import sklearn\nx = '''\nmlflow.register_model(1)\n'''\n"}),
    "dead code": ("experiment_tracking", "not_met", {"train.py": "import mlflow\nif False:\n    mlflow.log_metric('a', 1)\n"}),
    "only loading a model by run": ("experiment_tracking", "not_met", {"app.py": "import mlflow\nmlflow.pyfunc.load_model('runs:/a/model')\n"}),
    "a model that is logged without a name": ("model_registry", "not_met", {"train.py": "import mlflow\nmlflow.sklearn.log_model(1, 'm')\n"}),
    "a model that is logged with a name": (
        "model_registry", "met", {"train.py": "import mlflow\nmlflow.sklearn.log_model(1, 'm', registered_model_name='x')\n"}),
    "a model that is loaded by stage": ("model_registry", "met", {"app.py": "import mlflow\nmlflow.pyfunc.load_model('models:/x/Production')\n"}),
    "the same names in another library": ("experiment_tracking", "not_met", {"a.py": "import logbook, sklearn\nlogbook.log_metric('a', 1)\n"}),
    "a project that is the tool": (
        "experiment_tracking", "not_met", {"mlflow/__init__.py": "", "mlflow/x.py": "import mlflow\nmlflow.start_run()\nmlflow.autolog()\n"}),
    "pretrained is not retrain": (
        "automated_retraining", "not_met",
        {"train.py": TRAIN, "m.py": "from transformers import AutoModel\nif drift > 1:\n    AutoModel.from_pretrained('x')\n"}),
    "training in a notebook only": (
        "training_pipeline", "not_met",
        {"a.ipynb": '{"cells": [{"cell_type": "code", "source": ["from sklearn.svm import SVC\\n", "SVC().fit(x, y)"]}]}'}),
    "training in a script": ("training_pipeline", "met", {"train.py": TRAIN}),
    "training that nothing starts": (
        "training_pipeline", "partial", {"lib/m.py": "from sklearn.svm import SVC\ndef f(x, y):\n    SVC().fit(x, y)\n"}),
    "a scaler is no model": ("training_pipeline", "not_met", {"prep.py": "from sklearn.preprocessing import StandardScaler\nStandardScaler().fit(x)\n"}),
    "a variable of another function": (
        "training_pipeline", "met",
        {"t.py": "from sklearn.svm import SVC\ndef t(x, y):\n    c = SVC()\n    c.fit(x, y)\ndef main():\n    c = t(1, 2)\nmain()\n"}),
    "a star import": ("experiment_tracking", "met", {"train.py": "from mlflow import *\nlog_metric('a', 1)\n"}),
    "a star import of something else": ("experiment_tracking", "not_met", {"train.py": "import sklearn\nfrom logbook import *\nlog_metric('a', 1)\n"}),
    "a class that is registered with another": (
        "model_registry", "not_met", {"train.py": "import abc\nimport sklearn\nclass A(abc.ABC):\n    pass\nA.register(int)\n"}),
    "a log of something else": ("experiment_tracking", "not_met", {"train.py": "import logging\nimport sklearn\nlogging.log(1, 'metric')\n"}),
    "a template of a project": (
        "experiment_tracking", "not_met",
        {"model.py": TRAIN, "{{cookiecutter.name}}/train.py": "import mlflow\nmlflow.log_metric('a', 1)\n"}),
    "a virtual environment in the tree": (
        "experiment_tracking", "not_met",
        {"train.py": TRAIN, "env/pyvenv.cfg": "", "env/lib/x.py": "import mlflow\nmlflow.log_metric('a', 1)\n"}),
    "an archive in the tree": ("experiment_tracking", "met", {"old/train.py": "import mlflow\nmlflow.log_metric('a', 1)\n"}),
    "generated code": (
        "experiment_tracking", "not_met", {"train.py": TRAIN, "gen.py": "# Generated by a tool. DO NOT EDIT.\nimport mlflow\nmlflow.log_metric('a', 1)\n"}),
    "a script that only registers": (
        "model_registry", "met", {"train.py": TRAIN, "register.py": "import mlflow\nmlflow.register_model('runs:/a/b', 'x')\n"}),
    "a flow that does not train": (
        "orchestration", "partial", {"train.py": TRAIN, "score.py": "from prefect import flow\n@flow\ndef score():\n    pass\nscore()\n"}),
    "a flow that trains in another file": ("orchestration", "met", {"train.py": TRAIN, "flow.py": FLOW % "()"}),
    "a task of celery": ("orchestration", "not_met", {"train.py": TRAIN, "t.py": "from celery import task\n@task\ndef train():\n    pass\n"}),
    "a pipeline of sklearn": ("orchestration", "not_met", {"train.py": "from sklearn.pipeline import Pipeline\nPipeline([]).fit(x, y)\n"}),
    "stages of DVC": ("orchestration", "met", {"train.py": TRAIN, "dvc.yaml": "stages:\n  train:\n    cmd: python train.py\n"}),
    "a DAG of make": (
        "orchestration", "met",
        {"train.py": TRAIN, "prep.py": "print(1)\n", "Makefile": "model: data\n\tpython train.py\ndata:\n\tpython prep.py\n"}),
    "steps called one after the other": (
        "orchestration", "not_met", {"train.py": TRAIN, "prep.py": "print(1)\n", "Makefile": "all:\n\tpython prep.py\n\tpython train.py\n"}),
    "ranges": ("reproducible_environment", "not_met", {"requirements.txt": "a>=1\nb~=2.0\n"}),
    "half of them exact": ("reproducible_environment", "partial", {"requirements.txt": "a==1\nb>=2.0\n"}),
    "all of them exact": ("reproducible_environment", "met", {"requirements.txt": "a==1\nb==2.0\n"}),
    "a lock file": ("reproducible_environment", "met", {"uv.lock": ""}),
    "the lock of an artefact": ("reproducible_environment", "not_met", {"mlruns/0/artifacts/model/requirements.txt": "a==1\nb==2\nc==3\n"}),
    "vendored code": ("experiment_tracking", "not_met", {"train.py": TRAIN, "vendor/x/t.py": "import mlflow\nmlflow.log_metric('a', 1)\n"}),
    "an image with a service": ("low_friction_deployment", "met", {"app.py": APP, "Dockerfile": DOCKER}),
    "an image with a notebook": (
        "low_friction_deployment", "partial", {"train.py": TRAIN, "Dockerfile": 'FROM x\nCOPY . .\nCMD ["jupyter", "lab"]\n'}),
    "a service without an image": ("low_friction_deployment", "partial", {"app.py": APP}),
    # Level 1 evidence
    "a test of own code": ("unit_tests", "met", {**TEST, "tests/test_a.py": "from pkg.core import add\ndef test_a():\n    assert add(1, 2) == 3\n"}),
    "a test without an assertion": (
        "unit_tests", "partial", {**TEST, "tests/test_a.py": "from pkg.core import add\ndef test_a():\n    print(add(1, 2))\n"}),
    "a test that asserts the truth": ("unit_tests", "partial", {**TEST, "tests/test_a.py": "import pkg.core\ndef test_a():\n    assert True\n"}),
    "a test of nothing of the project": ("unit_tests", "partial", {**TEST, "tests/test_a.py": "def test_a():\n    assert 1 + 1 == int('2')\n"}),
    "a test with sys.path": (
        "unit_tests", "met",
        {"svc/src/core.py": "def f():\n    return 1\n",
         "tests/test_a.py": "import sys\nsys.path.insert(0, 'x')\nfrom core import f\ndef test_a():\n    assert f() == 1\n"}),
    "a test client": (
        "integration_tests", "met",
        {"app.py": APP, "tests/test_a.py": "from fastapi.testclient import TestClient\nfrom app import app\nc = TestClient(app)\n"
         "def test_a():\n    assert c.get('/').status_code == 200\n"}),
    "a call without an answer": ("integration_tests", "not_met", {"tests/test_a.py": "import requests\ndef test_a():\n    print(requests.get('x'))\n"}),
    "a script that asserts on what the container answers": (
        "integration_tests", "met",
        {"integration-test/test_docker.py": "import requests\nfound = requests.post('http://localhost:8080', json={}).json()\nassert found == {'a': 1}\n"}),
    "a script beside the service that asserts on its answer": (
        "integration_tests", "met",
        {"service/test.py": "import requests\nif __name__ == '__main__':\n    assert requests.get('http://localhost').status_code == 200\n"}),
    "a script that prints what the container answers": (
        "integration_tests", "not_met",
        {"integration-test/test_docker.py": "import requests\nprint(requests.post('http://localhost:8080', json={}).json())\nassert True\n"}),
    "an assertion of the program itself": (
        "integration_tests", "not_met", {"integration.py": "import requests\nassert requests.get('http://localhost').ok\n"}),
    "a shell script of integration tests that CI sources": (
        "integration_tests", "met",
        {CI: PUSH + "      - working-directory: integration_tests\n        run: . run_s3_integration.sh\n",
         "integration_tests/run_s3_integration.sh": "aws --endpoint-url=http://localhost:4566 s3 ls s3://taxi || exit 1\n"}),
    "on is a key, not a truth": ("ci", "met", {CI: run("pytest")}),
    "pytest that is only installed": ("ci", "not_met", {CI: run("pip install pytest")}),
    "a commented step": ("ci", "not_met", {CI: PUSH + "      - run: echo no\n      # - run: pytest\n"}),
    "a placeholder": ("automated_release", "not_met", {CI: run('echo "docker push x"')}),
    "a job that is switched off": (
        "ci", "not_met", {CI: "on: [push]\njobs:\n  one:\n    if: false\n    steps:\n      - run: pytest\n"}),
    "a file with another ending": ("ci", "not_met", {".github/workflows/ci.yml.disabled": run("pytest")}),
    "a workflow in a subfolder": ("ci", "not_met", {"sub/.github/workflows/ci.yml": run("pytest")}),
    "only by hand": ("ci", "partial", {CI: run("pytest").replace("[push]", "workflow_dispatch")}),
    "failures that nobody feels": ("ci", "not_met", {CI: run("pytest || true")}),
    "continue-on-error": ("ci", "not_met", {CI: run("pytest", "        continue-on-error: true\n")}),
    "failures that a job may have": ("ci", "not_met", {".gitlab-ci.yml": "t:\n  script: [pytest]\n  allow_failure: true\n"}),
    "a job that never runs": ("ci", "not_met", {".gitlab-ci.yml": "t:\n  script: [pytest]\n  when: never\n"}),
    "findings that are no failure": ("ci", "not_met", {CI: run("pylint --exit-zero src")}),
    "a reference of GitLab": ("ci", "met", {".gitlab-ci.yml": ".a:\n  script: [pytest]\nt:\n  script:\n    - !reference [.a, script]\n    - pytest\n"}),
    "nox": ("ci", "met", {CI: run("nox"), "noxfile.py": "def tests(session):\n    session.run('pytest', 'tests')\n"}),
    "a folder to work in": (
        "ci", "met",
        {CI: "on: [push]\njobs:\n  a:\n    defaults:\n      run:\n        working-directory: svc\n    steps:\n      - run: make all\n",
         "svc/Makefile": "all:\n\tpytest\n", "Makefile": "all:\n\techo\n"}),
    "a step that waits for a secret": (
        "automated_release", "met", {CI: PUSH + "      - if: steps.guard.outputs.ok == 'true'\n        run: docker push x\n"}),
    "a job that is called deploy": (
        "automated_release", "not_met", {CI: "on: [push]\njobs:\n  deploy:\n    name: Deploy to production\n    steps:\n      - run: docker build -t x .\n"}),
    "a chart that is no YAML": (
        "ab_testing", "met",
        {"c/templates/i.yaml": "{{- if .Values.a }}\nkind: InferenceService\nspec:\n  canaryTrafficPercent: {{ .Values.b }}\n{{- end }}\n"}),
    "rules that are not there": (
        "operational_metrics", "not_met", {"train.py": TRAIN, "prometheus.yml": "rule_files: [alert.rules]\nscrape_configs: []\n"}),
    "make with prerequisites": (
        "ci", "met", {CI: run("make all"), "Makefile": "all: sub\n\techo done\nsub:\n\t@bash t.sh\n", "t.sh": "cd x && poetry run pytest tests\n"}),
    "make in a circle": ("ci", "not_met", {CI: run("make a"), "Makefile": "a: b\n\tmake b\nb: a\n\tmake a\n"}),
    "tox": ("ci", "met", {CI: run("tox"), "tox.ini": "[testenv]\ncommands = pytest\n"}),
    "a composite action": (
        "automated_release", "met",
        {CI: PUSH + "      - uses: ./.github/actions/push\n",
         ".github/actions/push/action.yml": "runs:\n  using: composite\n  steps:\n    - run: docker push x\n      shell: bash\n"}),
    "a reusable workflow": (
        "automated_release", "met",
        {CI: "on: [push]\njobs:\n  one:\n    uses: ./.github/workflows/r.yml\n",
         ".github/workflows/r.yml": "on: workflow_call\njobs:\n  two:\n    steps:\n      - run: twine upload dist/*\n"}),
    "a reusable workflow that nobody calls": (
        "automated_release", "not_met", {".github/workflows/r.yml": "on: workflow_call\njobs:\n  two:\n    steps:\n      - run: twine upload dist/*\n"}),
    "an image that is built and stays": (
        "automated_release", "not_met", {CI: PUSH + "      - uses: docker/build-push-action@v5\n        with:\n          push: false\n"}),
    "an image that is pushed": (
        "automated_release", "met", {CI: PUSH + "      - uses: docker/build-push-action@v5\n        with:\n          push: true\n"}),
    "documentation": ("automated_release", "not_met", {CI: run("mkdocs gh-deploy --force")}),
    "a merged pull request": (
        "automated_release", "met",
        {CI: "on:\n  pull_request:\n    types: [closed]\njobs:\n  one:\n    steps:\n      - run: docker push x\n"}),
    "foreign tags": (
        "operational_metrics", "met",
        {"t.yaml": "Resources:\n  A:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      Name: !Sub '${A}'\n      B: !GetAtt A.B\n"}),
    "a health route": ("operational_metrics", "not_met", {"app.py": APP + "@app.get('/health')\ndef h():\n    return 1\n"}),
    "servers that watch nothing": (
        "operational_metrics", "not_met", {"docker-compose.yml": "services:\n  p:\n    image: prom/prometheus\n"}),
    "a gauge of drift": (
        "operational_metrics", "not_met",
        {"m.py": "from evidently.report import Report\nimport prometheus_client\nReport()\nprometheus_client.start_http_server(1)\n"}),
    "metrics of a service": ("operational_metrics", "met", {"m.py": "import prometheus_client\nprometheus_client.start_http_server(1)\n"}),
    "a counter": ("operational_metrics", "met", {"app.py": "from prometheus_client import Counter\nc = Counter('a', 'b')\n"}),
    # Level 3 evidence
    "publishing is no deployment": ("automated_model_deployment", "not_met", {"app.py": APP, "Dockerfile": DOCKER, CI: run("docker push x")}),
    "a rollout": ("automated_model_deployment", "met", {"app.py": APP, "Dockerfile": DOCKER, CI: run("kubectl set image x")}),
    "a deployment by ssh": ("automated_model_deployment", "met", {"app.py": APP, "Dockerfile": DOCKER, CI: run("ssh -i key host docker compose up")}),
    "infrastructure that a person applies": (
        "automated_model_deployment", "met",
        {"app.py": APP, "Dockerfile": DOCKER, "Makefile": "deploy:\n\tterraform apply\n", "main.tf": 'resource "aws_lambda_function" "a" {\n}\n'}),
    "a shell script that a person starts": (
        "automated_model_deployment", "partial", {"app.py": APP, "Dockerfile": DOCKER, "deploy.sh": "kubectl apply -f x\n"}),
    "an image of a function": (
        "low_friction_deployment", "met",
        {"src/f.py": "import joblib\nm = joblib.load('m')\ndef handler(e, c):\n    return m.predict(e)\n",
         "Dockerfile": 'FROM aws/lambda/python:3.9\nCOPY src src\nCMD ["src.f.handler"]\n'}),
    "an image of a function that is not there": (
        "low_friction_deployment", "not_met",
        {"a.py": "import joblib\nm = joblib.load('m')\n", "Dockerfile": 'FROM aws/lambda/python:3.9\nCOPY f.py .\nCMD ["f.handler"]\n'}),
    "an Azure pipeline of any name": (
        "ci", "met",
        {".pipelines/x.yml": "trigger:\n- main\npool:\n  vmImage: ubuntu-latest\nsteps:\n- script: pytest\n"}),
    "an Azure pipeline that a person starts": (
        "ci", "partial",
        {".pipelines/x.yml": "trigger: none\npool:\n  vmImage: ubuntu-latest\nsteps:\n- script: pytest\n"}),
    "a Cloud Build file of any name": (
        "automated_release", "met",
        {"build/x.yaml": "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [push, x]\n"}),
    "a job of GitLab that only a bot starts": (
        "ci", "partial",
        {".gitlab-ci.yml": "test:\n  script: pytest\n  rules:\n    - if: $BOT_REPO\n"}),
    "a job of GitLab": ("ci", "met", {".gitlab-ci.yml": "test:\n  script:\n    - pytest\n"}),
    "an empty machine": (
        "automated_model_deployment", "partial",
        {"app.py": APP, "Dockerfile": DOCKER, CI: run("terraform apply"), "main.tf": 'resource "aws_instance" "a" {\n}\n'}),
    "a function": (
        "automated_model_deployment", "met",
        {"app.py": APP, "Dockerfile": DOCKER, CI: run("terraform apply"), "main.tf": 'resource "aws_lambda_function" "a" {\n}\n'}),
    "a timeout named traffic": ("ab_testing", "not_met", {"s.py": "import bentoml, sklearn\n@bentoml.service(traffic={'timeout': 10})\nclass S:\n    pass\n"}),
    "one variant": ("ab_testing", "not_met", {"train.py": TRAIN, "t.yaml": "ProductionVariants:\n  - InitialVariantWeight: 1\n"}),
    "a canary": ("ab_testing", "met", {"k.yaml": "kind: InferenceService\nspec:\n  canaryTrafficPercent: 10\n"}),
    "the best of several versions": (
        "ab_testing", "not_met",
        {"p.py": "from mlflow import MlflowClient\nc = MlflowClient()\n"
                 "for v in c.search_model_versions('x'):\n    if acc > best_acc:\n        best_acc = acc\n"}),
    "the champion": ("ab_testing", "met", {"train.py": GATE % "if candidate_rmse < champion_rmse:"}),
    "a two-sample test in a notebook": (
        "model_monitoring", "partial",
        {"a.ipynb": '{"cells": [{"cell_type": "code", "source": "from evidently.report import Report\\nReport()"}]}'}),
    "a two-sample test for curiosity": ("model_monitoring", "not_met", {"train.py": TRAIN, "eda.py": "from scipy.stats import ks_2samp\nks_2samp(a, b)\n"}),
    "categories that are tested for drift": (
        "model_monitoring", "met",
        {"mon.py": "from scipy import stats\ndef detect_drift(a, b):\n    return stats.chi2_contingency([a, b])[1] < 0.05\n"}),
    "an own stability index": ("model_monitoring", "met", {"mon.py": "def population_stability_index(a, b):\n    return 1\n"}),
    # Level 4 evidence
    "the cron of a bot": (
        "scheduled_training", "not_met",
        {"train.py": TRAIN, CI: "on:\n  schedule:\n    - cron: '0 1 * * *'\njobs:\n  a:\n    steps:\n      - uses: actions/stale@v9\n"}),
    "the cron of training": (
        "scheduled_training", "met",
        {"train.py": TRAIN, CI: "on:\n  schedule:\n    - cron: '0 1 * * *'\njobs:\n  a:\n    steps:\n      - run: python train.py\n"}),
    "an empty schedule": (
        "scheduled_training", "partial",
        {"train.py": TRAIN, "flow.py": FLOW % "()", "prefect.yaml": "deployments:\n  - name: a\n    entrypoint: flow.py:main\n    schedules: []\n"}),
    "a schedule that is paused": (
        "scheduled_training", "partial",
        {"train.py": TRAIN, "flow.py": FLOW % "()",
         "prefect.yaml": "deployments:\n  - entrypoint: flow.py:main\n    schedules:\n      - cron: 0 1 * * *\n        active: false\n"}),
    "a schedule": (
        "scheduled_training", "met",
        {"train.py": TRAIN, "flow.py": FLOW % "()", "prefect.yaml": "deployments:\n  - entrypoint: flow.py:main\n    schedules:\n      - cron: 0 1 * * *\n"}),
    "a served flow": ("scheduled_training", "met", {"train.py": TRAIN, "flow.py": FLOW % ".serve(cron='0 1 * * *')"}),
    "a schedule of scoring": (
        "scheduled_training", "not_met",
        {"train.py": TRAIN, "s.py": "from prefect import flow\n@flow\ndef s():\n    pass\ns.serve(cron='0 1 * * *')\n"}),
    "a push is no schedule": ("scheduled_training", "not_met", {"train.py": TRAIN, CI: run("python train.py")}),
    "a project in a folder called a test": (
        "training_pipeline", "met", {"churn_test/models/train.py": TRAIN, "churn_test/.gitlab-ci.yml": "a: {script: [python models/train.py]}\n"}),
    "a folder of tests": ("training_pipeline", "not_applicable", {"churn_test/models/train.py": TRAIN}),
    "advice to retrain": ("automated_retraining", "not_met", {"train.py": TRAIN, "m.py": DRIFT % "print('Consider model retraining')"}),
    "a drift check that retrains": ("automated_retraining", "met", {"train.py": TRAIN, "m.py": DRIFT % "run_deployment('train/x')"}),
    "a guard before training": (
        "automated_retraining", "met",
        {"train.py": TRAIN.replace(" fit(", " train_model("), "auto.py": RETRAIN % "    if not should_retrain():\n        return\n"}),
    "a guard that asks for something else": (
        "automated_retraining", "not_met",
        {"train.py": TRAIN.replace(" fit(", " train_model("), "auto.py": RETRAIN % "    if data_drift > 0.3:\n        raise ValueError('bad data')\n"}),
    "a guard behind which nothing is trained": (
        "automated_retraining", "not_met",
        {"train.py": TRAIN.replace(" fit(", " train_model("),
         "auto.py": (RETRAIN % "    if not should_retrain():\n        return\n").replace("train_model(1)", "print(1)")}),
    "a guard without a single name": (
        "automated_retraining", "not_met", {"train.py": TRAIN, "auto.py": "def auto():\n    if 'should_retrain':\n        return\n"}),
    "promotion whatever comes out": ("automated_promotion", "partial", {"train.py": GATE % "for _ in [1]:"}),
    "promotion of what wins": ("automated_promotion", "met", {"train.py": GATE % "if candidate_rmse < champion_rmse:"}),
    "promotion by hand": (
        "automated_promotion", "partial",
        {"train.py": TRAIN,
         "p.py": "from mlflow import MlflowClient\nc = MlflowClient()\nif new_rmse < production_rmse:\n    c.set_registered_model_alias('a', 'b', 1)\n"}),
}  # fmt: skip


@pytest.mark.parametrize(("criterion", "wanted", "tree"), CASES.values(), ids=CASES)
def test_trap(tmp_path, criterion, wanted, tree):
    result = judged(tmp_path, tree)
    assert status(result, criterion) == wanted, next(item for item in result["criteria"] if item["id"] == criterion)


def test_a_project_without_machine_learning_has_no_level(tmp_path):
    result = judged(
        tmp_path,
        {
            **TEST,
            "tests/test_a.py": "from pkg.core import add\ndef test_a():\n    assert add(1, 2) == 3\n",
            CI: run("pytest"),
        },
    )
    assert (result["level"], result["reason"]) == (None, "no_ml_found")


def test_exercises_side_by_side_make_no_product(tmp_path):
    result = judged(tmp_path, {f"week{number}/train.py": TRAIN for number in (1, 2, 3)})
    assert (result["level"], result["reason"], result["project"]["layout"]) == (None, "course_notes", "course_notes")


def test_numbered_steps_are_no_course(tmp_path):
    tree = {"01_data/get.py": "print(1)\n", "02_train/train.py": TRAIN, "03_serve/app.py": APP}
    assert judged(tmp_path, tree)["project"]["layout"] == "single"


def test_another_language_is_read_as_text(tmp_path):
    result = judged(tmp_path, {"train.R": "library(parsnip)\nm <- randomForest(y ~ x)\n", "renv.lock": "{}"})
    assert (result["level"], status(result, "training_pipeline")) == (0, "met")
