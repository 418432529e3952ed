# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of `preflight`: judges the variables, then has the module look at the host."""

from __future__ import annotations

import os
import time
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ansible_collections.mlops.workbench.plugins.module_utils._addresses import without_secrets
from ansible_collections.mlops.workbench.plugins.plugin_utils._secrets import secret_addresses
from ansible_collections.mlops.workbench.plugins.plugin_utils._variables import load_options, unknown_variables

DAY = 86400  # seconds


class ActionModule(ActionBase):
    """Fails with every problem at once; otherwise gives back what the module saw."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Judge the variables, look at the host, and refuse or report."""
        known = task_vars or {}
        result: dict[str, Any] = super().run(tmp, known)
        role = self._task._role
        if role is None:
            raise AnsibleActionFail("preflight is the first task of a role and says nothing outside of one")
        asked = dict(self._task.args)
        name = role.get_name(include_role_fqcn=False)
        options = load_options(os.path.dirname(role._role_path))
        problems = unknown_variables(name, known, options)
        problems += secret_addresses(options[name] & set(known), lambda option: self._templar.template(known[option]))
        problems += [told(condition) for condition in asked.pop("require", []) if not boolean(condition["that"])]
        of_host = asked.pop("require_of_host", [])
        asked["role"] = name
        result["problems"] = []
        if boolean(asked.pop("look", True)):
            result.update(self._execute_module("mlops.workbench.preflight", module_args=asked, task_vars=known))
            if result.get("failed"):
                return result
            seen = self._templar.copy_with_new_env(available_variables={**known, "host": result})
            problems += [] if asked.get("reads_only") else clock_problems(result["time"], time.time())
            problems += [told(condition) for condition in of_host if not seen.evaluate_conditional(condition["that"])]
        result["problems"] = problems + result["problems"]
        if result["problems"]:
            result["failed"] = True
            result["msg"] = refusal(asked["role"], known["inventory_hostname"], result["problems"])
        return result


def told(condition: dict[str, Any]) -> dict[str, str]:
    """A condition that does not hold, as a problem."""
    return {key: condition[key] for key in ("variable", "problem", "remedy")}


def clock_problems(there: float, here: float) -> list[dict[str, str]]:
    """A problem where the host's clock is off, by the controller's (both in seconds since 1970); some hours do no harm."""
    days = (there - here) / DAY
    if abs(days) < 1:
        return []
    where = "%d day(s) %s" % (round(abs(days)), "ahead of" if days > 0 else "behind")
    return [
        {
            "variable": "",
            "problem": "its clock is %s that of the machine that Ansible runs on, and by a wrong clock apt and TLS refuse good servers"
            % where,
            "remedy": "set the clock that is wrong, as by `timedatectl set-ntp true`",
        }
    ]


def refusal(role: str, host: str, problems: list[dict[str, str]]) -> str:
    """All the problems in the words that a user sees."""
    lines = ["The role %s cannot start on %s. Nothing was changed." % (role, host)]
    for found in problems:
        name = "%s: " % found["variable"] if found["variable"] else ""
        lines.append("- %s%s. Remedy: %s." % (name, found["problem"], found["remedy"]))
    return without_secrets("\n".join(lines))
