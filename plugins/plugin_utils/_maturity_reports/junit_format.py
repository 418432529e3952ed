# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""JUnit XML for a CI server's test page, a suite a project and a case a criterion: what is missing up to `target_level` fails; what is missing
above it, unknown, waived or not applicable is skipped.
"""

from __future__ import annotations

from typing import Any, Mapping
from xml.etree import ElementTree  # only writes

from .._maturity.facts import place
from .model import FULFILLED, STATUSES, examined, headline, in_words, label, projects_of, target
from .safe import clean

FILE = "maturity-junit.xml"
FAILING = ("not_met", "partial")


def render(given: Mapping[str, Any]) -> str:
    """Return the XML. Only what is missing up to the project's target level fails; what is not known or set aside is skipped."""
    root = ElementTree.Element("testsuites", name="mlops maturity")
    for project in projects_of(given):
        suite = ElementTree.SubElement(root, "testsuite", name=clean(label(project)))
        for found in project["criteria"]:
            _case(suite, project, found)
        if not project["criteria"]:
            case = ElementTree.SubElement(suite, "testcase", classname=clean(label(project)), name="level")
            ElementTree.SubElement(case, "skipped" if examined(project) else "error", message=clean(headline(project)))
        _count(suite)
    _count(root)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _case(suite: ElementTree.Element, project: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    name = f"L{found['level']} {found['id']}"
    case = ElementTree.SubElement(suite, "testcase", classname=clean(label(project)), name=clean(name))
    if found["status"] in FAILING and found["level"] <= target(project):
        failure = ElementTree.SubElement(case, "failure", type=found["status"], message=clean(_message(found)))
        failure.text = clean((found.get("remedy") or {}).get("text", ""))
    elif found["status"] in FAILING:
        ElementTree.SubElement(case, "skipped", message=f"above the target level {target(project)}")
    elif found["status"] not in FULFILLED:
        ElementTree.SubElement(case, "skipped", message=clean(_message(found)))
    else:
        ElementTree.SubElement(case, "system-out").text = clean("\n".join(place(each) for each in found["evidence"]))


def _message(found: Mapping[str, Any]) -> str:
    reason = f" ({in_words(found['reason'])})" if found.get("reason") else ""
    return f"{found['title']}: {STATUSES[found['status']].word}{reason}"


def _count(element: ElementTree.Element) -> None:
    counts = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    for attribute, tag in counts.items():
        element.set(attribute, str(len(list(element.iter(tag)))))
