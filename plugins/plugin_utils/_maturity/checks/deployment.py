# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of deployment: by jobs, by infrastructure as code, by pipelines, and by agents in a cluster."""

from __future__ import annotations

import posixpath
import re
from typing import Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import CODE, trainers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import line_of, mappings
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.readers import graph_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import (
    Answers,
    Evidence,
    command_name,
    symbol_pattern,
)

INFRASTRUCTURE = re.compile(r"^(?:terraform|tofu|terragrunt|cdk|pulumi)\b")
TERRAFORM = re.compile(r"^(?:terraform|tofu) apply\b")
AS_CODE = re.compile(
    r"^(?:(?:terraform|tofu|terragrunt) (?:\S+ )*apply|cdk deploy|pulumi up|gcloud (?:\S+ )*builds submit|sam deploy|"
    r"serverless deploy|aws cloudformation deploy)"
)


def deploys_model(answers: Answers) -> list[Evidence]:
    """A deployment in CI, or infrastructure as code, of a project that serves a model."""
    if not _serves(answers):
        return []
    compute = _has_compute(answers)
    bare = _without_compute(answers)

    def brings_service(item: Evidence) -> bool:
        return not INFRASTRUCTURE.search(item.symbol) or (compute and (item.file, item.line) not in bare)

    found = [item for item in answers.found("deploys") if brings_service(item)]
    if _serves_model(answers):
        found.extend(answers.found("gitops"))
    in_ci = {(one.file, one.line) for job in answers.project.jobs for one in job.commands}
    for item in answers.found("deploys_by_hand"):
        if (AS_CODE.search(item.symbol) or (item.file, item.line) in in_ci) and brings_service(item):
            found.append(item._replace(strength=3))
    found.extend(answers.found("deploys_beside_ci"))
    found.extend(answers.found("deploys_in_cluster"))
    package = answers.files("serving_package") & _deploying(answers)
    told = answers.found("deploys_by_call") + answers.found("deploys_space")
    for command in (command for job in answers.project.jobs if job.automatic for command in job.commands):
        # A program that deploys, or tells a platform to, by whatever functions.
        programs = answers.project.programs([command])
        if answers.project.reach(programs) & package or graph_of(answers).point_in(frozenset(programs), told):
            found.append(Evidence(4, command.file, command.line, command_name(command.text)))
    return found


DEPLOYS_FLOWS = re.compile(
    r"^(?:prefect (?:-\S+ )*deploy|prefect deployment (?:build|apply)|dagster-cloud (?:\S+ )*deploy\w*|pyflyte (?:-\S+ (?:\S+ )?)*register|"
    r"flyte (?:\S+ )*deploy|flytectl register|astro deploy|kfp pipeline (?:create|upload)|kedro (?:airflow|vertexai|kubeflow)|"
    r"python[\d.]* \S+\.py (?:\S+ )*(?:argo-workflows|step-functions|airflow) create|zenml pipeline (?:build|deploy|snapshot)|"
    r"dbx deploy|databricks bundle deploy|"
    r"gcloud composer environments storage dags import)"
    r"|^uses:(?i:astronomer/deploy-action|dagster-io/dagster-cloud|PrefectHQ/actions-prefect-deploy)"
)


def releases_flows(answers: Answers) -> list[Evidence]:
    """CI that deploys flows of an orchestrator, where the checkout has any."""
    if not any(job.ordered for job in graph_of(answers).jobs):
        return []
    return [
        Evidence(4, one.file, one.line, command_name(one.text))
        for job in answers.project.jobs
        if job.delivers
        for one in job.commands
        if DEPLOYS_FLOWS.search(one.text)
    ]


PAGE = re.compile(r"^uses:(?:actions/deploy-pages|peaceiris/actions-gh-pages|JamesIves/github-pages-deploy-action)")


def publishes_page(answers: Answers) -> list[Evidence]:
    """CI that publishes a page which a program of the project has made before: a report, and not its documentation."""
    return [
        Evidence(4, one.file, one.line, command_name(one.text))
        for job in answers.project.jobs
        if job.delivers and answers.project.programs(job.commands)
        for one in job.commands
        if PAGE.search(one.text)
    ]


STARTS_HERE = re.compile(
    r"^(?:docker(?:-compose| compose) (?:\S+ )*up\b|docker run (?:\S+ )*(?:-d|--detach)\b|systemctl (?:\S+ )*restart\b)"
)
# A program of Docker's that speaks to another machine.
ELSEWHERE = re.compile(
    r"^docker (?:-c|--context|-H|--host)[ =]\S{1,200} (?:compose (?:\S{1,200} ){0,20}up|stack deploy)\b"
)
NEEDS_FILE = re.compile(r"compose|stack deploy")
COMPOSE_FILE = re.compile(r"(?:^|/)(?:docker-)?(?:compose|stack)[\w.-]{0,99}\.ya?ml$")
INTO_PLATFORM = re.compile(r"^git clone .*(?:huggingface\.co|hf\.co|heroku|git\.\w*dokku)")


def deploys_beside_ci(answers: Answers) -> list[Evidence]:
    """CI that starts the service on a machine of the project's, its own or another, or that pushes into a clone of a platform's repository."""
    found = []
    composed = any(COMPOSE_FILE.search(path) for path in answers.project.files)
    for job in answers.project.jobs:
        if not job.delivers:
            continue
        cloned = False
        for one in job.commands:
            cloned = cloned or bool(INTO_PLATFORM.search(one.text))
            started = (job.own_machine and STARTS_HERE.search(one.text)) or ELSEWHERE.search(one.text)
            if started and NEEDS_FILE.search(one.text) and not composed:
                continue
            if started or (cloned and re.match(r"git push\b", one.text)):
                found.append(Evidence(4, one.file, one.line, command_name(one.text)))
    return found


def deploys_in_cluster(answers: Answers) -> list[Evidence]:
    """Workflows of the cluster that deploy, and that something starts by itself."""
    graph = graph_of(answers)
    started = [job for trigger in graph.triggers if trigger.active for job in graph.started(trigger)]
    return [job.evidence() for job in started if "deploys" in job.does]


BY_NAME = re.compile(r"^models:/[^/@]{1,200}(?:@|/(?!latest$)(?:Production|Staging|<>|[a-z_]*$))")
ASKS_REGISTRY = symbol_pattern(("*.get_model_version_by_alias", "*.get_latest_versions"))
LOADS = symbol_pattern(("mlflow.*load_model", "mlflow.*spark_udf", "*.score_batch"))


def follows_registry(answers: Answers) -> list[Evidence]:
    """A service, or a flow that scores, that loads by alias or stage what other code of the project promotes: a promotion is its deployment."""
    project = answers.project
    if not answers.found("promotion"):
        return []
    found: list[Evidence] = []
    graph, training = graph_of(answers), trainers(answers)
    flows = [job for job in graph.jobs if job.ordered or job.technology == "databricks"]
    # What trains or promotes a model loads it to judge it.
    judging = training | answers.files("promotion")
    scoring = {path for job in flows if not graph.code(job.files) & judging for path in job.files}
    for service in sorted(answers.files("serving_code") | scoring):
        loaded = project.reach([service])
        code = {path: project.python[path] for path in sorted(loaded & set(project.python))}
        # Where the address is put together, another file may load what it names.
        named = any(BY_NAME.search(text.value) for facts in code.values() for text in facts.strings)
        for path, facts in code.items():
            loads = [call for call in facts.calls if LOADS.fullmatch(call.symbol)]
            asks = any(ASKS_REGISTRY.fullmatch(call.symbol) for call in facts.calls)
            if loads and (named or asks):
                live = project.functions(loaded, [service])
                found.extend(
                    Evidence(4, path, call.line, call.symbol) for call in loads if (path, call.function) in live
                )
    return found


ASKS = symbol_pattern(("requests.*", "httpx.*", "aiohttp.*.post", "urllib.request.*"))
LOADS_AGAIN = re.compile(
    r"/((?:re[-_]?load|refresh|(?:update|switch|swap|load|deploy)[-_]model)(?:[-_]\w{1,40})?)/?(?:\?|$)", re.I
)


def tells_service(answers: Answers) -> list[Evidence]:
    """Calls of jobs that have the project's service load its model again, by a route whose name a function of the service has."""
    project = answers.project
    loading = answers.files("serving_code") & answers.files("inference_call")
    routes = {one.name.lower().replace("_", "") for path in loading for one in project.python[path].functions}
    graph = graph_of(answers)
    found = []
    for job in (one for one in graph.jobs if one.ordered):
        for path in sorted(graph.code(job.files) & set(project.python)):
            for call in project.python[path].calls:
                asked = filter(None, map(LOADS_AGAIN.search, (*call.values, *call.keywords.values())))
                names = [re.sub("[_-]", "", one.group(1).lower()) for one in asked]
                if ASKS.fullmatch(call.symbol) and any(name in route for name in names for route in routes):
                    found.append(Evidence(4, path, call.line, call.symbol))
    return found


PACKAGED = ("serving_image", "serving_package", "serving_config", "serving_declared", "serving_procfile")


def _serves(answers: Answers) -> bool:
    return any(answers.found(name) for name in ("serving_code", *PACKAGED, "batch_image"))


def _serves_model(answers: Answers) -> bool:
    """Whether a service is packaged, or its code comes to a model: what an agent brings into a cluster may have nothing to do with one."""
    served = answers.project.reach(answers.files("serving_code"))
    return any(answers.found(name) for name in PACKAGED) or bool(served & answers.files("inference_call"))


def _deploying(answers: Answers) -> set[str]:
    return {item.file for item in answers.found("serving_package") if re.search(r"deploy|create_endpoint", item.symbol)}


COMPUTE = re.compile(
    r'resource\s+"(?:aws_lambda_function|aws_ecs_(?:service|task_definition)|aws_sagemaker_endpoint|aws_apprunner_service|google_cloud_run\w{0,99}|'
    r"google_cloudfunctions\w{0,99}|google_vertex_ai_endpoint|google_container_\w+|kubernetes_deployment\w{0,99}|helm_release|"
    r"azurerm_(?:container\w{0,99}|linux_web_app|machine_learning\w{0,99}|kubernetes\w{0,99}|\w{0,99}function_app|linux_virtual\w{0,99})|"
    r"aws_(?:instance|lightsail_container\w{0,99}|elastic_beanstalk\w{0,99}|sagemaker_model|ecs_cluster)|google_app_engine\w{0,99}|"
    r"databricks_(?:model_serving|job)|digitalocean_(?:app|droplet)|hcloud_server|heroku_app|scaleway_container\w{0,99}|yandex_\w{0,99}container\w{0,99}|"
    r'aws_batch_job_definition|docker_container|google_compute_instance|aws_eks\w{0,99})"|source\s*=\s*"[^"]{0,99}(?:ecs|lambda|cloud-run|eks|gke)[^"]{0,99}"'
)
MACHINE = re.compile(r"google_compute_instance|aws_instance|azurerm_linux_virtual|droplet|hcloud_server")
COMPUTE_INSTANCE_RUNS = re.compile(r"user_data|docker run|startup[-_]script|provisioner")


MODULE = re.compile(r'\bmodule\s{1,9}"[^"]{1,200}"\s{0,9}\{[^}]{0,1000}?\bsource\s{0,20}=\s{0,20}"([^"]{1,300})"')


def _without_compute(answers: Answers) -> frozenset[tuple[str, int]]:
    """Places of commands of Terraform whose folder is in the checkout, and has nothing, nor have its modules, that runs a service."""
    folders: dict[str, dict[str, str]] = {}
    for path, text in answers.project.text.items():
        if path.endswith(".tf"):
            folders.setdefault(posixpath.dirname(path), {})[path] = text
    places = set()
    for one, _weight in answers.commands(["ci", "make", "script"]):
        folder = posixpath.normpath(one.folder) if one.folder else ""
        if folder not in folders or not TERRAFORM.search(one.text):
            continue
        reached: dict[str, str] = {}
        stack, elsewhere, seen = [folder], False, set()
        while stack:
            root = stack.pop()
            if root in seen:
                continue
            seen.add(root)
            reached.update(folders.get(root, {}))
            for source in (name for text in folders.get(root, {}).values() for name in MODULE.findall(text)):
                module = posixpath.normpath(posixpath.join(root, source))
                elsewhere = elsewhere or not source.startswith(".") or module not in folders
                stack.append(module)
        declared = answers.files("serving_config", "serving_declared") & set(reached)
        if not elsewhere and not declared and not _runs_service(answers, reached):
            places.add((one.file, one.line))
    return frozenset(places)


def _runs_service(answers: Answers, texts: Mapping[str, str]) -> bool:
    """Whether files of Terraform have something that runs a service."""
    for path, text in texts.items():
        if path.endswith(".tf") and answers.project.role(path) in CODE:
            for match in COMPUTE.finditer(text):
                if not MACHINE.search(match.group()) or COMPUTE_INSTANCE_RUNS.search(text):
                    return True
    return False


def _has_compute(answers: Answers) -> bool:
    declared = bool(answers.files("serving_config", "serving_declared"))
    programs = any(re.search(r"(?:^|/)(?:cdk\.json|Pulumi\.yaml)$", path) for path in answers.project.files)
    return declared or programs or _runs_service(answers, answers.project.text)


def deploys_model_code(answers: Answers) -> list[Evidence]:
    """Steps of a pipeline that deploy what they get from the registry."""
    wanted = re.compile(
        r"zenml\..{0,99}deployer|\.deploy$|create_endpoint$|serving_endpoints\.(?:create|update_config)\w{0,40}$|_deployment$"
    )
    reached = graph_of(answers).ordered_code
    found = [item for item in answers.found("serving_package") if item.file in reached and wanted.search(item.symbol)]
    return found + _by_r(answers, by_itself=True)


def deploys_by_script(answers: Answers) -> list[Evidence]:
    """Scripts in R that deploy, and that nothing but a person starts."""
    return _by_r(answers, by_itself=False)


BY_R = re.compile(r"\bvetiver_deploy_rsconnect\b|\brsconnect::deployAPI\b")


def _by_r(answers: Answers, *, by_itself: bool) -> list[Evidence]:
    """Deployments in R that CI, a flow, or a server for documents runs, which gets them with a manifest beside them; or else the others."""
    found = []
    for path, text in answers.project.text.items():
        match = BY_R.search(text)
        if match and answers.project.role(path) in CODE:
            found.append(Evidence(3, path, text.count("\n", 0, match.start()) + 1, match.group()))
    if not found:
        return []
    run = {one for job in answers.project.jobs if job.automatic for one in answers.project.programs(job.commands)}
    run |= graph_of(answers).ordered_code
    published = {
        posixpath.dirname(path) for path in answers.project.files if posixpath.basename(path) == "manifest.json"
    }
    return [one for one in found if (one.file in run or posixpath.dirname(one.file) in published) == by_itself]


def gitops(answers: Answers) -> list[Evidence]:
    """Applications of Argo CD that synchronise by themselves, and releases of Flux."""
    found = []
    for path, documents in answers.project.documents.items():
        for document in documents:
            if not isinstance(document, dict) or answers.project.role(path) not in CODE:
                continue
            kind, version = str(document.get("kind")), str(document.get("apiVersion"))
            argo = version.startswith("argoproj.io/") and kind in ("Application", "ApplicationSet")
            if (argo and any("automated" in item for item in mappings(document))) or (
                "toolkit.fluxcd.io/" in version and kind in ("HelmRelease", "Kustomization", "ImageUpdateAutomation")
            ):
                found.append(Evidence(3, path, line_of(answers.project.raw[path], "kind: " + kind), kind))
    return found
