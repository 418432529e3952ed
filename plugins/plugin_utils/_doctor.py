# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""The doctor's findings on a fleet: one document for machines, one table for people."""

from __future__ import annotations

from itertools import groupby
from typing import Any, Iterator, Mapping

SCHEMA = 1
# Where the doctor could not look, this check stands for all the others.
REACHABLE = "host.reachable"
ROLES = ("base", "docker", "docker_group", "compose", "anaconda", "project", "jupyter")


def document(results: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the fleet's document from what workbench_info registered by host, for unreachable and failed ones too."""
    hosts = {host: _verdict(host, result) for host, result in results.items()}
    return {"schema": SCHEMA, "ready": all(verdict["ready"] for verdict in hosts.values()), "hosts": hosts}


def table(fleet: Mapping[str, Any]) -> list[str]:
    """Return the lines of the table of a document, then what is wrong and what to do, host by host."""
    hosts = fleet["hosts"]
    rows = [("HOST", *ROLES, "READY"), *(_row(host, verdict) for host, verdict in hosts.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    for host, verdict in hosts.items():
        lines.extend(_complaints(host, verdict["checks"]))
    ready = sum(verdict["ready"] for verdict in hosts.values())
    return [*lines, "", f"{ready} of {len(hosts)} hosts ready"]


def _verdict(host: str, result: Mapping[str, Any]) -> dict[str, Any]:
    if "workbench" in result:
        return dict(result["workbench"])
    check = {"id": REACHABLE, "role": "host", "subject": host, "ok": False, **_unseen(host, result)}
    return {"schema": SCHEMA, "ready": False, "checks": [check]}


def _unseen(host: str, result: Mapping[str, Any]) -> dict[str, str]:
    said = " ".join(str(result.get("msg") or "it failed before the doctor came").split())
    if result.get("unreachable"):
        return {
            "detail": f"unreachable: {said}",
            "remedy": f"Mend the connection first: ansible {host} -m ansible.builtin.ping",
        }
    return {
        "detail": f"not examined: {said}",
        "remedy": f"Mend this first: ansible {host} -b -m mlops.workbench.workbench_info",
    }


def _row(host: str, verdict: Mapping[str, Any]) -> tuple[str, ...]:
    checks = verdict["checks"]
    unseen = [check for check in checks if check["id"] == REACHABLE]
    if unseen:
        return (host, *("-" for role in ROLES), unseen[0]["detail"].partition(":")[0])
    cells = (_cell([check["ok"] for check in checks if check["role"] == role]) for role in ROLES)
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
