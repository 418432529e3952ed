# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory says about its machines, as entries of an SSH configuration."""

from __future__ import annotations

DOCUMENTATION = r"""
name: ssh_entries
short_description: "Internal: the machines of an inventory as entries of an SSH configuration"
version_added: 1.1.0
description:
  - Reads from each machine's variables what SSH has to know, and checks each value against what an SSH configuration can hold. An
    inventory may come from a cloud, and a line break in a value would be a setting of its own, such as C(ProxyCommand).
  - Machines with C(ansible_connection=local) have no entry.
  - C(ProxyJump) and C(ProxyCommand) are taken from C(ansible_ssh_args), C(ansible_ssh_common_args) and C(ansible_ssh_extra_args).
options:
  _input:
    description: The names of the machines, in any order.
    type: list
    elements: str
    required: true
  hostvars:
    description: The variables of each machine, by name.
    type: dict
    required: true
  local_port:
    description: The port on this side that leads to a machine's Jupyter, where the machine has none of its own.
    type: int
    required: true
  common_args:
    description: The arguments for C(ssh) that count where a machine has no C(ansible_ssh_common_args).
    type: str
    default: ""
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Show {'HostName':'192.0.2.7', 'User':'ann', ...}
  ansible.builtin.debug:
    msg: "{{ (['one'] | mlops.workbench.ssh_entries({'one': {'ansible_host': '192.0.2.7', 'ansible_user': 'ann'}}, 8888)).entries[0].settings }}"
"""

RETURN = r"""
_value:
  description:
    - C(entries), the machines by name, each with its C(name) and the C(settings) of its entry.
    - C(problems), what cannot stand in an SSH configuration, each with C(variable), C(problem) and C(remedy).
  type: dict
"""

import json
import os
import re
import shlex
from dataclasses import dataclass
from typing import Any, Callable, Mapping

JUPYTER_PORT = 8888
CHARACTERS = "letters, digits, dots, hyphens and underscores"
PROXIES = {"proxyjump": "ProxyJump", "proxycommand": "ProxyCommand"}
ARGUMENTS = ("ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args")


@dataclass(frozen=True)
class Kind:
    """What a value may look like, whole, and how to say so."""

    pattern: str
    remedy: str

    def fits(self, value: str) -> bool:
        """Whether the value is of this kind; one that holds a line break never is."""
        return value.isprintable() and re.fullmatch(self.pattern, value) is not None


NAME = Kind(r"[A-Za-z0-9_][A-Za-z0-9._-]*", "rename the machine with " + CHARACTERS)
ADDRESS = Kind(r"[A-Za-z0-9_:][A-Za-z0-9._:-]*", "set it to a name or an IP address, of %s and colons" % CHARACTERS)
USER = Kind(r"([A-Za-z0-9._-]+\\)?[A-Za-z0-9_][A-Za-z0-9._@+-]*\$?", "set it to a user's name, of " + CHARACTERS)
PORT = Kind(
    r"[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]",
    "set it to a number from 1 to 65535",
)
FILE = Kind(
    r'[^"\\$]+', "set it to the path of a file, without line breaks, quotation marks, backslashes and dollar signs"
)
JUMP = Kind(
    r"[][A-Za-z0-9_][][A-Za-z0-9._:@%+,/-]*", "name the machines to go through as user@host:port, separated by commas"
)
COMMAND = Kind(r".+", "set ProxyCommand to a command on one line")


def ssh_entries(
    names: list[str], hostvars: Mapping[str, Mapping[str, Any]], local_port: int, common_args: str = ""
) -> dict[str, list[dict[str, Any]]]:
    """The entries of these machines, and what stands in the way of them."""
    problems: list[dict[str, str]] = []
    entries = []
    for name in sorted(names):
        if hostvars[name].get("ansible_connection") == "local":
            continue
        if not NAME.fits(name):
            problems.append(
                {
                    "variable": "inventory",
                    "problem": "no SSH configuration can hold a machine by the name %s" % json.dumps(name),
                    "remedy": NAME.remedy,
                }
            )
            continue
        entries.append({"name": name, "settings": _settings(name, hostvars[name], local_port, common_args, problems)})
    return {"entries": entries, "problems": problems}


def _settings(
    name: str, known: Mapping[str, Any], local_port: int, common_args: str, problems: list[dict[str, str]]
) -> dict[str, str]:
    """The settings of a machine's entry, in the order in which they are written."""

    def checked(variable: str, kind: Kind, value: Any) -> str:
        text = str(value)
        if not kind.fits(text):
            problem = "no SSH configuration can hold what the machine %s has there, %s" % (name, json.dumps(text))
            problems.append({"variable": variable, "problem": problem, "remedy": kind.remedy})
        return text

    def of_variable(variable: str, kind: Kind) -> str:
        value = known.get(variable)
        return "" if value in (None, "") else checked(variable, kind, value)

    settings = {
        "HostName": of_variable("ansible_host", ADDRESS) or name,
        "Port": of_variable("ansible_port", PORT),
        "User": of_variable("ansible_user", USER),
    }
    key = of_variable("ansible_ssh_private_key_file", FILE) or of_variable("ansible_private_key_file", FILE)
    if key:
        settings["IdentityFile"] = '"%s"' % os.path.expanduser(key).replace("%", "%%")
        settings["IdentitiesOnly"] = "yes"
    alias = of_variable("ssh_config_host_key_alias", ADDRESS)
    if alias:
        settings["HostKeyAlias"] = alias
        settings["CheckHostIP"] = "no"
    for variable in ARGUMENTS:
        default = common_args if variable == "ansible_ssh_common_args" else ""
        try:
            found = proxies(str(known.get(variable) or default))
        except ValueError as error:
            problem = "no program can split what the machine %s has there into words: %s" % (name, error)
            problems.append({"variable": variable, "problem": problem, "remedy": "close each quotation mark"})
            continue
        for setting, value in found.items():
            settings.setdefault(setting, checked(variable, JUMP if setting == "ProxyJump" else COMMAND, value))
    settings["StrictHostKeyChecking"] = "accept-new"
    forwarded = of_variable("ssh_config_local_port", PORT) or checked("ssh_config_local_port", PORT, local_port)
    variable, port = jupyter_port(known)
    settings["LocalForward"] = "127.0.0.1:%s 127.0.0.1:%s" % (forwarded, checked(variable, PORT, port))
    return {setting: value for setting, value in settings.items() if value}


def proxies(arguments: str) -> dict[str, str]:
    """The ways through other machines in arguments for ssh(1), which takes the first of each: `-J x`, `-o ProxyJump=x`, `-oProxyCommand=x`."""
    found: dict[str, str] = {}
    words = iter(shlex.split(arguments))
    for word in words:
        option, value = word[:2], word[2:]
        if option not in ("-J", "-o"):
            continue
        value = value or next(words, "")
        if option == "-J":
            value = "ProxyJump=" + value
        setting, _sign, value = re.sub(r"\s*=\s*|\s+", "=", value.strip(), count=1).partition("=")
        if setting.lower() in PROXIES and value:
            found.setdefault(PROXIES[setting.lower()], value)
    return found


def jupyter_port(known: Mapping[str, Any]) -> tuple[str, Any]:
    """The port of the Jupyter that belongs to whom SSH logs in as, with the variable that says it; the first one where none does."""
    servers = [server for server in known.get("jupyter_users") or [] if isinstance(server, Mapping)]
    mine = [server for server in servers if server.get("name") in (None, "", known.get("ansible_user"))]
    for server in [*mine, *servers][:1]:
        if server.get("port"):
            return "jupyter_users", server["port"]
    return "jupyter_port", known.get("jupyter_port") or JUPYTER_PORT


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters, by name."""
        return {"ssh_entries": ssh_entries}
