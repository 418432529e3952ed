# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of comparison: traffic for several versions, and a candidate beside the model in production."""

from __future__ import annotations

import re

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import CODE
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.decisions import evidence_of, on_figure
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence, symbol_pattern

# Every kind ends the one before it, and these have weights.
ROUTE = re.compile(
    r"^kind:[ \t]{0,99}[\"']?(?:VirtualService|HTTPRoute|GRPCRoute|TrafficSplit|TraefikService|IngressRoute|SeldonDeployment)\b",
    re.M,
)
WEIGHT = re.compile(r"(?:weight|traffic):[ \t]{0,99}[\"']?(?:[1-9]\d?\b|\{\{)")


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
        for call in facts.calls:
            symbol, keywords = call.symbol, call.keywords
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
                found.append(Evidence(answers.weight(path, role), path, call.line, symbol))
    return found + _by_chance(answers) + _weighted_constructs(answers)


CHANCE = symbol_pattern(("random.choice*", "numpy.random.choice*", "secrets.choice"))
AMONG_MODELS = re.compile(r"models?(?![a-z])|variant|champion|challeng|(?<![a-z])arms?(?![a-z])", re.I)


def _by_chance(answers: Answers) -> list[Evidence]:
    """A choice among models by chance or by a share of the users, in code of a service that loads or asks them."""
    served = answers.project.reach(answers.files("serving_code"))
    found = []
    for path, role, facts in answers.code(list(CODE)):
        if path not in served & answers.files("inference_call"):
            continue
        drawn = [
            (call.line, call.function, call.symbol)
            for call in facts.calls
            if CHANCE.fullmatch(call.symbol) and AMONG_MODELS.search(" ".join([*call.values, *call.keywords.values()]))
        ]
        drawn += [(one.line, one.function, one.words) for one in facts.splits]
        found += [Evidence(answers.weight(path, role, function), path, line, words) for line, function, words in drawn]
    return found


VARIANT = re.compile(r"initial_?variant_?weight[=:]", re.I)
SHIFT = re.compile(r"^(?:CANARY|LINEAR)_\d|^additional_?versions[=:]$", re.I)


def _weighted_constructs(answers: Answers) -> list[Evidence]:
    """Variants of an endpoint in the AWS CDK, more than one or as many as a list has, and versions that traffic is moved to bit by bit."""
    found: dict[str, list[Evidence]] = {}
    listed: set[str] = set()
    for one in answers.project.constructs:
        place = Evidence(3, one.file, one.line, one.symbol)
        weights = [value for key, value in zip(one.words, one.words[1:]) if VARIANT.match(key)]
        found.setdefault(one.file, []).extend(place for _weight in weights if one.symbol.endswith(CARRIES))
        computed = one.repeated and not all(_is_number(value) for value in weights)
        if computed or any(SHIFT.match(word) for word in one.words):
            listed.add(one.file)
            found[one.file].append(place)
    return [places[0] for file, places in found.items() if places and (len(places) >= 2 or file in listed)]


# A construct holds its parts' words, too.
CARRIES = ("ProductionVariantProperty", "CfnEndpointConfig")


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdigit()


IN_PRODUCTION = re.compile(
    r"champ(?:ion)?(?![a-z])|challeng|incumbent|(?<![a-z])prod(?:uction)?(?![a-z])|registered|deployed|in_service|staging|"
    r"(?:current|existing|previous|old|latest|live|baseline)_(?:\w{1,60}_)?(?:model|best|prod|version|score|metrics?|rmse|"
    r"mae|mse|f1|auc|accuracy|acc|loss|r2)|"
    r"(?:model|score|metrics?|rmse|mae|mse|f1|auc|accuracy|acc|loss|r2)_(?:old|existing|current|deployed|live)(?![a-z])",
    re.I,
)
BY_ALIAS = re.compile(r"get_model_version_by_alias$|get_latest_versions$")
# Words that mean the model in use, and nothing else.
IN_USE = re.compile(r"champ(?:ion)?(?![a-z])|challeng|incumbent|(?<![a-z])prod(?:uction)?(?![a-z])|in_service", re.I)


CHAMPION = re.compile(r"champ(?:ion)?(?![a-z])|incumbent", re.I)
CHALLENGER = re.compile(r"challeng|contender|candidate", re.I)


def champion_challenger(answers: Answers) -> list[Evidence]:
    """A comparison of a figure with that of the model in production: known by its name, from the registry, or fetched by its alias.

    What the answers of champion and challenger have apart is one, too, whether or not anything hangs on it.
    """
    registry = answers.files("model_registry", "model_registry_uri", "promotion")
    models = answers.files("inference_call")
    found = []
    for path, role, facts in answers.code(list(CODE)):
        known = (
            path in registry
            or bool(answers.project.edges.get(path, set()) & registry)
            or any(path in answers.project.edges.get(item, ()) for item in registry)
        )
        fetching = {call.function for call in facts.calls if call.function and BY_ALIAS.search(call.symbol)}
        for item in facts.decisions:
            if not (
                on_figure(item) or (item.ordered and CHAMPION.search(item.words) and CHALLENGER.search(item.words))
            ):
                continue
            weight = answers.weight(path, role, item.function)
            named = known and (IN_PRODUCTION.search(item.words) or item.function in fetching)
            if named or (IN_USE.search(item.words) and weight >= 4):
                found.append(evidence_of(item, weight))
        if known or path in models:
            weights = ((item, answers.weight(path, role, item.function)) for item in facts.contrasts)
            found += [Evidence(weight, path, item.line, item.words) for item, weight in weights if weight >= 4]
    return found


FLAG = symbol_pattern(
    (
        "openfeature.*.get_*_value",
        "openfeature.*.get_*_details",
        "ldclient.*.variation*",
        "*.get_variant",
        "*.get_feature_value",
        "statsig.*.get_experiment",
        "growthbook.*",
        "flagsmith.*",
        "posthog.*get_feature_flag*",
    )
)


def flagged_models(answers: Answers) -> list[Evidence]:
    """A feature flag asked for in code of a service that loads or calls models."""
    models = answers.files("inference_call")
    serving = answers.files("serving_code")
    return [
        Evidence(answers.weight(path, role, call.function), path, call.line, call.symbol)
        for path, role, facts in answers.code(list(CODE))
        if path in serving and (path in models or answers.project.edges.get(path, set()) & models)
        for call in facts.calls
        if FLAG.fullmatch(call.symbol)
    ]
