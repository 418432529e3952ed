# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the doctor's checks see of the machine; a test puts a made-up one in its place."""

from __future__ import annotations

import os
from dataclasses import dataclass

from .._host import accounts, files, network, programs, system
from .._host.ownership import prefix_owner

# A server that takes longer is of no use to anybody, however slow the programs of the host are.
ANSWER_SECONDS = 30.0


@dataclass(frozen=True)
class Host:
    """The machine the module runs on. `timeout` (seconds) bounds one program, and one network answer unless it is longer."""

    timeout: float
    account = staticmethod(accounts.account)
    group_id = staticmethod(accounts.group_id)
    user_name = staticmethod(accounts.user_name)
    exists = staticmethod(os.path.exists)
    read = staticmethod(files.read_text)
    read_private = staticmethod(files.read_private)
    disk = staticmethod(system.disk_of)
    listeners = staticmethod(network.listeners)

    def owner(self, program: str) -> accounts.Account:
        """Return the account that can change a program of a Python environment, or what it imports; root where only root can.

        Raise OSError without the file, KeyError without the account, SharedError where several can.
        """
        os.stat(program)
        return accounts.account_of(prefix_owner(os.path.dirname(os.path.dirname(program))))

    def run(self, argv: list[str], account: accounts.Account | None = None) -> programs.Outcome:
        """Run a program with the rights of `account` (default: of this process)."""
        return programs.run(argv, account, self.timeout)

    def http_status(self, address: str, port: int, path: str, token: str | None, tls: bool = False) -> int:
        """Return the status of a GET, as `network.http_status` does."""
        return network.http_status(address, port, path, token, tls=tls, timeout=min(self.timeout, ANSWER_SECONDS))
