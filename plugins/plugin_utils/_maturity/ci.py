# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs of the CI systems of a checkout: what starts them, and which commands they come down to."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import Any, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.commands import Command, Expander
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import (
    as_list,
    line_of,
    mappings,
    text_of,
    without_comments,
    yaml_documents,
    yaml_mapping,
)

EVENTS = {
    "push": "push",
    "pull_request": "pull_request",
    "pull_request_target": "pull_request",
    "merge_group": "pull_request",
    "release": "tag",
    "create": "tag",
    "schedule": "schedule",
    "workflow_dispatch": "manual",
    "workflow_call": "call",
    "repository_dispatch": "event",
    "workflow_run": "push",
}
AUTOMATIC = frozenset({"push", "pull_request", "tag", "schedule", "event"})
NEVER = re.compile(r"^\s*(?:\$\{\{\s*)?(?:false|0|''|never)(?:\s*\}\})?\s*$", re.I)
EVENT_NAME = re.compile(r"github\.event_name\s*==\s*'(\w+)'")
# Azure Pipelines and Cloud Build may have any file name; these words give them away.
AZURE = re.compile(
    r"^(?:trigger|pr|resources):(?:.*\n)+(?:stages|jobs|steps|pool):\s*$(?s:.*)(?:vmImage|task: \w+@\d|- script:|- bash:)",
    re.M,
)
CLOUD_BUILD = re.compile(
    r"^steps:\s*\n(?:\s*(?:#.*)?\n)*\s*-\s+(?:id|name|args|entrypoint):(?s:.*)(?:gcr\.io|docker\.pkg\.dev|cloud-builders)",
    re.M,
)
OTHER_CI = re.compile(
    r"(?:^|/)(?:azure-pipelines[\w.-]*\.ya?ml|\.travis\.yml|bitbucket-pipelines\.yml|\.drone\.yml|\.woodpecker\.ya?ml|"
    r"\.buildkite/[\w.-]+\.ya?ml|\.circleci/config\.yml|\.semaphore/semaphore\.yml)$"
)


@dataclass
class Job:
    """One job: where it is declared, the events that start it, and its commands with what is behind them."""

    file: str
    line: int
    name: str
    triggers: frozenset[str]
    commands: list[Command] = field(default_factory=list)
    provider: str = ""

    @property
    def automatic(self) -> bool:
        return bool(self.triggers & AUTOMATIC)


class CiReader:
    """Reads all jobs of a checkout."""

    def __init__(self, text: Mapping[str, str], expander: Expander, branch: str = "") -> None:
        self.text = text
        self.expander = expander
        self.branch = branch

    def jobs(self) -> list[Job]:
        found: list[Job] = []
        for path in sorted(self.text):
            text = self.text[path]
            base = posixpath.basename(path)
            if re.match(r"^\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml$", path):
                workflow = yaml_mapping(text)
                triggers = self._triggers(workflow)
                if "call" not in triggers or triggers & AUTOMATIC or triggers - {"call"}:
                    found.extend(self._workflow(path, workflow, triggers - {"call"}, 0))
            elif path == ".gitlab-ci.yml":
                found.extend(self._gitlab(path, yaml_mapping(text)))
            elif base == "Jenkinsfile" or base.startswith("Jenkinsfile."):
                found.append(self._jenkins(path, text))
            elif re.match(r"^cloudbuild[\w.-]*\.(?:ya?ml|json)$", base):
                found.append(self._cloudbuild(path, yaml_mapping(text)))
            elif re.match(r"^buildspec[\w.-]*\.ya?ml$", base):
                found.append(self._plain(path, yaml_mapping(text).get("phases"), "codebuild"))
            elif OTHER_CI.search(path) or (AZURE.search(text) and path.endswith((".yml", ".yaml"))):
                found.append(self._other(path, text))
            elif CLOUD_BUILD.search(text) and path.endswith((".yml", ".yaml")) and not path.startswith("."):
                found.append(self._cloudbuild(path, yaml_mapping(text)))
            elif "AWS::CodePipeline::Pipeline" in text:
                found.extend(self._codepipeline(path, text))
        return [job for job in found if job.commands]

    # GitHub

    def _triggers(self, workflow: Mapping[str, Any]) -> frozenset[str]:
        on = workflow.get("on")
        names = {str(item): {} for item in as_list(on)} if not isinstance(on, dict) else on
        triggers = set()
        for name, given in names.items():
            event = EVENTS.get(str(name))
            if event is None:
                continue
            options = given if isinstance(given, dict) else {}
            if name == "push":
                if "tags" in options and "branches" not in options:
                    event = "tag"
                elif self._dead(options.get("branches")):
                    continue
            if name == "pull_request" and self._dead(options.get("branches")):
                continue
            if name.startswith("pull_request") and [str(item) for item in as_list(options.get("types"))] == ["closed"]:
                event = "push"
            if name == "schedule" and not any("cron" in item for item in as_list(given) if isinstance(item, dict)):
                continue
            triggers.add(event)
        return frozenset(triggers)

    def _dead(self, branches: Any) -> bool:
        """Only reacts to the other one of the two usual main branches."""
        names = {str(item) for item in as_list(branches)}
        return self.branch in ("main", "master") and bool(names) and names <= {"main", "master"} - {self.branch}

    def _workflow(self, path: str, workflow: Mapping[str, Any], triggers: frozenset[str], depth: int) -> list[Job]:
        found: list[Job] = []
        jobs = workflow.get("jobs")
        folder = _folder(workflow)
        for name, job in jobs.items() if isinstance(jobs, dict) else ():
            if not isinstance(job, dict) or NEVER.match(str(job.get("if", "x"))):
                continue
            events = triggers
            named = {EVENTS.get(item, "") for item in EVENT_NAME.findall(str(job.get("if", "")))}
            if named and not re.search(r"github\.event_name\s*!=", str(job["if"])):
                events = triggers & frozenset(named)
            uses = str(job.get("uses", ""))
            if uses.startswith("./") and depth < 4:
                called = posixpath.normpath(uses.split("@", maxsplit=1)[0])
                if called in self.text:
                    found.extend(self._workflow(called, yaml_mapping(self.text[called]), events, depth + 1))
                continue
            line = line_of(self.text[path], "\n  %s:" % name) + 1
            commands = self._steps(
                path, job.get("steps"), _folder(job) or folder, not _true(job.get("continue-on-error")), 0
            )
            if uses:
                commands.append(Command("uses:" + uses, path, line))
            environment = job.get("environment")
            if environment:
                commands.append(Command("environment:%s" % text_of(environment).replace("\n", " "), path, line))
            found.append(Job(path, line, str(name), events, commands, "github"))
        return found

    def _steps(self, path: str, steps: Any, folder: str, gating: bool, depth: int) -> list[Command]:
        commands: list[Command] = []
        for step in as_list(steps):
            if not isinstance(step, dict) or NEVER.match(str(step.get("if", "x"))):
                continue
            felt = gating and not _true(step.get("continue-on-error"))
            if isinstance(step.get("run"), str):
                line = line_of(self.text[path], step["run"].strip().split("\n")[0])
                place = str(step.get("working-directory") or folder).strip("./")
                commands.extend(self.expander.expand(step["run"], path, line, place, felt))
            uses = str(step.get("uses") or "")
            if uses.startswith("./") and depth < 4:
                for name in ("action.yml", "action.yaml"):
                    action = posixpath.normpath(posixpath.join(uses, name))
                    if action in self.text:
                        runs = yaml_mapping(self.text[action]).get("runs")
                        commands.extend(
                            self._steps(
                                action, runs.get("steps") if isinstance(runs, dict) else None, folder, felt, depth + 1
                            )
                        )
            elif uses:
                given = step.get("with")
                options = given if isinstance(given, dict) else {}
                text = "uses:%s %s" % (
                    uses,
                    " ".join("%s=%s" % (key, str(value).replace("\n", " ")) for key, value in options.items()),
                )
                commands.append(Command(text[:2000], path, line_of(self.text[path], uses), felt))
        return commands

    # The others

    def _gitlab(self, path: str, document: Mapping[str, Any]) -> list[Job]:
        found = []
        common = document.get("before_script")
        for name, job in document.items():
            if not isinstance(job, dict) or "script" not in job or str(name).startswith("."):
                continue
            conditions = text_of([job.get("rules"), job.get("only"), job.get("except")])
            words = conditions.split("\n")
            triggers = {"push"}
            if re.search(r"CI_PIPELINE_SOURCE\s*==\s*[\"']schedule|^schedules$", conditions, re.M):
                triggers = {"schedule"}
            foreign = set(re.findall(r"\$\{?([A-Z]\w+)", conditions)) - {"CI"}
            if foreign and not any(item.startswith("CI_") for item in foreign):
                triggers = {"call"}
            if str(job.get("when")) == "manual" or ("manual" in words and len(as_list(job.get("rules"))) == 1):
                triggers = {"manual"}
            if str(job.get("when")) == "never" or ("never" in words and len(as_list(job.get("rules"))) == 1):
                continue
            line = line_of(self.text[path], "%s:" % name)
            script = "\n".join(str(item) for item in as_list(common) + as_list(job.get("script")))
            gating = not _true(job.get("allow_failure"))
            found.append(
                Job(
                    path,
                    line,
                    str(name),
                    frozenset(triggers),
                    self.expander.expand(script, path, line, "", gating),
                    "gitlab",
                )
            )
        return found

    def _jenkins(self, path: str, text: str) -> Job:
        text = without_comments(text, path)
        job = Job(path, 1, "Jenkinsfile", frozenset({"push"}), [], "jenkins")
        for call in re.finditer(r"\b(?:sh|bat)\b[\s(]*(?:script:\s*)?(\"\"\"|'''|\"|')(.*?)\1", text, re.S):
            job.commands.extend(self.expander.expand(call.group(2), path, text.count("\n", 0, call.start()) + 1))
        for number, line in enumerate(text.split("\n"), 1):
            if re.search(r"\b\w+\s*\(|\.push\(", line) and not re.search(r"\bsh\b", line):
                job.commands.append(Command("jenkins:" + line.strip(), path, number))
        return job

    def _cloudbuild(self, path: str, document: Mapping[str, Any]) -> Job:
        job = Job(path, 1, posixpath.basename(path), frozenset({"push"}), [], "cloudbuild")
        for step in as_list(document.get("steps")):
            if not isinstance(step, dict):
                continue
            words = [str(item) for item in as_list(step.get("args"))]
            program = str(step.get("entrypoint") or posixpath.basename(str(step.get("name", ""))).split(":")[0])
            script = step["script"] if isinstance(step.get("script"), str) else " ".join([program, *words])
            if program in ("bash", "sh") and "-c" in words[:1]:
                script = "\n".join(words[1:])
            line = line_of(self.text[path], words[0] if words else str(step.get("name", "")))
            job.commands.extend(self.expander.expand(script, path, line))
        if document.get("images"):
            job.commands.append(Command("docker push images", path, line_of(self.text[path], "images:")))
        return job

    def _plain(self, path: str, document: Any, provider: str, triggers: frozenset[str] = frozenset({"push"})) -> Job:
        job = Job(path, 1, posixpath.basename(path), triggers, [], provider)
        for item in mappings(document):
            for key in ("script", "run", "command", "commands", "bash", "pwsh", "steps", "before_script", "install"):
                value = item.get(key)
                for script in as_list(value.get("command") if isinstance(value, dict) else value):
                    if isinstance(script, str):
                        job.commands.extend(
                            self.expander.expand(script, path, line_of(self.text[path], script.split("\n")[0]))
                        )
            for key in ("task", "pipe", "provider", "orb", "image"):
                if isinstance(item.get(key), str):
                    job.commands.append(Command("uses:" + item[key], path, line_of(self.text[path], item[key])))
        return job

    def _other(self, path: str, text: str) -> Job:
        document = yaml_mapping(text)
        manual = str(document.get("trigger")) == "none" and str(document.get("pr", "none")) == "none"
        triggers = {"manual"} if manual else {"push"}
        if document.get("schedules") or re.search(r"^\s+- cron:|triggers:\s*\n\s+- schedule:", text, re.M):
            triggers.add("schedule")
        return self._plain(path, document, path, frozenset(triggers))

    def _codepipeline(self, path: str, text: str) -> list[Job]:
        found = []
        for document in yaml_documents(text):
            for item in mappings(document):
                if item.get("Type") != "AWS::CodePipeline::Pipeline" or not isinstance(item.get("Properties"), dict):
                    continue
                job = Job(
                    path,
                    line_of(text, "AWS::CodePipeline::Pipeline"),
                    "CodePipeline",
                    frozenset({"push"}),
                    [],
                    "codepipeline",
                )
                for action in mappings(item["Properties"].get("Stages")):
                    kind = action.get("ActionTypeId")
                    if isinstance(kind, dict):
                        words = "codepipeline:%s:%s %s" % (
                            kind.get("Category"),
                            kind.get("Provider"),
                            action.get("Name"),
                        )
                        job.commands.append(Command(words, path, line_of(text, "Name: %s" % action.get("Name"))))
                found.append(job)
        return found


def _true(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def _folder(item: Mapping[str, Any]) -> str:
    defaults = item.get("defaults")
    run = defaults.get("run") if isinstance(defaults, dict) else None
    return str(run.get("working-directory", "")).strip("./") if isinstance(run, dict) else ""
