# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRIVATE to the collection: users, groups and homes."""

from __future__ import annotations

import grp
import os
import pwd
from typing import Any, TypedDict

from ansible_collections.mlops.workbench.plugins.module_utils._owners import (
    SharedError,
    name_of,
    owner_of,
    prefix_owner,
)
from ansible_collections.mlops.workbench.plugins.module_utils._preflight.model import (
    LOGIN_USER,
    Problem,
    expand,
    problem,
)


class Account(TypedDict):
    """What the roles use of a line of passwd(5)."""

    home: str
    uid: int
    gid: int
    group: str


def login_user() -> str:
    """The user that logged in, behind sudo or another way to root; root where there is none."""
    if os.environ.get("SUDO_USER"):
        return os.environ["SUDO_USER"]
    try:
        with open("/proc/self/loginuid", encoding="ascii") as text:
            return pwd.getpwuid(int(text.read())).pw_name
    except (OSError, KeyError, ValueError, OverflowError):
        return pwd.getpwuid(os.getuid()).pw_name


def account(entry: pwd.struct_passwd) -> Account:
    """The account in a line of passwd(5)."""
    return {"home": entry.pw_dir, "uid": entry.pw_uid, "gid": entry.pw_gid, "group": group_name(entry.pw_gid)}


def group_name(gid: int) -> str:
    """The group's name, or its number where the group has none."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def find_users(asked: dict[str, list[str]], problems: list[Problem]) -> dict[str, Account]:
    """The account of each user, by name; a problem for each variable that names unknown ones."""
    found = {}
    for variable, names in sorted(asked.items()):
        unknown = []
        for name in names:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                unknown.append(name or "''")
                continue
            found[name] = account(entry)
        if unknown:
            text = "no such user on this host: %s" % ", ".join(unknown)
            problems.append(
                problem(variable, text, "create the account first, or set %s to users that exist" % variable)
            )
    return found


def expand_groups(asked: dict[str, list[str]], problems: list[Problem]) -> dict[str, list[str]]:
    """The users that each variable names, once each; `@name` stands for all members of that group."""
    expanded = {}
    for variable, names in sorted(asked.items()):
        users = []
        unknown = []
        for name in names:
            try:
                users += group_members(name[1:]) if name.startswith("@") else [name]
            except KeyError:
                unknown.append(name[1:])
        if unknown:
            text = "no such group on this host: %s" % ", ".join(unknown)
            problems.append(problem(variable, text, "create the group first, or take it out of %s" % variable))
        expanded[variable] = list(dict.fromkeys(users))
    return expanded


def group_members(name: str) -> list[str]:
    """All users of a group, those with it as their primary group as well; KeyError where there is no such group."""
    group = grp.getgrnam(name)
    return sorted(set(group.gr_mem) | {entry.pw_name for entry in pwd.getpwall() if entry.pw_gid == group.gr_gid})


def listed_members(names: list[str]) -> dict[str, list[str]]:
    """The users that each group lists, by its name; none where there is no such group. Who has it as primary group is not listed there."""
    found = {}
    for name in names:
        try:
            found[name] = grp.getgrnam(name).gr_mem  # by name: a directory may not list what it has
        except KeyError:
            found[name] = []
    return found


def exists(name: str) -> bool:
    """Whether there is such a group, wherever it comes from."""
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def is_external(name: str) -> bool:
    """Whether the group comes from a directory such as LDAP, so that no tool of this host can change it."""
    return exists(name) and not is_local(name)


def is_local(name: str, path: str = "/etc/group") -> bool:
    """Whether the group is one of this host's own."""
    with open(path, encoding="utf-8", errors="replace") as lines:
        return any(line.partition(":")[0] == name for line in lines)


def group_sources(path: str = "/etc/nsswitch.conf") -> str:
    """Where groups come from beside the host's own file."""
    try:
        with open(path, encoding="utf-8", errors="replace") as lines:
            found = [line.partition(":")[2].split() for line in lines if line.startswith("group:")]
    except OSError:
        found = []
    return " ".join(word for words in found for word in words if word not in ("files", "compat", "systemd"))


def check_memberships(
    asked: dict[str, dict[str, Any]], members: dict[str, list[str]], login: str, problems: list[Problem]
) -> None:
    """A problem for each group of a directory whose members would have to be others; no users are the login user."""
    for variable, need in sorted(asked.items()):
        group = need["group"]
        if not is_external(group):
            continue
        wanted, there = set(members.get(variable) or [login]), set(listed_members([group])[group])
        if wanted <= there and (wanted == there or not need["exclusive"]):
            continue
        text = (
            "the group %s comes from a directory (%s in /etc/nsswitch.conf), where alone its members can be changed"
            % (
                group,
                group_sources(),
            )
        )
        remedy = "let %s into the group there, or leave the role out" % ", ".join(
            sorted(wanted - there) or sorted(wanted)
        )
        problems.append(problem(variable, text, remedy))


def check_not_root(asked: dict[str, str], login: str, problems: list[Problem]) -> None:
    """A problem for each user that must not be root; an empty name is the login user."""
    for variable, name in sorted(asked.items()):
        if (name.replace(LOGIN_USER, login) or login) == "root":
            problems.append(problem(variable, "root is not a user for this", "set %s to an ordinary user" % variable))


def check_homes(asked: dict[str, str], login: str, problems: list[Problem]) -> None:
    """A problem for each user whose home is not there or not theirs; `users` says where there is no such user."""
    for variable, asked_name in sorted(asked.items()):
        name = asked_name.replace(LOGIN_USER, login)
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        try:
            owner = os.stat(entry.pw_dir).st_uid if os.path.isdir(entry.pw_dir) else None
        except OSError:
            owner = None
        if owner == entry.pw_uid:
            continue
        text = "the home of %s, %s, %s" % (name, entry.pw_dir, "is not there" if owner is None else "is not theirs")
        remedy = "create it (mkhomedir_helper %s) and give it to %s, or set %s to another user" % (name, name, variable)
        problems.append(problem(variable, text, remedy))


def find_owners(asked: dict[str, dict[str, Any]], problems: list[Problem]) -> dict[str, str]:
    """In whose hands places are, by variable: who runs the programs there and writes the files.

    A problem where that is not one user, or one that is not among those asked for; root always is.
    """
    found = {}
    for variable, need in sorted(asked.items()):
        try:
            name = name_of(prefix_owner(*need["paths"]))
        except SharedError as shared:
            remedy = (
                "take the right to change it from the others (chown, chmod go-w), or set %s to another place" % variable
            )
            problems.append(problem(variable, "root would run what others can put there: %s" % shared, remedy))
            continue
        found[variable] = name
        if name not in ["root", *need.get("users", [name])] or name.isdigit():
            text = "%s is in the hands of %s, whose programs others would run" % (" or ".join(need["paths"]), name)
            problems.append(problem(variable, text, need.get("remedy", "give it to a user who exists")))
    return found


def check_user_folders(asked: dict[str, dict[str, str]], login: str, problems: list[Problem]) -> None:
    """A problem for each folder that could not become its user's: it is, or is in a place that is, in others' hands.

    One without a user may be. None can be created through a link to what is not there, such as a disk that is not mounted.
    """
    for variable, need in sorted(asked.items()):
        path = expand(need["path"], login)
        if not os.path.isabs(path):
            continue  # no such user, as `users` says, or no path that the role takes
        there = path
        while not os.path.lexists(there):
            there = os.path.dirname(there)
        if not os.path.exists(there):
            text = "%s is a link to %s, which is not there" % (there, os.readlink(there))
            remedy = "mount the disk or create that folder, remove the link, or set %s to another folder" % variable
            problems.append(problem(variable, text, remedy))
            continue
        if "user" not in need:
            continue
        user = need["user"].replace(LOGIN_USER, login)
        try:
            holder = owner_of(path)
            found = os.stat(there).st_uid
        except SharedError as shared:
            text = "%s cannot be %s's alone: %s" % (path, user, shared)
        else:
            # What only root can change, root hands over.
            if holder == 0 or name_of(holder) == name_of(found) == user:
                continue
            whose = " and ".join(sorted({name_of(found), name_of(holder)}))
            text = "%s is not %s's alone: %s is in the hands of %s" % (path, user, there, whose)
        problems.append(
            problem(variable, text, "set %s to a folder that is %s's, or is not there yet" % (variable, user))
        )
