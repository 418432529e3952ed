# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRIVATE to the collection: ports and addresses to listen on."""

from __future__ import annotations

import os
import socket
import ssl
from typing import Any, Iterable

from ansible_collections.mlops.workbench.plugins.module_utils._preflight.model import (
    LOGIN_USER,
    Problem,
    RunCommand,
    problem,
)
from ansible_collections.mlops.workbench.plugins.module_utils._preflight.units import unit_owner

ANSWER_SECONDS = 5
LISTENING = "0A"  # TCP_LISTEN in /proc/net/tcp, see proc(5)


def check_ports(
    asked: dict[str, dict[str, Any]],
    login: str,
    problems: list[Problem],
    run_command: RunCommand,
    noted: Iterable[str] = (),
) -> None:
    """A problem for each port that somebody else listens on than the unit it is for, or one that the role has `noted`."""
    if not asked:
        return
    listeners = listening_sockets()
    for variable, need in sorted(asked.items()):
        sockets = listeners.get(int(need["port"]))
        if not sockets:
            continue
        ours = {need["unit"].replace(LOGIN_USER, login), *noted}
        if any(set(sockets.values()) == {unit_owner(unit, run_command)} for unit in sorted(ours)):
            continue
        text = "port %s is taken by %s" % (need["port"], process_name(process_of(sockets)))
        problems.append(problem(variable, text, "stop that program, or set %s to a free port" % variable))


def listening_sockets() -> dict[int, dict[str, int]]:
    """The sockets that listen, of all addresses, by TCP port: the inode of each and the uid of its owner."""
    found: dict[int, dict[str, int]] = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table, encoding="ascii") as lines:
                rows = [line.split() for line in lines][1:]
        except OSError:
            continue
        for row in rows:
            if row[3] == LISTENING:
                found.setdefault(int(row[1].rsplit(":", 1)[1], 16), {})[row[9]] = int(row[7])
    return found


def answers(server: dict[str, Any]) -> bool:
    """Whether an HTTP server answers at an `address` and `port`, with or without `tls`; whatever it says to a stranger will do."""
    try:
        with socket.create_connection((server["address"], int(server["port"])), ANSWER_SECONDS) as plain:
            connection = without_verification().wrap_socket(plain) if server["tls"] else plain
            connection.sendall(b"GET /api HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return connection.recv(5) == b"HTTP/"
    except OSError:
        return False


def without_verification() -> ssl.SSLContext:
    """TLS whoever the certificate is made out to: to itself the host has another name than to others."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def process_of(inodes: Iterable[str]) -> int:
    """The pid that holds one of these sockets; 0 where none can be seen, as in some containers."""
    links = {"socket:[%s]" % inode for inode in inodes}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for fd in os.listdir("/proc/%s/fd" % pid):
                if os.readlink("/proc/%s/fd/%s" % (pid, fd)) in links:
                    return int(pid)
        except OSError:
            continue  # it ended, or its files are not ours to see
    return 0


def process_name(pid: int) -> str:
    """A process as a person would look for it."""
    try:
        with open("/proc/%d/comm" % pid, encoding="utf-8") as text:
            return "%s (process %d)" % (text.read().strip(), pid)
    except OSError:
        return "another program"


def check_addresses(asked: dict[str, str], problems: list[Problem]) -> None:
    """A problem for each address that nothing on this host can listen on."""
    for variable, address in sorted(asked.items()):
        try:
            family = socket.getaddrinfo(address, 0, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)[0][0]
            with socket.socket(family, socket.SOCK_STREAM) as trial:
                trial.bind((address, 0))
        except OSError:
            text = "%s is not an IP address of this host" % address
            problems.append(
                problem(variable, text, "set %s to one of those that `ip address` shows, or to 127.0.0.1" % variable)
            )
