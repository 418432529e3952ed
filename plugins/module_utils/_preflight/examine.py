# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that a role needs to know about a host, in one go."""

from __future__ import annotations

import os
import platform
import time
from dataclasses import asdict
from typing import Any

from .. import _receipt
from .._host.accounts import group_name, is_external, listed_members, login_user
from .._host.files import checksums, list_folder, texts
from .._host.packages import apt_lists_age, dpkg_state
from .._host.system import SUPPORTED, cloud_init_running, operating_system
from .._host.units import RunCommand, unit_state
from . import accounts, certificates, files, network, packages, programs, system, units
from .model import LOGIN_USER, Problem, expand


def examine(needs: dict[str, Any], run_command: RunCommand, check_mode: bool = False) -> dict[str, Any]:
    """Return everything that a role needs to know about this host, with the problems found."""
    problems: list[Problem] = []
    os_name = operating_system()
    arch = platform.machine()
    if not needs["reads_only"]:
        problems += system.check_may_change(os_name, arch)
    login = login_user()
    members = accounts.expand_groups(needs["members"], problems)
    users = accounts.find_users({**needs["users"], **members}, problems)
    users.update(accounts.find_users({"ansible_user": [login]}, problems))
    problems += accounts.check_memberships(needs["memberships"], members, login)
    wanted_packages = needs["packages"] + needs["packages_by_distribution"].get(os_name.partition("-")[0], [])
    dpkg = dpkg_state()
    problems += accounts.check_not_root(needs["not_root"], login)
    receipt = _receipt.read(needs["role"])
    problems += system.check_free(needs["free_mb"], receipt, login)
    problems += system.check_memory(needs["memory_mb"])
    problems += files.check_directories(needs["directories"])
    problems += packages.check_held(needs["changes"], needs["removes"], receipt, dpkg)
    problems += units.check_calendars(needs["calendars"], run_command)
    problems += network.check_ports(needs["ports"], login, run_command, units.noted_units(receipt))
    problems += accounts.check_homes(needs["homes"], login)
    problems += network.check_addresses(needs["addresses"])
    owners = accounts.find_owners(needs["owners"], problems)
    problems += accounts.check_user_folders(needs["user_folders"], login)
    user_folders = accounts.resolve_user_folders(needs["user_folders"], problems, login)
    answering = [server["unit"].replace(LOGIN_USER, login) for server in needs["servers"] if network.responds(server)]
    if not check_mode:  # there, an earlier role of the play would have brought it
        problems += programs.check_programs(needs["programs"])
        problems += certificates.check_certificates(needs["certificates"], login, run_command)
        problems += programs.check_environments(needs["environments"])
    return {
        "time": time.time(),
        "os": os_name,
        "distribution": os_name.partition("-")[0],
        "suite": SUPPORTED[os_name].suite if os_name in SUPPORTED else "",
        "arch": arch,
        "systemd": os.path.isdir("/run/systemd/system"),
        "cloud_init_running": cloud_init_running(),
        "dpkg_interrupted": dpkg.interrupted,
        "apt_lists_age": apt_lists_age(),
        "packages_installed": {name: dpkg.installed[name] for name in wanted_packages if name in dpkg.installed},
        "packages_missing": [name for name in wanted_packages if name not in dpkg.installed],
        "login_user": login,
        "users": {
            name: {"home": user.home, "uid": user.uid, "gid": user.gid, "group": group_name(user.gid)}
            for name, user in users.items()
        },
        "members": members,
        "owners": owners,
        "groups": {name: listed_members(name) for name in needs["groups"]},
        "groups_external": [name for name in needs["groups"] if is_external(name)],
        "units": {
            name: asdict(unit_state(name, [path.replace(LOGIN_USER, login) for path in read], run_command))
            for name, read in ((unit.replace(LOGIN_USER, login), read) for unit, read in needs["units"].items())
        },
        "files_outdated": [
            path
            for path, wanted in ((expand(wanted["path"], login), wanted) for wanted in needs["files"])
            if files.is_outdated(path, files.with_sha256(wanted, needs["sha256"], arch), login)
        ],
        "files_sha256": checksums(expand(wanted["path"], login) for wanted in needs["files"] if wanted["read"]),
        "json_files": files.read_json_files(needs["json_files"], problems),
        "json_texts": texts(needs["json_files"].values()),
        "sha256": files.choose_sha256(needs["sha256"], arch, problems),
        "outputs": {name: programs.output(command, run_command) for name, command in needs["outputs"].items()},
        "receipt": receipt,
        "folders": {path: list_folder(path) for path in needs["folders"]},
        "user_folders": user_folders,
        "answering": answering,
        "proofs": {
            name: programs.stands(proof, bool(answering), run_command) for name, proof in needs["proofs"].items()
        },
        "problems": [asdict(found) for found in problems],
    }
