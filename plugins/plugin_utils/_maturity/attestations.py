# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people state about a project, in `.mlops-maturity.yml` or as options of the module."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from ansible_collections.mlops.workbench.plugins.modules.maturity_info import REASONS
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import as_list, yaml_mapping

REQUIRED = ("id", "reason", "by", "date")
ROLES = ("source", "test", "example", "notebook", "template", "vendored", "artefact")
DAYS = 180
LONGEST_NAME = 100
LONGEST_PATTERN = 300
MOST_STARS = 20
ISO = re.compile(r"^\d{4}-\d\d-\d\d$")


@dataclass(frozen=True)
class Statement:
    """One attestation or waiver that counts today."""

    status: str
    reason: str


@dataclass
class Declared:
    """Everything that people state about one project."""

    by_id: dict[str, Statement] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    exclude: list[str] = field(default_factory=list)
    target_level: int | None = None


def statements(
    text: str, attestations: list[dict[str, Any]], waivers: list[dict[str, Any]], known: set[str], today: str
) -> Declared:
    """The file's statements, then those of the module, which win; broken and expired ones become warnings."""
    document = yaml_mapping(text)
    declared = Declared()
    if text.strip() and not document:
        declared.warnings.append(".mlops-maturity.yml is no YAML mapping and was not used")
    roles = document.get("roles")
    given = (
        {str(key): str(role) for key, role in roles.items() if str(role) in ROLES} if isinstance(roles, dict) else {}
    )
    exclude = [str(item) for item in as_list(document.get("exclude"))]
    for pattern in [*given, *exclude]:
        if _is_endless(pattern):
            declared.warnings.append("the pattern %s… is not used: it is too long" % pattern[:LONGEST_NAME])
    declared.roles = {pattern: role for pattern, role in given.items() if not _is_endless(pattern)}
    declared.exclude = [pattern for pattern in exclude if not _is_endless(pattern)]
    if document.get("target_level") in (1, 2, 3, 4) and document["target_level"] is not True:
        declared.target_level = document["target_level"]
    for status, items in (
        ("attested", as_list(document.get("attest"))),
        ("waived", as_list(document.get("waive"))),
        ("attested", attestations),
        ("waived", waivers),
    ):
        for item in items:
            problem = _problem(item, known, today)
            if problem:
                name = item.get("id", "?") if isinstance(item, dict) else item
                kind = "attestation" if status == "attested" else "waiver"
                declared.warnings.append("%s of %s is not used: %s" % (kind, str(name)[:LONGEST_NAME], problem))
            else:
                declared.by_id[item["id"]] = Statement(
                    status,
                    "%s by %s on %s: %s"
                    % (item["reason"], item["by"], item["date"], item.get("statement", item["reason"])),
                )
    return declared


def _is_endless(pattern: str) -> bool:
    """A pattern of paths that nobody writes, and that would take long to compare."""
    return len(pattern) > LONGEST_PATTERN or pattern.count("*") > MOST_STARS


def _problem(item: Any, known: set[str], today: str) -> str:  # noqa: PLR0911 (a guard a line)
    """Why a statement does not count, or an empty text."""
    if not isinstance(item, dict):
        return "it has to be a mapping with id, reason, by and date"
    missing = [key for key in REQUIRED if not item.get(key)]
    if missing:
        return "it has no %s" % ", ".join(missing)
    wrong = [key for key in (*REQUIRED, "expires", "statement") if not isinstance(item.get(key) or "", (str, int))]
    if wrong:
        return "it has no text as %s" % ", ".join(wrong)
    if item["id"] not in known:
        return "there is no such criterion"
    if item["reason"] not in REASONS:
        return "its reason may be one of %s" % ", ".join(REASONS)
    stated, expires = str(item["date"]), str(item.get("expires") or "")
    try:
        last = date.fromisoformat(expires) if expires else date.fromisoformat(stated) + timedelta(days=DAYS)
        if not ISO.match(stated):
            raise ValueError(stated)
    except (ValueError, OverflowError):
        return "its dates have to look like 2026-11-30"
    return "it expired on %s" % last if today and today > last.isoformat() else ""
