# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a project is built with, so that advice speaks of its own language, CI and tools."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks import trainers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import CODE
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.llm import is_llm_application, llm_uses
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.ci import is_azure
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers import graph_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers

LANGUAGES = {
    "py": "python", "ipynb": "python", "r": "r", "rmd": "r", "qmd": "r", "scala": "scala", "java": "java", "kt": "java",
    "jl": "julia", "ts": "javascript", "js": "javascript", "tsx": "javascript", "jsx": "javascript",
}  # fmt: skip
CI = {
    "github": re.compile(r"^\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml$"),
    "gitlab": re.compile(r"(?:^|/)\.?gitlab-ci\.yml$"),
    "jenkins": re.compile(r"(?:^|/)Jenkinsfile[^/]*$"),
    "azure": re.compile(r"(?:^|/)azure-pipelines[\w.-]*\.ya?ml$|^\.azure-pipelines/"),
    "circleci": re.compile(r"^\.circleci/config\.yml$"),
    "other": re.compile(
        r"(?:^|/)(?:bitbucket-pipelines\.yml|\.travis\.yml|\.drone\.yml|\.woodpecker\.ya?ml|cloudbuild[\w.-]*\.(?:ya?ml|json)|"
        r"buildspec[\w.-]*\.ya?ml)$"
    ),
}
# The first part of an imported name, and the product that it belongs to.
ORCHESTRATORS = {
    "prefect": "Prefect", "airflow": "Airflow", "apache_airflow": "Airflow", "cosmos": "Airflow", "dagster": "Dagster",
    "kfp": "Kubeflow", "metaflow": "Metaflow", "zenml": "ZenML", "flytekit": "Flyte", "sagemaker": "SageMaker",
    "stepfunctions": "Step Functions", "aws_cdk": "Step Functions", "azureml": "Azure ML", "azure": "Azure ML",
    "google": "Vertex AI", "kedro": "Kedro", "luigi": "Luigi", "tfx": "TFX", "mage_ai": "Mage", "hera": "Argo",
    "clearml": "ClearML",
}  # fmt: skip
# Those that declare their jobs in files.
DECLARED = {
    "Databricks": re.compile(r"(?:^|/)databricks\.ya?ml$"),
    "DVC": re.compile(r"(?:^|/)dvc\.yaml$"),
    "Snakemake": re.compile(r"(?:^|/)Snakefile$|\.smk$"),
    "targets": re.compile(r"(?:^|/)_targets\.R$"),
}
MANIFEST = re.compile(
    r"(?:^|/)(?:requirements[\w.-]{0,99}\.txt|pyproject\.toml|setup\.(?:py|cfg)|Pipfile|environment\.ya?ml)$"
)
TRACKERS = frozenset(["mlflow", "wandb", "comet_ml", "neptune", "clearml", "aim", "sagemaker", "azureml"])
R_SERVICE = re.compile(r"\b(?:plumber::|library\(plumber\)|pr_run\(|vetiver_api\()")


@dataclass(frozen=True)
class TechStack:
    """The language in which models are trained, the CI, orchestrator and tracker in use ("" for none), and the files of each."""

    language: str
    ci: str
    orchestrator: str
    tracker: str
    service: bool
    notebooks: bool
    training: bool
    llm: bool
    files: Mapping[str, tuple[str, ...]]

    def fits(self, conditions: Mapping[str, Any]) -> bool:
        """Whether all conditions hold: a value, one of several, or true and false for any and none."""
        return all(_fits(getattr(self, name), wanted) for name, wanted in conditions.items())


def _fits(value: str | bool, wanted: Any) -> bool:
    if isinstance(wanted, bool):
        return bool(value) == wanted
    return value in wanted if isinstance(wanted, list) else value == wanted


def tech_stack_of(answers: Answers) -> TechStack:
    """What the files and the evidence of a project say of it."""
    training = sorted(trainers(answers)) or sorted(answers.files("training_call", "training_fit"))
    service = sorted(answers.files("serving_code", "serving_module", "serving_config", "serving_package"))
    service += [path for path, text in sorted(answers.project.text.items()) if _is_r(path) and R_SERVICE.search(text)]
    code = [path for path in answers.project.files if answers.project.role(path) in (*CODE, "notebook")]
    ci = {name: [path for path in answers.project.files if pattern.search(path)] for name, pattern in CI.items()}
    texts = answers.project.raw.items()
    ci["azure"] += [path for path, text in texts if path.endswith((".yml", ".yaml")) and is_azure(text)]
    manifests = [path for path in answers.project.files if MANIFEST.search(path)]
    system = next((name for name, paths in ci.items() if paths), "")
    return TechStack(
        language=_language(training) or _language(code) or "python",
        ci=system,
        orchestrator=_orchestrator(answers),
        tracker=next(
            (name for name in _roots(answers, "experiment_tracking", "model_registry") if name in TRACKERS), ""
        ),
        service=bool(service),
        notebooks=bool(answers.project.notebooks),
        training=bool(training),
        llm=is_llm_application(answers),
        files={
            "ci": tuple(dict.fromkeys(ci.get(system, ())))[:2],
            "training": tuple(training[:2]),
            "manifest": tuple(sorted(manifests, key=lambda path: (path.count("/"), path))[:2]),
            "service": tuple(service[:2]),
            "llm": tuple(dict.fromkeys(item.file for item in llm_uses(answers)))[:2],
        },
    )


def _is_r(path: str) -> bool:
    return path.lower().endswith(".r")


def _language(paths: list[str]) -> str:
    """The language of most files, the first in the alphabet where two have as many."""
    known = Counter(name for name in (LANGUAGES.get(path.rpartition(".")[2].lower(), "") for path in paths) if name)
    return min(known, key=lambda name: (-known[name], name)) if known else ""


def _roots(answers: Answers, *signals: str) -> list[str]:
    return [item.symbol.split(".", 1)[0] for name in signals for item in answers.found(name)]


def _orchestrator(answers: Answers) -> str:
    named = [ORCHESTRATORS[root] for root in _roots(answers, "orchestrator") if root in ORCHESTRATORS]
    declared = [
        name for name, pattern in DECLARED.items() if any(pattern.search(path) for path in answers.project.files)
    ]
    # A file of jobs may have any name.
    declared += ["Databricks" for job in graph_of(answers).jobs if job.technology == "databricks"]
    return next(iter(named + declared), "")
