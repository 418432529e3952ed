# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRIVATE to the collection: files and folders, whether they are as a role would make them, and what is in them."""

from __future__ import annotations

import contextlib
import errno
import grp
import hashlib
import json
import os
import pwd
import stat
from typing import IO, Any, Callable, Iterable, Iterator, TypedDict

from ansible_collections.mlops.workbench.plugins.module_utils._owners import SharedError, acting_as, owner_of
from ansible_collections.mlops.workbench.plugins.module_utils._preflight.model import LOGIN_USER, Problem, problem
from ansible_collections.mlops.workbench.plugins.module_utils._preflight.system import ARCHITECTURES

KINDS: dict[str, Callable[[int], bool]] = {
    "file": stat.S_ISREG,
    "directory": stat.S_ISDIR,
    "link": stat.S_ISLNK,
    "absent": lambda mode: False,
}
LARGEST = 1 << 30  # bytes: no single file of the roles' comes near
LARGEST_TEXT = 1 << 24
RECEIPTS = "/var/lib/misc/mlops-workbench-{role}.json"


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
        or (wanted["owner"] is not None and found.st_uid != number_of(pwd.getpwnam, wanted["owner"], login))
        or (wanted["group"] is not None and found.st_gid != number_of(grp.getgrnam, wanted["group"], login))
        or (wanted["sha256"] is not None and {path: wanted["sha256"]} != checksums([path]))
    )


def number_of(find: Callable[[str], pwd.struct_passwd | grp.struct_group], name: str, login: str) -> int | None:
    """The number of a user or a group by name; None where there is no such one yet."""
    try:
        number: int = find(name.replace(LOGIN_USER, login))[2]  # pw_uid, gr_gid
    except KeyError:
        return None
    return number


@contextlib.contextmanager
def regular_file(path: str, largest: int = LARGEST) -> Iterator[IO[bytes]]:
    """Open a file with the rights of the user in whose hands it is: whoever put a link there reads no more by it than before.

    OSError for what is no file, so that nobody waits for a pipe, for what is too large to be ours, and for what several users can change.
    """
    try:
        with acting_as(owner_of(path)):
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (SharedError, KeyError) as reason:
        raise OSError(errno.EPERM, str(reason), path) from reason
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "is no file", path)
        if found.st_size > largest:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), path)
        yield file


def sha256_of(path: str) -> str:
    """The checksum of a file, which may be large."""
    total = hashlib.sha256()
    with regular_file(path) as content:
        for block in iter(lambda: content.read(1 << 20), b""):
            total.update(block)
    return total.hexdigest()


def checksums(paths: Iterable[str]) -> dict[str, str]:
    """The checksum of each file, by path; one that is not there or cannot be read is left out."""
    found = {}
    for path in paths:
        try:
            found[path] = sha256_of(path)
        except OSError:
            continue
    return found


def choose_sha256(asked: dict[str, dict[str, str]], arch: str, problems: list[Problem]) -> dict[str, str]:
    """The checksum for this architecture, by variable."""
    for variable, known in sorted(asked.items()):
        if arch in ARCHITECTURES and not known.get(arch):
            problems.append(problem(variable, "no checksum is known for %s" % arch, "set %s for %s" % (variable, arch)))
    return {variable: known.get(arch, "") for variable, known in asked.items()}


def check_directories(asked: dict[str, dict[str, Any]], problems: list[Problem]) -> None:
    """A problem for each directory that holds something foreign."""
    for variable, need in sorted(asked.items()):
        path = need["path"]
        if not os.path.lexists(path):
            continue
        if not os.path.isdir(path):
            problems.append(problem(variable, "%s is not a directory" % path, "remove it, or set %s" % variable))
            continue
        entries = os.listdir(path)
        if entries and not set(entries) & set(need["marks"]):
            text = "%s holds files that are not ours (%s)" % (path, ", ".join(sorted(entries)[:3]))
            problems.append(problem(variable, text, "empty it, or set %s to a folder of its own" % variable))


def list_folder(path: str) -> list[str]:
    """The names in a folder, sorted; none where there is no such folder."""
    try:
        return sorted(os.listdir(path))
    except OSError:
        return []


def read_json_files(asked: dict[str, str], problems: list[Problem]) -> dict[str, Any]:
    """The objects in the files, by path; a problem for a file that holds none."""
    found: dict[str, Any] = {}
    for variable, path in sorted(asked.items()):
        found[path] = {}
        try:
            with regular_file(path, LARGEST_TEXT) as text:
                content = text.read()
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(
                problem(variable, "%s cannot be read: %s" % (path, error.strerror), "make it a readable file")
            )
            continue
        try:
            value = json.loads(content) if content.strip() else {}
        except ValueError as error:
            problems.append(problem(variable, "%s is not JSON: %s" % (path, error), "correct or remove that file"))
            continue
        if isinstance(value, dict):
            found[path] = value
        else:
            problems.append(problem(variable, "%s holds no JSON object" % path, "correct or remove that file"))
    return found


def read_texts(paths: Iterable[str]) -> dict[str, str]:
    """What the files say, byte by byte, by path; a file that is not there or cannot be read is left out."""
    found = {}
    for path in paths:
        try:
            with regular_file(path, LARGEST_TEXT) as text:
                found[path] = text.read().decode()
        except (OSError, ValueError):
            continue
    return found


def read_receipt(role: str) -> dict[str, Any]:
    """What the role wrote down when it last ended well; empty where it never did or where the file is broken."""
    try:
        with open(RECEIPTS.format(role=role), encoding="utf-8") as text:
            value = json.load(text)
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
