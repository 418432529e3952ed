# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TCP on this machine: who listens where, and what answers there."""

from __future__ import annotations

import http.client
import ipaddress
import os
import ssl
import struct
import sys
from dataclasses import dataclass
from typing import Iterable

TCP_LISTEN = "0A"  # see proc(5)


@dataclass(frozen=True)
class Listener:
    """An address that somebody listens on, the user whose process opened it, and the number of the socket."""

    address: str
    uid: int
    inode: str


def listeners(port: int) -> list[Listener]:
    """Return who listens on a TCP port, IPv4 and IPv6."""
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table, encoding="ascii") as lines:
                found += parse_listeners(lines.read(), port)
        except OSError:  # a kernel without IPv6 has no tcp6
            continue
    return found


def parse_listeners(table: str, port: int) -> list[Listener]:
    """Return the listeners on `port` in the text of /proc/net/tcp or tcp6 (proc(5))."""
    found = []
    for line in table.splitlines()[1:]:
        fields = line.split()
        address, _colon, hex_port = fields[1].partition(":")
        if fields[3] == TCP_LISTEN and int(hex_port, 16) == port:
            found.append(Listener(_address(address), int(fields[7]), fields[9]))
    return found


def _address(digits: str) -> str:
    # The kernel prints 32-bit words of network order as numbers of the machine's own order.
    words = [int(digits[start : start + 8], 16) for start in range(0, len(digits), 8)]
    packed = struct.pack(("<" if sys.byteorder == "little" else ">") + "I" * len(words), *words)
    address = ipaddress.ip_address(packed)
    return str(getattr(address, "ipv4_mapped", None) or address)


def process_of(inodes: Iterable[str]) -> int:
    """Return the pid that holds one of these sockets; 0 where none can be seen, as in some containers."""
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
    """Return a process as a person would look for it."""
    try:
        with open("/proc/%d/comm" % pid, encoding="utf-8") as text:
            return "%s (process %d)" % (text.read().strip(), pid)
    except OSError:
        return "another program"


def http_status(address: str, port: int, path: str, token: str | None, *, tls: bool, timeout: float) -> int:
    """Return the status of a GET, straight to the address whatever proxy is set.

    With `tls` the certificate is not verified: it is made out to the name that others call the machine.
    Raise OSError when nothing answers (or not in TLS) and http.client.HTTPException when the answer is not HTTP.
    """
    connection = http.client.HTTPConnection(address, port, timeout=timeout)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(address, port, timeout=timeout, context=context)
    try:
        connection.request("GET", path, headers={} if token is None else {"Authorization": "token %s" % token})
        return connection.getresponse().status
    finally:
        connection.close()
