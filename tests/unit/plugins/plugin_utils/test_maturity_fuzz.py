# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A thousand changed versions of a valid file for each parser, the same in every run: none fails, none takes long."""

from __future__ import annotations

import contextlib
import json
import random
import struct
import time
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._maturity import gitindex
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.collect import notebook_code, script_facts
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.limits import Limits, note, run_limited
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.pyfacts import Wanted, loose_facts, python_facts
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity import configs
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.attestations import statements
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks import CHECKS
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.facts import decoded
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers import graph_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.ruleset import load_rules
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

MUTATIONS = [pytest.param(50, id="some"), pytest.param(1000, marks=pytest.mark.full, id="many")]
SECONDS = 0.5
# What a parser may stumble over: brackets and quotes of all kinds, and values in place of others.
PIECES = [
    "",
    " ",
    "\n",
    "\t",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    '"',
    "'",
    '"""',
    ":",
    "=",
    "#",
    "\\",
    "*",
    "&a ",
    "*a",
    "<<: ",
    "~",
    "null",
]
PIECES += [
    "1",
    "-1",
    "[[a]]",
    "{a: b}",
    "!!int x",
    "%",
    "@",
    "/*",
    "*/",
    "\x00",
    "é",
    "\ud800",
    "\u202e",
    "f'{a}'",
    "- ",
    "  ",
    "true",
    "0x",
]

PYTHON = """import mlflow as m
from sklearn.linear_model import Ridge
@flow(name="train")
def fit(x, y=[1], *args, **kwargs):
    with m.start_run() as run:
        model: Ridge = Ridge(alpha=os.getenv("A", "1")).fit(x, y)
        if rmse < best_rmse and not drift:
            m.register_model(f"runs:/{run.id}/model", "taxi")
    return model
class Test(Base):
    def test_fit(self):
        assert fit([[1]], [1]) == 1
if __name__ == "__main__":
    fit(x, "train.py")
"""
NOTEBOOK = json.dumps(
    {
        "metadata": {"kernelspec": {"language": "python"}},
        "cells": [{"cell_type": "code", "source": ["%load x\n", "a = 1\n"]}, {"cell_type": "markdown", "source": "b"}],
    }
)
GITHUB = """on:
  push: {branches: [main]}
  schedule: [{cron: '0 0 * * 1'}]
jobs:
  test:
    if: github.event_name == 'push'
    environment: prod
    steps:
      - uses: docker/build-push-action@v5
        with: {push: true, tags: a}
      - run: |
          pip install -r requirements.txt && pytest tests || true
          make train
        working-directory: ./src
  call: {uses: ./.github/workflows/b.yml}
"""
GITLAB = """include: [{local: /ci/*.yml}, {project: a/b, file: c.yml}]
default: {before_script: [pip install .]}
.base: {rules: [{if: $CI_PIPELINE_SOURCE == "schedule"}]}
test: {extends: .base, script: [pytest, make train], allow_failure: true}
"""
MAKEFILE = "A := 1\n.PHONY: all\nall: train test ; echo a\n\ttrain.sh\ntrain: data\n\tpython train.py \\\n\t  --a b\ndata:\n\t@dvc repro\n"
DOCKERFILE = (
    'FROM python:3.11-slim AS a\nWORKDIR /app\nCOPY . .\nRUN pip install a==1.0 \\\n  b\nCMD ["uvicorn", "app:app"]\n'
)
PYPROJECT = """[project]
name = "a"
[project.scripts]
train = "a.train:main"
[tool.poe.tasks]
test = "pytest tests"
all = ["lint", "test"]
[tool.poe.tasks.lint]
cmd = "ruff check"
"""
TERRAFORM = """# a
resource "aws_cloudwatch_event_rule" "nightly" {
  schedule_expression = "rate(1 day)" /* b */
  is_enabled = true
}
resource "aws_lambda_function" "train" { handler = "train.handler" }
"""
JENKINSFILE = """@Library('shared') _
pipeline { agent any
  stages { stage('test') { steps { sh 'pytest tests' ; sh(script: "make train") } } }
  post { always { docker.build("a").push() } } }
"""
DVC = "stages:\n  train:\n    cmd: python train.py\n    deps: [data.csv]\n  all:\n    foreach: [a, b]\n    do: {cmd: echo ${item}}\n"
COMPOSE = 'services:\n  web: {build: ., command: [uvicorn, "app:app"], ports: ["80:80"]}\n  mlflow: {image: "mlflow:2", command: mlflow server}\n'
CLOUD = """AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Rule: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day), Targets: [{Arn: !Sub "${A}"}]}}
  Pipeline: {Type: AWS::CodePipeline::Pipeline, Properties: {Stages: [{Actions: [{ActionTypeId: {Category: Deploy}}]}]}}
"""
KUBERNETES = """apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: train}
spec: {schedule: "0 0 * * *", suspend: false, workflowSpec: {templates: [{container: {command: [python, train.py]}}]}}
---
kind: VirtualService
spec: {http: [{route: [{weight: 90}, {weight: 10}]}]}
"""
AZURE = "trigger: [main]\npool: {vmImage: a}\nsteps:\n- script: pytest\n- task: AzureCLI@2\n  inputs: {inlineScript: az ml}\n"
CLOUDBUILD = "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, -t, a, .]\nimages: [a]\n"
PREFECT = "deployments:\n- name: a\n  entrypoint: train.py:fit\n  schedules: [{cron: '0 0 * * *', active: true}]\n"
MAGE = "blocks:\n- {uuid: train, type: data_loader}\nname: taxi\n"
MATURITY = """target_level: 3
exclude: ['old/**']
roles: {'docs/*.py': example}
attest: [{id: ci, reason: external, by: a, date: '2026-11-01', expires: '2027-01-01'}]
waive: [{id: ab_testing, reason: process, by: a, date: '2026-11-01'}]
"""
INDEX = b"DIRC" + struct.pack(">II", 4, 3) + b"".join(
    struct.pack(">10I", 0, 0, 0, 0, 0, 0, 0o100644, 0, 0, 0) + bytes(20) + struct.pack(">H", 5) + strip + name + b"\0"
    for strip, name in ((b"\0", b"a/b.py"), (b"\4", b"c.py"), (b"\6", b"train.py"))
)  # fmt: skip
AZURE_JOB = """$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
type: pipeline
jobs:
  train: {type: command, code: ./src, command: python train.py --out ${{outputs.model}}, environment: azureml:a@latest}
"""
AZURE_SCHEDULE = """$schema: https://azuremlschemas.azureedge.net/latest/schedule.schema.json
name: nightly
trigger: {type: cron, expression: "0 0 * * *"}
create_job: {type: pipeline, job: ./job.yml}
"""
DATABRICKS = """bundle: {name: taxi}
resources:
  jobs:
    train:
      name: train
      schedule: {quartz_cron_expression: "0 0 0 * * ?", timezone_id: UTC, pause_status: UNPAUSED}
      trigger: {file_arrival: {url: a}}
      tasks:
        - {task_key: a, spark_python_task: {python_file: train.py}}
        - {task_key: b, depends_on: [{task_key: a}], notebook_task: {notebook_path: b.ipynb}}
targets: {dev: {default: true}}
"""
ARGO = """apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: train}
spec:
  workflowTemplateRef: {name: other}
  templates: [{name: a, script: {command: [bash], source: "python train.py"}}]
"""
SNAKEFILE = 'rule train:\n    input: "a.csv"\n    output: "model"\n    shell: "python train.py {input} && make test"\n'
CIRCLE = """version: 2.1
orbs: {aws: circleci/aws-cli@4}
jobs: {test: {docker: [{image: python}], steps: [checkout, {run: pytest}, {run: {name: a, command: make train}}]}}
workflows: {main: {jobs: [{test: {filters: {branches: {only: main}}}}], triggers: [{schedule: {cron: "0 0 * * *"}}]}}
"""
# A flow with a schedule, branches and deeds, for what is read out of facts and not out of texts.
PROGRAM = """import mlflow
from airflow import DAG
from airflow.operators.python import BranchPythonOperator, PythonOperator
from airflow.sensors.filesystem import FileSensor
from mlflow import MlflowClient
LIMIT = float(os.getenv("LIMIT", "0.9"))
def choose(ti):
    better = ti.xcom_pull("score") > LIMIT
    if better:
        return "promote"
    return "stop"
def promote():
    client = MlflowClient()
    if client.get_run("a").data.metrics["rmse"] < client.get_run("b").data.metrics["rmse"]:
        client.set_registered_model_alias("taxi", "champion", 2)
    else:
        raise ValueError("worse")
def drifted(report):
    verdict = report["drift_share"] > 0.3
    if verdict and not paused: subprocess.run(["python", "train.py"])
    return "retrain" if verdict else "stop"
with DAG("taxi", schedule="@daily", catchup=False) as dag:
    FileSensor(task_id="wait", filepath="a") >> PythonOperator(task_id="fit", python_callable=fit)
    BranchPythonOperator(task_id="branch", python_callable=choose) >> [PythonOperator(task_id="promote", python_callable=promote)]
"""
SCRIPT = """import { Client } from "@aws-sdk/client-bedrock-runtime";
import OpenAI from 'openai/core'; import "ai"; const zod = require("zod"), own = require('./own');
const answer = await fetch(`https://api.openai.com/v1/${path}`, {headers: {a: "https://api.anthropic.com"}});
export default async (request) => import("ai");
"""
# The text files of a checkout, all read by one judge.
TEXTS = {
    ".github/workflows/a.yml": GITHUB,
    ".gitlab-ci.yml": GITLAB,
    "Makefile": MAKEFILE,
    "Dockerfile": DOCKERFILE,
    "pyproject.toml": PYPROJECT,
    "main.tf": TERRAFORM,
    "Jenkinsfile": JENKINSFILE,
    "dvc.yaml": DVC,
    "docker-compose.yml": COMPOSE,
    "stack.template": CLOUD,
    "k8s/a.yaml": KUBERNETES,
    "azure-pipelines.yml": AZURE,
    "cloudbuild.yaml": CLOUDBUILD,
    "prefect.yaml": PREFECT,
    "pipelines/a/metadata.yaml": MAGE,
    "pipelines/a/triggers.yaml": "triggers:\n- {name: a, schedule_type: time, status: active}\n",
    "justfile": "set shell := ['a']\ntest arg='a': lint\n  pytest {{arg}}\nlint:\n  ruff check\n",
    "Taskfile.yml": "version: '3'\ntasks: {test: {deps: [lint], cmds: [pytest, {task: a}]}, lint: ruff check}\n",
    "tox.ini": "[testenv]\ncommands =\n    pytest {posargs}\n    make train\n",
    "crontab": "0 0 * * 1 root python /srv/train.py\n@daily make train\n",
    "requirements.txt": "a==1.0\nb>=2 ; python_version > '3'\nc[d] @ https://e\n-r f.txt\n",
    "environment.yml": "channels: [a]\ndependencies: [python=3.11, {pip: [a==1]}]\n",
    "ml/job.yml": AZURE_JOB,
    "ml/schedule.yml": AZURE_SCHEDULE,
    "databricks.yml": DATABRICKS,
    "argo/train.yaml": ARGO,
    "Snakefile": SNAKEFILE,
    ".circleci/config.yml": CIRCLE,
    "README.md": "[![a](https://travis-ci.org/a.svg)](b)\n",
}
# Files that are needed by others, but are no text of their own.
ALWAYS = {"train.py": PYTHON}


def mutated(text: str, dice: random.Random) -> str:
    """One to four changes: cut out, double, move, or put something in."""
    for _change in range(dice.randint(1, 4)):
        start = dice.randrange(len(text) + 1)
        end = min(len(text), start + dice.choice([0, 1, 1, 2, 5, 20]))
        piece = dice.choice([*PIECES, text[start:end] * dice.choice([0, 2, 50]), chr(dice.randrange(256))])
        text = text[:start] + piece + text[end:]
    return text


def tolerated(work: Callable[[], Any]) -> Any:
    """What collect() takes as a file that cannot be read."""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return work()
    return None


def read_index(text: str) -> None:
    with contextlib.suppress(struct.error, ValueError, IndexError):
        gitindex._entries(text.encode("latin-1", "replace"))


def read_notebook(text: str) -> None:
    tolerated(lambda: notebook_code(json.loads(text)))


def read_script(text: str) -> None:
    answer(
        {
            "files": ["app.ts", *ALWAYS],
            "text": {},
            "python": PROGRAMS,
            "scripts": {"app.ts": script_facts(text, frozenset(PLAN["modules"]))},
        }
    )


def read_python(text: str) -> None:
    tolerated(lambda: python_facts(text.encode("utf-8", "replace"), WANTED))
    loose_facts(text)


def read_statements(text: str) -> None:
    statements(text, [], [], {"ci", "ab_testing"}, "2026-11-27")


def read_program(text: str) -> None:
    """The graph, the decisions and every question that are read out of a program's facts."""
    facts = tolerated(lambda: python_facts(text.encode("utf-8", "replace"), WANTED)) or loose_facts(text)
    answer({"files": ["flow.py", *ALWAYS], "text": {}, "python": {"flow.py": facts, **PROGRAMS}})


NOTHING: dict[str, Any] = {
    **{key: {} for key in ("notebooks", "cells", "scripts")},
    **{key: [] for key in ("own", "unparsed", "truncated", "missed")},
}


def answer(facts: dict[str, Any]) -> Answers:
    answers = Answers(Project(decoded({**NOTHING, **facts})), RULES.signals, CHECKS)
    graph_of(answers)
    for name in CHECKS:
        answers.found(name)
    assert not answers.broken, answers.broken
    return answers


def read_as(path: str) -> Callable[[str], None]:
    """All that any reader makes of a text file of this name."""

    def read(text: str) -> None:
        project = answer({"files": [path, *ALWAYS], "text": {path: text}, "python": PROGRAMS}).project
        list(project.jobs), project.outside, project.containers, project._all_commands, project.console_scripts
        configs.pins(text), configs.conda_pins(text)

    return read


RULES = load_rules()
PLAN = RULES.plan()
WANTED = Wanted(PLAN["patterns"], PLAN["keywords"], PLAN["strings"], PLAN["conditions"], [])
PROGRAMS = {path: python_facts(text, WANTED) for path, text in ALWAYS.items()}
PARSERS: dict[str, tuple[str, Callable[[str], None]]] = {
    "git index": (INDEX.decode("latin-1"), read_index),
    "notebook": (NOTEBOOK, read_notebook),
    "Python": (PYTHON, read_python),
    "JavaScript": (SCRIPT, read_script),
    "a program of flows and decisions": (PROGRAM, read_program),
    ".mlops-maturity.yml": (MATURITY, read_statements),
    **{path: (text, read_as(path)) for path, text in TEXTS.items()},
}


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize("mutations", MUTATIONS)
def test_changed_files_are_read_or_left(name, mutations):
    text, read = PARSERS[name]

    def run() -> dict[str, Any]:
        dice = random.Random(name)
        crashes, slow, slowest = [], 0, 0.0
        read(text)
        for number in range(mutations):
            given = mutated(text, dice)
            note(f"{name}, number {number}")
            began = time.process_time()
            try:
                read(given)
            except Exception as problem:
                crashes.append(f"{number}: {type(problem).__name__}: {problem} in {given!r}")
            spent = time.process_time() - began
            slowest = max(slowest, spent)
            slow += spent > SECONDS
        return {"inputs": mutations, "crashes": len(crashes), "first": crashes[:1], "slow": slow, "slowest": slowest}

    found = json.loads(run_limited(run, Limits(120, 512)))
    print(f"{name}: {found['inputs']} inputs, {found['crashes']} crashes, slowest {found['slowest'] * 1000:.0f} ms")
    assert (found["crashes"], found["slow"]) == (0, 0), found["first"]
