# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""SARIF 2.1.0 for code scanning, one run for all projects: what is not met or partly met up to `target_level`. What is unknown or waived is
no finding; a finding without a place in the code points at `.mlops-maturity.yml`, where it can be attested or waived.
"""

from __future__ import annotations

import hashlib
from typing import Any, Mapping
from urllib.parse import quote

from .json_format import as_json
from .model import Column, columns_of, in_words, label, projects_of, target
from .safe import clean

FILE = "maturity.sarif"
SCHEMA_URL = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/mlops-workbench/mlops.workbench"
SEVERITIES = {"not_met": "warning", "partial": "note"}
# Where nothing was found there is no place to show, but there is one where the criterion can be attested or waived.
NOWHERE = ".mlops-maturity.yml"


def render(given: Mapping[str, Any]) -> str:
    """Return the log, with one run for all projects; those without a level are left out."""
    projects = [project for project in projects_of(given) if project["criteria"]]
    rules = [_rule(column) for column in columns_of(projects)]
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    # The checkout that a run is about is the source root; where there are several, each has a root of its own.
    roots = [f"PROJECT{number}" for number in range(len(projects))] if len(projects) > 1 else ["%SRCROOT%"]
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "mlops.workbench maturity", "informationUri": HOME, "rules": rules}},
        "automationDetails": {
            "id": clean("mlops-maturity/" + (f"{label(projects[0])}/" if len(projects) == 1 else ""))
        },
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(project, found, index[found["id"]], root, f"{label(project)}: " if len(projects) > 1 else "")
            for project, root in zip(projects, roots)
            for found in project["criteria"]
            if found["status"] in SEVERITIES and found["level"] <= target(project)
        ],
    }
    if len(projects) > 1:
        run["originalUriBaseIds"] = {root: {"uri": _address(project)} for project, root in zip(projects, roots)}
    return as_json({"$schema": SCHEMA_URL, "version": "2.1.0", "runs": [run]})


def _address(project: Mapping[str, Any]) -> str:
    """Return where a checkout is: the host, and the folder with the slash that SARIF asks for."""
    folder = quote(_bytes(project["project"]["path"].strip("/")))
    return f"file://{quote(_bytes(project['host']), safe='')}/{folder}/"


def _rule(column: Column) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": column.id,
        "shortDescription": {"text": clean(column.title)},
        "properties": {"tags": ["mlops", f"level-{column.level}"]},
    }
    # What to do depends on the project, and stands in the message of each result.
    rule["help"] = {"text": clean(f"{column.title}: a criterion of level {column.level} of MLOps maturity.")}
    if column.link.startswith(("http://", "https://")):
        rule["helpUri"] = quote(column.link, safe=":/?#[]@!$&'()*+,;=%~-._")
    return rule


def _result(project: Mapping[str, Any], found: Mapping[str, Any], index: int, root: str, prefix: str) -> dict[str, Any]:
    remedy = (found.get("remedy") or {}).get("text", "")
    said = [
        f"{found['title']} (level {found['level']}): {found['status'].replace('_', ' ')}",
        in_words(found.get("reason") or ""),
        remedy,
    ]
    places = found["evidence"] or [{"file": NOWHERE, "line": 1}]
    return {
        "ruleId": found["id"],
        "ruleIndex": index,
        "kind": "fail",
        "level": SEVERITIES[found["status"]],
        "message": {"text": clean(prefix + ". ".join(part.rstrip(".") for part in said if part) + ".")},
        "locations": [_location(place, root) for place in places],
        # One finding stays one finding when lines move.
        "partialFingerprints": {"criterion/v1": hashlib.sha256(_bytes(f"{label(project)}\n{found['id']}")).hexdigest()},
    }


def _location(place: Mapping[str, Any], root: str) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(_bytes(place["file"])), "uriBaseId": root}}
    # The lines of a notebook's file are those of its JSON, and not of a cell.
    if place.get("line") and not place.get("cell"):
        physical["region"] = {"startLine": place["line"]}
    return {"physicalLocation": physical}


def _bytes(text: str) -> bytes:
    # A file's name as the file system has it, even where that is no UTF-8.
    return text.encode("utf-8", "surrogateescape")
