# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, groups, homes, and in whose hands folders are."""

from __future__ import annotations

import os
import re
from typing import Any, Iterator

from .._host.accounts import Account, account, group_sources, is_external, listed_members, user_name, users_of_group
from .._host.ownership import SharedError, owner_of, prefix_owner
from .model import LOGIN_USER, Problem, expand

UNFIT_FOR_UNITS = re.compile(r"[\s'\"%$\\]")


def find_users(needs: dict[str, list[str]], problems: list[Problem]) -> dict[str, Account]:
    """The account of each user, by name; a problem for each variable that names unknown ones."""
    found = {}
    for variable, names in sorted(needs.items()):
        accounts = {name: account(name) for name in names}
        found.update({name: user for name, user in accounts.items() if user})
        unknown = [name or "''" for name, user in accounts.items() if not user]
        if unknown:
            text = "no such user on this host: %s" % ", ".join(unknown)
            problems.append(
                Problem(variable, text, "create the account first, or set %s to users that exist" % variable)
            )
    return found


def expand_groups(needs: dict[str, list[str]], problems: list[Problem]) -> dict[str, list[str]]:
    """The users that each variable names, once each; `@name` stands for all members of that group."""
    expanded = {}
    for variable, names in sorted(needs.items()):
        users = []
        unknown = []
        for name in names:
            try:
                users += users_of_group(name[1:]) if name.startswith("@") else [name]
            except KeyError:
                unknown.append(name[1:])
        if unknown:
            text = "no such group on this host: %s" % ", ".join(unknown)
            problems.append(Problem(variable, text, "create the group first, or take it out of %s" % variable))
        expanded[variable] = list(dict.fromkeys(users))
    return expanded


def check_memberships(needs: dict[str, dict[str, Any]], members: dict[str, list[str]], login: str) -> Iterator[Problem]:
    """A problem for each group of a directory whose members would have to be others; no users are the login user."""
    for variable, need in sorted(needs.items()):
        group = need["group"]
        if not is_external(group):
            continue
        wanted, there = set(members.get(variable) or [login]), set(listed_members(group))
        if wanted <= there and (wanted == there or not need["exclusive"]):
            continue
        text = "the group %s comes from a directory (%s in /etc/nsswitch.conf), where alone its members can be changed"
        missing = ", ".join(sorted(wanted - there) or sorted(wanted))
        remedy = "let %s into the group there, or leave the role out" % missing
        yield Problem(variable, text % (group, group_sources()), remedy)


def check_not_root(needs: dict[str, str], login: str) -> Iterator[Problem]:
    """A problem for each user that must not be root; an empty name is the login user."""
    for variable, name in sorted(needs.items()):
        if (name.replace(LOGIN_USER, login) or login) == "root":
            yield Problem(variable, "root is not a user for this", "set %s to an ordinary user" % variable)


def check_homes(needs: dict[str, str], login: str) -> Iterator[Problem]:
    """A problem for each user whose home is not there or not theirs; `users` says where there is no such user."""
    for variable, need in sorted(needs.items()):
        name = need.replace(LOGIN_USER, login)
        user = account(name)
        if user is None:
            continue
        try:
            owner = os.stat(user.home).st_uid if os.path.isdir(user.home) else None
        except OSError:
            owner = None
        if owner == user.uid:
            continue
        text = "the home of %s, %s, %s" % (name, user.home, "is not there" if owner is None else "is not theirs")
        remedy = "create it (mkhomedir_helper %s) and give it to %s, or set %s to another user" % (name, name, variable)
        yield Problem(variable, text, remedy)


def find_owners(needs: dict[str, dict[str, Any]], problems: list[Problem]) -> dict[str, str]:
    """In whose hands places are, by variable: who runs the programs there and writes the files.

    A problem where that is not one user, or one that is not among those asked for; root always is.
    """
    found = {}
    for variable, need in sorted(needs.items()):
        try:
            name = user_name(prefix_owner(*need["paths"]))
        except SharedError as shared:
            remedy = (
                "take the right to change it from the others (chown, chmod go-w), or set %s to another place" % variable
            )
            problems.append(Problem(variable, "root would run what others can put there: %s" % shared, remedy))
            continue
        found[variable] = name
        if name not in ["root", *need.get("users", [name])] or name.isdigit():
            text = "%s is in the hands of %s, whose programs others would run" % (" or ".join(need["paths"]), name)
            problems.append(Problem(variable, text, need.get("remedy", "give it to a user who exists")))
    return found


def resolve_user_folders(needs: dict[str, dict[str, str]], problems: list[Problem], login: str) -> dict[str, str]:
    """Where the folders are, with links followed, by path; a problem where a unit of systemd cannot name where a user's is."""
    found = {}
    for variable, need in sorted(needs.items()):
        path = expand(need["path"], login)
        found[path] = os.path.realpath(path)
        if "user" in need and found[path] != path and UNFIT_FOR_UNITS.search(found[path]):
            text = "%s leads to %r, and no unit of systemd can name that" % (path, found[path])
            remedy = "take blanks, quotes, backslashes, $ and %% out of that path, or set %s to another" % variable
            problems.append(Problem(variable, text, remedy))
    return found


def check_user_folders(needs: dict[str, dict[str, str]], login: str) -> Iterator[Problem]:
    """A problem for each folder that could not become its user's: it is, or is in a place that is, in others' hands.

    One without a user may be. None can be created through a link to what is not there, such as a disk that is not mounted.
    """
    for variable, need in sorted(needs.items()):
        path = expand(need["path"], login)
        if not os.path.isabs(path):
            continue  # no such user, as `users` says, or no path that the role takes
        there = path
        while not os.path.lexists(there):
            there = os.path.dirname(there)
        if not os.path.exists(there):
            text = "%s is a link to %s, which is not there" % (there, os.readlink(there))
            remedy = "mount the disk or create that folder, remove the link, or set %s to another folder" % variable
            yield Problem(variable, text, remedy)
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
            if holder == 0 or user_name(holder) == user_name(found) == user:
                continue
            whose = " and ".join(sorted({user_name(found), user_name(holder)}))
            text = "%s is not %s's alone: %s is in the hands of %s" % (path, user, there, whose)
        yield Problem(variable, text, "set %s to a folder that is %s's, or is not there yet" % (variable, user))
