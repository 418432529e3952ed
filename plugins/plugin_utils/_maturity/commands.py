# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command line really runs: make targets with their prerequisites, scripts, tox, nox, images, stages."""

from __future__ import annotations

import posixpath
import re
import shlex
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Iterator, Mapping

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import (
    as_list,
    dockerfile,
    joined_lines,
    make_targets,
    mappings,
    text_of,
    without_comments,
    yaml_mapping,
)

DEEPEST = 6
MOST_COMMANDS = 3000
# Definitions of one task: a name is used again in another file, and no more often.
MOST_TASKS = 20
LONGEST_LINE = 4000
TASK_TABLE = re.compile(r"\A(?:tool\.|feature\.|(?=tasks))[\w.\"-]{0,200}?(?:tasks|scripts)(?:\.([\w-]{1,200}))?\Z")
TOML_KEY = re.compile(r"\A[\w:.-]+\Z")
RECIPE_NAME = re.compile(r"@?(\w[\w-]*)")
SPLIT = re.compile(r"(?:&&|(?<=\s)&(?=\s)|\|\||;|\||\bthen\b|\bdo\b|\belse\b|\n)")
PREFIX = re.compile(
    r"^(?:\(|\{|!|if|while|sudo(?: -[A-Za-z]+)*|time(?: -p)?|exec|nohup|command|env|then|do|xvfb-run|"
    r"coverage run(?:\s+--?(?!m\s)[\w-]+(?:=\S+)?)*(?:\s+-m)?|"
    r"(?:poetry|pipenv|pdm|hatch|rye|pixi|conda|mamba|micromamba|uv) run(?:\s+(?:-(?:n|p|e|f|-name|-prefix|-python|-with|-extra|"
    r"-group|-env-file|-project|-directory|-package|-environment|-index-url|-manifest-path) \S+|--?[\w-]+(?:=\S+)?))*|"
    r"(?:uvx|uv tool run|pipx run|npx|pnpm dlx|yarn dlx|bunx)(?:\s+(?:--(?:from|with|python|spec|package) [^\s-]\S*|--?[\w-]+(?:=\S+)?))*|"
    r"[A-Za-z_]\w*=(?:\"[^\"]*\"|'[^']*'|\$\([^)]*\)|\S*))\s+"
)
SILENCED = re.compile(r"\|\|\s{0,20}(?:true|:|exit 0|echo\b)|--exit-zero")
# An engine of another machine; one beside the job, as docker in docker, is gone with it.
ENGINE = re.compile(
    r"(?:\bDOCKER_(?:HOST|CONTEXT)=[\"']?|^\s{0,20}docker context use )"
    r"(?!default\b|unix:|npipe:|tcp://(?:docker|dind|localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal)(?![\w.-]))([^\s\"';]{1,200})"
)
SAYS_ONLY = re.compile(r"^(?:echo|printf|sleep|true|:|cat <<)\b")


@dataclass(frozen=True)
class Command:
    """One simple command, where it stands, whether its failure is felt, and the condition of CI under which it runs."""

    text: str
    file: str
    line: int
    gating: bool = True
    folder: str = ""
    when: str = ""


class Expander:
    """Follows commands through the text files of a checkout, never further than `DEEPEST` steps."""

    def __init__(self, text: Mapping[str, str], files: frozenset[str]) -> None:
        self.text = text
        self.files = files
        self._makefiles: dict[str, dict[str, tuple[list[str], list[tuple[int, str]]]]] = {}

    def expand(self, script: str, file: str, line: int, folder: str = "", gating: bool = True) -> list[Command]:
        """Every simple command of a script, and those behind them."""
        found: list[Command] = []
        self._script(Command(script, file, line, gating, folder), 0, frozenset(), found)
        return found

    def _script(self, origin: Command, depth: int, seen: frozenset[str], found: list[Command]) -> None:
        folder, engine = origin.folder, ""
        for offset, text in joined_lines(without_comments(origin.text)):
            if len(found) >= MOST_COMMANDS:
                return
            if not text or text.isspace():
                continue
            gating = origin.gating and not SILENCED.search(text)
            for part in SPLIT.split(text):
                elsewhere = ENGINE.search(part)
                engine = elsewhere.group(1) if elsewhere else engine
                simple = _bare(part)
                if engine and re.match(r"docker[ -](?!context )", simple):
                    simple = "docker -H %s %s" % (engine, simple[len("docker ") :])
                if not simple or SAYS_ONLY.match(simple) or len(found) >= MOST_COMMANDS:
                    continue
                moved = re.match(r"^(?:cd|pushd)\s+([\w./-]+)", simple)
                if moved:
                    folder = _join(folder, moved.group(1))
                    continue
                one = Command(simple[:4000], origin.file, origin.line + offset - 1, gating, folder)
                found.append(one)
                if depth < DEEPEST:
                    self._behind(one, depth + 1, seen, found)

    def _behind(self, one: Command, depth: int, seen: frozenset[str], found: list[Command]) -> None:
        try:
            words = shlex.split(one.text)
        except ValueError:
            words = one.text.split()
        if not words:
            return
        first = posixpath.basename(words[0])
        for key, following in self._steps(first, words, one):
            if key not in seen:
                self._script(following, depth, seen | {key}, found)

    def _steps(self, first: str, words: list[str], one: Command) -> Iterator[tuple[str, Command]]:  # noqa: PLR0912
        if first in ("make", "gmake"):
            yield from self._make(words, one)
        elif first in ("bash", "sh", "zsh", "source", ".", "dash") or words[0].endswith(".sh"):
            for word in words[0 if words[0].endswith(".sh") else 1 :]:
                path = self._find(word, one.folder)
                if path in self.text:
                    yield path, Command(self.text[path], path, 1, one.gating, one.folder)
                    break
                if first in ("bash", "sh") and word == "-c":
                    yield one.text, replace(one, text=words[-1])
                    break
        elif first in ("tox", "nox"):
            yield from self._environments(first, one)
        elif first in ("just", "task", "poe", "poethepoet", "taskipy") or first.rpartition(":")[2] in self.tasks:
            # Hatch names the environment before the script.
            script = first if first in self.tasks else first.rpartition(":")[2]
            names = [script] if script in self.tasks else [word for word in words[1:] if not word.startswith("-")][:1]
            for name in names:
                for path, script in self.tasks.get(name, [])[:MOST_TASKS]:
                    yield "%s:%s" % (path, name), Command(script, path, 1, one.gating, posixpath.dirname(path))
        elif first in ("docker", "docker-compose"):
            yield from self._docker(words, one)
        elif first == "dvc" and "repro" in words:
            for path, text in self.text.items():
                if posixpath.basename(path) == "dvc.yaml":
                    for item in mappings(yaml_mapping(text)):
                        if "cmd" in item:
                            yield (
                                path + str(item["cmd"]),
                                Command(text_of(item["cmd"]), path, 1, one.gating, posixpath.dirname(path)),
                            )
        else:
            # A file named as an argument may be the program that something else runs: a job file, a spec.
            for word in words[1:]:
                path = self._find(word, one.folder)
                if (
                    path in self.text
                    and path.endswith((".sh", ".yaml", ".yml"))
                    and first not in ("aws", "kubectl", "helm")
                ):
                    if path.endswith(".sh"):
                        yield path, Command(self.text[path], path, 1, one.gating, one.folder)
                    else:
                        for key in ("entrypoint", "command", "cmd", "run", "script"):
                            for item in mappings(yaml_mapping(self.text[path])):
                                if isinstance(item.get(key), str):
                                    yield path + key, Command(item[key], path, 1, one.gating, "")

    def _make(self, words: list[str], one: Command) -> Iterator[tuple[str, Command]]:
        folder = one.folder
        wanted = []
        for index, word in enumerate(words[1:], 1):
            if words[index - 1] in ("-C", "--directory"):
                folder = _join(folder, word)
            elif not word.startswith("-") and "=" not in word and words[index - 1] not in ("-C", "-f", "--directory"):
                wanted.append(word)
        path = next(
            (item for item in (self._find(name, folder) for name in ("Makefile", "makefile", "GNUmakefile")) if item),
            "",
        )
        if path not in self.text:
            return
        targets = self._makefiles.setdefault(path, make_targets(self.text[path]))
        queue = list(wanted) or [name for name in targets if not name.startswith(".")][:1]
        known: set[str] = set()
        while queue:
            name = queue.pop(0)
            if name in known or name not in targets:
                continue
            known.add(name)
            queue.extend(targets[name][0])
            for number, recipe in targets[name][1]:
                script = recipe.replace("$(MAKE)", "make").replace("${MAKE}", "make")
                yield "%s:%d" % (path, number), Command(script, path, number, one.gating, folder)

    @cached_property
    def tasks(self) -> dict[str, list[tuple[str, str]]]:
        """Named tasks of just, Taskfile, poe, pdm, hatch and their like: the file and its script, prerequisites first."""
        found: dict[str, list[tuple[str, str]]] = {}
        for path in sorted(self.text):
            text, base = self.text[path], posixpath.basename(path).lower()
            if base in ("justfile", ".justfile"):
                recipes = make_targets("\n".join(map(_recipe_line, text.split("\n"))))
                for name, (needs, _recipe) in recipes.items():
                    lines = [line for need in [*needs, name] for _number, line in recipes.get(need, ([], []))[1]]
                    found.setdefault(name, []).append((path, "\n".join(lines)))
            elif base in ("taskfile.yml", "taskfile.yaml"):
                given = yaml_mapping(text).get("tasks")
                listed = given if isinstance(given, dict) else {}
                for name, item in listed.items():
                    needs = [str(need) for need in as_list(item.get("deps"))] if isinstance(item, dict) else []
                    steps = [listed.get(need) for need in needs] + [item]
                    found.setdefault(str(name), []).append((path, _task_script(steps)))
            elif base in ("pyproject.toml", "pixi.toml"):
                for name, script in _toml_tasks(text):
                    found.setdefault(name, []).append((path, script))
        return found

    def _environments(self, first: str, one: Command) -> Iterator[tuple[str, Command]]:
        if first == "tox":
            for name in ("tox.ini", "pyproject.toml", "setup.cfg"):
                path = self._find(name, one.folder)
                text = self.text.get(path, "")
                for block in re.finditer(r"^commands[ \t]{0,20}=[ \t]{0,20}(.*(?:\n[ \t]+.*)*)", text, re.M):
                    line = text.count("\n", 0, block.start()) + 1
                    yield (
                        "%s:%d" % (path, line),
                        Command(block.group(1).replace("{posargs}", ""), path, line, one.gating, one.folder),
                    )
        else:
            path = self._find("noxfile.py", one.folder)
            for call in re.finditer(r"session\.run\(([^)]{0,2000})\)", self.text.get(path, "")):
                line = self.text[path].count("\n", 0, call.start()) + 1
                text = " ".join(re.findall(r"[\"']([^\"']{1,300})[\"']", call.group(1)))
                yield "%s:%d" % (path, line), Command(text, path, line, one.gating, one.folder)

    def _docker(self, words: list[str], one: Command) -> Iterator[tuple[str, Command]]:
        told = _in_container(words)
        if told:
            yield one.text, replace(one, text=shlex.join(told))
        if "build" not in words:
            return
        name, context = "", "."
        for index, word in enumerate(words):
            if word in ("-f", "--file") and index + 1 < len(words):
                name = words[index + 1]
            elif word.startswith("--file="):
                name = word.partition("=")[2]
        if not words[-1].startswith("-"):
            context = words[-1]
        path = self._find(name, one.folder) if name else self._find(posixpath.join(context, "Dockerfile"), one.folder)
        for number, keyword, rest in dockerfile(self.text.get(path, "")):
            if keyword == "RUN":
                yield "%s:%d" % (path, number), Command(rest, path, number, one.gating, posixpath.dirname(path))

    def _find(self, word: str, folder: str) -> str:
        """The file of the checkout that a word names, seen from a folder or from the root."""
        word = word.strip("\"'")
        if not word or (word.startswith(("-", "$", "/", "~")) and not word.startswith("./")):
            word = re.sub(r"^(?:\$\{?\w+\}?|~|\$\{\{[^}]*\}\})?/(?:[\w-]+/)?", "", word)
        for base in (folder, ""):
            path = _join(base, word)
            if path in self.files:
                return path
        return ""


# Options of `docker run` and its like that take no value.
BARE_OPTION = re.compile(
    r"^(?:-[dtiTq]+|--(?:rm|init|detach|interactive|tty|privileged|no-deps|build|quiet|read-only|no-TTY|service-ports))$"
)


def _in_container(words: list[str]) -> list[str]:
    """What `docker run`, `docker exec` and those of Compose run in a container, where they say so themselves."""
    start = next((number for number, word in enumerate(words) if word in ("run", "exec")), len(words))
    rest = words[start + 1 :]
    while rest and rest[0].startswith("-"):
        rest = rest[1 if "=" in rest[0] or BARE_OPTION.match(rest[0]) else 2 :]
    return rest[1:]


def _task_script(steps: list[Any]) -> str:
    """The commands of tasks of a Taskfile, whichever of its forms they have."""
    lines: list[str] = []
    for step in steps:
        commands = step.get("cmds", step.get("cmd")) if isinstance(step, dict) else step
        for command in as_list(commands):
            if isinstance(command, dict):
                lines.append("task %s" % command["task"] if "task" in command else str(command.get("cmd", "")))
            else:
                lines.append(str(command))
    return "\n".join(lines)


def _recipe_line(line: str) -> str:
    """A line of a justfile without the parameters of the recipe that it begins."""
    found = RECIPE_NAME.match(line)
    head, colon, rest = line.partition(":")
    return (
        "%s:%s" % (found.group(1), rest) if found and colon and "=" not in head and not rest.startswith("=") else line
    )


def _toml_tasks(text: str) -> Iterator[tuple[str, str]]:
    """Tasks in the tables of a pyproject.toml that hold nothing else."""
    for title, body in _toml_tables(text):
        table = TASK_TABLE.match(title)
        if not table or title.startswith("tool.poetry.scripts"):
            continue
        name = table.group(1)
        if name:
            given = [_toml_entry(line) for line in body]
            commands = [
                value.strip("\"' \t")
                for key, value in given
                if key in ("cmd", "shell", "cmds", "script") and value.startswith(("'", '"'))
            ]
            yield name, "\n".join(item for item in commands if item)
            continue
        key, lines = "", list[str]()
        for line in [*body, "end = of table"]:
            begun, value = _toml_entry(line)
            if not begun:
                lines.append(line)
                continue
            if key:
                yield key, "\n".join(re.findall(r"[\"']([^\"'\n]{3,1000})[\"']", "\n".join(lines)))
            key, lines = begun, [value]


def _toml_tables(text: str) -> Iterator[tuple[str, list[str]]]:
    """Titles of tables and the lines below each."""
    title, body = "", list[str]()
    for line in text.split("\n"):
        if re.match(r"\[[\w\"]", line):
            yield title, body
            title, body = line.strip().strip("[]"), []
        else:
            body.append(line[:LONGEST_LINE])
    yield title, body


def _toml_entry(line: str) -> tuple[str, str]:
    """Key and value of a line that begins an entry, else empty texts."""
    key, equals, value = line.partition("=")
    key = key.strip()
    bare = key.strip("\"'")
    return (bare, value.strip()) if equals and not line[:1].isspace() and TOML_KEY.match(bare) else ("", "")


def _join(folder: str, path: str) -> str:
    joined = posixpath.normpath(posixpath.join(folder, path))
    return "" if joined == "." or joined.startswith("..") else joined


def _bare(part: str) -> str:
    """A simple command without what only dresses it."""
    text = part.strip().strip("`")[:LONGEST_LINE]
    for _times in range(8):
        shorter = PREFIX.sub("", text, count=1)
        if shorter == text:
            break
        text = shorter
    text = re.sub(r"^([A-Za-z][\w-]*)@[\w.^~-]+(?=\s|$)", r"\1", text)  # npx and uvx name a version along
    return re.sub(
        r"^(?:\S*/)?(?:python[\d.]*|\$\(?PYTHON\)?)\s+(?:-[uWOBI]\S*\s+)*-m\s+(?=pytest|unittest|tox|nox|twine|build|"
        r"pip|mypy|flake8|pylint|black|ruff|isort|poetry|coverage|gunicorn|uvicorn|flask|streamlit|waitress|bentoml|"
        r"celery|locust|pre_commit|spacy|mlflow|prefect|dagster|dvc|accelerate)",
        "",
        text,
    )
