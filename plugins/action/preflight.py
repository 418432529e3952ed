# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of `preflight`: checks the settings, then has the module examine the host."""

from __future__ import annotations

import contextlib
import os
import time
from typing import Any, Iterable, Mapping

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.mlops.workbench.plugins.module_utils._addresses import without_secrets
from ansible_collections.mlops.workbench.plugins.plugin_utils._ansible import (
    NO_LOG,
    RawArgumentsAction,
    inventory_variables,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._roles import (
    PREFLIGHT,
    load_options,
    load_preflight,
    selected,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._secrets import secret_addresses
from ansible_collections.mlops.workbench.plugins.plugin_utils._settings import Problem, convert_settings, unsettable
from ansible_collections.mlops.workbench.plugins.plugin_utils._variables import unknown_variables

DAY = 86400  # seconds
ROLES_PATH = os.path.join(os.path.dirname(__file__), os.pardir, os.pardir, "roles")
ON_CONTROLLER = ("require", "require_of_host", "examine_host")


class ActionModule(RawArgumentsAction):
    """Fails with every problem at once; otherwise returns what the module found."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Check the settings, examine the host, and refuse or report."""
        variables = task_vars or {}
        result: dict[str, Any] = super().run(tmp, variables)
        options = load_options(ROLES_PATH)
        role = self.role_name()
        if role is None:
            result.update(self._run_for_roles(options, variables))
        else:
            result.update(self._run_in_role(role, options, variables))
        return result

    def _run_in_role(self, role: str, options: Mapping[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """As the first task of a role, which needs to know what the module found."""
        written = self._settings(options[role], task_vars)
        converted, problems = check_settings(role, options, written, task_vars)
        problems += unsettable(options[role], written, converted)
        variables = {**task_vars, **converted}
        needs = self._evaluate_needs(self._task.args, variables, problems)
        result: dict[str, Any] = {}
        if needs is not None:
            problems += unmet(needs)
            if boolean(needs.get("examine_host", True)):
                result = self._examine(for_host(role, needs), task_vars)
                if result.get("failed"):
                    return result
                problems += self._problems_of_host(needs, result, variables)
        return refusal("The role %s cannot start" % role, task_vars, problems) if problems else result

    def _run_for_roles(self, options: Mapping[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Ahead of several roles, which will examine the host themselves."""
        roles = self.evaluate(self._task.args.get("roles"), task_vars)
        if not roles:
            raise AnsibleActionFail("preflight is the first task of a role; outside of one it needs `roles`")
        problems: list[Problem] = []
        settings: dict[str, Any] = {}
        needs_of_host: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        for role in roles:
            if not selected(role, task_vars["ansible_run_tags"], task_vars["ansible_skip_tags"]):
                continue
            path = os.path.abspath(os.path.join(ROLES_PATH, role))
            preflight = load_preflight(path, self.load_yaml)
            written = self._settings(options[role], {**preflight.defaults, **task_vars})
            converted, found = check_settings(role, options, written, task_vars)
            settable = self._settable(converted, task_vars)
            settings.update(settable)
            fixed = {name: value for name, value in converted.items() if name not in settable}
            found += unsettable(options[role], written, fixed)
            variables = {**preflight.defaults, **task_vars, **preflight.variables, **converted, "role_path": path}
            variables["ansible_search_path"] = [path, *task_vars["ansible_search_path"]]
            needs = self._evaluate_needs(preflight.arguments, variables, found)
            if needs is not None:
                found += unmet(needs)
                if boolean(needs.get("examine_host", True)):
                    needs_of_host[role] = (needs, variables)
            problems += found
        if needs_of_host:
            checks = [for_host(role, needs) for role, (needs, _variables) in needs_of_host.items()]
            result = self._examine({"checks": checks}, task_vars)
            if result.get("failed"):
                return result
            for role, (needs, variables) in needs_of_host.items():
                problems += self._problems_of_host(needs, result["checks"][role], variables)
        if problems:
            return refusal("The workbench cannot be set up", task_vars, unique(problems))
        # Entries for users may hold their tokens.
        return {"settings": settings, NO_LOG: bool(settings)}

    def _examine(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = self._execute_module(PREFLIGHT, module_args=arguments, task_vars=task_vars)
        return result

    def _settings(self, options: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
        """What is set of the options; what cannot be evaluated is left to the task that needs it."""
        settings = {}
        for name in options:
            if name in variables:
                with contextlib.suppress(AnsibleError):
                    settings[name] = self.evaluate(variables[name], variables)
        return settings

    def _settable(self, converted: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
        """Those settings in place of which a fact can be set: a host's own, by its inventory.

        Nothing outranks the command line, and a fact outlives the variables of a play.
        """
        if not converted:
            return {}
        of_host = inventory_variables(variables)
        of_command_line = self.command_line_variables()
        return {
            name: value
            for name, value in converted.items()
            if name not in of_command_line and name in of_host and of_host[name] == variables[name]
        }

    def _evaluate_needs(
        self, arguments: Mapping[str, Any], variables: Mapping[str, Any], problems: list[Problem]
    ) -> dict[str, Any] | None:
        """The arguments of a preflight, or None where they cannot be evaluated with settings in which problems were found."""
        try:
            needs: dict[str, Any] = self.evaluate_named_once(arguments, variables)
        except AnsibleError:
            if not problems:
                raise
            return None
        return needs

    def _problems_of_host(
        self, needs: Mapping[str, Any], host: dict[str, Any], variables: dict[str, Any]
    ) -> list[Problem]:
        """What the module found, the conditions on the host that do not hold, and a clock that is wrong."""
        clock = clock_problems(host["time"], time.time())
        known = {**variables, "host": host}
        problems = [
            as_problem(condition)
            for condition in needs.get("require_of_host", [])
            if not self.holds(condition["that"], known)
        ]
        found: list[Problem] = host.pop("problems")
        return ([] if needs.get("reads_only") else clock) + problems + found


def check_settings(
    role: str, options: Mapping[str, Any], written: Mapping[str, Any], variables: Iterable[str]
) -> tuple[dict[str, Any], list[Problem]]:
    """The settings of a role whose type had to be converted, and the problems with its variables."""
    conversion = convert_settings(options[role], written)
    secrets = secret_addresses(written, written.__getitem__)
    return conversion.converted, unknown_variables(role, variables, options) + secrets + conversion.problems


def for_host(role: str, needs: Mapping[str, Any]) -> dict[str, Any]:
    """What the module gets to examine for a role."""
    return {"role": role, **{name: value for name, value in needs.items() if name not in ON_CONTROLLER}}


def unmet(needs: Mapping[str, Any]) -> list[Problem]:
    """The conditions on the role's variables that do not hold."""
    return [as_problem(condition) for condition in needs.get("require", []) if not boolean(condition["that"])]


def as_problem(condition: Mapping[str, Any]) -> Problem:
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


def refusal(what: str, variables: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """The result of a refusal: all the problems, and nothing else of what was found."""
    lines = ["%s on %s. Nothing was changed." % (what, variables["inventory_hostname"])]
    for found in problems:
        name = "%s: " % found["variable"] if found["variable"] else ""
        lines.append("- %s%s. Remedy: %s." % (name, found["problem"], found["remedy"]))
    return {"failed": True, "msg": without_secrets("\n".join(lines))}
