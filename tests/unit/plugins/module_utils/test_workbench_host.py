# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor's hands, on this very machine: real programs, files, sockets and shells."""

from __future__ import annotations

import http.client
import os
import pwd
import resource
import socket
import ssl
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._host.accounts import Account
from ansible_collections.mlops.workbench.plugins.module_utils._host.network import Listener, parse_listeners
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.anaconda import (
    IMPORT_SCRIPT,
    jobs,
)
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.host import Host
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.receipts import Anaconda

TCP = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:22B8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100 0 0 10 0
   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0
   2: 0100007F:22B8 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 4713 1 0 100 0 0 10 0
"""
TCP6 = """  sl  local_address                         remote_address                        st tx_queue rx_queue
   0: 00000000000000000000000000000000:22B8 00000000000000000000000000000000:0000 0A 0:0 00:0 0  0 0 1 1 0
   1: 00000000000000000000000001000000:22B8 00000000000000000000000000000000:0000 0A 0:0 00:0 0  7 0 1 1 0
   2: 0000000000000000FFFF00000100007F:22B8 00000000000000000000000000000000:0000 0A 0:0 00:0 0  8 0 1 1 0
"""


@pytest.fixture(name="host")
def fixture_host():
    return Host(timeout=5)


@pytest.fixture(name="server")
def fixture_server():
    class Jupyter(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.headers.get("Authorization") == "token right" else 403)
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Jupyter)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.skipif(sys.byteorder != "little", reason="the tables are those of a little-endian machine")
def test_the_kernel_s_tables_are_read():
    assert parse_listeners(TCP, 8888) == [Listener("127.0.0.1", 1000, "4711")]
    assert parse_listeners(TCP, 22) == [Listener("0.0.0.0", 0, "4712")]
    assert parse_listeners(TCP6, 8888) == [
        Listener("::", 0, "1"),
        Listener("::1", 7, "1"),
        Listener("127.0.0.1", 8, "1"),
    ]


def test_a_listener_of_this_process_is_found(host, server):
    assert [(found.address, found.uid) for found in host.listeners(server)] == [("127.0.0.1", os.geteuid())]


def test_a_listener_on_ipv6_is_found(host):
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with listener:
        found = host.listeners(listener.getsockname()[1])
    assert [(one.address, one.uid) for one in found] == [("::1", os.geteuid())]


def test_a_server_is_asked_with_and_without_a_token_past_any_proxy(host, server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    answers = [host.http_status("127.0.0.1", server, "/api/status", token) for token in ("right", "wrong", None)]
    assert answers == [200, 403, 403]


def test_a_server_with_a_certificate_of_its_own_is_asked_in_tls(host, server, tmp_path):
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=elsewhere.example -keyout"
    pair = (tmp_path / "key", tmp_path / "crt")
    subprocess.run([*words.split(), pair[0], "-out", pair[1]], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair[1], pair[0])
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as secure:
        secure.socket = context.wrap_socket(secure.socket, server_side=True)
        thread = threading.Thread(target=secure.serve_forever)
        thread.start()
        try:
            assert host.http_status("127.0.0.1", secure.server_port, "/", None, tls=True) == 501
            with pytest.raises(OSError):
                host.http_status("127.0.0.1", server, "/", None, tls=True)
        finally:
            secure.shutdown()
            thread.join()


def test_a_server_that_does_not_answer():
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(OSError, match="timed out"):
        Host(timeout=0.2).http_status("127.0.0.1", listener.getsockname()[1], "/", None)


def test_a_server_that_speaks_something_else(host):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def speak():
            connection = listener.accept()[0]
            connection.sendall(b"SSH-2.0-OpenSSH\r\n")
            connection.close()

        thread = threading.Thread(target=speak)
        thread.start()
        with pytest.raises((http.client.HTTPException, ConnectionResetError)):
            host.http_status("127.0.0.1", listener.getsockname()[1], "/", None)
        thread.join()


def test_a_program_gets_a_plain_environment(host, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "tcp://elsewhere")
    answer = host.run(["env"])
    assert answer.rc == 0
    assert "DOCKER_HOST" not in answer.out
    assert f"HOME={pwd.getpwuid(os.geteuid()).pw_dir}" in answer.out.splitlines()


def test_a_program_that_fails_without_a_word(host):
    assert host.run(["false"]).last_line == "exit code 1"


def test_a_program_that_is_not_there(host):
    answer = host.run(["no-such-program-here"])
    assert (answer.rc, answer.last_line) == (127, "no-such-program-here: No such file or directory")


def test_a_program_that_hangs_is_stopped_with_its_children():
    begin = time.monotonic()
    answer = Host(timeout=0.3).run(["sh", "-c", "echo begun >&2; sleep 30 & sleep 30"])
    assert time.monotonic() - begin < 5
    assert (answer.rc, answer.last_line) == (124, "no answer within 0.3 s")
    assert "begun" in answer.err


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_a_program_runs_with_the_rights_of_its_user_alone(host):
    entry = pwd.getpwnam("daemon")
    account = Account("daemon", entry.pw_uid, entry.pw_gid, (entry.pw_gid, 4242), "/", "/bin/sh")
    answer = host.run(["sh", "-c", "id -u; id -G; cat /etc/shadow"], account)
    assert answer.out.splitlines() == [str(entry.pw_uid), f"{entry.pw_gid} 4242"]
    assert "Permission denied" in answer.err


def test_a_private_file_comes_with_its_rights(host, tmp_path):
    path = tmp_path / "token"
    path.write_text("abc\n")
    path.chmod(0o640)
    file = host.read_private(str(path))
    assert (file.text, file.uid, file.mode) == ("abc\n", os.geteuid(), 0o640)


def test_a_link_or_a_pipe_is_no_private_file(host, tmp_path):
    (tmp_path / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        with pytest.raises(OSError):
            host.read_private(str(tmp_path / name))


def test_accounts_and_groups(host):
    assert host.account("root").home == "/root"
    assert host.group_id("root") == 0
    assert host.user_name(0) == "root"
    assert host.user_name(4242424) == "4242424"
    assert host.account("no-such-user-here") is None
    assert host.group_id("no-such-group-here") is None


def test_imports_that_are_missing_are_all_named(host):
    answer = host.run([sys.executable, "-I", "-c", IMPORT_SCRIPT, "json", "no_such_a", "no_such.b"])
    assert (answer.rc, answer.last_line) == (
        1,
        "cannot import no_such_a (ModuleNotFoundError), no_such.b (ModuleNotFoundError)",
    )
    assert host.run([sys.executable, "-I", "-c", IMPORT_SCRIPT, "json", "http.client"]).rc == 0


class HomeHost(Host):
    """A machine whose only user has a home of the test's."""

    def __init__(self, home, shell):
        super().__init__(timeout=20)
        user = Account("ann", os.geteuid(), os.getegid(), (os.getegid(),), str(home), shell)
        object.__setattr__(self, "account", lambda _name: user)


@pytest.fixture(name="prefix")
def fixture_prefix(tmp_path):
    binaries = tmp_path / "conda" / "bin"
    binaries.mkdir(parents=True)
    for name, version in (("python", "Python 3.12.1"), ("conda", "conda 25.9.1")):
        program = binaries / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
    return binaries.parent


def login_shell(home, prefix, shell="/bin/bash"):
    """Return the check of a login shell whose user has that home."""
    host = HomeHost(home, shell)
    receipt = Anaconda(str(prefix), ["somebody"], [])
    return next(check for check in (job() for job in jobs(host, receipt)) if check.id == "anaconda.login_shell")


@pytest.mark.parametrize("shell", ["/bin/bash", "/bin/sh"])
def test_a_login_shell_with_the_prefix_on_its_path(tmp_path, prefix, shell):
    (tmp_path / ".profile").write_text(f'echo "Welcome!"; PATH="{prefix}/bin:$PATH"\n')
    check = login_shell(tmp_path, prefix, shell)
    assert check.ok, check
    assert check.detail == f"conda 25.9.1, {prefix}/bin/python"


def test_a_login_shell_with_conda_as_a_function(tmp_path, prefix):
    function = f'export CONDA_EXE="{prefix}/bin/conda"\nconda() {{ "$CONDA_EXE" "$@"; }}\nPATH="{prefix}/bin:$PATH"\n'
    early = "case $- in *i*) ;; *) return ;; esac\n"
    (tmp_path / ".bashrc").write_text(early + function)
    (tmp_path / ".profile").write_text(". ~/.bashrc\n")
    before = sorted(tmp_path.iterdir())
    check = login_shell(tmp_path, prefix)
    assert check.ok, check
    assert sorted(tmp_path.iterdir()) == before


def test_a_login_shell_that_knows_nothing_of_conda(tmp_path, prefix):
    check = login_shell(tmp_path, prefix)
    assert not check.ok
    assert f"outside of {prefix}" in check.detail


def test_a_login_shell_of_somebody_who_may_not_log_in(tmp_path, prefix):
    check = login_shell(tmp_path, prefix, "/usr/sbin/nologin")
    assert not check.ok
    assert "does not work" in check.detail


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_program_of_roots_behind_a_users_link_runs_as_the_user(host, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").symlink_to("/usr/bin/env")
    assert host.owner(str(tmp_path / "bin/python")).name == "root"
    os.chown(tmp_path / "bin", pwd.getpwnam("nobody").pw_uid, -1)
    assert host.owner(str(tmp_path / "bin/python")).name == "nobody"


def test_a_program_that_prints_without_end_fills_nothing(host):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))  # which a file of ours would hit
    try:
        answer = host.run(["head", "--bytes=5000000", "/dev/zero"])
        assert (answer.rc, len(answer.out)) == (0, 65536)
        endless = Host(timeout=0.5).run(["yes"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert endless.rc == 124
    assert len(endless.out) == 65536
    assert "no answer within 0.5 s" in endless.err
