# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection uses of Ansible that is not documented for collections; its test runs on each ansible-core that we support."""

from __future__ import annotations

import contextlib
import re
from typing import Any, Mapping

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible.utils.vars import load_extra_vars

NO_LOG = "_ansible_no_log"  # the key of a result that is not to be logged


class RawArgumentsAction(ActionBase):
    """An action whose arguments arrive as they are written, so that it decides which variables their templates see."""

    @classmethod
    def finalize_task_arg(cls, name: str, value: Any, templar: Any, context: Any) -> Any:
        """Leave an argument as it is written."""
        return value

    def role_name(self) -> str | None:
        """Return the name of the role that the task is in, without the collection's."""
        role = self._task._role
        return role.get_name(include_role_fqcn=False) if role else None

    def evaluate(self, value: Any, variables: Mapping[str, Any]) -> Any:
        """Return a value with its templates evaluated for these variables."""
        return self._templar.copy_with_new_env(available_variables=variables).template(value)

    def evaluate_named_once(self, value: Any, variables: Mapping[str, Any]) -> Any:
        """Return a value with its templates evaluated, each variable of a role's own that they name only once: Ansible does it anew at each place.

        Only those whose names begin with two underscores: others are cheap, or Ansible's, as `groups` with all hosts of the inventory. A
        variable that cannot be evaluated is left as it is written; it may not be needed.
        """
        evaluated = {}
        for name in set(re.findall(r"\b__\w+", str(value))) & variables.keys():
            with contextlib.suppress(AnsibleError):
                evaluated[name] = self.evaluate(variables[name], variables)
        return self.evaluate(value, {**variables, **evaluated})

    def holds(self, condition: str, variables: Mapping[str, Any]) -> bool:
        """Return whether a condition, an expression without braces, holds for these variables."""
        templar = self._templar.copy_with_new_env(available_variables=variables)
        return bool(templar.evaluate_conditional(condition))

    def load_yaml(self, path: str) -> Any:
        """Return what a YAML file of the collection holds, whose templates may be evaluated."""
        return self._loader.load_from_file(path, trusted_as_template=True)

    def command_line_variables(self) -> dict[str, Any]:
        """Return the variables given by `-e`."""
        variables: dict[str, Any] = load_extra_vars(self._loader)
        return variables


def inventory_variables(variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a host's own variables as they are written: those of its inventory and its facts, without those of plays and roles."""
    found: Mapping[str, Any] = variables["hostvars"].raw_get(variables["inventory_hostname"])
    return found


def convert(name: str, spec: Mapping[str, Any], value: Any) -> tuple[Any, list[str]]:
    """Return a role's argument as its specification takes it, and what is wrong with it."""
    result = ArgumentSpecValidator({name: spec}).validate({name: value}, validate_role_argument_spec=True)
    return result.validated_parameters[name], result.error_messages
