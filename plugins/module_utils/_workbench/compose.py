# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Docker Compose answers in both spellings, with the release that was asked for."""

from __future__ import annotations

import os
import re
from functools import partial
from typing import Iterator

from .._host.accounts import Account
from .host import Host
from .model import Check, Job, failed, passed, remedy, rerun
from .receipts import Compose

PATH_LINE = 'export PATH="${HOME}/soft:${PATH}"'
SPELLINGS = {"compose.plugin": "docker compose", "compose.command": "docker-compose"}


def jobs(host: Host, receipt: Compose) -> Iterator[Job]:
    """Check the plugin and the command, for the whole system or for each user who has them."""
    for check in SPELLINGS:
        if not receipt.users:
            yield partial(_version, host, check, receipt.version)
        for user in receipt.users:
            yield partial(_answers_user, host, check, receipt.version, user)


def _answers_user(host: Host, check: str, version: str, user: str) -> Check:
    account = host.account(user)
    if account is None:
        return failed(check, user, f"user {user} does not exist", "Create the user, or take it out of compose_users")
    return _version(host, check, version, account)


def _version(host: Host, check: str, version: str, account: Account | None = None) -> Check:
    command = [*SPELLINGS[check].split(), "version", "--short"]
    subject = SPELLINGS[check]
    if account:
        # Interactive as well: ~/.bashrc, which says where Compose is, returns early where nobody is typing.
        command = [account.shell, "-l", "-i", "-c", " ".join(command)]
        subject = f"{subject} of {account.name}"
    outcome = host.run(command, account)
    if outcome.rc != 0:
        # Without the plugin, docker takes the command for its own and prints its whole usage.
        last_line = "docker has no such plugin" if "docker --help" in outcome.err else outcome.last_line
        return failed(
            check, subject, f"{subject} does not answer: {last_line}", remedy(outcome, _remedy(check, account))
        )
    last_line = (outcome.out.split() or [""])[-1]  # a user's start-up files may print as well
    if not _same_release(last_line, version):
        return failed(
            check, subject, f"{subject} is {last_line}, not {version or '2 or newer'}", _remedy(check, account)
        )
    return passed(check, subject, f"{subject} {last_line}")


def _remedy(check: str, account: Account | None) -> str:
    """Return what helps who does not find this Compose; the role puts the command on the PATH of a user's bash alone."""
    shell = os.path.basename(account.shell) if account else "bash"
    if check != "compose.command" or shell == "bash":
        return rerun("compose")
    file = "~/.zshrc" if shell == "zsh" else "what it reads when it starts"
    return f"{shell} does not read ~/.bashrc, where ~/soft is put on PATH. Add to {file}: {PATH_LINE}"


def _same_release(last_line: str, version: str) -> bool:
    # A distribution adds its own revision: 2.26.1-4.
    wanted = re.escape(version) if version else r"([2-9]|\d\d)[\d.]*"
    return re.fullmatch(rf"v?{wanted}([-+~]\d\S*)?", last_line) is not None
