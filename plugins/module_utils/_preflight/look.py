# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRIVATE to the collection: everything that a role asks about a host, in one go."""

from __future__ import annotations

import os
import platform
import pwd
import time
from typing import Any

from ansible_collections.mlops.workbench.plugins.module_utils._preflight import (
    accounts,
    certificates,
    files,
    network,
    packages,
    programs,
    system,
    units,
)
from ansible_collections.mlops.workbench.plugins.module_utils._preflight.model import (
    LOGIN_USER,
    Problem,
    RunCommand,
    expand,
)


def look(asked: dict[str, Any], run_command: RunCommand, check_mode: bool = False) -> dict[str, Any]:
    """Everything that the role asked about this host, with the problems found."""
    problems: list[Problem] = []
    os_name = system.operating_system()
    arch = platform.machine()
    if not asked["reads_only"]:
        system.check_may_change(os_name, arch, problems)
    login = accounts.login_user()
    members = accounts.expand_groups(asked["members"], problems)
    users = accounts.find_users({**asked["users"], **members}, problems)
    accounts.check_memberships(asked["memberships"], members, login, problems)
    users[login] = accounts.account(pwd.getpwnam(login))
    wanted_packages = asked["packages"] + asked["packages_by_distribution"].get(os_name.partition("-")[0], [])
    dpkg = packages.dpkg_state()
    accounts.check_not_root(asked["not_root"], login, problems)
    system.check_free(asked["free_mb"], login, problems)
    system.check_memory(asked["memory_mb"], problems)
    files.check_directories(asked["directories"], problems)
    receipt = files.read_receipt(asked["role"])
    packages.check_held(asked["changes"], asked["removes"], receipt, dpkg, problems)
    units.check_calendars(asked["calendars"], problems, run_command)
    network.check_ports(asked["ports"], login, problems, run_command, units.noted_units(receipt))
    accounts.check_homes(asked["homes"], login, problems)
    network.check_addresses(asked["addresses"], problems)
    owners = accounts.find_owners(asked["owners"], problems)
    accounts.check_user_folders(asked["user_folders"], login, problems)
    answering = [server["unit"].replace(LOGIN_USER, login) for server in asked["servers"] if network.answers(server)]
    if not check_mode:  # there, an earlier role of the play would have brought it
        programs.check_programs(asked["programs"], problems)
        certificates.check_certificates(asked["certificates"], login, problems, run_command)
        programs.check_environments(asked["environments"], problems)
    return {
        "time": time.time(),
        "os": os_name,
        "distribution": os_name.partition("-")[0],
        "suite": system.SUPPORTED[os_name].suite if os_name in system.SUPPORTED else "",
        "arch": arch,
        "systemd": os.path.isdir("/run/systemd/system"),
        "cloud_init_running": system.cloud_init_running(),
        "dpkg_interrupted": dpkg.interrupted,
        "apt_lists_age": packages.apt_lists_age(),
        "packages_installed": {name: dpkg.installed[name] for name in wanted_packages if name in dpkg.installed},
        "packages_missing": [name for name in wanted_packages if name not in dpkg.installed],
        "login_user": login,
        "users": users,
        "members": members,
        "owners": owners,
        "groups": accounts.listed_members(asked["groups"]),
        "groups_external": [name for name in asked["groups"] if accounts.is_external(name)],
        "units": {
            name: units.unit_state(name, [path.replace(LOGIN_USER, login) for path in read], run_command)
            for name, read in ((unit.replace(LOGIN_USER, login), read) for unit, read in asked["units"].items())
        },
        "files_outdated": [
            path
            for path, wanted in ((expand(wanted["path"], login), wanted) for wanted in asked["files"])
            if files.is_outdated(path, files.with_sha256(wanted, asked["sha256"], arch), login)
        ],
        "files_sha256": files.checksums(expand(wanted["path"], login) for wanted in asked["files"] if wanted["read"]),
        "json_files": files.read_json_files(asked["json_files"], problems),
        "json_texts": files.read_texts(asked["json_files"].values()),
        "sha256": files.choose_sha256(asked["sha256"], arch, problems),
        "answers": {name: programs.answer(words, run_command) for name, words in asked["answers"].items()},
        "receipt": receipt,
        "folders": {path: files.list_folder(path) for path in asked["folders"]},
        "answering": answering,
        "proofs": {
            name: programs.holds(proof, bool(answering), run_command) for name, proof in asked["proofs"].items()
        },
        "problems": problems,
    }
