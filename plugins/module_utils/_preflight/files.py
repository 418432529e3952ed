# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and folders: whether they are as a role would make them."""

from __future__ import annotations

import json
import os
import stat
from typing import Any, Callable, Iterator, TypedDict

from .._host.accounts import group_id, user_id
from .._host.files import LARGEST_TEXT, checksums, regular_file
from .._host.system import ARCHITECTURES
from .model import LOGIN_USER, Problem

KINDS: dict[str, Callable[[int], bool]] = {
    "file": stat.S_ISREG,
    "directory": stat.S_ISDIR,
    "link": stat.S_ISLNK,
    "absent": lambda mode: False,
}


class Wanted(TypedDict):
    """A file as a role wants it; None for what the role does not say."""

    path: str
    type: str
    sha256: str | None
    sha256_variable: str | None
    target: str | None
    mode: str | None
    owner: str | None
    group: str | None
    read: bool
    follow: bool


def with_sha256(wanted: Wanted, checksums: dict[str, dict[str, str]], arch: str) -> Wanted:
    """A wanted file, with the checksum that its variable has for this architecture."""
    variable = wanted["sha256_variable"]
    return {**wanted, "sha256": checksums[variable].get(arch, "")} if variable else wanted


def is_outdated(path: str, wanted: Wanted, login: str) -> bool:
    """Whether what is at a path is not what the role would make of it. What the role does not say does not count."""
    try:
        found = os.stat(path) if wanted["follow"] else os.lstat(path)
    except OSError:
        return wanted["type"] != "absent"
    if not KINDS[wanted["type"]](found.st_mode):
        return True
    if wanted["type"] == "link":
        return os.readlink(path) != wanted["target"]
    return (
        (wanted["mode"] is not None and stat.S_IMODE(found.st_mode) != int(wanted["mode"], 8))
        or (wanted["owner"] is not None and found.st_uid != user_id(wanted["owner"].replace(LOGIN_USER, login)))
        or (wanted["group"] is not None and found.st_gid != group_id(wanted["group"].replace(LOGIN_USER, login)))
        or (wanted["sha256"] is not None and {path: wanted["sha256"]} != checksums([path]))
    )


def choose_sha256(needs: dict[str, dict[str, str]], arch: str, problems: list[Problem]) -> dict[str, str]:
    """The checksum for this architecture, by variable."""
    for variable, known in sorted(needs.items()):
        if arch in ARCHITECTURES and not known.get(arch):
            problems.append(Problem(variable, "no checksum is known for %s" % arch, "set %s for %s" % (variable, arch)))
    return {variable: known.get(arch, "") for variable, known in needs.items()}


def check_directories(needs: dict[str, dict[str, Any]]) -> Iterator[Problem]:
    """A problem for each directory that holds something foreign."""
    for variable, need in sorted(needs.items()):
        path = need["path"]
        if not os.path.lexists(path):
            continue
        if not os.path.isdir(path):
            yield Problem(variable, "%s is not a directory" % path, "remove it, or set %s" % variable)
            continue
        entries = os.listdir(path)
        if entries and not set(entries) & set(need["marks"]):
            text = "%s holds files that are not ours (%s)" % (path, ", ".join(sorted(entries)[:3]))
            yield Problem(variable, text, "empty it, or set %s to a folder of its own" % variable)


def read_json_files(needs: dict[str, str], problems: list[Problem]) -> dict[str, Any]:
    """The objects in the files, by path; a problem for a file that holds none."""
    found: dict[str, Any] = {}
    for variable, path in sorted(needs.items()):
        found[path] = {}
        try:
            with regular_file(path, LARGEST_TEXT) as text:
                content = text.read()
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(
                Problem(variable, "%s cannot be read: %s" % (path, error.strerror), "make it a readable file")
            )
            continue
        try:
            value = json.loads(content) if content.strip() else {}
        except ValueError as error:
            problems.append(Problem(variable, "%s is not JSON: %s" % (path, error), "correct or remove that file"))
            continue
        if isinstance(value, dict):
            found[path] = value
        else:
            problems.append(Problem(variable, "%s holds no JSON object" % path, "correct or remove that file"))
    return found
