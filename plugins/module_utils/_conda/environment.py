# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is in a conda environment, read from its files, so that no conda has to be started."""

from __future__ import annotations

import json
import os
import re
from email.parser import HeaderParser
from glob import glob
from typing import Any, Dict, List, Set

# Stands beside an environment from before its first change until what was asked for is known to be there.
PENDING = ".%s.mlops-workbench-unfinished"
NOTES = "conda-meta/mlops-workbench"  # without .json: conda reads all of those as packages


def exists(prefix: str) -> bool:
    """Return whether conda takes a folder for an environment."""
    return os.path.isfile(os.path.join(prefix, "conda-meta", "history"))


def pending_file(prefix: str) -> str:
    """Return the file that says that a change of this environment has not come to its end."""
    folder, name = os.path.split(prefix.rstrip("/"))
    return os.path.join(folder, PENDING % name)


def records(prefix: str) -> List[Dict[str, Any]]:
    """Return the installed conda packages as conda noted them, by name."""
    found = []
    for path in glob(os.path.join(glob_escape(prefix), "conda-meta", "*.json")):
        with open(path, encoding="utf-8") as content:
            try:
                record = json.load(content)
            except ValueError:
                continue  # cut off: the package counts as not there, and conda is asked
        if isinstance(record, dict) and "name" in record and "version" in record:
            record.setdefault("build", record.get("build_string", ""))
            found.append(record)
    return sorted(found, key=lambda record: record["name"])


def pip_packages(prefix: str) -> Dict[str, str]:
    """Return what pip installed beside conda: the version by name."""
    pattern = os.path.join(glob_escape(prefix), "lib", "python3*", "site-packages", "*.dist-info")
    folders = [path for path in glob(pattern) if _text(os.path.join(path, "INSTALLER")).strip() != "conda"]
    # Not all of conda's packages have that file, but conda's records list all that conda brought.
    condas = _listed(prefix) if folders else set()
    found = {}
    for folder in folders:
        headers = HeaderParser().parsestr(_text(os.path.join(folder, "METADATA")))
        if headers["Name"] and os.path.relpath(folder, prefix) not in condas:
            found[re.sub(r"[-_.]+", "-", headers["Name"]).lower()] = headers["Version"] or ""
    return found


def _listed(prefix: str) -> Set[str]:
    """Return the folders that hold the files of conda's packages."""
    return {os.path.dirname(path) for record in records(prefix) for path in record.get("files") or []}


def glob_escape(path: str) -> str:
    """Return a path that a glob pattern takes word for word."""
    return "".join("[%s]" % letter if letter in "*?[" else letter for letter in path)


def variables(prefix: str) -> Dict[str, str]:
    """Return the environment variables that activating sets."""
    try:
        return dict(json.loads(_text(os.path.join(prefix, "conda-meta", "state")) or "{}").get("env_vars", {}))
    except ValueError:
        return {}


def read_notes(prefix: str) -> Dict[str, Any]:
    """Return what this module noted when it last ended well."""
    try:
        notes = json.loads(_text(os.path.join(prefix, NOTES)) or "{}")
    except ValueError:
        return {}
    return notes if isinstance(notes, dict) else {}


def frozen(prefix: str, name: str) -> str:
    """Return an environment file that makes exactly this environment again: versions, builds and what pip installed."""
    installed = records(prefix)
    pip = pip_packages(prefix)
    channels = sorted({_channel(record) for record in installed if record.get("channel")})
    lines = ["name: %s" % json.dumps(name), "channels:"]
    lines += ["  - %s" % json.dumps(channel) for channel in channels] + ["dependencies:"]
    lines += ["  - %s" % json.dumps("%(name)s=%(version)s=%(build)s" % record) for record in installed]
    if pip:
        lines += ["  - pip:"] + ["      - %s" % json.dumps("%s==%s" % entry) for entry in sorted(pip.items())]
    if variables(prefix):
        lines += ["variables:"] + ["  %s: %s" % (key, json.dumps(value)) for key, value in variables(prefix).items()]
    return "\n".join(lines) + "\n"


def _channel(record: Dict[str, Any]) -> str:
    """Return the channel of a package without the folder of its platform, which newer condas note along with it."""
    address = str(record["channel"]).rstrip("/")
    base, _slash, subdir = address.rpartition("/")
    return base if subdir in ("noarch", record.get("subdir")) and base else address


def _text(path: str) -> str:
    """Return a file's text; nothing where it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as content:
            return content.read()
    except OSError:
        return ""
