# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What declares that a model is served: endpoints of clouds and clusters, model servers, functions that score. A function each technology."""

from __future__ import annotations

import posixpath
import re
from typing import Any, Callable, Iterator, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import CODE, trainers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.commands import Command
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import (
    json_value,
    line_of,
    mappings,
    text_of,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.facts import NO_CODE
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers import graph_of, terraform
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.cdk import functions
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers.common import mapping
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence, symbol_pattern

SCRIPTS = (".ts", ".js", ".mjs", ".tsx", ".jsx")


def scores(answers: Answers, programs: set[str]) -> bool:
    """Whether programs serve or score: a dashboard of drift, an evaluation, and a training that looks at its own predictions, do neither."""
    project = answers.project
    services, scoring, training = answers.files("serving_code"), answers.files("inference_call"), trainers(answers)
    files = project.reach(programs)
    scoring = {path for path in files & scoring if not _evaluates(project, path)}
    if files & answers.files("model_monitoring") and not files & scoring:
        return False
    return bool(files & services or (files & scoring and not files & training))


METRICS = symbol_pattern(("sklearn.metrics.*", "torchmetrics.*"))


def _evaluates(project: Project, path: str) -> bool:
    """Whether a file compares its predictions with what is true."""
    return any(METRICS.fullmatch(call.symbol) for call in project.python.get(path, NO_CODE).calls)


def serving_declared(answers: Answers) -> list[Evidence]:
    """Endpoints, model servers and functions that are declared as code, each with the model or the code that it serves."""
    found = [item for read in READERS for item in read(answers)]
    return [item for item in found if answers.project.role(item.file) in CODE]


# The AWS CDK

ENDPOINT = re.compile(r"aws_sagemaker\w{0,40}\.(?:Cfn)?(?:Endpoint|Model)$")


def _cdk(answers: Answers) -> Iterator[Evidence]:
    for one in answers.project.constructs:
        programs = functions(answers.project, one)
        if ENDPOINT.search(one.symbol) or (programs and scores(answers, programs)):
            yield Evidence(3, one.file, one.line, one.symbol)


# Terraform

RESOURCE = re.compile(
    r"^(?:aws_sagemaker_(?:endpoint|model)|google_vertex_ai_(?:endpoint_with_model_garden_deployment|endpoint)|databricks_model_serving)$"
)
FUNCTION = re.compile(r"^(?:aws_lambda_function|google_cloudfunctions2?_function)$")
HANDLED = re.compile(r"\b(?:handler|entry_point)\s{0,20}=\s{0,20}\"([\w./-]{1,200})\"")
SOURCE = re.compile(
    r"\b(?:source_dir|source_file|source_path|filename)\s{0,20}=\s{0,20}\[?\s{0,20}\"(?:\$\{[^}\"]{1,60}\}/)?([^\"$]{1,200})\""
)


def _terraform(answers: Answers) -> Iterator[Evidence]:
    for path, text in answers.project.text.items():
        for kind, _name, line, body in terraform.resources(text) if path.endswith(".tf") else ():
            if RESOURCE.match(kind) or (FUNCTION.match(kind) and scores(answers, _handlers(answers, path, text, body))):
                yield Evidence(3, path, line, kind)


def _handlers(answers: Answers, path: str, text: str, body: str) -> set[str]:
    """Files behind the handler of a function, from the folders that the file packs."""
    folder = posixpath.dirname(path)
    named = HANDLED.search(body)
    if not named:
        return set()
    for source in [*SOURCE.findall(text), ""]:
        home = posixpath.normpath(posixpath.join(folder, source))
        home = posixpath.dirname(home) if home.endswith((".py", ".zip")) else home
        found = answers.project.programs([Command(named.group(1), path, 1, True, "" if home == "." else home)])
        if found:
            return found
    return set()


# Azure Machine Learning

ONLINE = re.compile(r"(?:managedOnline|kubernetesOnline|[bB]atch|modelBatch)Deployment\.schema\.json")


def _azure(answers: Answers) -> Iterator[Evidence]:
    project = answers.project
    for path, documents in project.documents.items():
        folder = posixpath.dirname(path)
        for document in (item for item in documents if isinstance(item, dict)):
            declared = ONLINE.search(str(document.get("$schema", ""))) or (
                "endpoint_name" in document and "model" in document and {"instance_type", "compute"} & set(document)
            )
            code = mapping(document.get("code_configuration"))
            if declared and ("model" in document or code) and _is_there(project, folder, code):
                yield Evidence(3, path, line_of(project.raw[path], "endpoint_name"), "endpoint_name")
            script = document.get("entryScript", document.get("entry_script"))
            if isinstance(script, str) and "runtime" in document and project.find(script, folder):
                yield Evidence(3, path, line_of(project.raw[path], script), "entryScript")


def _is_there(project: Project, folder: str, code: Mapping[str, Any]) -> bool:
    """Whether the scoring script that a deployment names is in the checkout; one of MLflow's models needs none."""
    script = code.get("scoring_script")
    home = posixpath.normpath(posixpath.join(folder, str(code.get("code", ""))))
    return not isinstance(script, str) or bool(project.find(script, "" if home == "." else home))


# Databricks bundles


def _databricks(answers: Answers) -> Iterator[Evidence]:
    project = answers.project
    for path, documents in project.documents.items():
        for item in mappings(documents):
            endpoints = item.get("model_serving_endpoints")
            if isinstance(endpoints, dict) and {"entity_name", "model_name"} & set(text_of(endpoints).split("\n")):
                yield Evidence(
                    3, path, line_of(project.raw[path], "model_serving_endpoints"), "model_serving_endpoints"
                )


# Model servers that are told which model to serve

SERVER = re.compile(
    r"(?:^|/)(?:vllm-openai|vllm|text-generation-inference|text-embeddings-inference|sglang|lmdeploy|tritonserver|serving|torchserve|mlserver|"
    r"mlflow|llama\.cpp|llamafile|infinity|litellm)(?::|@|$)|tensorflow/serving|pytorch/torchserve|seldonio/mlserver"
)
MODEL = re.compile(
    r"--model(?:-id|-path|-name|_name|_base_path|-repository|-store)?[= \n]|\bMODEL(?:_ID|_NAME|_PATH|_URI)?[=\n]|mlflow models serve|--model-repository|"
    r"\bhf_model\b|/models\b",
)


def _model_servers(answers: Answers) -> Iterator[Evidence]:
    """Containers of compose files and clusters whose image is a model server and that are given a model."""
    project = answers.project
    for path, documents in project.documents.items():
        for item in mappings(documents):
            image = item.get("image")
            if isinstance(image, str) and SERVER.search(image) and MODEL.search(text_of(item)):
                yield Evidence(3, path, line_of(project.raw[path], image), image.split("@", 1)[0][:100])


# Workflows of a cluster that fetch a model and build an image around it

FETCHES = re.compile(
    r"\bdownload_artifacts\(|\bmlflow artifacts download\b|\bmodels:/|\bget_model_version\w{0,20}\(|\bdvc pull\b"
)
BUILDS = re.compile(r"\b(?:buildctl\S{0,30}|/kaniko/executor|buildah|docker build|podman build|img build)\b")


def _workflows(answers: Answers) -> Iterator[Evidence]:
    for job in graph_of(answers).jobs:
        built = BUILDS.search(job.words) if job.technology == "argo" and FETCHES.search(job.words) else None
        if built:
            yield Evidence(3, job.file, line_of(answers.project.raw[job.file], built.group()), built.group())


# Functions and workers of platforms in JavaScript

HANDLER = re.compile(r"\bhandler:\s{0,20}[\"'`]([\w./-]{1,200})[\"'`]")
MAIN = re.compile(r"^\s{0,20}[\"']?main[\"']?\s{0,20}[:=]\s{0,20}[\"']([\w./-]{1,200})[\"']", re.M)
BRINGS = re.compile(
    r"(?:from|import|require\(|fetch\(|readFileSync\()\s{0,20}[\"'](\.{1,2}/[\w./-]{1,200}\.(?:json|onnx|bin|wasm|txt))[\"']"
)


def _functions(answers: Answers) -> Iterator[Evidence]:
    project = answers.project
    for path, text in project.text.items():
        base, folder = posixpath.basename(path), posixpath.dirname(path)
        if base in ("sst.config.ts", "serverless.yml", "serverless.ts"):
            for named in HANDLER.finditer(text):
                if scores(answers, project.programs([Command(named.group(1), path, 1, True, folder)])):
                    yield Evidence(3, path, text.count("\n", 0, named.start()) + 1, named.group(1))
        elif base.startswith("wrangler."):
            main = MAIN.search(text)
            script = project.find(main.group(1), folder) if main else ""
            if main and script and (_brings_model(answers, script) or scores(answers, {script})):
                yield Evidence(3, path, line_of(text, main.group(1)), script)
        elif base == "vercel.json":
            value = json_value(text)
            named_files = project.named_programs(text_of(value), folder) | {
                item for item in project.python if item.startswith(posixpath.join(folder, "api/"))
            }
            if value is not None and scores(answers, named_files):
                yield Evidence(3, path, 1, base)


def _brings_model(answers: Answers, script: str) -> bool:
    """Whether a script brings a file along that training code writes."""
    project = answers.project
    folder = posixpath.dirname(script)
    brought = {
        posixpath.normpath(posixpath.join(folder, name)) for name in BRINGS.findall(project.text.get(script, ""))
    }
    written = {
        posixpath.normpath(text.value)
        for path in project.reach(trainers(answers))
        for text in project.python.get(path, NO_CODE).strings
    }
    return any(name.endswith("/" + one) or one == name for name in brought for one in written)


MAKES_ENDPOINT = re.compile(r"\.createEndpoint\(|\bnew\s{1,9}CreateEndpointCommand\(")


def _scripts_of_sagemaker(answers: Answers) -> Iterator[Evidence]:
    for path, text in answers.project.text.items():
        made = MAKES_ENDPOINT.search(text) if path.endswith(SCRIPTS) and re.search("sagemaker", text, re.I) else None
        if made:
            yield Evidence(3, path, text.count("\n", 0, made.start()) + 1, made.group().strip("(."))


READERS: tuple[Callable[[Answers], Iterator[Evidence]], ...] = (
    _cdk,
    _terraform,
    _azure,
    _databricks,
    _model_servers,
    _workflows,
    _functions,
    _scripts_of_sagemaker,
)
