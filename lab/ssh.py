# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way in, as a user has it: a key, `ssh -F .lab/ssh_config HOST`, and the port of the workbench's Jupyter."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import tempfile
from pathlib import Path

from lab.common import PREFIX, STATE, LabError, attempt, run, say, tail, write

USER = "ubuntu"
WORKBENCH = "workbench"
JUPYTER_PORT = 8888
KEY = STATE / "id_ed25519"
CONFIG = STATE / "ssh_config"
KNOWN_HOSTS = STATE / "known_hosts.d"
FORWARD_LOG = STATE / "forward.log"
# The path of a unix socket has 108 bytes, and ssh puts 17 of its own behind it while it makes one.
SOCKET_PATH_MAX = 90


def ensure() -> None:
    """Make the lab's key and the SSH configuration."""
    if not KEY.exists():
        STATE.mkdir(exist_ok=True)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"lab of {STATE.parent}", "-f", KEY)
    KNOWN_HOSTS.mkdir(exist_ok=True)
    write(CONFIG, config(local_port()))


def config(port: int) -> str:
    """Return the SSH configuration, with the local port that leads to the workbench's Jupyter."""

    def quoted(path: Path | str) -> str:
        return '"' + str(path).replace("%", "%%") + '"'

    known_hosts = quoted(KNOWN_HOSTS)[:-1]
    return f"""\
# Written by `python -m lab`: ssh -F {CONFIG} {WORKBENCH}
Host {WORKBENCH}
  LocalForward 127.0.0.1:{port} 127.0.0.1:{JUPYTER_PORT}
  ControlPath {quoted(_socket())}

# By its whole name, which no other checkout's host has: Ansible and testinfra name kept connections after it.
Host {PREFIX}-*
  UserKnownHostsFile {known_hosts}/%h"
  ProxyCommand docker exec -i %h /usr/sbin/sshd -i

Host *
  User {USER}
  IdentityFile {quoted(KEY)}
  IdentitiesOnly yes
  StrictHostKeyChecking yes
  UserKnownHostsFile {known_hosts}/{PREFIX}-%h"
  LogLevel ERROR
  ProxyCommand docker exec -i {PREFIX}-%h /usr/sbin/sshd -i
"""


def trust(host: str, public_key: str) -> None:
    """Let SSH know the host by the key that it made at its first boot."""
    kind, key = public_key.split()[:2]
    write(KNOWN_HOSTS / f"{PREFIX}-{host}", f"{host},{PREFIX}-{host} {kind} {key}\n")


def forget(host: str) -> None:
    """Forget the key of a host that is gone."""
    (KNOWN_HOSTS / f"{PREFIX}-{host}").unlink(missing_ok=True)


def remote(host: str, *command: str, timeout: float = 30) -> subprocess.CompletedProcess[bytes]:
    """Run a command on a host, over a connection of its own and without the forward."""
    options = ("-F", CONFIG, "-o", "BatchMode=yes", "-o", "ControlPath=none", "-o", "ClearAllForwardings=yes")
    return attempt("ssh", *options, host, *command, timeout=timeout)


def local_port() -> int:
    """Return the local port that the SSH configuration forwards to the workbench's Jupyter."""
    written = re.search(r"LocalForward 127\.0\.0\.1:(\d+)", CONFIG.read_text()) if CONFIG.exists() else None
    return int(written[1]) if written else JUPYTER_PORT


def forward() -> int:
    """Hold the forward to the workbench's Jupyter open in the background and return its local port."""
    if forwards():
        return local_port()
    close_forward()
    port = free_port(JUPYTER_PORT)
    if port != JUPYTER_PORT:
        say(f"port {JUPYTER_PORT} of this machine is taken by somebody else: the workbench's Jupyter gets {port}")
    _socket().parent.mkdir(mode=0o700, exist_ok=True)
    write(CONFIG, config(port))
    with FORWARD_LOG.open("w") as log:
        master = subprocess.run(
            ["ssh", "-F", CONFIG, "-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes", "-M", "-N", "-f", WORKBENCH],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # else a Ctrl-C at the terminal would end the ProxyCommand
            timeout=60,
            check=False,
        )
    if master.returncode:
        output = tail(FORWARD_LOG.read_text())
        raise LabError(f"the forward to {WORKBENCH} does not come up (`python -m lab up`?):\n{output}")
    return port


def forwards() -> bool:
    """Tell whether the background connection lives and has the user's present groups.

    Every session that shares it has the groups of the time when it was opened, so one from before the user joined
    the group docker would keep that from all of them.
    """
    if attempt("ssh", "-F", CONFIG, "-O", "check", WORKBENCH).returncode:
        return False
    probe = f'test "$(id -G)" = "$(id -G {USER})"'
    return attempt("ssh", "-F", CONFIG, "-o", "BatchMode=yes", WORKBENCH, probe, timeout=15).returncode == 0


def close_forward() -> None:
    """End the background connection, if there is one."""
    if CONFIG.exists():
        attempt("ssh", "-F", CONFIG, "-O", "exit", WORKBENCH)
    _socket().unlink(missing_ok=True)
    if _socket().parent.exists():
        _socket().parent.rmdir()


def free_port(first: int) -> int:
    """Return the first port from `first` on that nobody has on 127.0.0.1."""
    for port in range(first, first + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise LabError(f"no port of this machine is free from {first} to {first + 99}")


def _socket() -> Path:
    """Return the path of the control socket: below .lab/ or, where that is too long, in a temporary directory."""
    inside = STATE / "ssh" / WORKBENCH
    if len(os.fsencode(inside)) <= SOCKET_PATH_MAX:
        return inside
    directory = Path(tempfile.gettempdir()) / f"{PREFIX}-{os.getuid()}"
    if directory.exists() and directory.stat().st_uid != os.getuid():
        raise LabError(f"{directory} belongs to another user: remove it, it is where the lab's SSH socket goes")
    return directory / WORKBENCH
