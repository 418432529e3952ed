# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`conda env create`, `update`, `export`: environments described by a YAML file."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from . import answer, environments
from .errors import CondaError
from .packages import channels as configured_channels
from .packages import clear_place, together
from .transaction import execute, installed_in, plan

if TYPE_CHECKING:
    from argparse import Namespace

    from .config import Config


@dataclass(frozen=True)
class EnvironmentFile:
    """What an environment.yml asks for."""

    path: Path
    name: str | None
    prefix: str | None
    channels: list[str]
    specs: list[str]
    pip: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> EnvironmentFile:
        """Read a file; raises CondaError when it is missing or does not describe an environment."""
        if not path.is_file():
            raise CondaError("EnvironmentFileNotFound", f"'{path.absolute()}' file not found")
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise CondaError("EnvironmentFileInvalid", f"'{path}' is not valid YAML: {error}") from error
        if not isinstance(content, dict):
            raise CondaError("EnvironmentFileEmpty", f"'{path}' is empty")
        wishes = content.get("dependencies") or []
        specs = [wish for wish in wishes if isinstance(wish, str)]
        pip = [line for wish in wishes if isinstance(wish, dict) for line in wish.get("pip") or []]
        if pip and "pip" not in map(environments.spec_name, specs):
            specs.append("pip")
        return cls(
            path=path,
            name=content.get("name"),
            prefix=content.get("prefix"),
            channels=list(content.get("channels") or []),
            specs=specs,
            pip=pip,
            variables={key: str(value) for key, value in (content.get("variables") or {}).items()},
        )

    def place(self, args: Namespace, config: Config) -> Path:
        """Give the environment that is meant: the command line decides over the file."""
        if args.name or args.prefix:
            return environments.target(args.name, args.prefix, config)
        if not self.name and not self.prefix:
            raise CondaError("SpecNotFound", f"'{self.path}' names no environment; use -n NAME or -p PREFIX")
        return environments.target(self.name, None if self.name else self.prefix, config)

    def all_channels(self, args: Namespace, config: Config) -> list[str]:
        """Give the channels of the file, then those of the configuration."""
        return [*self.channels, *configured_channels(args, config)]


def _pip_install(prefix: Path, wanted: EnvironmentFile, quiet: bool) -> list[str]:
    """Let the environment's own pip install the file's pip part; give what came or changed."""
    before = {entry["dist_name"] for entry in environments.pip_packages(prefix)}
    folder = wanted.path.absolute().parent  # relative paths in the file are meant from where it lies
    with tempfile.NamedTemporaryFile(
        "w", suffix=".requirements.txt", dir=folder if os.access(folder, os.W_OK) else None
    ) as file:
        file.write("\n".join(wanted.pip) + "\n")
        file.flush()
        command = [str(prefix / "bin/python"), "-m", "pip", "install", "-U", "-r", file.name, "--exists-action=b"]
        environment = {**os.environ, **environments.variables(prefix), "PIP_NO_INPUT": "1"}
        result = subprocess.run(command, check=False, cwd=folder, env=environment, stdout=2 if quiet else None)
    if result.returncode:
        raise CondaError("CondaEnvException", "Pip failed")
    after = {entry["dist_name"] for entry in environments.pip_packages(prefix)}
    return sorted(after - before)


def _fill(args: Namespace, config: Config, prefix: Path, wanted: EnvironmentFile, specs: list[str]) -> int:
    installed = installed_in(prefix)
    loose = {environments.spec_name(spec) for spec in wanted.specs}
    transaction = plan(prefix, specs, wanted.all_channels(args, config), config, installed=installed, loose=loose)
    if args.dry_run or not transaction.empty:
        answer.show_plan(args, transaction)
    if not transaction.empty or not environments.is_environment(prefix):
        execute(transaction, config, "update", wanted.specs)
    if wanted.variables:
        environments.set_variables(prefix, wanted.variables)
    pip = _pip_install(prefix, wanted, args.json) if wanted.pip else []
    return answer.unchanged(args) if transaction.empty and not pip else answer.done(args, transaction, pip)


def create(args: Namespace, config: Config) -> int:
    """Make the environment of a file; since conda 26.7.0 one that is there is deleted without a question."""
    wanted = EnvironmentFile.read(Path(args.file))
    prefix = wanted.place(args, config)
    args.yes = True
    clear_place(args, prefix, config)
    return _fill(args, config, prefix, wanted, wanted.specs)


def update(args: Namespace, config: Config) -> int:
    """Add to an environment what a file asks for; --prune removes what it does not."""
    wanted = EnvironmentFile.read(Path(args.file))
    prefix = wanted.place(args, config)
    if environments.is_environment(prefix):
        environments.writable(prefix)
    specs = wanted.specs if args.prune else together(prefix, wanted.specs)
    return _fill(args, config, prefix, wanted, specs)


def export(args: Namespace, config: Config) -> int:
    """Write the file that would make an environment again."""
    prefix = environments.existing(environments.target(args.name, args.prefix, config))
    installed = environments.records(prefix)
    if args.from_history:
        wishes: list[Any] = list(environments.requested(prefix).values())
    else:
        build = "" if args.no_builds else "={build}"
        wishes = [("{name}={version}" + build).format(**record) for record in installed]
    pip = [f"{entry['name']}=={entry['version']}" for entry in environments.pip_packages(prefix)]
    if pip and not args.from_history:
        wishes.append({"pip": sorted(pip)})
    document = {
        "name": environments.display_name(prefix, config) or None,
        "channels": sorted({str(record["channel"]).rstrip("/") for record in installed}) or config["channels"],
        "dependencies": wishes,
        "prefix": str(prefix),
    }
    if environments.variables(prefix):
        document["variables"] = environments.variables(prefix)
    text = json.dumps(document, indent=2) + "\n" if args.json else yaml.safe_dump(document, sort_keys=False)
    if args.file:
        Path(args.file).write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0
