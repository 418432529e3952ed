# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Jupyter servers that the variables of the role jupyter ask for."""

from __future__ import annotations

import re

DOCUMENTATION = r"""
name: jupyter_servers
short_description: "Internal: the Jupyter servers of a host, from the variables of the role jupyter"
version_added: 1.0.0
description:
  - Gives one dictionary for each server, with everything that the tasks and templates of the role need to know about it, and with no
    secret, so that it may be looped over and shown.
options:
  _input:
    description: The entries of C(jupyter_users), or the one that the single-user variables stand for, whose C(name) may be empty.
    type: list
    elements: dict
    required: true
  defaults:
    description:
      - What holds for every server, with the keys C(address), C(prefix) (of the environment), C(self_signed), C(certificate),
        C(certificate_key), and what an entry may set anew, C(port), C(notebook_dir), C(memory_max) and C(cpu_quota).
    type: dict
    required: true
  folder:
    description: The folder below which each server has its settings, in a folder named after its user.
    type: path
    required: true
  login_user:
    description: The user that an empty C(name) stands for. C(%u) is what the module M(mlops.workbench.preflight) puts that name in place of.
    type: str
    default: "%u"
  accounts:
    description: The users as M(mlops.workbench.preflight) returns them. With them, C(~) is resolved and C(home) and C(group) are known.
    type: dict
    default: {}
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Show which server would listen where
  ansible.builtin.debug:
    msg: "{{ jupyter_users | mlops.workbench.jupyter_servers(defaults, folder='/etc/mlops-workbench/jupyter') | items2dict('unit', 'port') }}"
  vars:
    jupyter_users: [{name: ann, port: 8888}, {name: bob, port: 8889}]
    defaults:
      address: 127.0.0.1
      prefix: /opt/anaconda/envs/jupyter
      port: 8888
      notebook_dir: ~/notebooks
      memory_max: ""
      cpu_quota: ""
      certificate: ""
      certificate_key: ""
      self_signed: false
"""

RETURN = r"""
_value:
  description:
    - The servers, each with C(user), C(address), C(port), C(notebook_dir), C(memory_max), C(cpu_quota), C(tls), C(certificate),
      C(certificate_key), C(prefix), C(unit), C(unit_file), C(settings) (its folder), C(config_file), C(token_file) (empty where a password
      takes its place), C(own_token),
      C(files) (what it reads when it starts), C(places) (what M(mlops.workbench.preflight) is to look at, its option C(files)), and with
      O(accounts) C(home) and C(group).
  type: list
  elements: dict
"""

from typing import Any, Callable

PER_USER = ("port", "notebook_dir", "memory_max", "cpu_quota")


def jupyter_servers(
    entries: list[dict[str, Any]],
    defaults: dict[str, Any],
    folder: str,
    login_user: str = "%u",
    accounts: dict[str, dict[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """One dictionary for each server, without its secrets."""
    return [_server(entry, defaults, folder, login_user, accounts or {}) for entry in entries]


def _server(
    entry: dict[str, Any], defaults: dict[str, Any], folder: str, login_user: str, accounts: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    user = entry.get("name") or login_user
    unit = "jupyter-%s.service" % user
    settings = "%s/%s" % (folder, user)
    server = {key: entry.get(key, defaults[key]) for key in PER_USER}
    server.update(
        user=user,
        port=int(server["port"]),
        address=defaults["address"],
        prefix=defaults["prefix"],
        unit=unit,
        settings=settings,
        token_file="" if entry.get("password_hash") else settings + "/token",
        own_token=bool(entry.get("token")),
        certificate=settings + "/tls.crt" if defaults["self_signed"] else defaults["certificate"],
        certificate_key=settings + "/tls.key" if defaults["self_signed"] else defaults["certificate_key"],
    )
    server["tls"] = bool(server["certificate"])
    server["unit_file"] = "/etc/systemd/system/" + unit
    server["config_file"] = settings + "/jupyter_server_config.json"
    read_at_start = [server["unit_file"], server["config_file"]]
    read_at_start += [server["token_file"], server["certificate"], server["certificate_key"]]
    server["files"] = [path for path in read_at_start if path]
    server["own_folder"] = {"path": re.sub("^~(?=/|$)", "~" + user, server["notebook_dir"]), "user": user}
    server["places"] = [
        # A link to a folder that is the user's, such as one on another disk, is such a folder, and keeps its mode.
        {"path": server["own_folder"]["path"], "type": "directory", "owner": user, "follow": True},
        {"path": settings, "type": "directory", "owner": "root", "group": "root", "mode": "0755"},
        {"path": server["unit_file"], "owner": "root", "group": "root", "mode": "0644", "read": True},
    ]
    if server["token_file"]:
        server["places"] += [
            {"path": server["token_file"], "owner": user, "mode": "0600"},
            {"path": server["config_file"], "owner": "root", "group": "root", "mode": "0644", "read": True},
        ]
    else:  # the hash of a password is its user's alone
        server["places"].append({"path": server["config_file"], "owner": user, "mode": "0600", "read": True})
    if user in accounts:
        server["home"] = accounts[user]["home"]
        server["group"] = accounts[user]["group"]
        server["notebook_dir"] = re.sub("^~(?=/|$)", lambda _tilde: server["home"], server["notebook_dir"])
    return server


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters, by name."""
        return {"jupyter_servers": jupyter_servers}
