# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`conda info` and `conda env list`: what this conda knows of itself and its environments."""

from __future__ import annotations

import os
import platform as interpreter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__, answer, environments
from .config import ROOT_PREFIX, Config
from .transaction import platform

if TYPE_CHECKING:
    from argparse import Namespace


def _details(prefix: Path, config: Config) -> dict[str, Any]:
    active = os.environ.get("CONDA_PREFIX") == str(prefix)
    return {
        "name": environments.display_name(prefix, config),
        "active": active,
        "base": prefix == ROOT_PREFIX,
        "frozen": False,
        "writable": os.access(prefix / "conda-meta/history", os.W_OK),
    }


def _environments(config: Config) -> dict[str, Any]:
    found = environments.known(config)
    return {
        "envs": [str(path) for path in found],
        "envs_details": {str(path): _details(path, config) for path in found},
    }


def list_environments(args: Namespace, config: Config) -> int:
    """Print the environments that this user can name."""
    found = _environments(config)
    if args.json:
        answer.as_json(found)
        return 0
    print("\n# conda environments:\n#\n# * -> active\n# + -> frozen")
    for path, details in found["envs_details"].items():
        print(f"{details['name']:<22} {'*' if details['active'] else ' '}  {path}")
    print()
    return 0


def info(args: Namespace, config: Config) -> int:
    """Print where this conda lies, what it is configured with and what it runs on."""
    if args.base:
        print(ROOT_PREFIX)
        return 0
    if args.envs and not args.json:
        return list_environments(args, config)
    active = os.environ.get("CONDA_PREFIX")
    document = {
        "active_prefix": active,
        "active_prefix_name": environments.display_name(Path(active), config) if active else None,
        "av_data_dir": str(ROOT_PREFIX / "etc/conda"),
        "channels": [
            f"{url}/{subdir}" for url in config.channel_urls(config["channels"]) for subdir in (platform(), "noarch")
        ],
        "conda_location": str(Path(__file__).parent),
        "conda_prefix": str(ROOT_PREFIX),
        "conda_version": __version__,
        "config_files": [str(path) for path in config.files],
        "default_prefix": active or str(ROOT_PREFIX),
        "env_vars": {key: value for key, value in os.environ.items() if key.startswith("CONDA") or key == "PATH"},
        **_environments(config),
        "envs_dirs": [str(path) for path in config.envs_dirs()],
        "offline": config["offline"],
        "pkgs_dirs": [str(config.pkgs_dir())],
        "platform": platform(),
        "python_version": f"{interpreter.python_version()}.final.0",
        "rc_path": str(config.user_file),
        "root_prefix": str(ROOT_PREFIX),
        "root_writable": os.access(ROOT_PREFIX, os.W_OK),
        "solver": {"default": True, "name": "libmamba", "user_agent": "stand-in with py-rattler"},
        "sys_rc_path": str(ROOT_PREFIX / ".condarc"),
        "user_rc_path": str(Path.home() / ".condarc"),
    }
    if args.json:
        answer.as_json(document)
        return 0
    shown = (
        "active_prefix",
        "conda_version",
        "python_version",
        "root_prefix",
        "channels",
        "pkgs_dirs",
        "envs_dirs",
        "platform",
        "config_files",
    )
    print()
    for key in shown:
        value = document[key]
        print(
            f"{key.replace('_', ' '):>20} : {(os.linesep + ' ' * 23).join(value) if isinstance(value, list) else value}"
        )
    print()
    return 0
