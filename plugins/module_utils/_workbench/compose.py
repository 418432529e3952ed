# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""Docker Compose answers in both spellings, with the release that was asked for."""

from __future__ import annotations

import os
import re
from functools import partial
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.module_utils._host.accounts import Account
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.host import Host
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.model import (
    Check,
    Job,
    failed,
    passed,
    remedy,
    rerun,
)
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.receipts import Compose

PATH_LINE = 'export PATH="${HOME}/soft:${PATH}"'
SPELLINGS = {"compose.plugin": "docker compose", "compose.command": "docker-compose"}


def jobs(host: Host, receipt: Compose) -> Iterator[Job]:
    """Check the plugin and the command, for the whole system or for each user who has them."""
    for check in SPELLINGS:
        if not receipt.users:
            yield partial(_answers, host, check, receipt.version)
        for user in receipt.users:
            yield partial(_answers_user, host, check, receipt.version, user)


def _answers_user(host: Host, check: str, version: str, user: str) -> Check:
    account = host.account(user)
    if account is None:
        return failed(check, user, f"user {user} does not exist", "Create the user, or take it out of compose_users")
    return _answers(host, check, version, account)


def _answers(host: Host, check: str, version: str, account: Account | None = None) -> Check:
    command = [*SPELLINGS[check].split(), "version", "--short"]
    subject = SPELLINGS[check]
    if account:
        # Interactive as well: ~/.bashrc, which says where Compose is, returns early where nobody is typing.
        command = [account.shell, "-l", "-i", "-c", " ".join(command)]
        subject = f"{subject} of {account.name}"
    answer = host.run(command, account)
    if answer.rc != 0:
        # Without the plugin, docker takes the command for its own and prints its whole usage.
        said = "docker has no such plugin" if "docker --help" in answer.err else answer.said
        return failed(check, subject, f"{subject} does not answer: {said}", remedy(answer, _remedy(check, account)))
    said = (answer.out.split() or [""])[-1]  # a user's start-up files may print as well
    if not _same_release(said, version):
        return failed(check, subject, f"{subject} is {said}, not {version or '2 or newer'}", _remedy(check, account))
    return passed(check, subject, f"{subject} {said}")


def _remedy(check: str, account: Account | None) -> str:
    """Return what helps who does not find this Compose; the role puts the command on the PATH of a user's bash alone."""
    shell = os.path.basename(account.shell) if account else "bash"
    if check != "compose.command" or shell == "bash":
        return rerun("compose")
    file = "~/.zshrc" if shell == "zsh" else "what it reads when it starts"
    return f"{shell} does not read ~/.bashrc, where ~/soft is put on PATH. Add to {file}: {PATH_LINE}"


def _same_release(said: str, version: str) -> bool:
    # A distribution adds its own revision: 2.26.1-4.
    wanted = re.escape(version) if version else r"([2-9]|\d\d)[\d.]*"
    return re.fullmatch(rf"v?{wanted}([-+~]\d\S*)?", said) is not None
