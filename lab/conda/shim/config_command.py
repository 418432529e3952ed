# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`conda config`: showing and changing .condarc files."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from .config import DEFAULTS, OLD_NAMES, ROOT_PREFIX, Config, key_name, read
from .errors import CondaError

if TYPE_CHECKING:
    from argparse import Namespace


def _target(args: Namespace, config: Config) -> Path:
    if args.file:
        return Path(args.file)
    if args.system:
        return ROOT_PREFIX / ".condarc"
    if args.env:
        return Path(os.environ.get("CONDA_PREFIX") or ROOT_PREFIX) / ".condarc"
    return config.user_file


def _as_yaml(value: Any) -> str:
    return str(yaml.safe_dump(value, default_flow_style=False, sort_keys=True)).removesuffix("...\n")


def _show(args: Namespace, config: Config) -> None:
    keys = [key_name(name) for name in args.show] or sorted(DEFAULTS)
    values = {key: config[key] for key in keys}
    print(json.dumps(values, indent=2) if args.json else _as_yaml(values), end="\n" if args.json else "")


def _show_sources(args: Namespace, config: Config) -> None:
    if args.json:
        print(json.dumps(config.layers, indent=2))
        return
    for source, values in config.layers.items():
        print(f"==> {source} <==\n{_as_yaml(values)}")


def _get(args: Namespace, content: dict[str, Any]) -> None:
    names = [OLD_NAMES.get(name, name) for name in args.get] or sorted(content)
    values = {name: content[name] for name in names if name in content}
    warnings = [f"Unknown key: {name!r}" for name in names if name not in DEFAULTS]
    if args.json:
        print(json.dumps({"get": values, "success": True, "warnings": warnings}, indent=2))
        return
    print(*warnings, sep="\n", file=sys.stderr)
    for key, value in values.items():
        if isinstance(value, list):
            for item in reversed(value):
                print(f"--add {key} {item!r}")
        else:
            print(f"--set {key} {value}")


def _add(content: dict[str, Any], name: str, value: str, to_the_end: bool) -> None:
    key = key_name(name)
    if not isinstance(DEFAULTS[key], list):
        raise CondaError("CouldntParseError", f"Key '{name}' is not a known sequence parameter.")
    items = list(content.get(key) or [])
    if value in items:
        print(f"Warning: '{value}' already in '{key}' list, moving to the {'bottom' if to_the_end else 'top'}")
        items.remove(value)
    content[key] = [*items, value] if to_the_end else [value, *items]


def _set(content: dict[str, Any], name: str, value: str) -> None:
    key = key_name(name)
    if isinstance(DEFAULTS[key], (list, dict)):
        raise CondaError("CondaKeyError", f"'{name}': cannot --set a list or a map, use --add")
    content[key] = yaml.safe_load(value)


def _remove(content: dict[str, Any], name: str, value: str) -> None:
    key = key_name(name)
    if value not in (content.get(key) or []):
        raise CondaError("CondaKeyError", f"'{key}': value '{value}' not present in config")
    content[key].remove(value)


def _remove_key(content: dict[str, Any], name: str) -> None:
    key = key_name(name)
    if key not in content:
        raise CondaError("CondaKeyError", f"'{name}': key not in config")
    del content[key]


def run(args: Namespace, config: Config) -> int:
    """Do what the options say; only the file that is written counts for --get and the changes."""
    if args.show is not None:
        _show(args, config)
        return 0
    if args.show_sources:
        _show_sources(args, config)
        return 0
    path = _target(args, config)
    content = read(path) if path.is_file() else {}
    if args.get is not None:
        _get(args, content)
        return 0
    for name, value in args.add:
        _add(content, name, value, to_the_end=False)
    for name, value in args.append:
        _add(content, name, value, to_the_end=True)
    for name, value in args.set:
        _set(content, name, value)
    for name, value in args.remove:
        _remove(content, name, value)
    for name in args.remove_key:
        _remove_key(content, name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_as_yaml(content), encoding="utf-8")
    except OSError as error:
        raise CondaError("CondaError", f"Cannot write to condarc file at {path}\nCaused by {error!r}") from error
    return 0
