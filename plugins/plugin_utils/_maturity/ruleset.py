# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules: shipped as YAML, extended or overridden by id from folders of the user, compiled to a plan for the target."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Iterable, Iterator, Mapping

import yaml
from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.limits import (
    Limits,
    NotFinishedError,
    note,
    run_limited,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks import CHECKS
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.regex_cost import LENGTH, SECONDS, seconds_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import symbol_pattern

SHIPPED = Path(__file__).with_name("rules")
# What is read as text besides Python and notebooks; the rules decide what to look for in it.
CAPTURED = [
    "*.yml", "*.yaml", "*.toml", "*.cfg", "*.ini", "*.tf", "*.sh", "*.bash", "*.r", "*.rmd", "*.qmd", "*.jl", "*.scala",
    "*.template", "*Dockerfile*", "*Containerfile*", "*Makefile", "*Jenkinsfile*", "*requirements*.txt", "*requirements*.in",
    "*requirements/*.txt", "*Pipfile", "*Procfile", "*MLproject", "*Snakefile", "*crontab*", "*template*.json", "*stack*.json",
    "*pipeline*.json", "*cloudbuild*.json", "*grafana*.json", "*dashboards/*.json",
    "*_test.go", "*.test.[jt]s", "*.spec.[jt]s", "*.test.[jt]sx", "*/src/test/*",
    "README*", "DESCRIPTION", "*.gitmodules", "*nginx*.conf", "*.bicep", "*prometheus*.y*ml",
    "*lib/*.ts", "*bin/*.ts", "*infra*/*.ts", "*cdk*/*.ts", "*stack*.ts", "*sst.config.ts", "*wrangler.*", "*vercel.json",
    "*lambda*/*.[jt]s", "*function*/*.[jt]s", "*worker*.[jt]s", "*src/index.[jt]s",
    "*justfile", "*.nf", "*.smk", "*.sbt", "*.sql", "*.java", "*.kt", "*pom.xml", "*build.gradle*",
]  # fmt: skip
# Keywords that say when something runs, or who starts it: the checks need the calls that have them.
KEYWORDS = ["cron", "schedule", "schedules", "schedule_interval", "interval", "timetable", "traffic_split", "traffic",
            "cron_schedule", "cron_expression", "cron_string", "schedule_expression", "rrule", "ProductionVariants",
            "ShadowProductionVariants", "registered_model_name", "how"]  # fmt: skip
# Files that training may write and a service bring along.
MODEL_FILE = r"\w\.(?:json|onnx|safetensors)$"
# Commands that a package declares in setup.py.
ENTRY_POINT = r"^\s{0,20}[\w.-]{1,200}\s{0,9}=\s{0,9}[\w.]{1,300}:\w{1,200}\s{0,20}$"
# Words of a condition that may be a gate, a comparison of models or an alarm.
CONDITIONS = (
    r"rmse|mae|mse|ma[p]e|acc|f1|auc|roc|r2|score|metric|loss|precision|recall|error|perform|improv|better|gain|threshold|"
    r"promot|beat|pass|best|accept|drift|degrad|psi|alert|alarm|decay|retrain|champion|prod|register|registry|decision|deploy|"
    r"win|champ|challeng|approv|outperform|eligib|psi|skew|stale|baseline|previous|faithful|relevan|ground|halluc|delta|regress|toleran"
)
CALLS = [
    "*.serve", "*.deploy", "*.add_job", "*.every", "*Deployment.build_from_flow", "*.testclient.TestClient", "*.TestClient",
    "*.test_client", "requests.*", "httpx.*", "testcontainers.*", "moto.*", "localstack*", "psycopg2.connect",
    "sqlalchemy.create_engine", "boto3.client", "docker.from_env", "grpc.insecure_channel", "*.update_endpoint_weights_and_capacities",
    "*.start_pipeline_execution", "*.run_deployment", "*.TriggerDagRunOperator", "*.start_execution", "*.trigger_pipeline",
    "*.ConditionStep", "kfp.dsl.*", "scipy.stats.*", "scipy.spatial.distance.jensenshannon",
    "*.ScheduleDefinition", "*.build_schedule_from_partitioned_job", "*.PipelineSchedule", "*.create_schedule", "*.sensor",
    "*Sensor", "*Operator", "*Step", "subprocess.*", "os.system", "*.create_automation",
    "metaflow.trigger*", "metaflow.schedule", "*.branch*", "*.short_circuit*", "*.task",
    "*.put_rule", "*.crontab", "*.schedule", "*.CronSchedule", "*.LaunchPlan.*",
    "*.create_recurring_run", "*.JobSchedule", "*.CronTrigger", "*.RecurrenceTrigger", "*.Cron", "*.Schedule",
    "aiohttp.ClientSession", "redis.*", "pymongo.MongoClient", "kafka.*", "confluent_kafka.*", "pika.*",
    "*.get_*_value", "*.variation", "*.get_variant", "*.get_feature_value", "numpy.histogram*", "numpy.percentile", "numpy.quantile",
    "numpy.digitize", "numpy.log*", "math.log*", "pandas.cut", "pandas.qcut", "sklearn.metrics.*", "torchmetrics.*", "*.merge", "*.read_parquet",
    "*.read_csv", "*.read_sql*", "*.read_gbq", "psycopg.*", "asyncpg.*", "sys.path.insert", "sys.path.append",
    "*.insert_one", "*.insert().execute", "*.put_item", "*.append_row",
    "importlib.import_module", "random.choice*", "numpy.random.choice*", "secrets.choice", "papermill.*",
]  # fmt: skip


# For trying all patterns of somebody's own rules.
COST_LIMITS = Limits(30, 512)
# Where a criterion names signals: what makes it met, partly met, and not to be told from a checkout.
EXPRESSIONS = ("met", "partial", "unknown")


class RuleError(ValueError):
    """A rule that does not fit the schema; the message names file, rule and remedy."""


class Rules:
    """Signals and criteria by id, in the order of the files."""

    def __init__(self, signals: dict[str, dict[str, Any]], criteria: dict[str, dict[str, Any]]) -> None:
        self.signals = signals
        self.criteria = criteria

    def plan(self) -> dict[str, Any]:
        """What the target has to look for; small, and free of anything that is judged."""
        patterns = set(CALLS)
        keywords = set(KEYWORDS)
        roots: set[str] = set()
        strings: set[str] = set()
        modules: set[str] = set()
        for signal in self.signals.values():
            if signal["kind"] == "call":
                patterns.update(signal["match"])
                roots.update(name for name in (item.split(".")[0] for item in signal["match"]) if "*" not in name)
            elif signal["kind"] == "keyword":
                keywords.update(signal["match"])
            elif signal["kind"] == "import":
                roots.update(name.split(".")[0] for name in signal["match"])
            elif signal["kind"] == "module":
                modules.update(signal["match"])
            elif signal["kind"] == "string":
                strings.update(signal["match"])
        strings.update((MODEL_FILE, ENTRY_POINT))
        return {
            "patterns": sorted(patterns),
            "keywords": sorted(keywords),
            "imports": sorted(roots),
            "strings": sorted(strings),
            "modules": sorted(modules),
            "conditions": CONDITIONS,
            "capture": CAPTURED,
        }


def load_rules(folders: Iterable[str] = ()) -> Rules:
    """Read the shipped rules, then those of each folder; a known id is overridden field by field."""
    schema = json.loads((SHIPPED / "schema.json").read_text(encoding="utf-8"))
    signals: dict[str, dict[str, Any]] = {}
    criteria: dict[str, dict[str, Any]] = {}
    foreign: dict[str, Path] = {}
    for folder in [SHIPPED, *map(Path, folders)]:
        files = sorted(item for item in folder.iterdir() if item.suffix in (".yml", ".yaml")) if folder.is_dir() else []
        if not files:
            raise RuleError("%s has no rule file; name a folder with *.yml files in rules_dirs" % folder)
        for path in files:
            try:
                document = yaml_load(path.read_text(encoding="utf-8")) or {}
            except yaml.YAMLError as broken:
                raise RuleError("%s is no YAML: %s" % (path, broken)) from broken
            for problem in violations(document, schema):
                raise RuleError("%s: %s; see rules/schema.json of the collection" % (path, problem))
            _merge(signals, document.get("signals", []))
            if folder is not SHIPPED:
                foreign.update((signal["id"], path) for signal in document.get("signals", []))
            _merge(criteria, document.get("criteria", []))
    _check(signals, criteria)
    _check_cost(signals, foreign)
    return Rules(signals, criteria)


def _merge(known: dict[str, dict[str, Any]], added: list[dict[str, Any]]) -> None:
    for item in added:
        before = known.get(item["id"], {})
        merged = {**before, **item}
        if merged.pop("extend", False):
            for key, value in item.items():
                if isinstance(value, list) and isinstance(before.get(key), list):
                    merged[key] = before[key] + [entry for entry in value if entry not in before[key]]
                elif isinstance(value, dict) and isinstance(before.get(key), dict):
                    merged[key] = {**before[key], **value}
        known[item["id"]] = merged


def _check(signals: dict[str, dict[str, Any]], criteria: dict[str, dict[str, Any]]) -> None:
    for name, signal in signals.items():
        if "kind" not in signal or (signal["kind"] != "check" and not signal.get("match")):
            raise RuleError("signal %s needs a kind, and a match unless it is a check" % name)
        if signal["kind"] == "check" and name not in CHECKS:
            raise RuleError("signal %s: there is no such check; one of %s" % (name, ", ".join(sorted(CHECKS))))
        for other in signal.get("not_with", ()):
            if other not in signals:
                raise RuleError("signal %s names the signal %s, which no rule file has" % (name, other))
        for pattern in patterns_of(signal):
            if not isinstance(pattern, str):
                raise RuleError("signal %s: %r is no text; put the pattern in quotes" % (name, pattern))
            try:
                re.compile(pattern)
            except re.error as wrong:
                raise RuleError("signal %s: %r is no regular expression (%s)" % (name, pattern, wrong)) from wrong
    _check_criteria(signals, criteria)


def _check_criteria(signals: dict[str, dict[str, Any]], criteria: dict[str, dict[str, Any]]) -> None:
    for name, criterion in criteria.items():
        for field in ("level", "title", "definition", "met", "remedy"):
            if field not in criterion:
                raise RuleError("criterion %s has no %s" % (name, field))
        conditions = [one["when"]["found"] for one in criterion["remedy"].get("variants", ()) if "found" in one["when"]]
        for key in EXPRESSIONS:
            for wanted in named_signals([*conditions, criterion.get(key, [])]):
                if wanted not in signals:
                    raise RuleError("criterion %s names the signal %s, which no rule file has" % (name, wanted))


def _check_cost(signals: Mapping[str, dict[str, Any]], foreign: Mapping[str, Path]) -> None:
    """Refuse a pattern that one file of a checkout could keep busy; those of the collection have their test."""

    def slow() -> str:
        for name, path in foreign.items():
            patterns = [re.compile(pattern, re.M) for pattern in patterns_of(signals[name])]
            if signals[name]["kind"] == "call":
                patterns.append(symbol_pattern(tuple(signals[name]["match"])))
            for pattern in patterns:
                where = "%s: signal %s: %r" % (path, name, pattern.pattern[:200])
                note(where)
                if seconds_of(pattern) > SECONDS:
                    return where
        return ""

    if not foreign:
        return
    try:
        found = json.loads(run_limited(slow, COST_LIMITS))
    except NotFinishedError as endless:
        found = endless.at
    if found:
        raise RuleError(
            "%s takes more than %g s on some texts of %d characters; bound its repeats, as in {1,99} in place of +"
            % (found, SECONDS, LENGTH)
        )


def patterns_of(signal: dict[str, Any]) -> Iterator[str]:
    if signal["kind"] in ("text", "command", "file", "string"):
        yield from signal["match"]
    elif signal["kind"] == "keyword":
        yield from signal["match"].values()
    if signal["kind"] == "command":
        yield from signal.get("except", ())
    for key in ("files", "not_files", "receiver", "except_receiver", "except_arguments"):
        if key in signal:
            yield signal[key]


def named_signals(expression: Any) -> set[str]:
    """Ids of all signals in an expression of any_of, all_of and not."""
    if isinstance(expression, str):
        return {expression}
    items = expression.values() if isinstance(expression, dict) else expression
    return set().union(*(named_signals(item) for item in items)) if items else set()


def violations(value: Any, schema: dict[str, Any], where: str = "the document") -> Iterator[str]:
    """What in a value breaks a JSON schema, as far as the schema of the rules uses the language."""
    names = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
    wanted = schema.get("type")
    if wanted and not any(isinstance(value, names[name]) for name in ([wanted] if isinstance(wanted, str) else wanted)):
        yield "%s has to be of type %s" % (where, wanted)
        return
    if "enum" in schema and value not in schema["enum"]:
        yield "%s is %r, and may be one of %s" % (where, value, ", ".join(map(str, schema["enum"])))
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield "%s is %r, which does not match %s" % (where, value, schema["pattern"])
    if isinstance(value, dict) and "properties" in schema:
        for key in schema.get("required", ()):
            if key not in value:
                yield "%s needs %s" % (where, key)
        for key, item in value.items():
            if key in schema["properties"]:
                yield from violations(item, schema["properties"][key], "%s of %s" % (key, value.get("id", where)))
            elif schema.get("additionalProperties") is False:
                yield "%s has the unknown key %s" % (value.get("id", where), key)
    if isinstance(value, list) and "items" in schema:
        for item in value:
            yield from violations(item, schema["items"], "an item of %s" % where)
