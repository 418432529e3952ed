# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""The report as SARIF 2.1.0, for code scanning: what is missing or only partly there up to the target level."""

from __future__ import annotations

import hashlib
from typing import Any, Mapping
from urllib.parse import quote

from .model import Column, columns_of, label, projects_of, target
from .safe import clean

SCHEMA_URL = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/mlops-workbench/mlops.workbench"
SEVERITIES = {"not_met": "warning", "partial": "note"}
# Where nothing was found there is no place to show, but there is one where the criterion can be attested or waived.
NOWHERE = ".mlops-maturity.yml"


def sarif(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the log with one run a project, the projects without a level left out."""
    projects = [project for project in projects_of(given) if project["criteria"]]
    rules = [_rule(column) for column in columns_of(projects)]
    return {"$schema": SCHEMA_URL, "version": "2.1.0", "runs": [_run(project, rules) for project in projects]}


def _run(project: Mapping[str, Any], rules: list[dict[str, Any]]) -> dict[str, Any]:
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    return {
        "tool": {"driver": {"name": "mlops.workbench maturity", "informationUri": HOME, "rules": rules}},
        "automationDetails": {"id": clean(f"mlops-maturity/{label(project)}/")},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(project, found, index[found["id"]])
            for found in project["criteria"]
            if found["status"] in SEVERITIES and found["level"] <= target(project)
        ],
    }


def _rule(column: Column) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": column.id,
        "shortDescription": {"text": clean(column.title)},
        "properties": {"tags": ["mlops", f"level-{column.level}"]},
    }
    if column.remedy:
        rule["help"] = {"text": clean(column.remedy)}
    if column.link.startswith(("http://", "https://")):
        rule["helpUri"] = quote(column.link, safe=":/?#[]@!$&'()*+,;=%~-._")
    return rule


def _result(project: Mapping[str, Any], found: Mapping[str, Any], index: int) -> dict[str, Any]:
    remedy = (found.get("remedy") or {}).get("text", "")
    said = [
        f"{found['title']} (level {found['level']}): {found['status'].replace('_', ' ')}",
        found.get("reason"),
        remedy,
    ]
    places = found["evidence"] or [{"file": NOWHERE, "line": 1}]
    return {
        "ruleId": found["id"],
        "ruleIndex": index,
        "kind": "fail",
        "level": SEVERITIES[found["status"]],
        "message": {"text": clean(". ".join(part.rstrip(".") for part in said if part) + ".")},
        "locations": [_location(place) for place in places],
        # One finding stays one finding when lines move.
        "partialFingerprints": {"criterion/v1": hashlib.sha256(_bytes(f"{label(project)}\n{found['id']}")).hexdigest()},
    }


def _location(place: Mapping[str, Any]) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(_bytes(place["file"])), "uriBaseId": "%SRCROOT%"}}
    if place.get("line"):
        physical["region"] = {"startLine": place["line"]}
    return {"physicalLocation": physical}


def _bytes(text: str) -> bytes:
    # A file's name as the file system has it, even where that is no UTF-8.
    return text.encode("utf-8", "surrogateescape")
