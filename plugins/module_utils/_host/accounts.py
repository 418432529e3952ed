# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users and groups of this machine, wherever they come from."""

from __future__ import annotations

import grp
import os
import pwd
from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """A user with the groups that the group database gives now, whatever an old session still has."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    home: str
    shell: str


def account(name: str) -> Account | None:
    """Return the account of that name; None where there is no such user."""
    try:
        return _account(pwd.getpwnam(name))
    except KeyError:
        return None


def account_of(uid: int) -> Account:
    """Return the account with this number, or raise KeyError."""
    return _account(pwd.getpwuid(uid))


def _account(entry: pwd.struct_passwd) -> Account:
    groups = tuple(os.getgrouplist(entry.pw_name, entry.pw_gid))
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, groups, entry.pw_dir, entry.pw_shell or "/bin/sh")


def user_id(name: str) -> int | None:
    """Return the number of a user; None where there is no such user."""
    found = account(name)
    return found.uid if found else None


def user_name(uid: int) -> str:
    """Return the user's name, or the number where there is no such account."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def login_user() -> str:
    """Return the user that logged in, behind sudo or another way to root; root where there is none."""
    if os.environ.get("SUDO_USER"):
        return os.environ["SUDO_USER"]
    try:
        with open("/proc/self/loginuid", encoding="ascii") as text:
            return pwd.getpwuid(int(text.read())).pw_name
    except (OSError, KeyError, ValueError, OverflowError):
        return pwd.getpwuid(os.getuid()).pw_name


def group_id(name: str) -> int | None:
    """Return the number of a group; None where there is no such group."""
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None


def group_name(gid: int) -> str:
    """Return the group's name, or its number where the group has none."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def listed_members(group: str) -> list[str]:
    """Return the users that a group lists, which are not those that have it as their primary group; none without the group."""
    try:
        return grp.getgrnam(group).gr_mem  # by name: a directory may not list what it has
    except KeyError:
        return []


def users_of_group(name: str) -> list[str]:
    """Return all users of a group, those with it as their primary group as well; KeyError where there is no such group."""
    group = grp.getgrnam(name)
    return sorted({*group.gr_mem, *all_members(group.gr_gid)})


def all_members(gid: int) -> dict[str, int]:
    """Return the uid of each user of a group by name, its primary users among them; KeyError where it has no name."""
    listed = grp.getgrgid(gid).gr_mem
    return {entry.pw_name: entry.pw_uid for entry in pwd.getpwall() if entry.pw_gid == gid or entry.pw_name in listed}


def is_external(group: str) -> bool:
    """Return whether the group comes from a directory such as LDAP, so that no tool of this machine can change it."""
    return group_id(group) is not None and not is_local(group)


def is_local(group: str, path: str = "/etc/group") -> bool:
    """Return whether the group is one of this machine's own."""
    with open(path, encoding="utf-8", errors="replace") as lines:
        return any(line.partition(":")[0] == group for line in lines)


def group_sources(path: str = "/etc/nsswitch.conf") -> str:
    """Return where groups come from beside the machine's own file."""
    try:
        with open(path, encoding="utf-8", errors="replace") as lines:
            found = [line.partition(":")[2].split() for line in lines if line.startswith("group:")]
    except OSError:
        found = []
    return " ".join(name for names in found for name in names if name not in ("files", "compat", "systemd"))
