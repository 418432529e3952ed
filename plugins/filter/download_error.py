# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a download failed, and what to do."""

from __future__ import annotations

DOCUMENTATION = r"""
name: download_error
short_description: "Internal: why a download of a role failed, and what to do"
version_added: 1.1.0
description:
  - Makes one sentence of what M(mlops.workbench.download) returned, with the address and the remedy. Names, passwords and signatures in the
    address are left out.
options:
  _input:
    description: What the task returned, with or without a loop.
    type: dict
    required: true
  role:
    description: The role, whose variables the remedy names.
    type: str
    required: true
  url:
    description: The address.
    type: str
    required: true
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Fail with the remedy
  ansible.builtin.fail:
    msg: "{{ download | mlops.workbench.download_error('compose', 'https://mirror/docker-compose') }}"
"""

RETURN = r"""
_value:
  description: The sentence.
  type: str
"""

from typing import Any, Callable

from ansible_collections.mlops.workbench.plugins.module_utils._addresses import without_secrets

# How the module download reports it.
CHECKSUM_MISMATCH = "did not match"
REMEDIES = {
    True: "something else than the release is at that address: set {role}_mirror or {role}_url to a server that has it, or, for another "
    "file, {role}_sha256 to its checksum",
    False: "run it again when the server answers; set {role}_proxy where the way leads through a proxy, or {role}_mirror or {role}_url to "
    "a server within reach",
}


def download_error(result: dict[str, Any], role: str, url: str) -> str:
    """The address, the first reason and the remedy."""
    attempts = [attempt for attempt in result.get("results", [result]) if attempt.get("failed")]
    reason = str(attempts[0].get("msg", "")).strip().rstrip(".") if attempts else "unknown"
    remedy = REMEDIES[CHECKSUM_MISMATCH in reason].format(role=role)
    place = url.partition("?")[0]
    return without_secrets("The download from %s failed: %s. Remedy: %s." % (place, reason.replace(url, place), remedy))


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters, by name."""
        return {"download_error": download_error}
