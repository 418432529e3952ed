# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each use of what Ansible does not document for collections, on the ansible-core that is installed; `make matrix` has them all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible import context
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play import Play
from ansible.playbook.task import Task
from ansible.plugins.loader import action_loader
from ansible.template import Templar, trust_as_template
from ansible.utils.vars import load_extra_vars
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager
from ansible_collections.mlops.workbench.plugins.action.preflight import ActionModule
from ansible_collections.mlops.workbench.plugins.plugin_utils import _ansible

TEMPLATE = trust_as_template("{{ name }}s")


class Role:
    """A role as a task knows it."""

    def get_name(self, include_role_fqcn: bool = True) -> str:
        return "mlops.workbench.docker" if include_role_fqcn else "docker"


def action(role: Any = None) -> ActionModule:
    loader = DataLoader()
    task = Task()
    task._role = role
    return ActionModule(task, None, None, loader, Templar(loader=loader), None)


def test_the_arguments_of_a_task_arrive_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    loader = DataLoader()
    play = Play.load({"hosts": "all", "tasks": [{"debug": {"msg": [TEMPLATE]}}]}, loader=loader)
    task = play.tasks[0].block[0]
    of_debug = action_loader.get("debug", class_only=True)
    monkeypatch.setattr(of_debug, "finalize_task_arg", ActionModule.finalize_task_arg)
    task.post_validate(Templar(loader=loader)._engine)
    assert task.args == {"msg": ["{{ name }}s"]}
    assert action().evaluate(task.args, {"name": "cat"}) == {"msg": ["cats"]}


def test_a_task_knows_its_role() -> None:
    assert action(Role()).role_name() == "docker"
    assert action().role_name() is None


def test_conditions_and_templates_see_the_variables_that_they_are_given() -> None:
    assert action().evaluate(TEMPLATE, {"name": "dog"}) == "dogs"
    assert action().holds(trust_as_template("name == 'dog'"), {"name": "dog"})
    assert not action().holds(trust_as_template("name == 'dog'"), {"name": "cat"})


def test_a_variable_that_is_named_often_is_evaluated_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    variables = {
        "__counted": trust_as_template("{{ lookup('pipe', 'echo x >> %s; echo cat') }}" % log),
        "__broken": trust_as_template("{{ nothing.there }}"),
        "__name": trust_as_template("{{ __counted }}"),
        "groups": trust_as_template("{{ lookup('pipe', 'echo all >> %s') }}" % log),
    }
    value = [
        trust_as_template(text)
        for text in ("{{ __counted }}", "{{ __counted }}s", "{{ __broken if __counted == 'groups' else 'dog' }}")
    ]
    assert action().evaluate_named_once(value, variables) == ["cat", "cats", "dog"]
    assert log.read_text() == "x\n"


def test_templates_of_a_file_of_the_collection_can_be_evaluated(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text("a: '{{ name }}s'\n")
    assert action().evaluate(action().load_yaml(str(tmp_path / "x.yml")), {"name": "dog"}) == {"a": "dogs"}


def test_the_variables_of_the_command_line_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CLIARGS", {"extra_vars": ("a=1",)})
    monkeypatch.setattr(load_extra_vars, "extra_vars", None, raising=False)
    assert action().command_line_variables() == {"a": "1"}


def test_a_hosts_own_variables_come_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text("all: {hosts: {node1: {a: '{{ b }}'}}}\n")
    loader = DataLoader()
    inventory = InventoryManager(loader=loader, sources=[str(tmp_path / "hosts.yml")])
    manager = VariableManager(loader=loader, inventory=inventory)
    known = {"hostvars": HostVars(inventory, manager, loader), "inventory_hostname": "node1"}
    assert _ansible.inventory_variables(known)["a"] == "{{ b }}"


def test_an_argument_of_a_role_is_converted_by_its_specification() -> None:
    assert _ansible.convert("x", {"type": "bool"}, "yes") == (True, [])
    _value, errors = _ansible.convert("x", {"type": "int"}, "many")
    assert "many" in errors[0]
    # Options of a role's own options are validated like a module's.
    option = {"type": "list", "elements": "dict", "options": {"name": {"type": "str", "required": True}}}
    assert "name" in _ansible.convert("x", option, [{}])[1][0]
