# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""Docker Compose answers in both spellings, with the release that was asked for."""

from __future__ import annotations

import re
from functools import partial
from typing import Iterator

from ansible_collections.mlops.workbench.plugins.module_utils._workbench.host import Host
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.model import Check, Job, failed, passed, rerun
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.receipts import Compose


def jobs(host: Host, receipt: Compose) -> Iterator[Job]:
    """Check the plugin and the command."""
    yield partial(_answers, host, "compose.plugin", ["docker", "compose"], receipt.version)
    yield partial(_answers, host, "compose.command", ["docker-compose"], receipt.version)


def _answers(host: Host, check: str, command: list[str], version: str) -> Check:
    spelling = " ".join(command)
    answer = host.run([*command, "version", "--short"])
    if answer.rc != 0:
        # Without the plugin, docker takes the command for its own and prints its whole usage.
        said = "docker has no such plugin" if "docker --help" in answer.err else answer.said
        return failed(check, spelling, f"{spelling} does not answer: {said}", rerun("compose"))
    said = answer.out.strip()
    if not _same_release(said, version):
        return failed(check, spelling, f"{spelling} is {said}, not {version}", rerun("compose"))
    return passed(check, spelling, f"{spelling} {said}")


def _same_release(said: str, version: str) -> bool:
    # A distribution adds its own revision: 2.26.1-4.
    return re.fullmatch(rf"v?{re.escape(version)}([-+~]\d\S*)?", said) is not None
