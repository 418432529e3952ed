# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports and addresses, and whether servers answer."""

from __future__ import annotations

import http.client
import socket
from typing import Any, Iterable, Iterator

from .._host.network import http_status, listeners, process_name, process_of
from .._host.units import RunCommand, unit_owner
from .model import LOGIN_USER, Problem

ANSWER_SECONDS = 5


def check_ports(
    needs: dict[str, dict[str, Any]], login: str, run_command: RunCommand, noted: Iterable[str] = ()
) -> Iterator[Problem]:
    """A problem for each port that somebody else listens on than the unit it is for, or one that the role has `noted`."""
    for variable, need in sorted(needs.items()):
        found = listeners(int(need["port"]))
        if not found:
            continue
        owners = {listener.uid for listener in found}
        ours = {need["unit"].replace(LOGIN_USER, login), *noted}
        if any(owners == {unit_owner(unit, run_command)} for unit in sorted(ours)):
            continue
        holder = process_name(process_of(listener.inode for listener in found))
        text = "port %s is taken by %s" % (need["port"], holder)
        yield Problem(variable, text, "stop that program, or set %s to a free port" % variable)


def responds(server: dict[str, Any]) -> bool:
    """Whether an HTTP server answers at an `address` and `port`, with or without `tls`; whatever it says to a stranger will do."""
    try:
        http_status(server["address"], int(server["port"]), "/api", None, tls=server["tls"], timeout=ANSWER_SECONDS)
    except (OSError, http.client.HTTPException):
        return False
    return True


def check_addresses(needs: dict[str, str]) -> Iterator[Problem]:
    """A problem for each address that nothing on this host can listen on."""
    for variable, address in sorted(needs.items()):
        try:
            family = socket.getaddrinfo(address, 0, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)[0][0]
            with socket.socket(family, socket.SOCK_STREAM) as trial:
                trial.bind((address, 0))
        except OSError:
            text = "%s is not an IP address of this host" % address
            yield Problem(variable, text, "set %s to one of those that `ip address` shows, or to 127.0.0.1" % variable)
