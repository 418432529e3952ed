#!/usr/bin/python
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and folders in a place that may be in a user's hands."""

from __future__ import annotations

DOCUMENTATION = r"""
module: owned_path
short_description: "Internal: write and remove files and folders in a place that may be in a user's hands"
version_added: 1.1.0
description:
  - What M(ansible.builtin.copy) and M(ansible.builtin.file) are for places that only root can change, this module is for homes, conda
    prefixes of users, and whatever lies below them. A link that a user puts there gives nobody what was not theirs before.
  - Run by root, it finds out who can change the place, which counts each folder on the way there, and acts with the rights of that user.
    Where only root can change it, it acts as root and hands the result over to O(owner).
  - Fails where several users, or everybody, can change the place.
options:
  path:
    description: The file or folder.
    type: path
    required: true
  state:
    description: What is to be there. A folder that is V(absent) goes with all that is in it.
    type: str
    choices: [file, directory, absent]
    default: file
  content:
    description: What the file says; for O(state=file).
    type: str
    default: ""
  owner:
    description: Whose it is to be, and by default whose the place is. It is an error where the place is another user's.
    type: str
  mode:
    description: The mode in octal digits; by default V(0644) for a file and V(0755) for a folder, as for folders on the way there.
    type: str
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: full
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Create a folder in a home
  mlops.workbench.owned_path:
    path: /home/ann/notebooks
    state: directory
    owner: ann
"""

RETURN = r"""
acted_as:
  description: The user whose rights were used.
  type: str
  returned: success
"""

import errno
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.mlops.workbench.plugins.module_utils._host.accounts import user_name
from ansible_collections.mlops.workbench.plugins.module_utils._host.ownership import SharedError, acting_as, owner_of

FOLDER_MODE = 0o755


@dataclass(frozen=True)
class Wanted:
    """What is to be at the path."""

    content: str
    uid: int
    mode: int


class RefusedError(Exception):
    """What is at the path is not what may be changed; says why."""


def ensure_file(path: str, wanted: Wanted, check_mode: bool) -> dict[str, str]:
    """Write a file unless it says that already; what changes, as a diff."""
    try:
        with open(path, "rb", opener=no_link) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise RefusedError("this is no file")
            before = file.read()
    except OSError as problem:
        if problem.errno not in (errno.ENOENT, errno.ELOOP):  # a link is replaced
            raise
        found, before = None, b""
    after = wanted.content.encode()
    if found and before == after and is_as(found, wanted):
        return {}
    if not check_mode:
        folder = os.path.dirname(path)
        os.makedirs(folder, FOLDER_MODE, exist_ok=True)
        descriptor, new = tempfile.mkstemp(dir=folder, prefix=".mlops-workbench-")
        try:
            with open(descriptor, "wb") as file:
                file.write(after)
                give(descriptor, wanted)
            os.replace(new, path)
        except BaseException:
            os.unlink(new)
            raise
    return {"before": before.decode(errors="replace"), "after": wanted.content}


def ensure_folder(path: str, wanted: Wanted, check_mode: bool) -> dict[str, str]:
    """Create a folder, or hand it over; what changes, as a diff."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        found = None
    if found and not stat.S_ISDIR(found.st_mode):
        raise RefusedError("this is no folder")
    if found and is_as(found, wanted):
        return {}
    if not check_mode:
        os.makedirs(path, FOLDER_MODE, exist_ok=True)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            give(descriptor, wanted)
        finally:
            os.close(descriptor)
    return {"before": "" if found is None else "another owner or mode\n", "after": "folder\n"}


def remove(path: str, _wanted: Wanted, check_mode: bool) -> dict[str, str]:
    """Remove a file, a link or a folder with all that is in it; what changes, as a diff."""
    if not os.path.lexists(path):
        return {}
    if not check_mode:
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)  # follows no link
        else:
            os.unlink(path)
    return {"before": "present\n", "after": ""}


def no_link(path: str, flags: int) -> int:
    """Open what is no link, without waiting for the other end of a pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def is_as(found: os.stat_result, wanted: Wanted) -> bool:
    """Return whether what was found has the owner and the mode that are wanted."""
    return found.st_uid == wanted.uid and stat.S_IMODE(found.st_mode) == wanted.mode


def give(descriptor: int, wanted: Wanted) -> None:
    """Give what is open its owner, with that user's group, and its mode."""
    found = os.fstat(descriptor)
    if found.st_uid != wanted.uid:
        if os.geteuid() != 0:
            raise RefusedError("it belongs to %s and not to %s" % (user_name(found.st_uid), user_name(wanted.uid)))
        os.fchown(descriptor, wanted.uid, pwd.getpwuid(wanted.uid).pw_gid)
    os.fchmod(descriptor, wanted.mode)


STATES = {"file": ensure_file, "directory": ensure_folder, "absent": remove}


def main() -> None:
    """Find out whose the place is, and act as that user."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "state": {"type": "str", "choices": list(STATES), "default": "file"},
            "content": {"type": "str", "default": ""},
            "owner": {"type": "str"},
            "mode": {"type": "str"},
        },
        supports_check_mode=True,
    )
    path, state, owner = (module.params[name] for name in ("path", "state", "owner"))
    os.umask(0o022)
    try:
        # Whoever can change the folder can replace what is in it, and nobody else can remove it.
        acting = owner_of(os.path.dirname(path) if state == "absent" else path) if os.geteuid() == 0 else os.geteuid()
        wanted = Wanted(
            content=module.params["content"],
            uid=pwd.getpwnam(owner).pw_uid if owner else acting,
            mode=int(module.params["mode"] or ("0644" if state == "file" else "0755"), 8),
        )
        if acting not in (0, wanted.uid):
            raise RefusedError("the place is in the hands of %s and not of %s" % (user_name(acting), owner))
        with acting_as(acting):
            diff = STATES[state](path, wanted, module.check_mode)
    except KeyError:
        module.fail_json(msg="%s: there is no such user. Create the account first." % path)
    except (SharedError, RefusedError) as problem:
        module.fail_json(msg="%s: %s. Choose another place, or give this one to one user alone." % (path, problem))
    except OSError as problem:
        module.fail_json(msg="%s: %s may not do that: %s." % (path, user_name(acting), problem.strerror))
    module.exit_json(changed=bool(diff), acted_as=user_name(acting), diff=diff)


if __name__ == "__main__":
    main()
