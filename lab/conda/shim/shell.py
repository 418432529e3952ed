# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`conda shell.*`, `conda run`: environments in shells and in the processes they start."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from . import environments
from .config import ROOT_PREFIX, Config

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping


def _without(path: str, prefixes: set[str]) -> str:
    folders = {f"{prefix}/bin" for prefix in prefixes if prefix}
    return os.pathsep.join(part for part in path.split(os.pathsep) if part not in folders)


def activated(prefix: Path, config: Config, environ: Mapping[str, str]) -> dict[str, str | None]:
    """Give the variables that enter an environment from the one that `environ` describes; None unsets one."""
    level = int(environ.get("CONDA_SHLVL") or 0)
    current = environ.get("CONDA_PREFIX", "")
    path = _without(environ.get("PATH", ""), {current, str(prefix)})
    name = environments.display_name(prefix, config) or str(prefix)
    changes: dict[str, str | None] = {}
    if current and current != str(prefix):
        changes = dict.fromkeys(environments.variables(Path(current)))
        changes[f"CONDA_PREFIX_{level}"] = current
    return {
        **changes,
        **environments.variables(prefix),
        "PATH": f"{prefix}/bin{os.pathsep}{path}",
        "CONDA_PREFIX": str(prefix),
        "CONDA_DEFAULT_ENV": name,
        "CONDA_SHLVL": str(level if current == str(prefix) else level + 1),
        "CONDA_PROMPT_MODIFIER": config["env_prompt"].format(default_env=name, prefix=prefix, name=prefix.name),
    }


def deactivated(config: Config, environ: Mapping[str, str]) -> dict[str, str | None]:
    """Give the variables that go back to the environment that was active before."""
    level = int(environ.get("CONDA_SHLVL") or 0)
    current = environ.get("CONDA_PREFIX")
    if level < 1 or not current:
        return {}
    names = ["CONDA_PREFIX", "CONDA_DEFAULT_ENV", "CONDA_PROMPT_MODIFIER", *environments.variables(Path(current))]
    changes: dict[str, str | None] = dict.fromkeys(names)
    changes |= {"PATH": _without(environ.get("PATH", ""), {current}), "CONDA_SHLVL": str(level - 1)}
    before = environ.get(f"CONDA_PREFIX_{level - 1}")
    if before:
        inner = {"PATH": str(changes["PATH"]), "CONDA_SHLVL": str(level - 2)}
        changes |= {**activated(Path(before), config, inner), f"CONDA_PREFIX_{level - 1}": None}
    return changes


def _script(changes: Mapping[str, str | None], config: Config, environ: Mapping[str, str]) -> str:
    lines = [
        f"unset {key}" if value is None else f"export {key}={shlex.quote(value)}" for key, value in changes.items()
    ]
    if config["changeps1"] and changes:
        prompt = environ.get("PS1", "").removeprefix(environ.get("CONDA_PROMPT_MODIFIER", ""))
        lines.append(f"PS1={shlex.quote((changes.get('CONDA_PROMPT_MODIFIER') or '') + prompt)}")
    return "".join(f"{line}\n" for line in [*lines, "hash -r 2>/dev/null || true"])


def posix(command: str, arguments: list[str], config: Config) -> int:
    """Print what a POSIX shell has to evaluate; `command` is hook, activate, deactivate or reactivate."""
    if command == "hook":
        print((ROOT_PREFIX / "etc/profile.d/conda.sh").read_text(encoding="utf-8"))
        if config["auto_activate"]:
            print("conda activate base")
        return 0
    if command == "deactivate":
        changes = deactivated(config, os.environ)
    else:
        wanted = next((argument for argument in arguments if not argument.startswith("-")), "base")
        if command == "reactivate":
            wanted = os.environ.get("CONDA_PREFIX", "")
        prefix = (
            Path(wanted).expanduser().absolute()
            if "/" in wanted
            else environments.named(wanted, config)
            if wanted
            else None
        )
        changes = activated(environments.existing(prefix), config, os.environ) if prefix else {}
    print(_script(changes, config, os.environ), end="")
    return 0


def run(args: Namespace, config: Config) -> int:
    """Run a program inside an environment; it gets no standard input."""
    prefix = environments.existing(environments.target(args.name, args.prefix, config))
    changes = activated(prefix, config, os.environ)
    environ = {**os.environ, **{key: value for key, value in changes.items() if value is not None}}
    try:
        result = subprocess.run(
            args.command_line, check=False, env=environ, stdin=subprocess.DEVNULL, capture_output=True
        )
        code = result.returncode if result.returncode >= 0 else 128 - result.returncode
    except FileNotFoundError:
        print(f"{args.command_line[0]}: command not found", file=sys.stderr)
        return 127
    sys.stdout.buffer.write(result.stdout)
    sys.stderr.buffer.write(result.stderr)
    if code:
        failed = f"`conda run {shlex.join(args.command_line)}` failed. (See above for error)"
        print(f"\nERROR conda.cli.main_run:execute(148): {failed}", file=sys.stderr)
    return code
