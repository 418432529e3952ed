"""What docs/maturity.md shows can be used as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from ansible_collections.mlops.workbench.plugins.modules.maturity_info import REASONS
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.attestations import statements
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.ruleset import load_rules
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_live.live import KINDS
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.model import STATUSES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGE = (DOCS / "maturity.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def example(key: str) -> str:
    (found,) = [text for text in EXAMPLES if re.search(rf"^\s*{key}:", text, re.MULTILINE)]
    return found


def options() -> set[str]:
    specs = yaml.safe_load((ROOT / "roles/maturity/meta/argument_specs.yml").read_text())
    return set(specs["argument_specs"]["main"]["options"])


def test_the_statements_count() -> None:
    text = example("attest")
    known = set(load_rules().criteria)
    declared = statements(text, [], [], known, "2026-11-21")
    assert declared.warnings == []
    assert {name: said.status for name, said in declared.by_id.items()} == {
        "integrated_team": "attested",
        "scheduled_training": "attested",
        "ab_testing": "waived",
    }
    assert declared.target_level == 3
    assert declared.roles
    assert declared.exclude


def test_every_reason_and_status_is_told() -> None:
    for word in (*REASONS, *STATUSES):
        assert f"`{word}` |" in PAGE


def test_the_rules_are_taken(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(example("signals"))
    rules = load_rules([str(tmp_path)])
    assert "acme.tracking.log_*" in rules.signals["experiment_tracking"]["match"]
    assert "mlflow.log_*" in rules.signals["experiment_tracking"]["match"]
    assert rules.criteria["model_card"]["level"] == 2


def test_the_servers_are_known() -> None:
    assert set(yaml.safe_load(example("maturity_live"))["maturity_live"]) == set(KINDS)


def test_variables_exist() -> None:
    named = set(re.findall(r"\bmaturity_[a-z_]+(?=:)", PAGE + (DOCS / "maturity-ci.yml").read_text()))
    assert named
    assert named <= options()
