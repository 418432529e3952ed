# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The questions that a pattern cannot answer. Each is named as its signal in the rules."""

from __future__ import annotations

import posixpath
import re
from typing import Any, Callable, Iterator, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import (
    as_list,
    conda_pins,
    line_of,
    mappings,
    pins,
    text_of,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.flows import (
    TRAINS,
    Flow,
    Schedule,
    flows,
    schedules,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import (
    Answers,
    Evidence,
    command_name,
    symbol_pattern,
)

LOCKS = re.compile(
    r"(?:^|/)(?:poetry\.lock|uv\.lock|Pipfile\.lock|pdm\.lock|pixi\.lock|conda-lock\.ya?ml|renv\.lock|Manifest\.toml|"
    r"requirements[\w.-]*\.lock|packrat\.lock)$"
)
NOT_PRODUCT = re.compile(
    r"(?:dev|test|doc|lint|ci|notebook)[\w-]*\.(?:txt|in)$|(?:^|/)(?:docs?|tests?|\.github|\.devcontainer|\.fluxbot)/",
    re.I,
)
INTEGRATION = re.compile(
    r"(?:^|[/_.-])(?:integrations?|e2e|end[_-]?to[_-]?end|functional|system|acceptance|smoke)(?:[/_.-]|tests?)", re.I
)
CROSSING = symbol_pattern(
    (
        "*.TestClient",
        "*.test_client",
        "requests.*",
        "httpx.*",
        "testcontainers.*",
        "moto.*",
        "localstack*",
        "docker.from_env",
        "aiohttp.ClientSession",
        "redis.*",
        "pymongo.MongoClient",
        "kafka.*",
        "confluent_kafka.*",
        "pika.*",
        "psycopg.*",
        "asyncpg.*",
        "psycopg2.connect",
        "grpc.insecure_channel",
    )
)
SERVERS = re.compile(
    r"^(?:uvicorn|gunicorn|hypercorn|waitress-serve|flask|fastapi (?:run|start)|streamlit run|bentoml serve|serve\b|"
    r"mlflow models serve|"
    r"torchserve|tensorflow_model_server|tritonserver|ray start|serve run|mlserver|daphne|tini .*serve|chainlit run|"
    r"litserve|granian|voila|panel serve|bokeh serve|shiny run|solara run|marimo run|vllm serve|text-generation-launcher|"
    r"functions-framework|seldon-core-microservice|mosec|python[\d.]* manage\.py runserver)\b"
)
COMPOSE = re.compile(r"(?:docker-)?compose[\w.-]*\.ya?ml$")
# What looks at others: that it is looked at itself says nothing about the project's services.
WATCHERS = re.compile(r"\b(?:prom|prometheus(?!\.io)|grafana|evidently|alertmanager|node-exporter)\b")
# Every kind ends the one before it, and these have weights.
ROUTE = re.compile(
    r"^kind:[ \t]*[\"']?(?:VirtualService|HTTPRoute|GRPCRoute|TrafficSplit|TraefikService|IngressRoute|SeldonDeployment)\b",
    re.M,
)
WEIGHT = re.compile(r"(?:weight|traffic):[ \t]*[\"']?(?:[1-9]\d?\b|\{\{)")
# Images of orchestrators, which serve where their flows score.
ORCHESTRATOR_BASE = re.compile(
    r"mageai/|apache/airflow|prefecthq/|dagster/|zenmldocker/|astrocrpublic|astronomer|kestra/|flyteorg/"
)
TOOLS = re.compile(
    r"^(?:jupyter|start-notebook|bash|sh|/bin/(?:ba)?sh|tail|sleep|mlflow (?:server|ui)|prefect|airflow|zenml|"
    r"dagster|mage start|postgres|nginx|R$|Rscript|code-server)\b"
)
SERVING_BASE = re.compile(
    r"lambda/python|tensorflow/serving|pytorch/torchserve|tritonserver|seldonio|kserve|bentoml|sagemaker|"
    r"rstudio/plumber|rocker/plumber|uvicorn-gunicorn|vllm/|text-generation-inference"
)
COMPUTE = re.compile(
    r'resource\s+"(?:aws_lambda_function|aws_ecs_(?:service|task_definition)|aws_sagemaker_endpoint|aws_apprunner_service|google_cloud_run\w*|'
    r"google_cloudfunctions\w*|google_vertex_ai_endpoint|google_container_\w+|kubernetes_deployment\w*|helm_release|"
    r"azurerm_(?:container\w*|linux_web_app|machine_learning\w*|kubernetes\w*|\w*function_app|linux_virtual\w*)|"
    r"aws_(?:instance|lightsail_container\w*|elastic_beanstalk\w*|sagemaker_model|ecs_cluster)|google_app_engine\w*|"
    r"databricks_(?:model_serving|job)|digitalocean_(?:app|droplet)|hcloud_server|heroku_app|scaleway_container\w*|yandex_\w*container\w*|"
    r'aws_batch_job_definition|docker_container|google_compute_instance|aws_eks\w*)"|source\s*=\s*"[^"]*(?:ecs|lambda|cloud-run|eks|gke)[^"]*"'
)
MACHINE = re.compile(r"google_compute_instance|aws_instance|azurerm_linux_virtual|droplet|hcloud_server")
COMPUTE_INSTANCE_RUNS = re.compile(r"user_data|docker run|startup[-_]script|provisioner")
INFRASTRUCTURE = re.compile(r"^(?:terraform|tofu|terragrunt|cdk|pulumi)\b")
AS_CODE = re.compile(
    r"^(?:(?:terraform|tofu|terragrunt) (?:\S+ )*apply|cdk deploy|pulumi up|gcloud (?:\S+ )*builds submit|sam deploy|"
    r"serverless deploy|aws cloudformation deploy)"
)
IN_PRODUCTION = re.compile(
    r"champ(?:ion)?(?![a-z])|challeng|incumbent|(?<![a-z])prod(?:uction)?(?![a-z])|registered|deployed|in_service|staging|"
    r"(?:current|existing|previous|old|latest|live|baseline)_(?:\w+_)?(?:model|best|prod|version|score|metrics?|rmse|"
    r"mae|mse|f1|auc|accuracy|acc|loss|r2)",
    re.I,
)
BY_ALIAS = re.compile(r"get_model_version_by_alias$|get_latest_versions$")
METRIC = re.compile(
    r"(?<![a-z])(?:rmse|mae|mse|ma[p]e|accuracy|acc|f1|auc|roc|r2|score|scores|metrics?|loss|precision|recall|error|"
    r"performance|improvement|improved|better|gain|wins?|outperforms?)(?![a-z])",
    re.I,
)
MEASURE = re.compile(r"(?<![a-z])(?:rmse|mae|mse|ma[p]e|accuracy|acc|f1|auc|roc|r2|scores?|metrics?)(?![a-z])", re.I)
STOPS = re.compile(r"(?:Error|Exception|Failed|Skip|FAIL)$|(?:^|\.)(?:cancel|exit|abort|fail)$")
GATE = re.compile(
    r"threshold|promot|better|improve|beats|passed|is_best|accept|wins?(?![a-z])|winner|approv|outperform|eligib|"
    r"should_(?:deploy|register|replace)|deploy_flag",
    re.I,
)
PROMOTES = re.compile(
    r"(?:^|\.)(?:transition_model_version_stage|set_registered_model_alias|update_model_package|link_model|"
    r"register_model|set_stage|promote\w*|_promote\w*|register_\w*model\w*|create_model_version|add_version_aliases|"
    r"set_default_version|link_artifact|deploy(?:_\w*(?:model|endpoint|service|version|challenger|candidate))?)$"
)
DRIFT = re.compile(
    r"(?<![a-z])(?:psi|population_stability\w*|(?:data|concept|feature|prediction|target|model)_drift|drift_(?:score|"
    r"check|detect\w*)|(?:calculate|compute|detect|check)_(?:\w+_)?drift)(?![a-z])",
    re.I,
)
ALARM = re.compile(
    r"drift|degrad|psi(?![a-z])|alert|alarm|decay|performance_drop|needs?_retrain|should_retrain|retrain", re.I
)
STARTS_TRAINING = re.compile(
    r"(?:^|\.)(?:start_pipeline_execution|run_deployment|TriggerDagRunOperator|create_flow_run\w*|trigger_pipeline|"
    r"trigger_dag\w*|start_execution|create_workflow_dispatch|"
    r"trigger_(?:re)?train\w*|(?:re)?train(?:ing)?(?:_\w*(?:flow|pipeline|model|job))?|retrain\w*|"
    r"run_(?:re)?train\w*|start_(?:re)?train\w*|launch_(?:re)?train\w*)$"
)
# A condition of CI on what an earlier step or job found out.
RESULT = re.compile(r"(?:steps|needs)\.[\w.-]*outputs\.\w*(?:drift|degrad|decay|retrain)", re.I)
STARTED_IN_CI = re.compile(
    r"^gh workflow run .*train|^dvc repro|^prefect deployment run|^airflow dags trigger|start-pipeline-execution|"
    r"^uses:peter-evans/repository-dispatch"
)
CODE = ("source", "example")


def trainers(answers: Answers) -> set[str]:
    """Files outside notebooks in which a model is fitted."""
    found = answers.files("training_call", "training_fit", "training_other_language", "training_in_config")
    return {path for path in found if answers.project.role(path) in CODE}


def _fits(answers: Answers) -> list[Evidence]:
    """Calls outside notebooks that fit a model."""
    found = answers.found("training_call") + answers.found("training_fit")
    return [item for item in found if answers.project.role(item.file) in CODE]


def _reached(answers: Answers, flow: Flow, item: Evidence) -> bool:
    """Whether a flow comes to the function in which something stands, and not only to its file."""
    project = answers.project
    if item.file not in flow.files or item.file not in project.python:
        return item.file in flow.files
    return (item.file, project.function_at(item.file, item.line)) in project.functions(flow.files, {flow.file})


def training_in_scripts(answers: Answers) -> list[Evidence]:
    """Code that fits a model and that something starts, and what other languages or services train."""
    found = []
    for item in _fits(answers):
        if item.strength >= 4 or any(_reached(answers, flow, item) for flow in flows(answers)):
            found.append(item._replace(strength=4))
    return found + answers.found("training_other_language") + answers.found("training_in_config")


def training_unreached(answers: Answers) -> list[Evidence]:
    """Code that fits a model, which nothing but a notebook uses."""
    return _fits(answers)


def _tests(answers: Answers) -> Iterator[tuple[str, int, str, int]]:
    for path, _role, facts in answers.code(["test"]):
        for name, line, assertions in facts.get("tests", ()):
            yield path, line, name, assertions


def _reaches_code(answers: Answers, path: str) -> bool:
    """Whether a test file, or a conftest beside or above it, loads code of the project."""
    project = answers.project
    folder = posixpath.dirname(path)
    helpers = [
        item
        for item in project.python
        if posixpath.basename(item) == "conftest.py" and (folder + "/").startswith(posixpath.dirname(item) + "/")
    ]
    for one in [path, *helpers]:
        for module, _line in project.python[one].get("imports", ()):
            target = project.resolve(module, one)
            if target and project.role(target) in CODE:
                return True
        for value, _line in project.python[one].get("strings", ()):
            if any(
                project.role(item) in CODE and item.endswith(".py") for item in project.named_programs(value, folder)
            ):
                return True
    return False


def unit_tests(answers: Answers) -> list[Evidence]:
    """Tests with an assertion in files that load the project's own code and are no integration tests."""
    in_ci = {
        item
        for job in answers.project.jobs
        if job.automatic
        for item in job.commands
        if re.match(r"^(?:pytest|unittest|tox|nox)\b", item.text)
    }
    reaching: dict[str, bool] = {}
    found = []
    for path, line, name, assertions in _tests(answers):
        if not assertions or INTEGRATION.search(path):
            continue
        if path not in reaching:
            reaching[path] = _reaches_code(answers, path)
        if reaching[path]:
            found.append(Evidence(4 if in_ci else 3, path, line, name))
    return found


def weak_tests(answers: Answers) -> list[Evidence]:
    """Tests that assert nothing, or load nothing of the project."""
    return [
        Evidence(2, path, line, name)
        for path, line, name, _assertions in _tests(answers)
        if not INTEGRATION.search(path)
    ]


def integration_tests(answers: Answers) -> list[Evidence]:
    """Tests with an assertion that stand among integration tests, or talk to a service, a container or a database."""
    found = []
    crossing: dict[str, str] = {}
    for path, _role, facts in answers.code(["test"]):
        for symbol, _line, _function, _keywords, _values in facts.get("calls", ()):
            if CROSSING.fullmatch(symbol):
                crossing.setdefault(path, symbol)
    for path, line, name, assertions in _tests(answers):
        if assertions and (INTEGRATION.search(path) or path in crossing):
            found.append(Evidence(3, path, line, name))
    return found


def orchestrated_training(answers: Answers) -> list[Evidence]:
    """Flows whose steps reach the training code, or name a training step that only a container knows."""
    training = trainers(answers)
    points = _fits(answers) + answers.found("training_other_language") + answers.found("training_in_config")
    found = []
    for flow in flows(answers):
        if any(_reached(answers, flow, item) for item in points):
            found.append(Evidence(4, flow.file, flow.line, flow.symbol))
        elif training and _names_training(flow):
            found.append(Evidence(3, flow.file, flow.line, flow.symbol))
    return found


def _names_training(flow: Flow) -> bool:
    return bool(TRAINS.search(flow.words))


def pinned_environment(answers: Answers) -> list[Evidence]:
    """A lock file, or at least three quarters of the requirements of the product exact."""
    project = answers.project
    locks = [path for path in project.files if LOCKS.search(path) and not NOT_PRODUCT.search(path)]
    if locks:
        return [Evidence(3, path, 1, posixpath.basename(path)) for path in locks[:5]]
    counts = _pin_counts(answers)
    total, exact = sum(item[0] for item in counts.values()), sum(item[1] for item in counts.values())
    if total >= 2 and exact >= 0.75 * total:
        return [
            Evidence(3, path, 1, "%d of %d pinned" % (known[1], known[0])) for path, known in counts.items() if known[1]
        ]
    return _pinned_images(answers)


def _pin_counts(answers: Answers) -> dict[str, tuple[int, int]]:
    counts = {}
    for path, text in answers.project.raw.items():
        base = posixpath.basename(path)
        if answers.project.role(path) not in CODE or NOT_PRODUCT.search(path):
            continue
        if re.match(r"requirements[\w.-]*\.txt$", base) or re.search(r"(?:^|/)requirements/[\w.-]+\.txt$", path):
            counts[path] = pins(text)
        elif re.match(r"(?:environment|conda|env)[\w.-]*\.ya?ml$", base):
            counts[path] = conda_pins(text)
    return {path: known for path, known in counts.items() if known[0]}


def _pinned_images(answers: Answers) -> list[Evidence]:
    """Images that install packages, all of them exact, on a base with a version."""
    found = []
    for path, box in answers.project.containers.items():
        if not box["bases"] or not re.search(r"[:@][\w.-]*\d", box["bases"][0]):
            continue
        named = exact = 0
        for run in box["runs"]:
            for part in re.split(r"&&|;", run):
                if re.search(r"(?:pip3?|conda|mamba) install|install2\.r|install_version", part):
                    words = [
                        word.strip("'\"")
                        for word in re.split(r"\s", part.split("install", 1)[1])
                        if re.match(r"^['\"]?[A-Za-z]", word)
                    ]
                    packages = [
                        word
                        for word in words
                        if not re.match(r"^(?:requirements|conda-forge|defaults|pip|upgrade)|.*\.txt$", word)
                    ]
                    named += len(packages)
                    exact += sum(bool(re.search(r"=\d|=\"\d|version", word)) for word in packages)
        if named >= 2 and exact >= 0.75 * named:
            found.append(Evidence(3, path, 1, "%d of %d pinned" % (exact, named)))
    return found


def declared_environment(answers: Answers) -> list[Evidence]:
    """Requirements of which some are exact."""
    return [
        Evidence(1, path, 1, "%d of %d pinned" % (known[1], known[0]))
        for path, known in _pin_counts(answers).items()
        if known[1]
    ]


def serving_image(answers: Answers) -> list[Evidence]:
    """Images whose command starts a server, or code of the project that serves or scores."""
    project = answers.project
    serving = answers.files("serving_code", "inference_call")
    found = []
    for path, box in project.containers.items():
        # A function's image without its handler in the checkout serves nothing.
        based = any(SERVING_BASE.search(item) and ("lambda" not in item or box["programs"]) for item in box["bases"])
        reached = _scores(answers, box["programs"])
        for one in box["starts"]:
            texts = [item.text for item in box["behind"]] or [one.text]
            known = bool(box["programs"])
            served = any(SERVERS.search(text) for text in texts) and (reached if known else bool(serving or based))
            named = not TOOLS.search(texts[0]) or one.text.endswith(".sh")
            if served or (based and box["copies"]) or (reached and named):
                found.append(Evidence(4, path, one.line, command_name(one.text)))
                break
        else:
            if based and (box["copies"] or box["runs"]):
                found.append(Evidence(3, path, 1, box["bases"][0][:100]))
        found.extend(
            Evidence(3, path, 1, posixpath.basename(item))
            for item in _scoring_scripts(answers, path, box["copies"], serving)
        )
    scoring = set().union(*(flow.files for flow in flows(answers)), set()) & answers.files("inference_call")
    for path, box in project.containers.items():
        if scoring and box["copies"] and any(ORCHESTRATOR_BASE.search(item) for item in box["bases"]):
            found.append(Evidence(3, path, 1, box["bases"][0][:100]))
    for one in project.compose_commands:
        if posixpath.basename(one.file) == "dvc.yaml":
            continue
        programs = project.programs([one])
        served = _scores(answers, programs) if programs else bool(SERVERS.search(one.text))
        if served and serving and project.containers and not TOOLS.search(one.text):
            found.append(Evidence(4, one.file, one.line, command_name(one.text)))
    return found


def _scores(answers: Answers, programs: set[str]) -> bool:
    """Whether programs serve or score: a dashboard of drift, and a training that looks at its own predictions, do neither."""
    project = answers.project
    services, scoring, training = answers.files("serving_code"), answers.files("inference_call"), trainers(answers)
    files = project.reach(programs)
    if files & answers.files("model_monitoring") and not files & scoring:
        return False
    return bool(files & services or (files & scoring and not files & training))


def _scoring_scripts(answers: Answers, path: str, copies: list[str], serving: set[str]) -> Iterator[str]:
    """Shell scripts that an image brings and that score: batch scoring is serving, too."""
    project = answers.project
    for name in sorted({name for copy in copies for name in re.findall(r"[\w./-]+\.sh\b", copy)}):
        script = project.find(name, posixpath.dirname(path))
        if (
            script in project.raw
            and project.reach(project.programs(project.expander.expand(project.raw[script], script, 1))) & serving
        ):
            yield script


def scraped_service(answers: Answers) -> list[Evidence]:
    """What a Prometheus scrapes and the project builds or runs: services of a compose file, annotated pods. Drift dashboards are none."""
    project = answers.project
    own: set[str] = set()
    for path, documents in project.documents.items():
        if not COMPOSE.search(path):
            continue
        services = [item["services"] for item in mappings(documents) if isinstance(item.get("services"), dict)]
        for name, service in (pair for group in services for pair in group.items()):
            build = service.get("build") if isinstance(service, dict) else None
            context = build.get("context", ".") if isinstance(build, dict) else build
            if context is None:
                continue
            folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), str(context)))
            watching = any(
                (file + "/").startswith(folder + "/") for file in answers.files("model_monitoring") if folder != "."
            )
            if not watching and not re.search(r"evidently|drift|monitor", str(name)):
                own.update({str(name), str(service.get("container_name", name))})
    found = []
    for path, documents in project.documents.items():
        for item in (entry for group in mappings(documents) for entry in as_list(group.get("scrape_configs"))):
            for host in re.findall(r"^([\w.-]+):\d+$", text_of(item), re.M):
                if host in own:
                    found.append(Evidence(3, path, line_of(project.raw[path], host), host))
        for document in documents:
            told = any(str(item.get("prometheus.io/scrape")).lower() == "true" for item in mappings(document))
            if told and not WATCHERS.search(text_of(document)):
                line = line_of(project.raw[path], "prometheus.io/scrape")
                found.append(Evidence(3, path, line, "prometheus.io/scrape"))
    return found


def batch_image(answers: Answers) -> list[Evidence]:
    """Images that copy code of the project, whatever they start."""
    return [
        Evidence(3, path, 1, box["copies"][0][:100])
        for path, box in answers.project.containers.items()
        if box["copies"] and trainers(answers)
    ]


def _serves(answers: Answers) -> bool:
    names = ("serving_code", "serving_image", "serving_package", "serving_config", "serving_procfile", "batch_image")
    return any(answers.found(name) for name in names)


def deploys_model(answers: Answers) -> list[Evidence]:
    """A deployment in CI, or infrastructure as code, of a project that serves a model."""
    if not _serves(answers):
        return []
    compute = _has_compute(answers)
    found = [item for item in answers.found("deploys") if compute or not INFRASTRUCTURE.search(item.symbol)]
    found.extend(answers.found("gitops"))
    in_ci = {(one.file, one.line) for job in answers.project.jobs for one in job.commands}
    for item in answers.found("deploys_by_hand"):
        if (AS_CODE.search(item.symbol) or (item.file, item.line) in in_ci) and (
            compute or not INFRASTRUCTURE.search(item.symbol)
        ):
            found.append(item._replace(strength=3))
    package = answers.files("serving_package")
    for job in answers.project.jobs:
        if job.automatic and answers.project.reach(answers.project.programs(job.commands)) & package & _deploying(
            answers
        ):
            found.append(Evidence(4, job.file, job.line, job.name))
    return found


def _deploying(answers: Answers) -> set[str]:
    return {item.file for item in answers.found("serving_package") if re.search(r"deploy|create_endpoint", item.symbol)}


def _has_compute(answers: Answers) -> bool:
    for path, text in answers.project.text.items():
        if path.endswith(".tf") and answers.project.role(path) in CODE:
            for match in COMPUTE.finditer(text):
                if not MACHINE.search(match.group()) or COMPUTE_INSTANCE_RUNS.search(text):
                    return True
    return bool(answers.files("serving_config")) or any(
        re.search(r"(?:^|/)(?:cdk\.json|Pulumi\.yaml)$", path) for path in answers.project.files
    )


def deploys_model_code(answers: Answers) -> list[Evidence]:
    """Steps of a pipeline that deploy what they get from the registry."""
    wanted = re.compile(r"zenml\..*deployer|\.deploy$|create_endpoint$")
    reached = set().union(*(flow.files for flow in flows(answers)), set())
    found = [item for item in answers.found("serving_package") if item.file in reached and wanted.search(item.symbol)]
    for path, text in answers.project.text.items():
        match = re.search(r"\bvetiver_deploy_rsconnect\b|\brsconnect::deployAPI\b", text)
        if match and answers.project.role(path) in CODE:
            found.append(Evidence(3, path, text.count("\n", 0, match.start()) + 1, match.group()))
    return found


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


def traffic_weights(answers: Answers) -> list[Evidence]:
    """Routes with more than one weight. Read as text, since charts are no YAML before they are rendered."""
    found = []
    for path, text in answers.project.text.items():
        if not path.endswith((".yml", ".yaml")) or answers.project.role(path) not in CODE:
            continue
        starts = list(ROUTE.finditer(text))
        for number, start in enumerate(starts):
            end = starts[number + 1].start() if number + 1 < len(starts) else len(text)
            if len(WEIGHT.findall(text, start.end(), min(end, start.end() + 8000))) >= 2:
                found.append(Evidence(3, path, text.count("\n", 0, start.start()) + 1, start.group().strip()))
                break
    return found


def traffic_split_code(answers: Answers) -> list[Evidence]:
    """Weights for more than one version."""
    found = []
    for path, role, facts in answers.code(list(CODE)):
        for symbol, line, _function, keywords, _values in facts.get("calls", ()):
            split = keywords.get("traffic_split") or keywords.get("traffic", "")
            variants = keywords.get("ProductionVariants", "").count("VariantName")
            several = (
                split.startswith("[") and split.count(",") >= 3 and "timeout" not in split and "bentoml" not in symbol
            )
            if (
                several
                or symbol.endswith("update_endpoint_weights_and_capacities")
                or "ShadowProductionVariants" in keywords
                or variants >= 2
            ):
                found.append(Evidence(answers.weight(path, role), path, line, symbol))
    return found


def champion_challenger(answers: Answers) -> list[Evidence]:
    """A comparison of a metric with that of the model in production, in code that knows the registry."""
    registry = answers.files("model_registry", "model_registry_uri", "promotion")
    found = []
    for path, role, facts in answers.code(list(CODE)):
        known = (
            path in registry
            or bool(answers.project.edges.get(path, set()) & registry)
            or any(path in answers.project.edges.get(item, ()) for item in registry)
        )
        # A comparison counts as well where its function gets the model in production by its alias or stage.
        fetching = {
            function
            for symbol, _line, function, _keywords, _values in facts.get("calls", ())
            if function and BY_ALIAS.search(symbol)
        }
        for names, line, function, ordered, _body, _other, _leaves in facts.get("compares", ()):
            words = " ".join(names)
            if ordered and METRIC.search(words) and known and (IN_PRODUCTION.search(words) or function in fetching):
                found.append(Evidence(answers.weight(path, role), path, line, words[:100]))
    return found


def model_monitoring_own(answers: Answers) -> list[Evidence]:
    """A function named after drift that calls a two-sample test, or computes a stability index."""
    tests = symbol_pattern(
        ("scipy.stats.ks_2samp", "scipy.stats.wasserstein_distance", "scipy.spatial.distance.jensenshannon")
    )
    found = []
    for path, role, facts in answers.code(list(CODE)):
        for symbol, line, function, _keywords, _values in facts.get("calls", ()):
            if tests.fullmatch(symbol) and (DRIFT.search(function) or re.search(r"drift|monitor", path)):
                found.append(Evidence(answers.weight(path, role), path, line, symbol))
        for name, line, _decorators in facts.get("functions", ()):
            if re.search(r"(?<![a-z])psi(?![a-z])|population_stability", name):
                found.append(Evidence(answers.weight(path, role), path, line, name))
    return found


def _schedules_of_training(answers: Answers) -> Iterator[Schedule]:
    training = trainers(answers)
    orchestrated = {item.file for item in answers.found("orchestrated_training")}
    for item in schedules(answers):
        # A container or a managed service hides the files: then the words of the flow have to say what is trained.
        hidden = not item.files or item.file in orchestrated
        if item.files & training or (hidden and training and (TRAINS.search(item.words) or item.file in orchestrated)):
            yield item


def scheduled_training(answers: Answers) -> list[Evidence]:
    """Active schedules and events whose flow reaches training."""
    return [Evidence(4, item.file, item.line, item.symbol) for item in _schedules_of_training(answers) if item.active]


def paused_schedule(answers: Answers) -> list[Evidence]:
    """Schedules of training that are paused or empty."""
    return [
        Evidence(3, item.file, item.line, item.symbol)
        for item in _schedules_of_training(answers)
        if not item.active and not item.hidden and "codecommit" not in item.words
    ]


def schedule_from_environment(answers: Answers) -> list[Evidence]:
    """Schedules of training whose time is a variable of the environment."""
    return [Evidence(1, item.file, item.line, item.symbol) for item in _schedules_of_training(answers) if item.hidden]


def registry_from_environment(answers: Answers) -> list[Evidence]:
    """Models that are logged or loaded under a name or an address that only the environment has."""
    found = []
    for path, _role, facts in answers.code(list(CODE)):
        for symbol, line, _function, keywords, values in facts.get("calls", ()):
            named = keywords.get("registered_model_name")
            address = keywords.get("model_uri", values[0] if values else "") if symbol.endswith("load_model") else ""
            if "<env>" in (named, address) and symbol.startswith("mlflow."):
                found.append(Evidence(1, path, line, symbol))
    return found


def external_ci(answers: Answers) -> list[Evidence]:
    """CI that is told to run what stands elsewhere, and badges of CI systems without their configuration."""
    return [Evidence(1, *item) for item in answers.project.outside]


def triggered_retraining(answers: Answers) -> list[Evidence]:
    """Events that start training, and branches on a monitor's result whose body starts it."""
    found = [
        Evidence(4, item.file, item.line, item.symbol)
        for item in _schedules_of_training(answers)
        if item.active and item.event
    ]
    training = trainers(answers)
    if not training:
        return found
    for job in answers.project.jobs:
        # A monitor's result that decides in CI whether training runs.
        alarmed = [item for item in job.commands if RESULT.search(item.when)] if job.automatic else []
        starting = [item for item in alarmed if STARTED_IN_CI.search(item.text)]
        if starting or answers.project.reach(answers.project.programs(alarmed)) & training:
            found.append(Evidence(4, job.file, (starting or alarmed)[0].line, job.name))
    for path, role, facts in answers.code(list(CODE)):
        for names, line, function, _ordered, body, _other, _leaves in facts.get("compares", ()):
            starts = [symbol for symbol in body if STARTS_TRAINING.search(symbol)]
            if starts and ALARM.search(" ".join(names) + " " + function) and answers.weight(path, role, function) >= 4:
                found.append(Evidence(4, path, line, starts[0]))
    return found


def gated_promotion(answers: Answers) -> list[Evidence]:
    """Branches on a metric whose body promotes, in code that a training flow or CI runs."""
    project = answers.project
    training = trainers(answers)
    unattended: set[str] = set()
    for flow in flows(answers):
        if flow.files & training:
            unattended |= flow.files
    for job in project.jobs:
        if job.automatic:
            unattended |= project.reach(project.programs(job.commands))
    found: list[Evidence] = []
    for flow in flows(answers):
        if flow.files & training:
            found.extend(_stops(answers, flow))
    for path in sorted(unattended & set(project.python)):
        facts = project.python[path]
        found.extend(_gates(path, facts))
        for symbol, line, _function, _keywords, _values in facts.get("calls", ()):
            if re.search(r"sagemaker\..*\.ConditionStep$|^kfp\.(?:v2\.)?dsl\.(?:Condition|If|Elif)$", symbol):
                found.append(Evidence(4, path, line, symbol))
    return found


def _stops(answers: Answers, flow: Flow) -> Iterator[Evidence]:
    """Steps that end a flow where a metric is not good enough, in flows that promote in another step."""
    python = answers.project.python
    files = sorted(flow.files & set(python))
    if not any(PROMOTES.search(call[0]) for path in files for call in python[path].get("calls", ())):
        return
    for path in files:
        for names, line, _function, ordered, body, other, _leaves in python[path].get("compares", ()):
            words = " ".join(names)
            if ordered and MEASURE.search(words) and any(STOPS.search(symbol) for symbol in body + other):
                yield Evidence(4, path, line, words[:100])


def _gates(path: str, facts: Mapping[str, Any]) -> Iterator[Evidence]:
    promoting = {
        function for symbol, _line, function, _keywords, _values in facts.get("calls", ()) if PROMOTES.search(symbol)
    }
    for names, line, function, _ordered, body, other, leaves in facts.get("compares", ()):
        words = " ".join(names)
        gated = METRIC.search(words) or GATE.search(words)
        directly = any(PROMOTES.search(symbol) for symbol in body + other)
        # A branch that leaves the function is a gate, too, for what comes after it.
        if gated and (directly or (leaves and function and function in promoting and METRIC.search(words))):
            yield Evidence(4, path, line, words[:100])


CHECKS: dict[str, Callable[[Answers], list[Evidence]]] = {
    function.__name__: function
    for function in (
        training_in_scripts,
        training_unreached,
        unit_tests,
        weak_tests,
        integration_tests,
        orchestrated_training,
        pinned_environment,
        declared_environment,
        serving_image,
        batch_image,
        scraped_service,
        deploys_model,
        deploys_model_code,
        gitops,
        traffic_weights,
        traffic_split_code,
        champion_challenger,
        model_monitoring_own,
        scheduled_training,
        paused_schedule,
        schedule_from_environment,
        registry_from_environment,
        external_ci,
        triggered_retraining,
        gated_promotion,
    )
}
