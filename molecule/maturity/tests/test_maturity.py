"""What somebody finds on the controller after the role."""

import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

REPORT = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "report"


@pytest.fixture
def projects(host):
    here = host.backend.get_hostname()
    found = json.loads((REPORT / "maturity.json").read_text())["projects"]
    return {project["name"]: project for project in found if project["host"] == here}


def test_every_host_has_its_projects_in_the_one_report(projects):
    assert set(projects) == {"Taxi", "empty", "churn", "group/rides"}
    assert projects["group/rides"]["target_level"] == 1


def test_the_project_is_judged_by_its_evidence(projects):
    criteria = {found["id"]: found for found in projects["Taxi"]["criteria"]}
    assert len(criteria) >= 17
    for identifier in ("unit_tests", "ci", "experiment_tracking", "model_registry", "reproducible_environment"):
        assert criteria[identifier]["status"] == "met", identifier
    assert "train.py" in {place["file"] for place in criteria["experiment_tracking"]["evidence"]}
    assert criteria["automated_retraining"]["status"] == "not_met"


def test_what_somebody_answers_for_is_told_as_such(projects):
    criteria = {found["id"]: found["status"] for found in projects["Taxi"]["criteria"]}
    assert (criteria["operational_metrics"], criteria["ab_testing"]) == ("attested", "waived")


def test_a_folder_without_ml_has_no_level(projects):
    assert projects["empty"]["level"] is None
    assert projects["empty"]["reason"] == "no_ml_found"


def test_every_format_is_there():
    names = {path.name for path in REPORT.iterdir()}
    assert names == {
        "maturity-junit.xml",
        "maturity.html",
        "maturity.json",
        "maturity.md",
        "maturity.prom",
        "maturity.sarif",
        "maturity.svg",
    }
    ElementTree.parse(REPORT / "maturity-junit.xml")
    ElementTree.parse(REPORT / "maturity.svg")
    assert json.loads((REPORT / "maturity.sarif").read_text())["version"] == "2.1.0"
    assert "Taxi" in (REPORT / "maturity.html").read_text()


def test_the_host_is_as_it_was(host):
    assert host.check_output("find /srv -newer /srv/taxi/requirements.txt -name '*maturity*'") == ""
