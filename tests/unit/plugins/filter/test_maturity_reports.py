# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reports on a fleet's maturity."""

from __future__ import annotations

import copy
import importlib
import json
import re
from functools import partial
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.model import STATUSES
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.registry import FORMATS
from maturity_samples import (
    COMPLETE,
    CRITERIA,
    EMPTY,
    HOSTILE,
    HOSTILE_TEXT,
    NO_ML,
    TAXI,
    registered,
)

VOID = {"meta", "br", "link", "input", "img"}


def load(name):
    module = importlib.import_module(f"ansible_collections.mlops.workbench.plugins.filter.maturity_{name}")
    return module.FilterModule().filters()[f"maturity_{name}"]


document, complaints, report = load("document"), load("complaints"), load("report")
REPORTS = {name: partial(report, format=name) for name in FORMATS}


def sarif(given):
    return json.loads(REPORTS["sarif"](given))


FLEET = document(
    {
        "vm1": registered(TAXI, EMPTY),
        "vm2": registered(COMPLETE, NO_ML),
        "vm3": {"unreachable": True, "msg": "Connection timed out"},
    }
)


class Page(HTMLParser):
    """A page's elements; fails where they do not nest."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def test_the_document_names_projects_by_item_or_folder():
    named = {"results": [{"item": {"path": "/srv/taxi", "name": "Taxi"}, "maturity": TAXI}]}
    alone = {"changed": False, "maturity": EMPTY}
    projects = document({"vm1": named, "vm2": alone})["projects"]
    assert [(project["host"], project["name"], project["level"]) for project in projects] == [
        ("vm1", "Taxi", 2),
        ("vm2", "empty", 0),
    ]


def test_what_could_not_be_looked_at_is_in_the_document():
    failed = {"results": [{"failed": True, "item": {"path": "/srv/gone"}, "msg": "no such\nfolder"}]}
    projects = document({"vm1": failed, "vm2": {"unreachable": True, "msg": "timed out"}, "vm3": {}})["projects"]
    assert [project["name"] for project in projects] == ["gone", "all projects", "all projects"]
    assert projects[0]["reason"] == "not_examined: no such folder"
    assert projects[1]["reason"] == "not_examined: unreachable: timed out"
    assert [project["level"] for project in projects] == [None, None, None]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "given",
    [FLEET, TAXI, NO_ML, HOSTILE, {"schema": 1, "projects": []}],
    ids=["fleet", "one", "none", "hostile", "empty"],
)
def test_a_report_depends_on_nothing_but_the_document(name, given):
    report = REPORTS[name]
    before = copy.deepcopy(given)
    assert report(given) == report(copy.deepcopy(given))
    assert given == before


@pytest.mark.parametrize("name", FORMATS)
def test_something_else_is_refused(name):
    with pytest.raises(ValueError, match="maturity_document"):
        REPORTS[name]({"changed": False})


def test_a_report_in_json_is_the_document():
    assert json.loads(REPORTS["json"](FLEET)) == FLEET
    assert [project["name"] for project in json.loads(REPORTS["json"](TAXI))["projects"]] == ["taxi"]


def test_a_format_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match=f"no report format 'pdf'; known are {', '.join(FORMATS)}"):
        report(FLEET, "pdf")


def test_the_heat_map_says_every_status_in_words():
    page = Page(REPORTS["html"](FLEET))
    cells = [cell["class"].split()[0] for cell in page.all("td") if cell.get("title") and "class" in cell]
    assert len(cells) == len(CRITERIA) * len(FLEET["projects"])
    assert {"met", "attested", "partial", "not_met", "unknown", "waived", "not_applicable", "missing"} == set(cells)
    for status in STATUSES.values():
        assert status.word in page.text


def test_the_page_can_be_used_by_keyboard_and_screen_reader():
    page = Page(REPORTS["html"](FLEET))
    for landmark in ("header", "main", "footer", "h1", "h2"):
        assert page.all(landmark)
    assert all("scope" in header for header in page.all("th"))
    assert all(
        attributes.get("tabindex") == "0" for attributes in page.all("div") if attributes.get("class") == "scroll"
    )
    identifiers = [attributes["id"] for _tag, attributes in page.elements if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    for link in page.all("a"):
        if link["href"].startswith("#"):
            assert link["href"][1:] in identifiers
    assert len(page.all("details")) == len(page.all("summary")) == len(FLEET["projects"])
    assert all(picture["aria-label"] for picture in page.all("svg"))


@pytest.mark.parametrize("given", [FLEET, HOSTILE], ids=["fleet", "hostile"])
def test_the_page_loads_and_runs_nothing(given):
    text = REPORTS["html"](given)
    page = Page(text)
    assert not {tag for tag, _attrs in page.elements} & {"script", "img", "link", "iframe", "object", "base", "form"}
    for _tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style")]
    assert all(link["href"].startswith(("#", "https://")) for link in page.all("a"))
    assert "url(" not in text
    assert "@import" not in text


def test_one_project_is_open_and_many_are_closed():
    assert "open" in Page(REPORTS["html"](TAXI)).all("details")[0]
    assert not any("open" in details for details in Page(REPORTS["html"](FLEET)).all("details"))


def test_a_fleet_is_shown_by_level_with_how_many_meet_each_criterion():
    page = Page(REPORTS["html"](FLEET))
    said = [
        text for text in page.text if re.fullmatch(r"(?:Practised level \d, .*|Without a level): \d+ projects?", text)
    ]
    assert said == [
        "Practised level 0, No MLOps: 1 project",
        "Practised level 2, Automated training: 1 project",
        "Practised level 4, Full MLOps automated operations: 1 project",
        "Without a level: 2 projects",
    ]
    sums = re.search(r"<tfoot>.*?</tfoot>", REPORTS["html"](FLEET))[0]
    met = [
        sum(found["status"] in ("met", "attested") for found in each)
        for each in zip(TAXI["criteria"], EMPTY["criteria"], COMPLETE["criteria"])
    ]
    assert [int(number) for number in re.findall(r">(\d+)</td>", sums)] == met
    assert "<tfoot>" not in REPORTS["html"](TAXI)


def test_the_page_of_sixty_projects_stays_small():
    fleet = document({f"vm{number}": registered(TAXI) for number in range(60)})
    assert len(REPORTS["html"](fleet)) < 1_000_000


def test_markdown_keeps_its_table_whatever_the_names():
    lines = REPORTS["markdown"](HOSTILE).splitlines()
    bars = {len(re.findall(r"(?<!\\)\|", line)) for line in lines[2:5]}
    assert len(bars) == 1
    bare = [re.sub(r"(?<!\\)`[^`]*`", "", line) for line in lines]
    # What is left outside of code has its markup escaped.
    assert not [
        line
        for line in bare
        if re.search(r"(?<!\\)<(script|/)|(?<!\\)\]\(", line.replace("</details>", "").replace("</summary>", ""))
    ]


def misleading(text):
    """TAXI with a foreign text wherever a checkout's own names reach a report."""
    given = copy.deepcopy(TAXI)
    given.update(warnings=[text], project={**given["project"], "path": "/srv/" + text})
    for found in given["criteria"]:
        found.update(reason=text)
        for place in found["evidence"]:
            place.update(file=text, symbol=text)
    for blocker in given["blockers"]:
        blocker.update(title=text, reason=text)
    return {"projects": [{**given, "host": "vm1", "name": text}]}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("mark", "\u202e\u2066\u200f\u200d\u2028\ufeff\u0085\x1b\u009b", ids=ascii)
def test_no_report_has_marks_that_hide_or_turn_its_text(name, mark):
    report = REPORTS[name](misleading(f"nigol{mark}yp.exe"))
    assert mark not in (report if isinstance(report, str) else json.dumps(report, ensure_ascii=False))


def test_what_was_judged_is_shown_where_there_is_no_level_and_is_no_finding():
    site = {**NO_ML, "project": {**NO_ML["project"], "kind": ["llm_application"]}}
    assert "Unit tests was not seen" in REPORTS["markdown"](NO_ML)
    assert "an application on a language model of others" in REPORTS["markdown"](site)
    assert "Unit tests was not seen" in REPORTS["html"](NO_ML)
    assert sarif(NO_ML)["runs"][0]["results"] == []


def test_markdown_notifies_nobody():
    lines = REPORTS["markdown"](misleading("@octocat and a@example.com")).splitlines()
    assert not [line for line in lines if re.search(r"@\w", re.sub(r"`[^`]*`", "", line))]


def test_markdown_tells_level_steps_and_evidence():
    text = REPORTS["markdown"]({**TAXI, "level": 1})
    assert "**Practises level 2: Automated training. Level with all below it: 1 (up to 2)**" in text
    assert "### Next steps" in text
    assert "`src/train.py:88` mlflow.log\\_metrics" in text


COMPONENT = {
    "path": "services/<b>|x`",
    "kind": ["training"],
    "level": 1,
    "level_max": 2,
    "practice_level": 2,
    "coverage": {"1": 0.4, "2": 0.75, "3": 0.0, "4": 0.0},
    "criteria": [{"id": "ci", "level": 1, "status": "met", "strength": 4}],
}


def test_what_was_seen_at_work_is_told_apart_from_what_is_declared():
    ran = {"runs": 4, "succeeded": 3, "last": "within a day", "last_outcome": "failed", "how_often": "weekly"}
    told = {"source": "MLflow", "seen": True, "detail": "runs with parameters and metrics", **ran}
    criteria = [
        {**found, "live": [told]} if found["id"] == "experiment_tracking" else found for found in TAXI["criteria"]
    ]
    levels = {"declared": {"level": 1, "practice_level": 3}, "seen": {"level": 1, "practice_level": 2}}
    project = {**TAXI, "practice_level": 3, "criteria": criteria, "live": levels}
    for name in ("html", "markdown", "summary"):
        shown = REPORTS[name](project)
        assert "3 (declared 3, seen 2)" in shown
        assert "declared" not in REPORTS[name](TAXI)
        if name != "summary":
            assert (
                "seen at work: MLflow: runs with parameters and metrics; 3 of 4 succeeded, weekly, the last failed within a day"
                in shown
            )


def test_components_are_shown():
    project = {**TAXI, "components": [COMPONENT]}
    assert "| `services/<b>\\|x'` | 2 | 1 (up to 2) | 40 % | 75 % | 0 % | 0 % |" in REPORTS["markdown"](project)
    page = REPORTS["html"](project)
    assert (
        '<th scope="row"><code>services/&lt;b&gt;|x`</code></th><td data-head="Practised">2</td><td data-head="With all below">1 (up to 2)</td>'
        in page
    )
    assert 'aria-label="Components" tabindex="0"' in page
    assert "Components" not in REPORTS["html"](TAXI) + REPORTS["markdown"](TAXI)


def test_sarif_holds_only_what_is_missing():
    (run,) = sarif(TAXI)["runs"]
    assert run["automationDetails"]["id"] == "mlops-maturity/taxi/"
    taxi = {found["ruleId"]: found for found in run["results"]}
    wanted = {each["id"] for each in TAXI["criteria"] if each["status"] in ("not_met", "partial")}
    assert set(taxi) == wanted
    assert taxi["integration_tests"]["level"] == "note"
    assert taxi["automated_release"]["level"] == "warning"
    place = taxi["integration_tests"]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "src/train.py", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 88}}
    assert (
        taxi["automated_release"]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        == ".mlops-maturity.yml"
    )
    assert sarif(COMPLETE)["runs"][0]["results"] == []


def test_sarif_names_no_line_of_a_notebook_since_its_file_is_json():
    evidence = [{"file": "a.ipynb", "cell": 2, "line": 1, "symbol": "prefect.flow"}]
    found = {**EMPTY["criteria"][0], "status": "partial", "evidence": evidence}
    (result,) = sarif({**EMPTY, "criteria": [found]})["runs"][0]["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]


def test_sarif_of_a_fleet_is_one_run():
    fleet = document({f"vm{number}": registered(TAXI, EMPTY) for number in range(30)})
    (run,) = sarif(fleet)["runs"]
    assert run["automationDetails"]["id"] == "mlops-maturity/"
    places = {}
    for found in run["results"]:
        assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == found["ruleId"]
        root = found["locations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"]
        places.setdefault(run["originalUriBaseIds"][root]["uri"], set()).add(found["message"]["text"].split(": ")[1])
    assert len(places) == 60
    assert places["file://vm7/srv/taxi/"] == {"taxi"}
    prints = [found["partialFingerprints"]["criterion/v1"] for found in run["results"]]
    assert len(prints) == len(set(prints))


def test_sarif_asks_for_no_more_than_the_target():
    (run,) = sarif({**EMPTY, "target_level": 1})["runs"]
    assert {CRITERIA[found["ruleId"]][0] for found in run["results"]} == {1}


def test_sarif_is_json_whatever_the_names():
    text = REPORTS["sarif"](HOSTILE)
    assert "javascript" not in json.loads(text)["runs"][0]["tool"]["driver"]["rules"][0].get("helpUri", "")


def test_junit_fails_up_to_the_target_only():
    suite = ElementTree.fromstring(REPORTS["junit"]({**TAXI, "target_level": 2})).find("testsuite")
    failed = {case.get("name") for case in suite if case.find("failure") is not None}
    assert failed == {
        "L1 integration_tests",
        "L1 automated_release",
        "L2 reproducible_environment",
        "L2 low_friction_deployment",
    }
    skipped = {
        case.get("name"): case.find("skipped").get("message") for case in suite if case.find("skipped") is not None
    }
    assert skipped["L4 automated_promotion"] == "above the target level 2"
    assert "unknown" in skipped["L1 operational_metrics"]
    assert {"L3 ab_testing", "L4 scheduled_training"} <= set(skipped)
    assert suite.get("tests") == "17"
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("4", "0", "7")


def test_junit_counts_over_the_fleet_and_reports_the_unreachable():
    root = ElementTree.fromstring(REPORTS["junit"](FLEET))
    assert root.get("tests") == str(3 * 17 + 2)
    said = [case.get("message") for case in root.iter("error")]
    assert said == ["No level: not examined: unreachable: Connection timed out"]


@pytest.mark.parametrize("name", ["junit", "badge"])
def test_xml_stays_xml_whatever_the_names(name):
    ElementTree.fromstring(REPORTS[name](HOSTILE).encode())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (TAXI, "level 2"),
        (NO_ML, "no level"),
        (FLEET, "levels 0 to 4, 2 without"),
        ({"projects": []}, "no level"),
    ],
)
def test_the_badge_says_the_level(given, words):
    image = ElementTree.fromstring(REPORTS["badge"](given))
    assert image.get("aria-label") == f"MLOps maturity: {words}"


def test_prometheus_has_levels_coverage_and_statuses():
    text = REPORTS["prometheus"](FLEET)
    assert 'mlops_maturity_level{host="vm1",project="taxi",profile="default"} 2\n' in text
    assert 'mlops_maturity_examined{host="vm3",project="all projects"} 0\n' in text
    assert 'mlops_maturity_coverage_ratio{host="vm2",project="complete",level="3"} 1\n' in text
    assert 'id="ab_testing",status="waived"} 1\n' in text
    assert 'mlops_maturity_level{host="vm2",project="site"' not in text
    names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names))


def test_prometheus_escapes_labels():
    text = REPORTS["prometheus"]({**TAXI, "name": HOSTILE_TEXT})
    line = re.compile(r'[a-z_]+\{([a-z]+="([^"\\\n]|\\[\\"n])*",?)+\} [0-9.]+')
    assert all(line.fullmatch(sample) for sample in text.rstrip("\n").split("\n") if not sample.startswith("#"))
    text.encode()


def test_the_end_of_a_play_tells_each_level():
    assert REPORTS["summary"](FLEET).splitlines() == [
        "practises level 0, level 0 with all below it: vm1: empty",
        "practises level 2, level 2 with all below it: vm1: taxi",
        "practises level 4, level 4 with all below it: vm2: complete",
        "no level (no machine learning was found): vm2: site",
        "no level (not examined: unreachable: Connection timed out): vm3: all projects",
    ]


def test_a_name_of_a_folder_makes_no_line_of_its_own():
    hostile = {**HOSTILE, "host": "vm1", "name": "x\u202ey\nlevel 4\x1b[2J"}
    (line,) = REPORTS["summary"]({"projects": [hostile]}).splitlines()
    (complaint,) = complaints({"projects": [hostile]}, fail_below=2)
    for text in (line, complaint):
        assert "vm1: x\ufffdy level 4\ufffd[2J" in text
        assert "\n" not in text


def test_the_bar():
    assert complaints(TAXI, fail_below=2) == []
    assert complaints(EMPTY, fail_below=1) == [
        "empty is at level 0, 1 is asked for; in the way: unit_tests, integration_tests"
    ]
    assert complaints(NO_ML, fail_below=1) == ["site has no level, 1 is asked for: no machine learning was found"]
    assert complaints(NO_ML, fail_below="0") == []
    assert complaints(FLEET) == ["vm3: all projects was not examined: unreachable: Connection timed out"]


def test_worse_than_before():
    now = copy.deepcopy(TAXI)
    statuses = {"experiment_tracking": "partial", "ci": "unknown", "model_registry": "met", "ab_testing": "not_met"}
    for found in now["criteria"]:
        found["status"] = statuses.get(found["id"], found["status"])
    now["level"] = 1
    assert complaints(now, baseline=TAXI) == [
        "taxi is worse than before: level 1 instead of 2",
        "taxi is worse than before: experiment_tracking is partial instead of met",
    ]
    assert complaints(TAXI, baseline=TAXI) == []
    assert complaints(TAXI, baseline=EMPTY) == []


def test_two_of_one_name_are_compared_each_with_its_own():
    fleet = {"schema": 1, "projects": [{**each, "host": "vm1", "name": "same"} for each in (TAXI, EMPTY)]}
    assert complaints(fleet, baseline=fleet) == []


def test_at_least():
    module = importlib.import_module("ansible_collections.mlops.workbench.plugins.test.maturity_at_least")
    at_least = module.TestModule().tests()["maturity_at_least"]
    assert at_least(TAXI, 2)
    assert at_least(TAXI, "2")
    assert not at_least(TAXI, 3)
    assert at_least(EMPTY, 0)
    assert not at_least(NO_ML, 0)
    # As a task registers it, in a loop or without one.
    assert at_least({"changed": False, "failed": False, "maturity": TAXI}, 2)
    assert not at_least({"changed": False, "maturity": TAXI}, 3)
    assert at_least(registered(TAXI, COMPLETE), 2)
    assert not at_least(registered(TAXI, EMPTY), 1)
    assert not at_least({"failed": True, "msg": "There is no folder /srv/gone"}, 0)
    assert not at_least(FLEET, 1)
