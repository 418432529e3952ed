# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why the Docker engine does not start or does not take its settings, in its own words."""

from __future__ import annotations

DOCUMENTATION = r"""
name: engine_complaints
short_description: "Internal: why the Docker engine refuses its settings, from its log"
version_added: 1.1.0
description:
  - Finds the engine's errors in what C(journalctl --output cat) prints of it. Those that ended a start stand alone; where there is none,
    the other errors are told.
options:
  _input:
    description: What the journal holds.
    type: str
    required: true
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Show why the engine does not start
  ansible.builtin.debug:
    msg: "{{ journal.stdout | mlops.workbench.engine_complaints }}"
"""

RETURN = r"""
_value:
  description: The errors, each once, in their order; the last five where there are more.
  type: list
  elements: str
"""

import re
from typing import Any, Callable

from ansible_collections.mlops.workbench.plugins.module_utils._addresses import without_secrets

SHOWN = 5
# What it prints before its log is set up, and what systemd says of a program that cannot even be run.
PLAIN = re.compile(r"^(?:failed to start daemon|unable to configure|unknown flag|docker\.service: Failed to ).*$")
LOGGED = re.compile(
    r'^time=\S+ level=(error|fatal|panic) msg=("(?:[^"\\]|\\.)*"|\S+)(?:.*? error=("(?:[^"\\]|\\.)*"|\S+))?'
)


def engine_complaints(journal: str) -> list[str]:
    """The errors that ended a start, or else all errors."""
    ended: list[str] = []
    others: list[str] = []
    for line in journal.splitlines():
        logged = LOGGED.match(line)
        if logged:
            level, *texts = logged.groups()
            message = ": ".join(_unquoted(text) for text in texts if text)
            (others if level == "error" else ended).append(message)
        elif PLAIN.match(line):
            ended.append(line)
    return [without_secrets(message) for message in dict.fromkeys(ended or others)][-SHOWN:]


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters, by name."""
        return {"engine_complaints": engine_complaints}
