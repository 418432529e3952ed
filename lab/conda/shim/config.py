# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configuration: .condarc files, where they are looked for and which of them wins."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from .errors import CondaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT_PREFIX = Path(sys.prefix)
# As a vendor's conda has the vendor's address built in, so has this one the mirror's, for `defaults` and `conda-forge`.
DEFAULTS: dict[str, Any] = {
    "aggressive_update_packages": [],
    "allowlist_channels": [],
    "always_yes": False,
    "auto_activate": True,
    "auto_update_conda": True,
    "changeps1": True,
    "channel_alias": "http://mirror",
    "channel_priority": "flexible",
    "channels": [],
    "create_default_packages": [],
    "custom_channels": {},
    "default_channels": ["http://mirror/conda"],
    "denylist_channels": [],
    "env_prompt": "({default_env}) ",
    "envs_dirs": [],
    "notify_outdated_conda": True,
    "offline": False,
    "pip_interop_enabled": False,
    "pkgs_dirs": [],
    "proxy_servers": {},
    "remote_connect_timeout_secs": 9.15,
    "remote_max_retries": 3,
    "remote_read_timeout_secs": 60.0,
    "report_errors": None,
    "show_channel_urls": None,
    "solver": "libmamba",
    "ssl_verify": True,
}
OLD_NAMES = {"auto_activate_base": "auto_activate"}


def key_name(name: str) -> str:
    """Give the present name of a key; raises CondaError for one that conda does not know."""
    key = OLD_NAMES.get(name, name)
    if key not in DEFAULTS:
        raise CondaError("CondaKeyError", f"'{name}': unknown parameter")
    return key


def _in_folder(folder: Path) -> list[Path]:
    drop_ins = folder / "condarc.d"
    found = sorted(path for path in drop_ins.glob("*") if path.suffix in {".yml", ".yaml"}) if drop_ins.is_dir() else []
    return [folder / ".condarc", folder / "condarc", *found]


def search_path(root: Path, environ: Mapping[str, str], system: Iterable[Path]) -> list[Path]:
    """Give the files that may hold configuration; a later one wins over an earlier one."""
    home = Path(environ.get("HOME") or "/")
    folders = [*system, root]
    if environ.get("XDG_CONFIG_HOME"):
        folders.append(Path(environ["XDG_CONFIG_HOME"], "conda"))
    folders += [home / ".config/conda", home / ".conda"]
    files = [path for folder in folders for path in _in_folder(folder)]
    files.append(home / ".condarc")
    if environ.get("CONDA_PREFIX"):
        files += _in_folder(Path(environ["CONDA_PREFIX"]))
    if environ.get("CONDARC"):
        files.append(Path(environ["CONDARC"]))
    return list(dict.fromkeys(files))


def read(path: Path) -> dict[str, Any]:
    """Read one file, with today's names for the keys; raises CondaError naming the file that cannot be parsed."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return {OLD_NAMES.get(key, key): value for key, value in content.items()}
    except (yaml.YAMLError, AttributeError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        message = f"Unable to load configuration file.\n  path: {path}\n  reason: invalid yaml: {reason}"
        raise CondaError("ConfigurationLoadError", message) from error


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, default in DEFAULTS.items():
        text = environ.get(f"CONDA_{key.upper()}")
        if text and isinstance(default, list):
            values[key] = text.split(os.pathsep if key == "pkgs_dirs" else ",")
        elif text:
            values[key] = yaml.safe_load(text)
    return values


def merge(layers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Put layers of configuration together, the strongest last: lists are joined with the strongest first."""
    result = dict(DEFAULTS)
    own_lists: set[str] = set()  # lists that were configured: the built-in value gives way to them
    for layer in layers:
        for key, value in layer.items():
            default = DEFAULTS.get(key)
            if isinstance(default, list):
                values = value if isinstance(value, list) else [value] if value else []
                inherited = result[key] if key in own_lists else []
                result[key] = list(dict.fromkeys([*values, *inherited]))
                own_lists.add(key)
            elif isinstance(default, dict):
                result[key] = {**result[key], **(value or {})}
            else:
                result[key] = value
    return result


class Config:
    """The configuration in force for this process."""

    def __init__(self) -> None:
        system = (Path("/etc/conda"), Path("/var/lib/conda"))
        files = [path for path in search_path(ROOT_PREFIX, os.environ, system) if path.is_file()]
        self.values = merge([*map(read, files), _from_environment(os.environ)])

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    @property
    def user_file(self) -> Path:
        """The file that `conda config` writes by default."""
        return Path(os.environ.get("CONDARC") or Path.home() / ".condarc")

    def envs_dirs(self) -> list[Path]:
        """Give the folders of named environments, the one that new ones go to first."""
        shared, own = ROOT_PREFIX / "envs", Path.home() / ".conda/envs"
        return [shared, own] if os.access(ROOT_PREFIX, os.W_OK) else [own, shared]

    def pkgs_dir(self) -> Path:
        """Give the folder that packages are kept in."""
        shared = ROOT_PREFIX / "pkgs"
        usual = shared if os.access(ROOT_PREFIX, os.W_OK) else Path.home() / ".conda/pkgs"
        return Path(next(iter(self["pkgs_dirs"]), usual)).expanduser()

    def channel_urls(self, channels: Iterable[str]) -> list[str]:
        """Give the addresses behind names such as `defaults` and `conda-forge`, paths and URLs."""
        urls: list[str] = []
        for channel in channels:
            if channel == "defaults":
                urls += self.channel_urls(self["default_channels"])
            elif "://" in channel:
                urls.append(channel.rstrip("/"))
            elif channel.startswith((".", "/", "~")):
                urls.append(Path(channel).expanduser().resolve().as_uri())
            else:
                urls.append(f"{self['channel_alias'].rstrip('/')}/{channel}")
        return list(dict.fromkeys(urls))
