# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of `preflight`: judges the variables, then has the module look at the host."""

from __future__ import annotations

import os
import time
from typing import Any, Mapping

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.vars import load_extra_vars

from ansible_collections.mlops.workbench.plugins.module_utils._addresses import without_secrets
from ansible_collections.mlops.workbench.plugins.plugin_utils._roles import load_options, load_preflight, selected
from ansible_collections.mlops.workbench.plugins.plugin_utils._secrets import secret_addresses
from ansible_collections.mlops.workbench.plugins.plugin_utils._settings import Problem, judge_settings, unsettable
from ansible_collections.mlops.workbench.plugins.plugin_utils._variables import unknown_variables

DAY = 86400  # seconds
ROLES_PATH = os.path.join(os.path.dirname(__file__), os.pardir, os.pardir, "roles")
ON_CONTROLLER = ("require", "require_of_host", "examine_host")


class ActionModule(ActionBase):
    """Fails with every problem at once; otherwise gives back what the module saw."""

    @classmethod
    def finalize_task_arg(cls, name: str, value: Any, templar: Any, context: Any) -> Any:
        """Leave an argument as it is written: it is worked out with the settings as they are meant, which only `run` knows."""
        return value

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Judge the variables, look at the host, and refuse or report."""
        known = task_vars or {}
        result: dict[str, Any] = super().run(tmp, known)
        options = load_options(ROLES_PATH)
        role = self._task._role
        if role is None:
            result.update(self._run_for_roles(options, known))
        else:
            result.update(self._run_in_role(role.get_name(include_role_fqcn=False), options, known))
        return result

    def _run_in_role(self, role: str, options: Mapping[str, Any], known: dict[str, Any]) -> dict[str, Any]:
        """As the first task of a role, which needs to know what the module saw."""
        written = self._settings(options[role], known)
        taken, problems = judge(role, options, written, known)
        problems += unsettable(options[role], written, taken)
        variables = {**known, **taken}
        asked = self._work_out(self._task.args, variables, problems)
        result: dict[str, Any] = {}
        if asked is not None:
            problems += unmet(asked)
            if boolean(asked.get("examine_host", True)):
                result = self._execute_module(
                    "mlops.workbench.preflight", module_args=for_host(role, asked), task_vars=known
                )
                if result.get("failed"):
                    return result
                problems += self._problems_of_host(asked, result, variables)
        return refusal("The role %s cannot start" % role, known, problems) if problems else result

    def _run_for_roles(self, options: Mapping[str, Any], known: dict[str, Any]) -> dict[str, Any]:
        """Ahead of several roles, which will look for themselves."""
        wanted = self._templar.template(self._task.args.get("roles"))
        if not wanted:
            raise AnsibleActionFail("preflight is the first task of a role; outside of one it needs `roles`")
        problems: list[Problem] = []
        taken: dict[str, Any] = {}
        asked_of_host: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        for role in wanted:
            if not selected(role, known["ansible_run_tags"], known["ansible_skip_tags"]):
                continue
            path = os.path.abspath(os.path.join(ROLES_PATH, role))
            preflight = load_preflight(path, self._read)
            written = self._settings(options[role], {**preflight.defaults, **known})
            of_role, wrong = judge(role, options, written, known)
            settable = self._settable(of_role, known)
            taken.update(settable)
            wrong += unsettable(
                options[role], written, {name: of_role[name] for name in of_role if name not in settable}
            )
            variables = {**preflight.defaults, **known, **preflight.variables, **of_role, "role_path": path}
            variables["ansible_search_path"] = [path, *known["ansible_search_path"]]
            asked = self._work_out(preflight.arguments, variables, wrong)
            if asked is not None:
                wrong += unmet(asked)
                if boolean(asked.get("examine_host", True)):
                    asked_of_host[role] = (asked, variables)
            problems += wrong
        if asked_of_host:
            checks = [for_host(role, asked) for role, (asked, _variables) in asked_of_host.items()]
            seen: dict[str, Any] = self._execute_module(
                "mlops.workbench.preflight", module_args={"checks": checks}, task_vars=known
            )
            if seen.get("failed"):
                return seen
            for role, (asked, variables) in asked_of_host.items():
                host = seen["checks"][role]
                problems += self._problems_of_host(asked, host, variables)
        if problems:
            return refusal("The workbench cannot be set up", known, unique(problems))
        # Entries for users may hold their tokens.
        return {"settings": taken, "_ansible_no_log": bool(taken)}

    def _read(self, path: str) -> Any:
        return self._loader.load_from_file(path, trusted_as_template=True)

    def _settings(self, options: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
        """What is set of the options; what cannot be worked out is left to the task that needs it."""
        templar = self._templar.copy_with_new_env(available_variables=known)
        settings = {}
        for name in options:
            if name in known:
                try:
                    settings[name] = templar.template(known[name])
                except AnsibleError:
                    continue
        return settings

    def _settable(self, taken: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
        """Those settings in place of which a fact can be set: a host's own, by its inventory.

        Nothing outranks the command line, and a fact outlives the variables of a play.
        """
        if not taken:
            return {}
        of_host = known["hostvars"].raw_get(known["inventory_hostname"])
        of_command_line = load_extra_vars(self._loader)
        return {
            name: value
            for name, value in taken.items()
            if name not in of_command_line and name in of_host and of_host[name] == known[name]
        }

    def _work_out(
        self, arguments: Mapping[str, Any], variables: Mapping[str, Any], problems: list[Problem]
    ) -> dict[str, Any] | None:
        """The arguments of a preflight, or None where they cannot be worked out with settings in which problems were found."""
        try:
            worked_out: dict[str, Any] = self._templar.copy_with_new_env(available_variables=variables).template(
                arguments
            )
        except AnsibleError:
            if not problems:
                raise
            return None
        return worked_out

    def _problems_of_host(
        self, asked: Mapping[str, Any], host: dict[str, Any], variables: dict[str, Any]
    ) -> list[Problem]:
        """What the module found, the conditions on what it saw that do not hold, and a clock that is wrong."""
        clock = clock_problems(host["time"], time.time())
        seen = self._templar.copy_with_new_env(available_variables={**variables, "host": host})
        problems = [
            told(condition)
            for condition in asked.get("require_of_host", [])
            if not seen.evaluate_conditional(condition["that"])
        ]
        found: list[Problem] = host.pop("problems")
        return ([] if asked.get("reads_only") else clock) + problems + found


def judge(
    role: str, options: Mapping[str, Any], written: Mapping[str, Any], known: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """The settings of a role that are to be taken otherwise than written, and the problems with its variables."""
    judgement = judge_settings(options[role], written)
    secrets = secret_addresses(written, written.__getitem__)
    return judgement.taken, unknown_variables(role, known, options) + secrets + judgement.problems


def for_host(role: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the module gets to look at for a role."""
    return {"role": role, **{name: value for name, value in asked.items() if name not in ON_CONTROLLER}}


def unmet(asked: Mapping[str, Any]) -> list[Problem]:
    """The conditions on the role's variables that do not hold."""
    return [told(condition) for condition in asked.get("require", []) if not boolean(condition["that"])]


def told(condition: Mapping[str, Any]) -> Problem:
    """A condition that does not hold, as a problem."""
    return {key: condition[key] for key in ("variable", "problem", "remedy")}


def unique(problems: list[Problem]) -> list[Problem]:
    """The problems, those of several roles once."""
    return [found for number, found in enumerate(problems) if found not in problems[:number]]


def clock_problems(there: float, here: float) -> list[Problem]:
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


def refusal(what: str, known: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """The result of a refusal: all the problems in the words that a user sees, and nothing of what was seen besides."""
    lines = ["%s on %s. Nothing was changed." % (what, known["inventory_hostname"])]
    for found in problems:
        name = "%s: " % found["variable"] if found["variable"] else ""
        lines.append("- %s%s. Remedy: %s." % (name, found["problem"], found["remedy"]))
    return {"failed": True, "msg": without_secrets("\n".join(lines))}
