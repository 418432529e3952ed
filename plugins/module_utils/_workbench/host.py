# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: it may change without notice.

"""The one place where the doctor touches the machine: programs, files, accounts, sockets."""

from __future__ import annotations

import contextlib
import grp
import http.client
import ipaddress
import os
import pwd
import re
import selectors
import signal
import ssl
import stat
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from ansible_collections.mlops.workbench.plugins.module_utils._owners import prefix_owner

# What cron and sudo give: the answer must not depend on how somebody called Ansible.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TCP_LISTEN = "0A"
OUTPUT_BYTES = 65536
PAUSE_SECONDS = 0.1
LATE = 124
# A server that takes longer is of no use to anybody, however slow the programs of the host are.
ANSWER_SECONDS = 30.0
HELP_HINT = re.compile(r"(See|Run) '.* --help'")


@dataclass(frozen=True)
class Account:
    """A user of the host with the groups that the group database gives now, whatever an old session still has."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    home: str
    shell: str


@dataclass(frozen=True)
class Outcome:
    """How a program ended; `rc` is 124 after a timeout and 127 when it could not be started, as in a shell."""

    rc: int
    out: str
    err: str

    @property
    def late(self) -> bool:
        """Whether it was ended since it took too long."""
        return self.rc == LATE

    @property
    def said(self) -> str:
        """The last words of the program, one line, without the hint at its help with which docker ends."""
        for text in (self.err, self.out):
            lines = [line.strip() for line in text.splitlines() if line.strip() and not HELP_HINT.match(line)]
            if lines:
                return lines[-1]
        return f"exit code {self.rc}"


@dataclass(frozen=True)
class PrivateFile:
    """A regular file, with the rights it had in the moment it was read."""

    text: str
    uid: int
    mode: int


@dataclass(frozen=True)
class Listener:
    """An address that somebody listens on, and the user whose process opened it."""

    address: str
    uid: int


class Host:
    """The machine the module runs on. `timeout` (seconds) bounds one program, and one network answer unless it is longer."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self.answer_timeout = min(timeout, ANSWER_SECONDS)

    def read(self, path: str) -> str:
        """Return the text of a file of root's, which is no link and nothing that anybody waits for."""
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, encoding="utf-8") as file:
            return file.read()

    def free_mb(self, path: str) -> int:
        """Return how many MB root can still write into a folder."""
        space = os.statvfs(path)
        return space.f_bfree * space.f_frsize // 1_000_000

    def read_private(self, path: str) -> PrivateFile:
        """Return a file with its owner and mode, all three from one descriptor; a link is an OSError."""
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, encoding="utf-8", errors="replace") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(f"{path} is not a regular file")
            return PrivateFile(file.read(4096), status.st_uid, stat.S_IMODE(status.st_mode))

    def account(self, name: str) -> Account:
        """Return the account of that name, or raise KeyError."""
        return _account(pwd.getpwnam(name))

    def exists(self, path: str) -> bool:
        """Return whether there is something at `path`."""
        return os.path.exists(path)

    def owner(self, program: str) -> Account:
        """Return the account that can change a program of a Python environment, or what it imports; root where only root can.

        Raise OSError without the file, KeyError without the account, SharedError where several can.
        """
        os.stat(program)
        return _account(pwd.getpwuid(prefix_owner(os.path.dirname(os.path.dirname(program)))))

    def group_id(self, name: str) -> int:
        """Return the number of a group, or raise KeyError."""
        return grp.getgrnam(name).gr_gid

    def user_name(self, uid: int) -> str:
        """Return the name of a user number, or the number when it has none."""
        try:
            return pwd.getpwuid(uid).pw_name
        except KeyError:
            return str(uid)

    def run(self, argv: list[str], account: Account | None = None) -> Outcome:
        """Run a program with exactly the rights of `account` (default: of this process) and a plain environment."""
        account = account or _account(pwd.getpwuid(os.geteuid()))
        environment = {
            "HOME": account.home,
            "LANG": "C.UTF-8",
            "LOGNAME": account.name,
            "PATH": PATH,
            "SHELL": account.shell,
            "USER": account.name,
        }
        try:
            process = subprocess.Popen(
                argv,
                cwd="/",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                **_identity(account),
            )
        except OSError as error:
            return Outcome(127, "", f"{argv[0]}: {error.strerror}")
        with process:
            out, err = _listen(process, time.monotonic() + self.timeout)
            if process.poll() is not None:
                return Outcome(process.returncode, out, err)
            os.killpg(process.pid, signal.SIGKILL)
        return Outcome(LATE, out, f"{err}\nno answer within {self.timeout:g} s")

    def http_status(self, address: str, port: int, path: str, token: str | None, tls: bool = False) -> int:
        """Return the status of a GET, straight to the address whatever proxy is set.

        With `tls` whoever made the certificate is not asked about: it is made out to the name that others call the host.
        Raise OSError when nothing answers (or not in TLS) and http.client.HTTPException when the answer is not HTTP.
        """
        connection = http.client.HTTPConnection(address, port, timeout=self.answer_timeout)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            connection = http.client.HTTPSConnection(address, port, timeout=self.answer_timeout, context=context)
        try:
            connection.request("GET", path, headers={} if token is None else {"Authorization": f"token {token}"})
            return connection.getresponse().status
        finally:
            connection.close()

    def listeners(self, port: int) -> list[Listener]:
        """Return who listens on a TCP port, IPv4 and IPv6."""
        tables = []
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            try:
                tables.append(self.read(table))
            except FileNotFoundError:  # a kernel without IPv6 has no tcp6
                continue
        return [listener for text in tables for listener in parse_listeners(text, port)]


def parse_listeners(table: str, port: int) -> list[Listener]:
    """Return the listeners on `port` in the text of /proc/net/tcp or tcp6 (proc(5))."""
    found = []
    for line in table.splitlines()[1:]:
        fields = line.split()
        address, _colon, hex_port = fields[1].partition(":")
        if fields[3] == TCP_LISTEN and int(hex_port, 16) == port:
            found.append(Listener(_address(address), int(fields[7])))
    return found


def _address(digits: str) -> str:
    # The kernel prints 32-bit words of network order as numbers of the machine's own order.
    words = [int(digits[start : start + 8], 16) for start in range(0, len(digits), 8)]
    packed = struct.pack(("<" if sys.byteorder == "little" else ">") + "I" * len(words), *words)
    address = ipaddress.ip_address(packed)
    return str(getattr(address, "ipv4_mapped", None) or address)


def _account(entry: pwd.struct_passwd) -> Account:
    groups = tuple(os.getgrouplist(entry.pw_name, entry.pw_gid))
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, groups, entry.pw_dir, entry.pw_shell or "/bin/sh")


def _identity(account: Account) -> dict[str, Any]:
    """Return what makes subprocess take on an account; nothing to take on for one's own."""
    if account.uid == os.geteuid():
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": list(account.groups)}


def _listen(process: subprocess.Popen[bytes], deadline: float) -> tuple[str, str]:
    """Return how the two outputs of a program begin, at its end or at the deadline; the rest of them is kept nowhere."""
    out, err = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        for pipe, kept in ((process.stdout, out), (process.stderr, err)):
            assert pipe
            selector.register(pipe, selectors.EVENT_READ, kept)
        while selector.get_map() and time.monotonic() < deadline:
            ended = process.poll() is not None
            ready = selector.select(0 if ended else PAUSE_SECONDS)
            if ended and not ready:
                break  # a grandchild that lives on keeps the pipes open
            for key, _events in ready:
                piece = os.read(key.fd, OUTPUT_BYTES)
                key.data.extend(piece[: OUTPUT_BYTES - len(key.data)])
                if not piece:
                    selector.unregister(key.fileobj)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(max(0, deadline - time.monotonic()))
    return out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
