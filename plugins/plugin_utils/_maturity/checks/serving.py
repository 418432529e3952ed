# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of what serves or scores: images, what they start, and what they bring."""

from __future__ import annotations

import posixpath
import re
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.artefacts import scores
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import trainers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers import graph_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence, command_name

SERVERS = re.compile(
    r"^(?:uvicorn|gunicorn|hypercorn|waitress-serve|flask|fastapi (?:run|start)|streamlit run|bentoml serve|serve\b|"
    r"mlflow models serve|"
    r"torchserve|tensorflow_model_server|tritonserver|ray start|serve run|mlserver|daphne|tini .*serve|chainlit run|"
    r"litserve|granian|voila|panel serve|bokeh serve|shiny run|solara run|marimo run|vllm serve|text-generation-launcher|"
    r"functions-framework|seldon-core-microservice|mosec|python[\d.]{0,99} manage\.py runserver)\b"
)
SERVING_BASE = re.compile(
    r"lambda/python|tensorflow/serving|pytorch/torchserve|tritonserver|seldonio|kserve|bentoml|sagemaker|"
    r"rstudio/plumber|rocker/plumber|uvicorn-gunicorn|vllm/|text-generation-inference"
)
# Images of orchestrators, which serve where their flows score.
ORCHESTRATOR_BASE = re.compile(
    r"mageai/|apache/airflow|prefecthq/|dagster/|zenmldocker/|astrocrpublic|astronomer|kestra/|flyteorg/"
)
TOOLS = re.compile(
    r"^(?:jupyter|start-notebook|bash|sh|/bin/(?:ba)?sh|tail|sleep|mlflow (?:server|ui)|prefect|airflow|zenml|"
    r"dagster|mage start|postgres|nginx|R$|Rscript|code-server)\b"
)


SHELL = re.compile(r"^(?:/bin/)?(?:ba|da)?sh -\w{0,9}c\b")
# MLflow serves a model that it has saved without any code of the project.
MODEL_SERVED = re.compile(r"^mlflow models serve\b.{0,300}(?:-m|--model-uri)[ =]|mlflow\.models import container\b")


def serving_image(answers: Answers) -> list[Evidence]:
    """Images whose command starts a server, or code of the project that serves or scores."""
    project = answers.project
    serving = answers.files("serving_code", "inference_call")
    found = []
    for path, box in project.containers.items():
        # A function's image without its handler in the checkout serves nothing.
        based = any(SERVING_BASE.search(item) and ("lambda" not in item or box.programs) for item in box.bases)
        reached = scores(answers, box.programs)
        for one in box.starts:
            texts = [item.text for item in box.behind] or [one.text]
            if SHELL.match(texts[0]):
                texts = texts[1:] or texts
            known = bool(box.programs)
            served = any(SERVERS.search(text) for text in texts) and (reached if known else bool(serving or based))
            served = served or (bool(box.copies) and any(MODEL_SERVED.search(text) for text in texts))
            named = not any(TOOLS.search(text) for text in texts) or one.text.endswith(".sh")
            if served or (based and box.copies) or (reached and named):
                found.append(Evidence(4, path, one.line, command_name(one.text)))
                break
        else:
            if based and (box.copies or box.runs):
                found.append(Evidence(3, path, 1, box.bases[0][:100]))
        found.extend(
            Evidence(3, path, 1, posixpath.basename(item))
            for item in _scoring_scripts(answers, path, box.copies, serving)
        )
    scoring = graph_of(answers).ordered_code & answers.files("inference_call")
    for path, box in project.containers.items():
        if scoring and box.copies and any(ORCHESTRATOR_BASE.search(item) for item in box.bases):
            found.append(Evidence(3, path, 1, box.bases[0][:100]))
    for one in project.compose_commands:
        if posixpath.basename(one.file) == "dvc.yaml":
            continue
        programs = project.programs([one])
        served = scores(answers, programs) if programs else bool(SERVERS.search(one.text))
        if served and serving and project.containers and not TOOLS.search(one.text):
            found.append(Evidence(4, one.file, one.line, command_name(one.text)))
    return [item for item in found if item.file not in _beside(answers)]


def _beside(answers: Answers) -> set[str]:
    """Images of services that have nothing to do with a model, where those of others load one."""
    boxes = {
        path: answers.project.reach(box.programs) for path, box in answers.project.containers.items() if box.programs
    }
    others = {path for path, code in boxes.items() if not code & answers.files("inference_call")}
    return others if len(others) < len(boxes) else set()


def _scoring_scripts(answers: Answers, path: str, copies: list[str], serving: set[str]) -> Iterator[str]:
    """Shell scripts that an image brings and that score: batch scoring is serving, too."""
    project = answers.project
    for name in sorted({name for copy in copies for name in re.findall(r"[\w./-]{1,199}\.sh\b", copy)}):
        script = project.find(name, posixpath.dirname(path))
        if (
            script in project.raw
            and project.reach(project.programs(project.expander.expand(project.raw[script], script, 1))) & serving
        ):
            yield script


def batch_image(answers: Answers) -> list[Evidence]:
    """Images that copy code of the project, whatever they start."""
    return [
        Evidence(3, path, 1, box.copies[0][:100])
        for path, box in answers.project.containers.items()
        if box.copies and trainers(answers)
    ]
