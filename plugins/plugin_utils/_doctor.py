# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor's findings on a fleet: one document for machines, one table for people."""

from __future__ import annotations

import ipaddress
import os
import shlex
from itertools import groupby
from typing import Any, Iterator, Mapping, Sequence

from ansible_collections.mlops.workbench.plugins.module_utils._workbench.roles import SITE_ROLES

SCHEMA = 1
# Where the doctor could not examine the host, this check stands for all the others.
REACHABLE = "host.reachable"
# Where an installed collection has its playbooks.
COLLECTION = os.path.join("ansible_collections", "mlops", "workbench", "playbooks")


def document(
    results: Mapping[str, Mapping[str, Any]], inventory: Sequence[str] = (), called_from: str = ""
) -> dict[str, Any]:
    """Return the fleet's document from what workbench_info registered by host, for unreachable and failed ones too.

    The remedies for these are commands for the inventory, which work in the folder `called_from`.
    """
    ansible = shlex.join(["ansible", *_options(inventory, called_from)])
    hosts = {host: _verdict(host, result, ansible) for host, result in results.items()}
    return {"schema": SCHEMA, "ready": all(verdict["ready"] for verdict in hosts.values()), "hosts": hosts}


def table(fleet: Mapping[str, Any]) -> list[str]:
    """Return the lines of the table of a document, then what is wrong and what to do, host by host."""
    hosts = fleet["hosts"]
    rows = [("HOST", *SITE_ROLES, "READY"), *(_row(host, verdict) for host, verdict in hosts.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    for host, verdict in hosts.items():
        lines.extend(_complaints(host, verdict["checks"]))
    ready = sum(verdict["ready"] for verdict in hosts.values())
    return [*lines, "", f"{ready} of {len(hosts)} hosts ready"]


def playbook_command(name: str, playbooks: str, inventory: Sequence[str], called_from: str) -> str:
    """Return how one runs a playbook of the collection in the way in which this one was run, which lies in the folder `playbooks`."""
    if playbooks.endswith(COLLECTION):
        playbook = f"mlops.workbench.{name}"
    else:
        at_root = os.path.join(os.path.dirname(playbooks), f"{name}.yml")
        playbook = _shortest(
            at_root if os.path.exists(at_root) else os.path.join(playbooks, f"{name}.yml"), called_from
        )
    return shlex.join(["ansible-playbook", *_options(inventory, called_from), playbook])


def what_next(host: str, verdict: Mapping[str, Any], ssh_playbook: str, local: bool) -> list[str]:
    """Return what somebody wants to know of a host that is ready; `ssh_playbook` is the command that makes `ssh HOST` work."""
    lines = [f"{host} is ready."]
    for server in verdict["servers"]:
        lines += _server(host, server, local)
    if verdict["servers"] and not local:
        lines.append(f"`ssh {host}` works after: {ssh_playbook}")
    return lines


def _server(host: str, server: Mapping[str, Any], local: bool) -> Iterator[str]:
    loopback = ipaddress.ip_address(server["address"]).is_loopback
    everywhere = ipaddress.ip_address(server["address"]).is_unspecified
    name = host if everywhere else f"[{server['address']}]" if ":" in server["address"] else server["address"]
    while_open = f", while `ssh {host}` is open" if loopback and not local else ""
    yield f"Jupyter of {server['user']}: {'https' if server['tls'] else 'http'}://{name}:{server['port']}{while_open}"
    if server["token_file"]:
        show = f"cat {server['token_file']}; echo"  # which has no line end of its own
        yield f"Its token, as {server['user']}: " + (show if local else f"ssh {host} '{show}'")


def _options(inventory: Sequence[str], called_from: str) -> list[str]:
    """The options for an inventory: paths, and lists of names with a comma at the end."""
    sources = (source if source.endswith(",") else _shortest(source, called_from) for source in inventory)
    return [argument for source in sources for argument in ("-i", source)]


def _shortest(path: str, called_from: str) -> str:
    below = os.path.relpath(path, called_from)
    return path if below.startswith(os.pardir) else below


def _verdict(host: str, result: Mapping[str, Any], ansible: str) -> dict[str, Any]:
    if "workbench" in result:
        return dict(result["workbench"])
    check = {"id": REACHABLE, "role": "host", "subject": host, "ok": False, **_not_examined(host, result, ansible)}
    return {"schema": SCHEMA, "ready": False, "checks": [check], "servers": []}


def _not_examined(host: str, result: Mapping[str, Any], ansible: str) -> dict[str, str]:
    message = " ".join(str(result.get("msg") or "it failed before the doctor came").split())
    if result.get("unreachable"):
        return {
            "detail": f"unreachable: {message}",
            "remedy": f"Mend the connection first: {ansible} {host} -m ansible.builtin.ping",
        }
    return {
        "detail": f"not examined: {message}",
        "remedy": f"Mend this first: {ansible} {host} -b -m mlops.workbench.workbench_info",
    }


def _row(host: str, verdict: Mapping[str, Any]) -> tuple[str, ...]:
    checks = verdict["checks"]
    missing = [check for check in checks if check["id"] == REACHABLE]
    if missing:
        return (host, *("-" for role in SITE_ROLES), missing[0]["detail"].partition(":")[0])
    cells = (_cell([check["ok"] for check in checks if check["role"] == role]) for role in SITE_ROLES)
    return (host, *cells, "yes" if verdict["ready"] else "NO")


def _cell(results: list[bool]) -> str:
    if not results:
        return "-"
    return "ok" if all(results) else "FAIL"


def _complaints(host: str, checks: list[Mapping[str, Any]]) -> Iterator[str]:
    wrong = [check for check in checks if not check["ok"]]
    if wrong:
        yield from ("", f"{host}:")
    # Neighbours with one remedy mostly have one cause, so it is said once.
    for remedy, same in groupby(wrong, key=lambda check: check["remedy"]):
        for check in same:
            yield f"  {check['id']} ({check['subject']}): {check['detail']}"
        yield f"    -> {remedy}"
