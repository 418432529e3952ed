# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user asks of an environment, from the module's options or from an environment file."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List

from .specs import Spec, SpecError, parse

KEYS = {"name", "prefix", "channels", "dependencies", "variables", "platforms", "category"}
# Every conda and mamba carries one of the two. Its own Python reads the file, so that hosts need no YAML library.
READ_YAML = """
import json, sys
try:
    from ruamel.yaml import YAML, YAMLError
    load = YAML(typ="safe", pure=True).load
except ImportError:
    from yaml import YAMLError, safe_load as load
try:
    with open(sys.argv[1], encoding="utf-8") as text:
        print(json.dumps({"document": load(text)}, default=str))
except (YAMLError, UnicodeDecodeError) as error:
    mark = getattr(error, "problem_mark", None)
    where = " in line %d, column %d" % (mark.line + 1, mark.column + 1) if mark else ""
    print(json.dumps({"error": "%s%s" % (getattr(error, "problem", None) or error, where)}))
"""


class RequestError(ValueError):
    """What is asked for cannot be understood; says where and what to write instead."""


@dataclass
class Request:
    """An environment as it is wanted."""

    specs: List[Spec]
    channels: List[str]
    pip: List[str] = field(default_factory=list)
    variables: Dict[str, str] = field(default_factory=dict)
    folder: str = "/"  # where relative paths in the pip part begin

    @property
    def texts(self) -> List[str]:
        """The specifications as conda takes them."""
        return [spec.text for spec in self.specs]

    def pip_fingerprint(self) -> str:
        """Return what changes when the pip part, or a file that it refers to, does."""
        content = "\n".join(self.pip)
        for line in self.pip:
            option, _blank, name = line.partition(" ")
            if option in ("-r", "--requirement", "-c", "--constraint"):
                content += _content(os.path.join(self.folder, name.strip()))
        return hashlib.sha256(content.encode()).hexdigest()


def _content(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as text:
            return text.read()
    except OSError:
        return ""


def from_options(packages: List[str], python: str, channels: List[str], pip: List[str]) -> Request:
    """Return what the module's own options ask for; RequestError for a package that has no name."""
    wished = ([python_spec(python)] if python else []) + packages
    return Request(specs=read_specs(wished, "packages"), channels=channels, pip=pip)


def python_spec(version: str) -> str:
    """Return the specification of a Python: 3.11 means any 3.11, as on conda's own command line."""
    return "python" + (version if version[0] in "<>=!~" else "=" + version)


def read_specs(wished: List[str], where: str) -> List[Spec]:
    """Return the specifications; RequestError names the one that is none and where it stands."""
    try:
        return [parse(wish) for wish in wished]
    except SpecError as error:
        raise RequestError("%s: %s" % (where, error)) from error


def from_file(path: str, python: str, run: Callable[[List[str]], Any]) -> Request:
    """Return what an environment file asks for. Raises RequestError, with line and column where the file is no YAML."""
    if not os.path.isfile(path):
        raise RequestError("there is no file %s on this host" % path)
    code, output, complaint = run([python, "-I", "-c", READ_YAML, path])
    if code:
        raise RequestError("%s could not be read by %s: %s" % (path, python, complaint.strip().splitlines()[-1:]))
    result = json.loads(output)
    if "error" in result:
        raise RequestError("%s is no valid YAML: %s" % (path, result["error"]))
    return from_document(result["document"], path)


def from_document(document: Any, path: str) -> Request:
    """Return what the content of an environment file asks for; RequestError where it does not describe an environment."""
    if not isinstance(document, dict):
        raise RequestError("%s describes no environment: it needs `dependencies:` with a list" % path)
    unknown = sorted(set(map(str, document)) - KEYS)
    if unknown:
        raise RequestError("%s: conda knows no %s; it knows %s" % (path, ", ".join(unknown), ", ".join(sorted(KEYS))))
    wishes = document.get("dependencies") or []
    channels = document.get("channels") or []
    if not isinstance(wishes, list) or not isinstance(channels, list):
        raise RequestError("%s: dependencies and channels are lists" % path)
    packages: List[str] = []
    pip: List[str] = []
    for wish in wishes:
        if isinstance(wish, str):
            packages.append(wish)
        elif isinstance(wish, dict) and list(wish) == ["pip"] and isinstance(wish["pip"], list):
            pip += [str(line) for line in wish["pip"]]
        else:
            raise RequestError("%s: a dependency is a package or `pip:` with a list, and not %r" % (path, wish))
    specs = read_specs(packages, path)
    if pip and "pip" not in [spec.name for spec in specs]:
        specs.append(parse("pip"))
    variables = document.get("variables") or {}
    return Request(
        specs=specs,
        # Only what the file names is used; `nodefaults` says just that and is no channel.
        channels=[str(channel) for channel in channels if channel != "nodefaults"],
        pip=pip,
        variables={str(key): str(value) for key, value in variables.items()},
        folder=os.path.dirname(os.path.abspath(path)),
    )
