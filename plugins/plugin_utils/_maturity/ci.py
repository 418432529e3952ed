# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs of the CI systems of a checkout: what starts them, and which commands they come down to."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from dataclasses import dataclass, field, replace
from typing import Any, Iterable, Iterator, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.commands import Command, Expander
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import (
    as_list,
    line_of,
    mappings,
    nodes,
    text_of,
    without_comments,
    yaml_documents,
    yaml_mapping,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.constructs import Construct, closure

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
    "registry_package": "event",
}
AUTOMATIC = frozenset({"push", "pull_request", "tag", "schedule", "event"})
NEVER = re.compile(r"^\s{0,20}(?:\$\{\{\s{0,20})?(?:false|0|''|never)(?:\s{0,20}\}\})?\s{0,20}$", re.I)
INPUT = re.compile(r"\$\{\{\s{0,20}inputs\.([\w-]{1,99})\s{0,20}\}\}")
EVENT_NAME = re.compile(r"github\.event_name\s*==\s*'(\w+)'")
# Azure Pipelines and Cloud Build may have any file name; these words give them away.
AZURE = (
    re.compile(r"^(?:trigger|pr|resources):", re.M),
    re.compile(r"^(?:stages|jobs|steps|pool):[ \t]{0,99}$", re.M),
    re.compile(r"vmImage|task: \w+@\d|- script:|- bash:"),
)
CLOUD_BUILD = re.compile(r"^steps:[ \t]{0,99}(?:#.*)?$", re.M)
CLUSTER = re.compile(
    r"^(?:kind create|minikube start|k3d cluster create|k3s server|uses:\S{0,99}(?:kind|minikube|k3d|k3s))"
)
OTHER_CI = re.compile(
    r"(?:^|/)(?:azure-pipelines[\w.-]{0,99}\.ya?ml|\.travis\.yml|bitbucket-pipelines\.yml|\.drone\.yml|\.woodpecker\.ya?ml|"
    r"\.buildkite/[\w.-]{1,199}\.ya?ml|\.circleci/config\.yml|\.semaphore/semaphore\.yml|\.?appveyor\.yml|\.cirrus\.ya?ml|"
    r"codefresh\.ya?ml|\.build\.yml|\.builds/[\w.-]{1,199}\.yml|\.harness/[\w./-]{1,199}\.ya?ml|buddy\.yml)$"
)
JENKINS_STEP = re.compile(r"\b(?:sh|bat)\b[\s(]{0,20}(?:script:\s{0,20})?(\"\"\"|'''|\"|')")
# With brackets or, as Groovy allows, without.
JENKINS_CALL = re.compile(r"\w\s{0,20}\(|\w\.\w{1,60} {1,9}[\w\"'$]")
# Keys under which the systems keep what they run.
SCRIPTS = re.compile(r"^(?:(?:\w+_)?script|run|commands?|bash|pwsh|powershell|steps|install|inlineScript|tasks)$")
# The address of a CI system's badge, and the file that would tell it what to do.
BADGES = tuple(
    (re.compile(address + r"[^\s)>\"']{0,200}"), re.compile(file))
    for address, file in (
        (r"travis-ci\.(?:org|com)", r"(?:^|/)\.travis\.yml$"),
        (r"circleci\.com", r"^\.circleci/"),
        (r"ci\.appveyor\.com", r"(?:^|/)\.?appveyor\.yml$"),
        (r"(?:dev\.azure|visualstudio)\.com[^\s)]{0,200}/_apis/build/status", r"azure|\.pipelines/"),
        (r"/buildStatus/icon", r"(?:^|/)Jenkinsfile"),
        (r"/badges/[^\s)]{0,200}pipeline\.svg", r"^\.gitlab-ci\.yml$"),
        (r"codebuild[^\s)]{0,200}/badges", r"buildspec"),
        (r"badge\.buildkite\.com", r"^\.buildkite/"),
        (r"semaphoreci\.com", r"^\.semaphore/"),
        (r"cloud\.drone\.io", r"(?:^|/)\.drone\.yml$"),
        (r"/app/rest/builds/", r"^\.teamcity/"),
    )
)
# GitLab's own templates that look for weaknesses and neither test, build nor deploy.
SCANNER = re.compile(r"^(?:Security|Jobs/(?:SAST|Secret|Dependency|Container|License))")


@dataclass
class Job:
    """One job: where it is declared, the events that start it, and its commands with what is behind them.

    `own_machine` is true where it runs on a machine of the project's, on which a container that it starts stays.
    """

    file: str
    line: int
    name: str
    triggers: frozenset[str]
    commands: list[Command] = field(default_factory=list)
    provider: str = ""
    own_machine: bool = False

    @property
    def throwaway(self) -> bool:
        """What a job puts on a cluster that it makes itself is gone with the job: a test, and no deployment."""
        return any(CLUSTER.search(item.text) for item in self.commands)

    @property
    def automatic(self) -> bool:
        return bool(self.triggers & AUTOMATIC)

    @property
    def delivers(self) -> bool:
        """Whether it runs without a person on more than a proposal, so that what it brings out is there to stay."""
        return self.automatic and not self.triggers <= {"pull_request"}


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
            elif base == ".gitlab-ci.yml":
                found.extend(self._gitlab(path))
            elif base == "Jenkinsfile" or base.startswith("Jenkinsfile."):
                found.append(self._jenkins(path, text))
            elif re.match(r"^cloudbuild[\w.-]{0,99}\.(?:ya?ml|json)$", base):
                found.append(self._cloudbuild(path, yaml_mapping(text)))
            elif re.match(r"^buildspec[\w.-]{0,99}\.ya?ml$", base):
                found.append(self._plain(path, yaml_mapping(text).get("phases"), "codebuild"))
            elif OTHER_CI.search(path) or (is_azure(text) and path.endswith((".yml", ".yaml"))):
                found.append(self._other(path, text))
            elif path.endswith((".yml", ".yaml")) and not path.startswith(".") and _is_cloud_build(text):
                found.append(self._cloudbuild(path, yaml_mapping(text)))
            elif "AWS::CodePipeline::Pipeline" in text:
                found.extend(self._codepipeline(path, text))
        return [job for job in found if job.commands]

    def outside(self, files: Iterable[str]) -> list[tuple[str, int, str]]:
        """Where CI is told to run what stands elsewhere: file, line and what is named there."""
        found: list[tuple[str, int, str]] = []
        for path in sorted(self.text):
            text, base = self.text[path], posixpath.basename(path)
            if re.match(r"^\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml$", path):
                named = _called(yaml_mapping(text))
            elif path == ".gitlab-ci.yml":
                named = [item for _path, document in self._included(path) for item in _foreign_includes(document)]
            elif base.startswith("Jenkinsfile"):
                library = re.search(
                    r"@Library\([^)]{0,300}\)|^[ \t]{0,99}library\b.*$", without_comments(text, path), re.M
                )
                named = [library.group()] if library and not re.search(r"\b(?:sh|bat)\b[\s(]{0,20}[\"']", text) else []
            elif path == ".circleci/config.yml":
                named = _orb_jobs(yaml_mapping(text))
            elif OTHER_CI.search(path) or is_azure(text):
                named = re.findall(r"^[ \t-]{0,99}template:[ \t]{0,99}[\"']?([^\s@]+@\w+)", text, re.M)
            elif re.match(r"^README", path, re.I):
                named = [
                    badge.group()
                    for address, file in BADGES
                    for badge in [address.search(text)]
                    if badge and not any(file.search(item) for item in files)
                ]
            else:
                continue
            found.extend((path, line_of(text, item), item.strip()[:120]) for item in named)
        return found

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
            gating = not _true(job.get("continue-on-error"))
            engine = _engine(job.get("env")) or _engine(workflow.get("env"))
            commands = [
                replace(one, when=(str(job.get("if") or "") + " " + one.when).strip())
                for one in self._steps(path, job.get("steps"), _folder(job) or folder, gating, 0, engine)
            ]
            if uses:
                commands.append(Command("uses:" + uses, path, line))
            commands[:0] = self._services(path, job.get("services"))
            environment = job.get("environment")
            if environment:
                commands.append(Command("environment:%s" % text_of(environment).replace("\n", " "), path, line))
            own = "self-hosted" in text_of(job.get("runs-on"))
            found.append(Job(path, line, str(name), events, commands, "github", own))
        return found

    def _services(self, path: str, services: Any) -> list[Command]:
        """Containers that run beside a job; an engine for the job's own builds is none."""
        given = list(services.values()) if isinstance(services, dict) else as_list(services)
        images = [str(one.get("image") or one.get("name")) if isinstance(one, dict) else str(one) for one in given]
        return [
            Command("service:" + image, path, line_of(self.text[path], image))
            for image in images
            if not re.search(r"(?:^|/)docker(?::|$)", image)
        ]

    def _steps(  # noqa: PLR0917 (what steps inherit)
        self, path: str, steps: Any, folder: str, gating: bool, depth: int, engine: str = ""
    ) -> list[Command]:
        return [
            replace(one, when=(str(step.get("if") or "") + " " + one.when).strip())
            for step in as_list(steps)
            if isinstance(step, dict) and not NEVER.match(str(step.get("if", "x")))
            for one in self._step(path, step, folder, gating, depth, _engine(step.get("env")) or engine)
        ]

    def _step(  # noqa: PLR0917 (what a step inherits)
        self, path: str, step: dict[str, Any], folder: str, gating: bool, depth: int, engine: str
    ) -> list[Command]:
        commands: list[Command] = []
        felt = gating and not _true(step.get("continue-on-error"))
        if isinstance(step.get("run"), str):
            line = line_of(self.text[path], step["run"].strip().split("\n")[0])
            place = str(step.get("working-directory") or folder).strip("./")
            commands.extend(self.expander.expand(engine + step["run"], path, line, place, felt))
        uses = str(step.get("uses") or "")
        if uses.startswith("./") and depth < 4:
            for name in ("action.yml", "action.yaml"):
                action = posixpath.normpath(posixpath.join(uses, name))
                if action in self.text:
                    document = yaml_mapping(self.text[action])
                    runs = document.get("runs")
                    steps = runs.get("steps") if isinstance(runs, dict) else None
                    inside = self._steps(action, steps, folder, felt, depth + 1, engine)
                    commands.extend(
                        replace(one, text=_filled_in(one.text, document.get("inputs"), step.get("with")))
                        for one in inside
                    )
        elif uses:
            given = step.get("with")
            options = given if isinstance(given, dict) else {}
            text = "uses:%s %s" % (
                uses,
                " ".join("%s=%s" % (key, str(value).replace("\n", " ")) for key, value in options.items()),
            )
            line = line_of(self.text[path], uses)
            commands.append(Command(text[:2000], path, line, felt))
            script = next((str(options[key]) for key in options if str(key).lower() == "inlinescript"), "")
            commands.extend(self.expander.expand(script, path, line, folder, felt))
        return commands

    # The others

    def _included(self, path: str, depth: int = 0) -> list[tuple[str, dict[str, Any]]]:
        """A file of GitLab's and those of the checkout that it includes."""
        # A header of inputs may stand before the document.
        documents = [item for item in yaml_documents(self.text.get(path, "")) if isinstance(item, dict)]
        document = documents[-1] if documents else {}
        found = [(path, document)]
        for item in as_list(document.get("include")) if depth < 4 else ():
            name = item.get("local") if isinstance(item, dict) else item
            if isinstance(name, str) and "://" not in name:
                pattern = fnmatch.translate(name.lstrip("/"))
                for other in sorted(self.text):
                    if other != path and re.match(pattern, other):
                        found.extend(self._included(other, depth + 1))
        return found

    def _gitlab(self, path: str, depth: int = 0) -> list[Job]:
        documents = self._included(path)
        every = {str(name): job for _path, document in documents for name, job in document.items()}
        default = every.get("default")
        common = every.get("before_script") or (default.get("before_script") if isinstance(default, dict) else None)
        engine = _engine(every.get("variables"))
        return [
            job
            for place, document in documents
            for job in self._gitlab_jobs(place, document, every, common, engine, depth)
        ]

    def _gitlab_jobs(  # noqa: PLR0917 (what a job inherits)
        self,
        path: str,
        document: Mapping[str, Any],
        every: Mapping[str, Any],
        common: Any,
        engine: str,
        depth: int,
    ) -> Iterator[Job]:
        for name, given in document.items():
            job = _extended(given, every)
            children = _children(job) if depth < 2 else []
            if ("script" not in job and not children) or str(name).startswith("."):
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
            if children:
                # A pipeline of another file, which runs when this job does.
                found = [item for child in children if child in self.text for item in self._gitlab(child, depth + 1)]
                yield from (replace(item, triggers=frozenset(triggers)) for item in found)
                continue
            line = line_of(self.text[path], "%s:" % name)
            before = job.get("before_script", common)
            script = (_engine(job.get("variables")) or engine) + "\n".join(
                item for item in nodes([before, job["script"]]) if isinstance(item, str)
            )
            gating = not _true(job.get("allow_failure"))
            commands = self._services(path, job.get("services", every.get("services")))
            commands += self.expander.expand(script, path, line, "", gating)
            yield Job(path, line, str(name), frozenset(triggers), commands, "gitlab")

    def _jenkins(self, path: str, text: str) -> Job:
        text = without_comments(text, path)
        job = Job(path, 1, "Jenkinsfile", frozenset({"push"}), [], "jenkins", own_machine=True)
        for start, script in _jenkins_scripts(text):
            job.commands.extend(self.expander.expand(script, path, start))
        for number, line in enumerate(text.split("\n"), 1):
            if JENKINS_CALL.search(line) and not re.search(r"\bsh\b", line):
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

    def _plain(
        self,
        path: str,
        document: Any,
        provider: str,
        triggers: frozenset[str] = frozenset({"push"}),
        depth: int = 0,
    ) -> Job:
        job = Job(path, 1, posixpath.basename(path), triggers, [], provider)
        for item in mappings(document):
            for key in [key for key in item if isinstance(key, str) and SCRIPTS.match(key)]:
                value = item[key]
                for script in as_list(value.get("command") if isinstance(value, dict) else value):
                    if isinstance(script, str):
                        job.commands.extend(
                            self.expander.expand(script, path, line_of(self.text[path], script.split("\n")[0]))
                        )
            for key in ("task", "pipe", "provider", "orb", "image"):
                if isinstance(item.get(key), str):
                    given = item.get("inputs")
                    options = ["%s=%s" % pair for pair in given.items()] if isinstance(given, dict) else []
                    text = " ".join(["uses:" + item[key], *options]).replace("\n", " ")[:2000]
                    job.commands.append(Command(text, path, line_of(self.text[path], item[key])))
            template = item.get("template")
            if isinstance(template, str) and depth < 4:
                base = "" if template.startswith("/") else posixpath.dirname(path)
                other = posixpath.normpath(posixpath.join(base, template.lstrip("/")))
                if other in self.text and other != path:
                    job.commands.extend(
                        self._plain(other, yaml_mapping(self.text[other]), provider, triggers, depth + 1).commands
                    )
        return job

    def _other(self, path: str, text: str) -> Job:
        document = yaml_mapping(text)
        manual = str(document.get("trigger")) == "none" and str(document.get("pr", "none")) == "none"
        triggers = {"manual"} if manual else {"push"}
        if document.get("schedules") or re.search(
            r"^[ \t]+- cron:|triggers:[ \t]{0,20}\n[ \t]+- schedule:", text, re.M
        ):
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


PIPELINE = re.compile(r"(?:aws_codepipeline\.Pipeline|pipelines\.CodePipeline)$")
DEPLOYING = re.compile(r"^(?:CloudFormation\w{0,99}|\w{0,99}Deploy\w{0,99})Action$")
BUILDING = re.compile(r"^\w{0,99}(?:Build|Shell)\w{0,99}(?:Action|Step|Project)$")
PROGRAM = re.compile(r"^[a-z][\w./-]{0,99} \S")


def construct_jobs(constructs: list[Construct], expander: Expander) -> list[Job]:
    """Pipelines of the AWS CDK: their actions that deploy, and what their builds run."""
    found = []
    for one in constructs:
        if not PIPELINE.search(one.symbol):
            continue
        job = Job(one.file, one.line, "CodePipeline", frozenset({"push"}), [], "codepipeline")
        own_stages = "pipelines.CodePipeline" in one.symbol
        for part in closure(one, constructs):
            for word in part.words:
                if DEPLOYING.match(word) or (own_stages and word in ("add_stage", "addStage")):
                    job.commands.append(Command("codepipeline:Deploy:" + word, part.file, part.line))
                elif BUILDING.match(word):
                    job.commands.append(Command("codepipeline:Build:" + word, part.file, part.line))
                elif PROGRAM.match(word):
                    job.commands.extend(expander.expand(word, part.file, part.line))
        found.append(job)
    return [job for job in found if job.commands]


def _jenkins_scripts(text: str) -> Iterator[tuple[int, str]]:
    """Line and text of every script that a step `sh` or `bat` has in quotes."""
    place, number = 0, 1
    endless: set[str] = set()
    while True:
        call = JENKINS_STEP.search(text, place)
        if call is None:
            return
        quote = call.group(1)
        end = -1 if quote in endless else text.find(quote, call.end())
        number += text.count("\n", place, call.start())
        if end < 0:
            endless.add(quote)
            place = call.end()
        else:
            yield number, text[call.end() : end]
            place = end + len(quote)
        number += text.count("\n", call.start(), place)


def _filled_in(text: str, inputs: Any, given: Any) -> str:
    """A command of a composite action with the values of its inputs."""
    declared = inputs if isinstance(inputs, dict) else {}
    values = {str(key): item.get("default", "") for key, item in declared.items() if isinstance(item, dict)}
    values.update({str(key): value for key, value in given.items()} if isinstance(given, dict) else {})
    return INPUT.sub(lambda found: str(values.get(found.group(1), found.group())), text)


def is_azure(text: str) -> bool:
    """Whether a file is a pipeline of Azure DevOps, which may have any name."""
    return all(pattern.search(text) for pattern in AZURE)


def _is_cloud_build(text: str) -> bool:
    """Steps that each run an image with arguments."""
    if not CLOUD_BUILD.search(text):
        return False
    steps = [step for step in as_list(yaml_mapping(text).get("steps")) if isinstance(step, dict)]
    return bool(steps) and all(
        isinstance(step.get("name"), str) and {"args", "entrypoint", "script"} & set(step) for step in steps
    )


def _extended(job: Any, every: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """A job of GitLab's with what it inherits."""
    if not isinstance(job, dict):
        return {}
    result: dict[str, Any] = {}
    for name in as_list(job.get("extends")) if depth < 6 else ():
        result.update(_extended(every.get(str(name)), every, depth + 1))
    return {**result, **job}


def _children(job: Mapping[str, Any]) -> list[str]:
    """Files of the checkout whose pipelines a job of GitLab's starts."""
    trigger = job.get("trigger")
    included = as_list(trigger.get("include")) if isinstance(trigger, dict) else []
    named = [item.get("local") if isinstance(item, dict) else item for item in included]
    return [name.lstrip("/") for name in named if isinstance(name, str)]


def _engine(variables: Any) -> str:
    """What tells a script of the engine that variables name, in front of its first line."""
    given = variables if isinstance(variables, dict) else {}
    named = [(key, given[key]) for key in ("DOCKER_HOST", "DOCKER_CONTEXT") if isinstance(given.get(key), str)]
    return "".join("export %s=%s; " % pair for pair in named)


def _called(workflow: Mapping[str, Any]) -> list[str]:
    """Workflows of other repositories that a workflow calls."""
    jobs = workflow.get("jobs")
    uses = (
        [str(job.get("uses", "")) for job in jobs.values() if isinstance(job, dict)] if isinstance(jobs, dict) else []
    )
    return [name for name in uses if name and not name.startswith("./")]


def _foreign_includes(document: Mapping[str, Any]) -> list[str]:
    """What a file of GitLab's includes from other projects and addresses."""
    found: list[str] = []
    for item in as_list(document.get("include")):
        if isinstance(item, dict):
            named = [str(item[key]) for key in ("project", "remote", "component", "template") if item.get(key)]
            found.extend(name for name in named[:1] if not SCANNER.match(name))
        elif "://" in str(item):
            found.append(str(item))
    return found


def _orb_jobs(document: Mapping[str, Any]) -> list[str]:
    """Jobs of CircleCI's workflows that an orb brings."""
    workflows, orbs = document.get("workflows"), document.get("orbs")
    if not isinstance(workflows, dict) or not isinstance(orbs, dict):
        return []
    names = {name for item in mappings(workflows) for job in as_list(item.get("jobs")) for name in _names_of(job)}
    return sorted(name for name in names if "/" in name and name.split("/")[0] in orbs)


def _names_of(job: Any) -> list[str]:
    return [str(key) for key in job] if isinstance(job, dict) else [str(job)]


def _true(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def _folder(item: Mapping[str, Any]) -> str:
    defaults = item.get("defaults")
    run = defaults.get("run") if isinstance(defaults, dict) else None
    return str(run.get("working-directory", "")).strip("./") if isinstance(run, dict) else ""
