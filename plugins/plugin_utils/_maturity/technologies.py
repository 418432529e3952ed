# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Technologies that no reader knows, and what a checkout names without having it: how each is seen, and which criteria it hides.

A criterion that one of them could meet is unknown where nothing else meets it, and never "not met". A technology that gets a reader leaves the table.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any, Iterable, Iterator, NamedTuple

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import (
    as_list,
    mappings,
    without_comments,
    yaml_documents,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.project import Project

RUNS = frozenset(["orchestration", "scheduled_training", "automated_retraining", "automated_promotion"])
DELIVERS = frozenset(["automated_release", "automated_model_deployment"])
CI = DELIVERS | {"ci"}
SERVES = frozenset(["low_friction_deployment", "ab_testing", "model_monitoring", "operational_metrics"])


class Technology(NamedTuple):
    """`path` and all of `texts` tell it in a file; without `texts` the path alone does. `modules` are Python packages that tell it."""

    name: str
    hides: frozenset[str]
    path: re.Pattern[str] = re.compile(r"(?!)")
    texts: tuple[re.Pattern[str], ...] = ()
    modules: tuple[str, ...] = ()


YAML = re.compile(r"\.ya?ml$")
ID = re.compile(r"^id:[ \t]{1,9}\S", re.M)
TASKS = re.compile(r"^tasks:", re.M)
UNREAD = (
    Technology("Kestra", RUNS, YAML, (ID, re.compile(r"^namespace:[ \t]{1,9}\S", re.M), TASKS)),
    Technology("Tekton", RUNS | CI, YAML, (re.compile(r"^apiVersion:[ \t]{1,9}tekton\.dev/", re.M),)),
    Technology("CWL", RUNS, re.compile(r"\.cwl$")),
    Technology("WDL", RUNS, re.compile(r"\.wdl$")),
    Technology("Windmill", RUNS, re.compile(r"(?:^|/)flow\.ya?ml$"), (re.compile(r"^[ \t]{1,9}modules:", re.M),)),
    Technology("Temporal", RUNS, modules=("temporalio",)),
    Technology("Hamilton", RUNS, modules=("hamilton",)),
    Technology("Ploomber", RUNS, re.compile(r"(?:^|/)pipeline\.ya?ml$"), (TASKS, re.compile(r"^[ \t]{1,9}product:", re.M))),
    Technology("TeamCity", CI, re.compile(r"^\.teamcity/")),
    Technology("Bamboo", CI, re.compile(r"^bamboo-specs/")),
    Technology("GoCD", CI, re.compile(r"\.gocd\.ya?ml$")),
    Technology("Earthly", CI, re.compile(r"(?:^|/)Earthfile$")),
    Technology("Pulumi", SERVES | {"automated_model_deployment", "scheduled_training"}, re.compile(r"(?:^|/)Pulumi\.ya?ml$")),
)  # fmt: skip
# What stands elsewhere and serves, watches or runs models: others' modules for networks and accounts hide nothing.
FOREIGN_MODULE = re.compile(r"^[ \t]{0,9}source[ \t]{0,99}=[ \t]{0,9}\"(?!\.{0,2}/)([^\"\n$]{1,200})\"", re.M)
ABOUT_MODELS = re.compile(
    r"sagemaker|vertex|machine-?learning|mlops|(?<![a-z])ml(?![a-z])|databricks|kserve|seldon|kubeflow|airflow|mlflow|"
    r"bentoml|vllm|triton|(?<![a-z])ray(?![a-z])",
    re.I,
)
FOREIGN_TEMPLATE = re.compile(r"^[ \t]{0,40}TemplateURL:[ \t]{0,9}(?:!\w{1,9}[ \t]{1,9})?[\"']?https?://", re.M)
TERRAFORM = SERVES | RUNS | {"automated_model_deployment"}
WORKFLOW = re.compile(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml$")
GITLAB = re.compile(r"(?:^|/)\.?gitlab-ci\.ya?ml$")


def hidden_criteria(project: Project) -> dict[str, str]:
    """Why a criterion that nothing meets is not known to be unmet, by its id."""
    hidden: dict[str, str] = {}
    for reason, criteria in (*_unread(project), *_foreign(project), *_broken(project)):
        for criterion in sorted(criteria):
            hidden.setdefault(criterion, reason)
    return hidden


def warnings_of(project: Project) -> list[str]:
    """Submodules that are not there, and CI files that cannot run."""
    return [
        *("the submodule %s is not in this scan; scan its checkout, too" % folder for folder in submodules(project)),
        *("%s cannot be parsed, so no CI server can run it" % path for path in _broken_files(project)),
        *_idle(project),
    ]


def submodules(project: Project) -> list[str]:
    """Folders of submodules, whose files are in another repository and not in this scan."""
    paths = re.findall(
        r"^[ \t]{0,9}path[ \t]{0,9}=[ \t]{0,9}([^\s#;][^\n]{0,300})$", project.raw.get(".gitmodules", ""), re.M
    )
    folders = [posixpath.normpath(path.strip()) for path in paths]
    return sorted(
        folder
        for folder in dict.fromkeys(folders)
        if project.role(folder + "/x.py") == "source"
        and not any(path.startswith(folder + "/") for path in project.files)
    )


def _unread(project: Project) -> Iterator[tuple[str, frozenset[str]]]:
    for technology in UNREAD:
        place = next(_places(technology, project), "")
        if place:
            yield "no_reader: %s in %s" % (technology.name, place), technology.hides


def _places(technology: Technology, project: Project) -> Iterator[str]:
    """Files of the project that show a technology."""
    for path in project.files:
        if technology.path.search(path) and project.role(path) == "source":
            text = project.text.get(path, "") if technology.texts else ""
            if all(pattern.search(text) for pattern in technology.texts):
                yield path
    wanted = set(technology.modules) - project.facts.own
    for path, facts in project.python.items() if wanted else ():
        roots = {one.module.split(".", 1)[0] for one in facts.imports}
        if roots & wanted and project.role(path) == "source":
            yield path


def _foreign(project: Project) -> Iterator[tuple[str, frozenset[str]]]:
    """Modules, templates and manifests that are fetched when something runs."""
    for path, text in project.text.items():
        if project.role(path) != "source":
            continue
        if path.endswith(".tf"):
            named = next((item for item in FOREIGN_MODULE.findall(text) if ABOUT_MODELS.search(item)), "")
            if named:
                yield "no_reader: the Terraform module %s in %s" % (named[:120], path), TERRAFORM
        elif posixpath.basename(path) == "Chart.yaml":
            for name in _charts(project.documents.get(path, ())):
                yield "no_reader: the chart %s in %s" % (name[:60], path), SERVES
        elif path.endswith((".yml", ".yaml", ".template")) and FOREIGN_TEMPLATE.search(text):
            yield "no_reader: a template that is fetched at run time in %s" % path, TERRAFORM


def _charts(documents: Iterable[Any]) -> Iterator[str]:
    """Charts about models that a chart takes from elsewhere."""
    for item in (one for document in mappings(documents) for one in as_list(document.get("dependencies"))):
        name, address = (str(item.get(key)) if isinstance(item, dict) else "" for key in ("name", "repository"))
        if re.match(r"(?:https?|oci)://", address) and ABOUT_MODELS.search(name):
            yield name


def _broken_files(project: Project) -> list[str]:
    """CI files that are no YAML."""
    return [
        path
        for path, text in project.raw.items()
        if (WORKFLOW.search(path) or GITLAB.search(path))
        and without_comments(text).strip()
        and not yaml_documents(text)
    ]


def _broken(project: Project) -> Iterator[tuple[str, frozenset[str]]]:
    for path in _broken_files(project):
        yield "unparsed: %s" % path, CI | {"scheduled_training", "automated_retraining"}


def _idle(project: Project) -> Iterator[str]:
    """CI files that are read and that nothing can start."""
    for path, text in project.raw.items():
        first = next(iter(yaml_documents(text)), None) if WORKFLOW.search(path) else None
        if isinstance(first, dict) and first.get("jobs") and not first.get("on"):
            yield "%s has nothing that starts it (on:)" % path
    if "gitlab-ci.yml" in project.files and ".gitlab-ci.yml" not in project.files:
        yield "gitlab-ci.yml is ignored by GitLab unless its settings name it; the default is .gitlab-ci.yml"
