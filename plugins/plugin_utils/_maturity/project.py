# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A checkout as the judge sees it: roles of files, who imports and starts whom, what runs by itself."""

from __future__ import annotations

import fnmatch
import posixpath
import re
import shlex
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Iterable, Iterator, Mapping, TypeVar

from ansible_collections.mlops.workbench.plugins.module_utils._maturity.collect import ANY_NAME
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.limits import note
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.ci import CiReader, Job, construct_jobs
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.commands import Command, Expander
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.constructs import Construct, constructs_of
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import (
    chart_documents,
    dockerfile,
    line_of,
    make_targets,
    mappings,
    text_of,
    with_short_lines,
    without_comments,
    yaml_documents,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.facts import Facts

Content = TypeVar("Content")
VENDORED = re.compile(r"(?:^|/)(?:vendor|third_party|external|_vendor|node_modules|site-packages)/")
ARTEFACT = re.compile(
    r"(?:^|/)(?:mlruns|mlartifacts|wandb|lightning_logs|catboost_info|\.zenml|spark-warehouse|[^/]+\.egg-info|dist)/"
)
TEMPLATE = re.compile(r"\{\{|\.(?:j2|tmpl|jinja2?)$")
TEST = re.compile(
    r"(?:^|/)(?:tests?|testing|[^/]*_tests?|[^/]*-tests?|integration[^/]*|e2e|testthat)/|"
    r"(?:^|/)(?:test[_\d][^/]*|[^/]*_tests?|[^/]*tests?|conftest|locustfile)\.(?:py|R|jl)$|\.(?:test|spec)\.[jt]sx?$",
    re.I,
)
OWN_CI = re.compile(r"/(?:\.gitlab-ci\.yml|\.github/workflows/[^/]{1,200}|Jenkinsfile|azure-pipelines\.yml)$")
NOT_A_TEST = re.compile(r"(?:^|/)(?:latest|contest|fastest|greatest|manifest|backtest\w*)\.py$", re.I)
EXAMPLE = re.compile(r"(?:^|/)(?:examples?|samples?|tutorials?|demos?|playground|docs?)/", re.I)
PROGRAM = re.compile(r"(?<![\w./*-])([\w./-]{1,300}\.(?:py|R|jl|ipynb))\b")
MODULE = re.compile(r"-m\s{1,20}([A-Za-z_][\w.]+)")
SERVED = re.compile(
    r"\b(?:uvicorn|gunicorn|hypercorn|waitress-serve|serve|bentoml serve|flask --app|celery -A|python)\b.{0,100}?\b([A-Za-z_][\w.]{0,60}):\w+"
)
HANDLER = re.compile(r"^\W{0,20}((?:[A-Za-z_]\w{0,100}[./]){0,20}[A-Za-z_]\w{0,100})\.\w{0,100}handler\W{0,20}$")
DOCKERFILE = re.compile(r"(?:^|[.-])(?:Dockerfile|Containerfile)[.\w-]{0,200}$", re.I)
MANIFESTS = ("pyproject.toml", "setup.cfg")
# Functions that platforms call by convention.
HOOK = re.compile(
    r"^(?:\w*handler|run|init|__\w+__|\w+_fn|entry_?point|create_app|create_pipeline|register_pipelines)$"
)
# Decorators that change a function and register it nowhere; any other may have it called.
INERT = re.compile(
    r"(?:^|\.)(?:staticmethod|classmethod|property|cached_property|lru_cache|cache|wraps|contextmanager|asynccontextmanager|"
    r"abstractmethod|overload|override|jit|njit|vmap|no_grad|inference_mode|setter|deleter|retry|timer|timeit|deprecated)$"
)
ENTRY = re.compile(r"(?:--entry[-_]point[= ]|[\w/](?:\.py)?:)([A-Za-z_]\w*)")
NAMED = re.compile(r"([\w./-]{0,200}[\w-]\.(?:py|sh|R|ipynb))\b")
COMPONENT = re.compile(r"([\w./-]{0,200}[\w-]\.ya?ml)\b")
# Where jobs name the notebooks that they run.
NOTEBOOK = re.compile(
    r"(?:notebook_path|notebook_file|notebookPath|input_notebook)[\"']?\s{0,9}[:=]\s{0,9}[\"']?([^\s\"',{}]{1,300})"
)
PAPERMILL = re.compile(r"^papermill\.(?:\w{1,20}\.)?execute_notebook$|PapermillOperator$")


class Noted(dict[str, Content]):
    """Something of each file. Whoever takes it leaves word of the file, so that one that never ends is known, whatever reads it."""

    def __getitem__(self, path: str) -> Content:
        note(path)
        return super().__getitem__(path)

    def get(self, path: str, otherwise: Any = None) -> Any:
        note(path)
        return super().get(path, otherwise)

    def items(self) -> Iterator[tuple[str, Content]]:  # type: ignore[override]
        for path, content in super().items():
            note(path)
            yield path, content


@dataclass(frozen=True)
class Container:
    """A Dockerfile: the commands that start (`behind` are those that they come to), what is copied, its bases, what it runs, its programs."""

    starts: list[Command]
    behind: list[Command]
    copies: list[str]
    bases: list[str]
    runs: list[str]
    programs: set[str]


class Project:
    """Everything the rules may ask about, computed once when first asked."""

    def __init__(self, facts: Facts, roles: Mapping[str, str] | None = None, exclude: Iterable[str] = ()) -> None:
        self.facts = facts
        self._roles = dict(roles or {})
        self._exclude = list(exclude)
        self._role: dict[str, str] = {}
        # MLflow writes an environment of its own beside each model that it saves.
        self._saved_models = {posixpath.dirname(path) for path in facts.files if posixpath.basename(path) == "MLmodel"}
        # A folder with CI of its own is a project, whatever it is called.
        self._with_ci = tuple(found.string[: found.start() + 1] for found in map(OWN_CI.search, facts.files) if found)
        self._notebooks_of_jobs = _notebooks_of_jobs(facts)
        self.files = [path for path in facts.files if self._is_own(path)]
        # A notebook that a job runs is code like any other.
        code = self._own({**facts.python, **facts.notebooks})
        self.python = Noted({path: found for path, found in code.items() if self.role(path) != "notebook"})
        self.notebooks = Noted({path: found for path, found in code.items() if self.role(path) == "notebook"})
        self._follow_objects()
        self.scripts = self._own(facts.scripts)
        self.raw = Noted({path: with_short_lines(text, path) for path, text in self._own(facts.text).items()})
        self.expander = Expander(self.raw, frozenset(self.files))
        self._callers: dict[str, dict[int, str]] = {}
        self._called: dict[tuple[frozenset[str], ...], set[tuple[str, str]]] = {}
        self._loaded: dict[str, int] = {}

    def _is_own(self, path: str) -> bool:
        return self.role(path) not in ("vendored", "artefact", "excluded")

    def _own(self, facts: Mapping[str, Content]) -> Noted[Content]:
        return Noted({path: item for path, item in facts.items() if self._is_own(path)})

    def role(self, path: str) -> str:
        """What a file is for. Decided by its path alone, before any rule looks at it."""
        if path not in self._role:
            self._role[path] = self._decide_role(path)
        return self._role[path]

    def _decide_role(self, path: str) -> str:  # noqa: PLR0911 (the first rule that fits decides)
        for pattern, role in self._roles.items():
            if _glob(pattern, path):
                return role
        if any(_glob(pattern, path) for pattern in self._exclude):
            return "excluded"
        if VENDORED.search(path):
            return "vendored"
        if ARTEFACT.search(path) or posixpath.dirname(path) in self._saved_models:
            return "artefact"
        if TEMPLATE.search(path):
            return "template"
        home = max((folder for folder in self._with_ci if path.startswith(folder)), key=len, default="")
        if TEST.search(path[len(home) :]) and not NOT_A_TEST.search(path):
            return "test"
        if path.endswith(".ipynb"):
            return "source" if path in self._notebooks_of_jobs else "notebook"
        return "example" if EXAMPLE.search(path) else "source"

    @cached_property
    def text(self) -> dict[str, str]:
        """Configuration and code of other languages, comments blanked."""
        return Noted({path: without_comments(text, path) for path, text in self.raw.items()})

    @cached_property
    def _ci(self) -> CiReader:
        return CiReader(self.raw, self.expander, self.facts.branch if self.facts.commit else "")

    @cached_property
    def jobs(self) -> list[Job]:
        return self._ci.jobs() + construct_jobs(self.constructs, self.expander)

    @cached_property
    def constructs(self) -> list[Construct]:
        """What the AWS CDK makes, and what Dagster defines."""
        return [one for one in constructs_of(self.python, self.text) if self.role(one.file) in ("source", "example")]

    @cached_property
    def folders(self) -> frozenset[str]:
        """Folders that hold files."""
        found: set[str] = set()
        for path in self.files:
            folder = posixpath.dirname(path)
            while folder and folder not in found:
                found.add(folder)
                folder = posixpath.dirname(folder)
        return frozenset(found)

    @cached_property
    def outside(self) -> list[tuple[str, int, str]]:
        """Where CI runs what is not in the checkout."""
        return self._ci.outside(self.files)

    @cached_property
    def documents(self) -> dict[str, list[Any]]:
        """Parsed YAML files."""
        return Noted(
            {
                path: yaml_documents(self.raw[path])
                or (chart_documents(self.raw[path]) if "{{" in self.raw[path] else [])
                for path in sorted(self.raw)
                if path.endswith((".yml", ".yaml", ".template")) and self.role(path) != "template"
            }
        )

    @cached_property
    def r_package(self) -> str:
        """The R package that the checkout is: what its own functions offer is no practice of the repository."""
        found = re.search(r"^Package:\s*([\w.]+)", self.raw.get("DESCRIPTION", ""), re.M)
        return found.group(1) if found else ""

    @cached_property
    def is_package(self) -> bool:
        """Whether the checkout is a package of Python that others install: a build backend, and a folder of the package's name."""
        text = self.raw.get("pyproject.toml", "") + self.raw.get("setup.cfg", "")
        named = re.search(r"^\s{0,20}name\s{0,9}=\s{0,9}[\"']?([\w.-]{1,99})", text, re.M)
        name = named.group(1).replace("-", "_").replace(".", "/") if named else ""
        return bool(name) and any(path in self._known for path in (name + "/__init__.py", "src/%s/__init__.py" % name))

    # Who imports whom

    @cached_property
    def _suffixes(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = {}
        for path in self.python:
            parts = path[:-3].split("/")
            if parts[-1] == "__init__":
                parts.pop()
            for start in range(len(parts)):
                index.setdefault(".".join(parts[start:]), []).append(path)
        return index

    @cached_property
    def _path_changers(self) -> frozenset[str]:
        """Files that put other folders on the import path: their imports may be found anywhere."""
        return frozenset(
            path
            for path, facts in self.python.items()
            if any(call.symbol.startswith("sys.path.") for call in facts.calls)
        )

    def resolve(self, module: str, origin: str) -> str:
        """The file of the checkout that an import means, or an empty text."""
        folder = posixpath.dirname(origin)
        if module.startswith("."):
            name = module.lstrip(".")
            for _level in range(len(module) - len(name) - 1):
                folder = posixpath.dirname(folder)
            parts = name.split(".") if name else []
            while True:
                base = posixpath.join(folder, *parts) if parts else folder
                for path in (base + ".py", posixpath.join(base, "__init__.py")):
                    if path in self.python:
                        return path
                if not parts:
                    return ""
                parts.pop()
        parts = module.split(".")
        anywhere = origin in self._path_changers
        while parts:
            found = self._nearest(self._suffixes.get(".".join(parts), ()), folder, len(parts), anywhere)
            if found:
                return found
            parts.pop()
        return ""

    @staticmethod
    def _nearest(candidates: Iterable[str], folder: str, words: int, anywhere: bool) -> str:
        best, best_score = "", -1
        for path in candidates:
            # The folder that has to be on the import path for this to be found.
            parts = path[:-3].split("/")
            home = "/".join(parts[: len(parts) - words - (parts[-1] == "__init__")])
            common = posixpath.commonpath([home, folder]) if home and folder else ""
            depth = len(common.split("/")) if common else 0
            reachable = (
                anywhere
                or words > 1
                or (folder + "/").startswith(home + "/")
                or depth > 0
                or home in ("", "src", "app", "lib", "python", "code", "scripts")
            )
            if reachable and depth > best_score:
                best, best_score = path, depth
        return best

    def _follow_objects(self) -> None:
        """Add the calls of what another file of the project made, by the name of what that is."""
        for path, facts in self.python.items():
            made = [replace(call, symbol=symbol) for call in facts.held if (symbol := self._made(call.symbol, path))]
            if made:
                self.python[path] = replace(facts, calls=facts.calls + tuple(made))

    def _made(self, symbol: str, origin: str, deepest: int = 3) -> str:
        """The symbol of a call with what another file makes put for its name there, or an empty text."""
        dots = len(symbol) - len(symbol.lstrip("."))
        parts = symbol[dots:].split(".")
        for size in range(len(parts) - 2, -1, -1):
            path = self.resolve("." * dots + ".".join(parts[:size]), origin) if size or dots else ""
            if not path:
                continue
            facts, name, rest = self.python[path], parts[size], ".".join(parts[size + 1 :])
            if name in facts.objects:
                return "%s.%s" % (facts.objects[name], rest)
            # A package that passes it on.
            passed = next((one.module for one in facts.imports if one.module.endswith("." + name.rstrip("()"))), "")
            if passed and deepest:
                brackets = "()" if name.endswith("()") else ""
                return self._made("%s%s.%s" % (passed, brackets, rest), path, deepest - 1)
        return ""

    @cached_property
    def edges(self) -> dict[str, set[str]]:
        """From a Python file to those it imports, or names in a string as something to run."""
        graph: dict[str, set[str]] = {}
        for path, facts in self.python.items():
            targets = {self.resolve(one.module, path) for one in facts.imports}
            for text in facts.strings:
                targets.update(self.named_programs(text.value, posixpath.dirname(path)))
            graph[path] = {target for target in targets if target and target != path and self.role(target) != "test"}
        return graph

    def importers(self, path: str) -> set[str]:
        """Files that import a file or start it, tests left out."""
        return {origin for origin, targets in self.edges.items() if path in targets and self.role(origin) != "test"}

    def named_programs(self, text: str, folder: str = "") -> set[str]:
        """Programs of the checkout whose names stand in a string, those behind a shell script or in a component's file included."""
        found = self._named_code(text, folder)
        for name in COMPONENT.findall(text)[:20] if self._components else ():
            path = self.find(name, folder)
            # Where several end so, the folder is computed.
            ends = [path] if path else [one for one in self._components if one.endswith("/" + name.lstrip("./"))]
            found.update(*(self._components.get(one, ()) for one in ends))
        return found

    @cached_property
    def _components(self) -> dict[str, frozenset[str]]:
        """Programs of the files that declare a component of a pipeline, of Azure Machine Learning or of Kubeflow."""
        found = {}
        for path, documents in self.documents.items():
            folder = posixpath.dirname(path)
            for item in (one for one in documents if isinstance(one, dict)):
                made = item.get("implementation")
                command = made.get("container") if isinstance(made, dict) else item.get("command")
                if command and (made or item.get("type") == "command"):
                    home = posixpath.normpath(posixpath.join(folder, str(item.get("code", "."))))
                    found[path] = frozenset(self._named_code(text_of(command), "" if home == "." else home))
        return found

    def _named_code(self, text: str, folder: str) -> set[str]:
        found: set[str] = set()
        for name in NAMED.findall(text)[:20]:
            path = self.find(name, folder)
            if path.endswith(".sh"):
                found |= self.programs(self.expander.expand(self.raw.get(path, ""), path, 1, posixpath.dirname(path)))
            elif path:
                found.add(path)
        for name in MODULE.findall(text):
            found.add(self.resolve(name, posixpath.join(folder, "x")))
        return found - {""}

    def find(self, name: str, folder: str = "") -> str:
        """The one file that a relative name, or the end of a path inside a container, means."""
        name = posixpath.normpath(name.lstrip("/"))
        for base in (folder, posixpath.dirname(folder), ""):
            path = posixpath.normpath(posixpath.join(base, name))
            if path in self._known:
                return path
        parts = name.split("/")
        for start in range(len(parts)):
            tail = "/".join(parts[start:])
            if tail in self._known:
                return tail
        ends = self._by_name.get(parts[-1], [])
        return ends[0] if len(ends) == 1 else ""

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.files)

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = {}
        for path in self.files:
            index.setdefault(posixpath.basename(path), []).append(path)
        return index

    def reach(self, start: Iterable[str], known: set[str] | None = None) -> set[str]:
        """Files that are loaded or started, directly or not, when the given ones run; those that are `known` are left out, and become so."""
        seen: set[str] = set() if known is None else known
        found: set[str] = set()
        stack = [path for path in start if path]
        while stack:
            path = stack.pop()
            if path not in seen:
                seen.add(path)
                found.add(path)
                stack.extend(self.edges.get(path, ()))
        return found

    def programs(self, commands: Iterable[Command]) -> set[str]:
        """Files of the checkout that commands start."""
        found: set[str] = set()
        for one in commands:
            text = one.text
            for name in PROGRAM.findall(text)[:20]:
                found.add(self.find(name, one.folder))
            for name in MODULE.findall(text) + SERVED.findall(text):
                found.add(self.resolve(name, posixpath.join(one.folder or "", "x")))
                found.add(self.resolve(name + ".__main__", posixpath.join(one.folder or "", "x")))
            if re.match(r"^(?:python[\d.]* -m )?flask\b", text):
                named = re.search(r"--app[= ]([\w./]+)", text)
                # Without a name Flask takes one of these two.
                names = [named.group(1).replace("/", ".").removesuffix(".py")] if named else ["app", "wsgi"]
                found |= {self.resolve(name, posixpath.join(one.folder or "", "x")) for name in names}
            handler = HANDLER.match(text)
            if handler:
                module = handler.group(1).replace("/", ".")
                found |= {self.resolve(module, posixpath.join(one.folder, "x")), self.find(module + ".py", one.folder)}
            first = posixpath.basename(text.split(" ", 1)[0])
            if first in self.console_scripts:
                found.add(self.console_scripts[first])
        return found - {""}

    @cached_property
    def _manifests(self) -> dict[str, str]:
        """Texts of what declares a package, and of setup.py its strings."""
        texts = {path: text for path, text in self.raw.items() if posixpath.basename(path) in MANIFESTS}
        programs = {path: facts for path, facts in self.python.items() if posixpath.basename(path) == "setup.py"}
        return texts | {path: "\n".join(one.value for one in facts.strings) for path, facts in programs.items()}

    @cached_property
    def console_scripts(self) -> dict[str, str]:
        """Commands that an installed project has, and the files behind them."""
        found = {}
        for path, text in self._manifests.items():
            for name, module in re.findall(
                r"^[ \t]*[\"']?([\w.-]{1,200})\s{0,20}=\s{0,20}[\"']?([\w.]{1,300}):\w+", text, re.M
            ):
                target = self.resolve(module, posixpath.join(posixpath.dirname(path), "x"))
                if target:
                    found[name] = target
        return found

    @cached_property
    def containers(self) -> dict[str, Container]:
        """Dockerfiles by path."""
        found = {}
        for path in sorted(self.raw):
            text, base = self.raw[path], posixpath.basename(path)
            if not DOCKERFILE.search(base) or base.endswith((".sh", ".py", ".md")):
                continue
            copies, bases, runs = [], [], []
            stages: dict[str, dict[str, Command]] = {}
            stage: dict[str, Command] = {}
            for number, keyword, rest in dockerfile(text):
                if keyword in ("CMD", "ENTRYPOINT"):
                    stage[keyword] = Command(_in_one_line(rest), path, number, True, posixpath.dirname(path))
                elif keyword in ("COPY", "ADD") and "--from" not in rest:
                    copies.append(rest)
                elif keyword == "FROM":
                    bases.append(rest)
                    base, _as, name = [*rest.split(), "", "", ""][:3]
                    stage = stages[name or str(number)] = dict(stages.get(base, {}))
                elif keyword == "RUN":
                    runs.append(rest)
            # What runs is the last stage, or one that somebody asks for.
            wanted = [item for name, item in stages.items() if name in self._stages_asked_for] + [stage]
            starts = list(dict.fromkeys(one for item in wanted for one in item.values()))
            behind = [item for one in starts for item in self.expander.expand(one.text, one.file, one.line, one.folder)]
            found[path] = Container(starts, behind, copies, bases, runs, self.programs(behind))
        return found

    @cached_property
    def _stages_asked_for(self) -> frozenset[str]:
        """Stages of Dockerfiles that compose files, CI and scripts name as their target."""
        return frozenset(
            name
            for path, text in self.raw.items()
            if "target" in text and not path.endswith(".tf")
            for name in re.findall(r"(?:\btarget:|--target[= ])[ \t]{0,20}[\"']?([\w.-]{1,99})", text)
        )

    @cached_property
    def compose_commands(self) -> list[Command]:
        """What services of compose files are told to run."""
        found = []
        for path, documents in self.documents.items():
            if not re.search(r"compose[\w.-]{0,99}\.ya?ml$", path):
                continue
            for item in mappings(documents):
                for key in ("command", "entrypoint"):
                    value = item.get(key)
                    if isinstance(value, (str, list)):
                        text = value if isinstance(value, str) else _quoted(map(str, value))
                        words = (
                            value.split()[:2] if isinstance(value, str) else [max(map(str, value), key=len, default="")]
                        )
                        line = line_of(self.raw[path], " ".join(words))
                        found.extend(self.expander.expand(text, path, line, posixpath.dirname(path)))
        return found

    @cached_property
    def make_commands(self) -> list[Command]:
        """Every recipe line of every Makefile."""
        found = []
        for path, text in self.raw.items():
            if posixpath.basename(path).lower() in ("makefile", "gnumakefile"):
                for _name, (_needs, recipe) in make_targets(text).items():
                    for number, line in recipe:
                        found.extend(self.expander.expand(line, path, number, posixpath.dirname(path)))
        return found

    @cached_property
    def script_commands(self) -> list[Command]:
        """What the shell scripts of the checkout run."""
        found = []
        for path, text in self.raw.items():
            if path.endswith((".sh", ".bash")) or posixpath.basename(path) == "Procfile":
                found.extend(self.expander.expand(text.replace("web:", ""), path, 1, posixpath.dirname(path)))
        return found

    # Who calls whom

    @cached_property
    def live(self) -> set[tuple[str, str]]:
        """Files and functions that what starts comes to; an empty function stands for the statements of the module."""
        return self.functions(self.started, set())

    def function_at(self, path: str, line: int) -> str:
        """The function in which a call of a file stands."""
        if path not in self._callers:
            self._callers[path] = {call.line: call.function for call in self.python[path].calls}
        return self._callers[path].get(line, "")

    def functions(
        self, files: Iterable[str], entries: Iterable[str], alone: frozenset[str] = frozenset()
    ) -> set[tuple[str, str]]:
        """Functions of loaded files that are called, by their names; all of `entries` count as called, or only those that start `alone`.

        What is not sure counts as called: a name that several files have, a decorator that registers, a call by a computed name.
        """
        loaded = frozenset(path for path in files if path in self.python)
        whole = frozenset(entries) & loaded
        if (loaded, whole, alone) not in self._called:
            self._called[loaded, whole, alone] = self._calls(loaded, whole, alone)
        return self._called[loaded, whole, alone]

    def _calls(self, loaded: frozenset[str], whole: frozenset[str], alone: frozenset[str]) -> set[tuple[str, str]]:
        defined: dict[str, int] = {}
        stack: list[tuple[str, str]] = []
        for path in sorted(loaded):
            facts = self.python[path]
            named = [item.name for item in facts.functions]
            for name in {*named, *(item.name for item in facts.classes)}:
                defined[name] = defined.get(name, 0) | 1 << self._numbers[path]
            if alone:
                stack.extend((path, name) for name in named if path in whole and name in alone)
                continue
            stack.append((path, ""))
            stack.extend(
                (path, name) for name in named if path in whole or HOOK.match(name) or name in self.entry_points
            )
            stack.extend(
                (path, item.name)
                for item in facts.functions
                if any(not INERT.search(symbol) for symbol in item.symbols)
            )
        called: set[tuple[str, str]] = set()
        opened: set[str] = set()
        while stack:
            place = stack.pop()
            if place in called:
                continue
            called.add(place)
            path, function = place
            facts = self.python[path]
            names = facts.names.get(function, ())
            if facts.loose or ANY_NAME.intersection(names):
                for other in self.reach([path], opened) & loaded:
                    stack.extend((other, item.name) for item in self.python[other].functions)
            within = self._loads(path)
            for name in names:
                homes = defined.get(name, 0) & within
                if homes:
                    # Each home of a name is come to once.
                    defined[name] ^= homes
                    for home in self._at(homes):
                        stack.append((home, name))
                        stack.extend((home, method) for method in self.python[home].methods.get(name, ()))
        return called

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {path: number for number, path in enumerate(self.python)}

    @cached_property
    def _numbered(self) -> list[str]:
        return list(self.python)

    def _at(self, files: int) -> Iterator[str]:
        """Python files by their numbers, which are the bits of one number."""
        while files:
            lowest = files & -files
            yield self._numbered[lowest.bit_length() - 1]
            files ^= lowest

    def _loads(self, path: str) -> int:
        """Python files that one loads, as bits: sets of names would take as much memory as the whole rest."""
        if path not in self._loaded:
            files, seen, stack = 0, set(), [path]
            while stack:
                item = stack.pop()
                if item in self._loaded:
                    files |= self._loaded[item]
                elif item not in seen:
                    seen.add(item)
                    files |= 1 << self._numbers[item] if item in self._numbers else 0
                    stack.extend(self.edges.get(item, ()))
            self._loaded[path] = files
        return self._loaded[path]

    @cached_property
    def entry_points(self) -> frozenset[str]:
        """Functions that commands and manifests name as where to begin."""
        found = {
            name
            for text in self._manifests.values()
            for name in re.findall(r"(?<![\w.])[\w.]{1,300}:(\w{1,200})[\"']?[ \t]{0,20}$", text, re.M)
        }
        for one in self._all_commands:
            found.update(ENTRY.findall(one.text))
        return frozenset(found)

    @cached_property
    def _all_commands(self) -> list[Command]:
        commands = self.compose_commands + self.make_commands + self.script_commands
        commands += [item for job in self.jobs for item in job.commands]
        return commands + [item for box in self.containers.values() for item in box.behind]

    @cached_property
    def started(self) -> set[str]:
        """Python files that something starts, or that start themselves, and all they load."""
        own = {
            path
            for path, facts in self.python.items()
            if facts.runs
            and self.role(path) in ("source", "example")
            and (facts.runs == "main" or not path.endswith("__init__.py"))
        }
        return self.reach(own | self.programs(self._all_commands) | set(self.console_scripts.values()))


def _notebooks_of_jobs(facts: Facts) -> frozenset[str]:
    """Notebooks that a job's configuration names, or that papermill is told to run."""
    if not facts.notebooks:
        return frozenset()
    named = [
        name
        for path, text in facts.text.items()
        if path.endswith((".yml", ".yaml", ".json", ".tf"))
        for name in NOTEBOOK.findall(text)
    ]
    for call in (call for found in facts.python.values() for call in found.calls):
        if PAPERMILL.search(call.symbol):
            named += [*call.values[:1], call.keywords.get("input_nb", ""), call.keywords.get("input_path", "")]
    wanted = {posixpath.basename(name).removesuffix(".ipynb") for name in named}
    return frozenset(path for path in facts.notebooks if posixpath.basename(path).removesuffix(".ipynb") in wanted)


def _in_one_line(instruction: str) -> str:
    """The command of CMD or ENTRYPOINT, whichever of its two forms it has."""
    return _quoted(re.findall(r"\"([^\"]*)\"", instruction)) if instruction.startswith("[") else instruction


def _quoted(words: Iterable[str]) -> str:
    """Words as a command line; those with spaces stay one."""
    return " ".join(shlex.quote(word) if " " in word else word for word in words)


def _glob(pattern: str, path: str) -> bool:
    """Whether a pattern fits in which `**` stands for any folders and `*` for anything in one name."""
    wanted = pattern.split("/")
    places = {0}
    for name in path.split("/"):
        following: set[int] = set()
        for place in _skipping(wanted, places):
            if wanted[place] == "**":
                following |= {place, place + 1} if place == len(wanted) - 1 else {place}
            elif fnmatch.fnmatchcase(name, wanted[place].replace("[", "[[]")):
                following.add(place + 1)
        places = following
    return len(wanted) in places


def _skipping(wanted: list[str], places: set[int]) -> list[int]:
    """Where a pattern can go on: `**` before another part may stand for no folder."""
    found = set()
    for start in places:
        place = start
        while place < len(wanted):
            found.add(place)
            if wanted[place] != "**" or place == len(wanted) - 1:
                break
            place += 1
    return sorted(found)
