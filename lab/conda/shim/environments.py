# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Environments on disk: where they are, what is in them, what was asked for in them."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from .config import ROOT_PREFIX, Config
from .errors import CondaError

if TYPE_CHECKING:
    from collections.abc import Iterable


def _registry() -> Path:
    return Path.home() / ".conda/environments.txt"


def _registered() -> list[str]:
    return _registry().read_text(encoding="utf-8").split("\n")[:-1] if _registry().is_file() else []


def is_environment(prefix: Path) -> bool:
    """Whether conda made this folder."""
    return (prefix / "conda-meta/history").is_file()


def known(config: Config) -> list[Path]:
    """Give every environment that this user can name: base, those in envs_dirs, those made with -p."""
    named = (path for folder in config.envs_dirs() if folder.is_dir() for path in sorted(folder.iterdir()))
    candidates = [ROOT_PREFIX, *named, *map(Path, _registered())]
    return [path for path in dict.fromkeys(candidates) if is_environment(path)]


def register(prefix: Path) -> None:
    """Note an environment in the user's list."""
    if str(prefix) not in _registered():
        _registry().parent.mkdir(parents=True, exist_ok=True)
        with _registry().open("a", encoding="utf-8") as file:
            file.write(f"{prefix}\n")


def delete(prefix: Path) -> None:
    """Remove an environment and its entry in the user's list.

    The records go first and the history last: what is left of an interrupted removal is an environment without
    packages, which can be removed, made anew, or installed into.
    """
    for record in (prefix / "conda-meta").glob("*.json"):
        record.unlink()
    for folder in (path for path in prefix.iterdir() if path.is_dir() and path.name != "conda-meta"):
        shutil.rmtree(folder)
    shutil.rmtree(prefix)
    kept = [line for line in _registered() if line != str(prefix)]
    if kept != _registered():
        _registry().write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")


def named(name: str, config: Config) -> Path:
    """Give the prefix of a name: where it exists, else where it would be made."""
    if name in {"base", "root"}:
        return ROOT_PREFIX
    if re.search(r"[/ :#]", name):
        raise CondaError(
            "CondaValueError", f"Invalid environment name: {name!r}\nCharacters not allowed: '/', ' ', ':', '#'"
        )
    candidates = [folder / name for folder in config.envs_dirs()]
    return next((path for path in candidates if is_environment(path)), candidates[0])


def target(name: str | None, prefix: str | None, config: Config) -> Path:
    """Give the environment that -n or -p means, else the active one, else base."""
    if prefix:
        return Path(prefix).expanduser().absolute()
    return named(name, config) if name else Path(os.environ.get("CONDA_PREFIX") or ROOT_PREFIX)


def existing(prefix: Path) -> Path:
    """Insist on an environment being there."""
    if not is_environment(prefix):
        message = f"Not a conda environment: {prefix}"
        raise CondaError("EnvironmentLocationNotFound", message)
    return prefix


def writable(prefix: Path) -> Path:
    """Insist on an environment that this user may change."""
    if not os.access(existing(prefix) / "conda-meta/history", os.W_OK):
        message = "The current user does not have write permissions to the target environment."
        details = f"environment location: {prefix}\n  uid: {os.getuid()}\n  gid: {os.getgid()}"
        raise CondaError("EnvironmentNotWritableError", f"{message}\n  {details}")
    return prefix


def display_name(prefix: Path, config: Config) -> str:
    """Give the short name of an environment, empty for one made with -p."""
    if prefix == ROOT_PREFIX:
        return "base"
    return prefix.name if prefix.parent in config.envs_dirs() else ""


def names(prefix: Path) -> set[str]:
    """Give the names of the installed packages."""
    return {str(json.loads(path.read_bytes())["name"]) for path in (prefix / "conda-meta").glob("*.json")}


def spec_name(spec: str) -> str:
    """Give the package name of a specification such as `conda-forge::numpy>=2`."""
    return re.split(r"[\s=<>!~\[]", spec.rsplit("::", maxsplit=1)[-1].strip(), maxsplit=1)[0].lower()


def requested(prefix: Path) -> dict[str, str]:
    """Give what the user asked for so far, a specification by package name."""
    history = prefix / "conda-meta/history"
    wishes: dict[str, str] = {}
    for line in history.read_text(encoding="utf-8").splitlines() if history.is_file() else ():
        found = re.fullmatch(r"# (update|remove) specs: (\[.*\])", line)
        for spec in ast.literal_eval(found[2]) if found else ():
            if found and found[1] == "remove":
                wishes.pop(spec_name(spec), None)
            else:
                wishes[spec_name(spec)] = spec
    return wishes


def remember(prefix: Path, command: Iterable[str], changes: Iterable[str], action: str, specs: Iterable[str]) -> None:
    """Add a paragraph to the history; `action` is update or remove."""
    lines = [f"==> {time.strftime('%Y-%m-%d %H:%M:%S')} <==", f"# cmd: {' '.join(command)}", *changes]
    listed = list(specs)
    if listed:
        lines.append(f"# {action} specs: {listed!r}")
    with (prefix / "conda-meta/history").open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))


def variables(prefix: Path) -> dict[str, str]:
    """Give the environment variables that belong to an environment."""
    state = prefix / "conda-meta/state"
    return dict(json.loads(state.read_bytes())["env_vars"]) if state.is_file() else {}


def set_variables(prefix: Path, values: dict[str, str]) -> None:
    """Add environment variables to an environment."""
    state = {"version": 1, "env_vars": {**variables(prefix), **values}}
    (prefix / "conda-meta/state").write_text(json.dumps(state, indent=2), encoding="utf-8")
