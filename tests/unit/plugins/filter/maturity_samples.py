# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Result documents of `maturity_info`, schema 1, as the reports may meet them."""

from __future__ import annotations

from typing import Any

CRITERIA = {
    "unit_tests": (1, "Unit tests"),
    "integration_tests": (1, "Integration tests"),
    "ci": (1, "Continuous integration"),
    "automated_release": (1, "Automated release"),
    "operational_metrics": (1, "Operational metrics"),
    "training_pipeline": (2, "Training pipeline"),
    "orchestration": (2, "Orchestrated training"),
    "experiment_tracking": (2, "Experiment tracking"),
    "model_registry": (2, "Model registry"),
    "reproducible_environment": (2, "Reproducible environment"),
    "low_friction_deployment": (2, "Low-friction deployment"),
    "automated_model_deployment": (3, "Automated model deployment"),
    "ab_testing": (3, "A/B testing"),
    "model_monitoring": (3, "Model monitoring"),
    "scheduled_training": (4, "Scheduled training"),
    "automated_retraining": (4, "Automated retraining"),
    "automated_promotion": (4, "Automated promotion"),
}
EVIDENCE = {"file": "src/train.py", "line": 88, "symbol": "mlflow.log_metrics"}
EVIDENT = ("met", "partial")


def criterion(identifier: str, status: str) -> dict[str, Any]:
    level, title = CRITERIA[identifier]
    return {
        "id": identifier,
        "level": level,
        "title": title,
        "status": status,
        "strength": 4 if status == "met" else 0,
        "evidence": [dict(EVIDENCE)] if status in EVIDENT else [],
        "reason": "" if status in EVIDENT else f"{title} was not seen",
        "remedy": {"text": f"Add: {title}.", "effort": "medium", "link": "https://example.org/how"},
    }


def result(path: str, level: int | None, default: str = "not_met", **statuses: str) -> dict[str, Any]:
    """One project; the criteria that are not named have the status `default`."""
    criteria = [criterion(identifier, statuses.get(identifier, default)) for identifier in CRITERIA]
    missing = [found for found in criteria if found["status"] == "not_met"]
    counted = {"met": 1.0, "attested": 1.0, "partial": 0.5}
    coverage = {}
    for number in range(1, 5):
        shares = [counted.get(found["status"], 0.0) for found in criteria if found["level"] == number]
        coverage[str(number)] = round(sum(shares) / len(shares), 2)
    return {
        "schema": 1,
        "project": {
            "path": path,
            "commit": "0123456789abcdef0123456789abcdef01234567",
            "kind": ["training"],
            "layout": "single",
        },
        "profile": "default",
        "level": level,
        "level_max": level,
        "practice_level": level,
        "level_name": "",
        "coverage": coverage,
        "criteria": criteria,
        "blockers": [{"id": found["id"], "title": found["title"], "reason": found["reason"]} for found in missing[:2]],
        "next_steps": [
            {
                "criterion": found["id"],
                "text": found["remedy"]["text"],
                "effort": "medium",
                "link": found["remedy"]["link"],
                "files": ["src/train.py"],
            }
            for found in missing[:3]
        ],
        "attested": [found["id"] for found in criteria if found["status"] == "attested"],
        "warnings": [],
        "scan": {"files": 71, "parsed": 17, "unparsed": [], "truncated": []},
    }


TAXI = result(
    "/srv/taxi",
    2,
    **dict.fromkeys(("unit_tests", "ci", "training_pipeline", "orchestration", "experiment_tracking"), "met"),
    integration_tests="partial",
    model_registry="attested",
    reproducible_environment="partial",
    operational_metrics="unknown",
    ab_testing="waived",
    scheduled_training="not_applicable",
)
EMPTY = result("/srv/empty", 0)
COMPLETE = result("/srv/complete", 4, default="met")
NO_ML = {**result("/srv/site", None), "reason": "no_ml_found", "practice_level": None, "level_max": None}
NO_ML.update(blockers=[], next_steps=[])

HOSTILE_TEXT = "<script>alert(1)</script>\"'`|&\x00\udc80]]>\n# [x](javascript:alert(1))"
HOSTILE = result(HOSTILE_TEXT, 1, unit_tests="met", integration_tests="partial")
HOSTILE["warnings"] = [HOSTILE_TEXT]
for found in HOSTILE["criteria"]:
    found.update(title=HOSTILE_TEXT, reason=HOSTILE_TEXT)
    found["remedy"] = {"text": HOSTILE_TEXT, "effort": HOSTILE_TEXT, "link": "javascript:alert(1)"}
    for place in found["evidence"]:
        place.update(file=HOSTILE_TEXT, symbol=HOSTILE_TEXT)
for step in HOSTILE["next_steps"]:
    step.update(text=HOSTILE_TEXT, effort=HOSTILE_TEXT, link="javascript:alert(1)", files=[HOSTILE_TEXT])
for blocker in HOSTILE["blockers"]:
    blocker.update(title=HOSTILE_TEXT, reason=HOSTILE_TEXT)


def registered(*results: dict[str, Any]) -> dict[str, Any]:
    """What a task with a loop registers."""
    return {
        "changed": False,
        "results": [{"item": {"path": each["project"]["path"]}, "maturity": each} for each in results],
    }
