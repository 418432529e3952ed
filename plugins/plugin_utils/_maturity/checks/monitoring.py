# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of monitoring: services that a Prometheus scrapes, and drift that code of the project computes."""

from __future__ import annotations

import posixpath
import re

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import CODE, trainers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import (
    as_list,
    line_of,
    mappings,
    text_of,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence, symbol_pattern

COMPOSE = re.compile(r"(?:docker-)?compose[\w.-]{0,99}\.ya?ml$")
# What looks at others: that it is looked at itself says nothing about the project's services.
WATCHERS = re.compile(r"\b(?:prom|prometheus(?!\.io)|grafana|evidently|alertmanager|node-exporter)\b")


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
            for host in re.findall(r"^([\w.-]{1,199}):\d+$", text_of(item), re.M):
                if host in own:
                    found.append(Evidence(3, path, line_of(project.raw[path], host), host))
        for document in documents:
            told = any(str(item.get("prometheus.io/scrape")).lower() == "true" for item in mappings(document))
            if told and not WATCHERS.search(text_of(document)):
                line = line_of(project.raw[path], "prometheus.io/scrape")
                found.append(Evidence(3, path, line, "prometheus.io/scrape"))
    return found


DRIFT = re.compile(
    r"(?<![a-z])(?:psi|population_stability\w{0,99}|drift(?:ed)?)(?![a-z])",
    re.I,
)
TWO_SAMPLES = symbol_pattern(
    (
        "scipy.spatial.distance.jensenshannon",
        "scipy.stats.anderson_ksamp",
        "scipy.stats.chi2_contingency",
        "scipy.stats.chisquare",
        "scipy.stats.cramervonmises_2samp",
        "scipy.stats.energy_distance",
        "scipy.stats.entropy",
        "scipy.stats.ks_2samp",
        "scipy.stats.kstest",
        "scipy.stats.mannwhitneyu",
        "scipy.stats.wasserstein_distance",
    )
)


BINS = symbol_pattern(
    (
        "numpy.histogram*",
        "numpy.percentile",
        "numpy.quantile",
        "numpy.digitize",
        "pandas.cut",
        "pandas.qcut",
        "*.value_counts",
    )
)
LOGARITHM = symbol_pattern(("numpy.log*", "math.log*", "scipy.special.rel_entr"))
DISTANCE = re.compile(r"(?<![a-z])(?:psi|stability|divergence|kl|jsd?|drift)(?![a-z])", re.I)


def model_monitoring_own(answers: Answers) -> list[Evidence]:
    """A function about drift that calls a two-sample test, or one about a distance that takes the logarithm of binned shares."""
    found = []
    for path, role, facts in answers.code(list(CODE)):
        does: dict[str, dict[str, int]] = {}
        for call in facts.calls:
            symbol, line, function = call.symbol, call.line, call.function
            if TWO_SAMPLES.fullmatch(symbol) and (DRIFT.search(function) or re.search(r"drift|monitor", path)):
                found.append(Evidence(answers.weight(path, role, function), path, line, symbol))
            for kind, pattern in (("bins", BINS), ("logarithm", LOGARITHM)):
                if pattern.fullmatch(symbol):
                    does.setdefault(function, {}).setdefault(kind, line)
        for one in facts.functions:
            if "population_stability" in one.name:
                found.append(Evidence(answers.weight(path, role, one.name), path, one.line, one.name))
        about = {function: kinds for function, kinds in does.items() if DISTANCE.search(function + " " + path)}
        if len({kind for kinds in about.values() for kind in kinds}) == len(("bins", "logarithm")):
            found.extend(
                Evidence(answers.weight(path, role, function), path, min(kinds.values()), function or path)
                for function, kinds in about.items()
            )
    return found


SCORING = symbol_pattern(("sklearn.metrics.*", "torchmetrics.*", "statsmodels.tools.eval_measures.*"))
STORED = symbol_pattern(
    ("*.read_parquet", "*.read_csv", "*.read_sql*", "*.read_json", "*.read_gbq", "*.table", "*.query", "*.fetchall")
)
JOINED = re.compile(r"(?:^|\.)(?:merge|join)$")


def quality_of_predictions(answers: Answers) -> list[Evidence]:
    """A metric of stored predictions that are joined with what was observed, in code that neither fits nor predicts."""
    busy = trainers(answers) | answers.files("inference_call")
    found: list[Evidence] = []
    for path, role, facts in answers.code(list(CODE)):
        if path in busy or answers.project.edges.get(path, set()) & busy:
            continue
        stored = sum(bool(STORED.fullmatch(call.symbol)) for call in facts.calls)
        joined = any(JOINED.search(call.symbol) for call in facts.calls)
        if joined and stored >= 2:
            found.extend(
                Evidence(answers.weight(path, role, call.function), path, call.line, call.symbol)
                for call in facts.calls
                if SCORING.fullmatch(call.symbol)
            )
    return found


# The same in R: a page that reads what was stored and computes a metric of it, and neither fits nor predicts.
R_METRIC = re.compile(
    r"\byardstick::\w{1,40}\(|\bMetrics::\w{1,40}\(|\bconfusionMatrix\(|\b(?:accuracy|rmse|mae|rsq|roc_auc|f_meas|ma[p]e)\(\s{0,9}\w{1,99}\s{0,9},"
)
R_STORED = re.compile(r"\b(?:pin_read|dbGetQuery|dbReadTable|tbl|read_parquet|read_csv|readRDS|read\.csv|fread)\(")
R_PAGE = re.compile(r"\b(?:shinyApp|runApp|shinyServer|plumb|pr_run)\(|^runtime:[ \t]{0,9}shiny", re.M)
R_FITS = re.compile(r"\b(?:predict|augment|fit|train|glm|lm|randomForest|ranger|xgboost)\(")


def quality_of_predictions_r(answers: Answers) -> list[Evidence]:
    """A page in R that shows a metric of stored predictions."""
    found = []
    for path, text in answers.project.text.items():
        metric = R_METRIC.search(text) if path.lower().endswith((".r", ".rmd", ".qmd")) else None
        shown = metric and R_STORED.search(text) and R_PAGE.search(text) and not R_FITS.search(text)
        if metric and shown and answers.project.role(path) in CODE:
            found.append(Evidence(3, path, text.count("\n", 0, metric.start()) + 1, metric.group().strip("(")))
    return found


AGENT = re.compile(
    r"^(?:opentelemetry-instrument|ddtrace-run|newrelic-admin run-program|elasticapm-run|splunk-py-trace)\b"
)


def instrumented_image(answers: Answers) -> list[Evidence]:
    """Images and services of compose files that start under an agent which exports metrics or traces."""
    starts = [one for box in answers.project.containers.values() for one in box.starts]
    return [
        Evidence(4, one.file, one.line, one.text.split(" ", 1)[0])
        for one in starts + answers.project.compose_commands
        if AGENT.search(one.text)
    ]


PANEL = re.compile(r"\"(?:rawSql|rawQuery|expr|query|target)\"\s{0,9}:\s{0,9}\"((?:[^\"\\]|\\.){1,2000})")
OPERATED = re.compile(
    r"latency|response_?time|elapsed|throughput|_duration_(?:seconds|ms)|https?_request|(?<![a-z])requests?_(?:total|count|rate)|"
    r"error_(?:rate|count)|errors_total|status_code|(?<![a-z])tokens(?![a-z])",
    re.I,
)
SHOWS = re.compile(
    r"\bgrafana/grafana|\bgrafana-(?:oss|enterprise)|bitnami/grafana|kind: Grafana|grafana_dashboard|chart: grafana"
)


def dashboards(answers: Answers) -> list[Evidence]:
    """Dashboards as code that show how the service runs, where a Grafana is declared that shows them. Those of drift alone are none."""
    project = answers.project
    if not any(SHOWS.search(text) for path, text in project.text.items() if project.role(path) in CODE):
        return []
    found = []
    for path, text in project.text.items():
        shown = (one for one in PANEL.finditer(text) if OPERATED.search(one.group(1))) if path.endswith(".json") else ()
        for panel in shown:
            found.append(Evidence(3, path, text.count("\n", 0, panel.start()) + 1, panel.group(1)[:100]))
            break
    return [item for item in found if project.role(item.file) in CODE]


ALARM = re.compile(r"aws_cloudwatch\.(?:Cfn)?(?:\w{0,20}Alarm|\w{0,20}Dashboard)$")
WATCH = re.compile(
    r"aws_sagemaker\.Cfn(?:MonitoringSchedule|(?:Data|Model)QualityJobDefinition|Model\w{1,20}JobDefinition)$"
)
# Figures of the model, whose alarms tell nothing of the service.
OF_MODEL = re.compile(r"(?<![a-z])(?:drift|psi|skew|(?:data|model)[-_. ]quality)|data-metrics", re.I)


def operational_alarms(answers: Answers) -> list[Evidence]:
    """Alarms and dashboards of the AWS CDK, but for those about drift alone."""
    return [
        Evidence(3, one.file, one.line, one.symbol)
        for one in answers.project.constructs
        if ALARM.search(one.symbol) and not OF_MODEL.search("\n".join(one.words))
    ]


def monitoring_construct(answers: Answers) -> list[Evidence]:
    """Schedules of the AWS CDK that monitor an endpoint."""
    return [
        Evidence(3, one.file, one.line, one.symbol) for one in answers.project.constructs if WATCH.search(one.symbol)
    ]
