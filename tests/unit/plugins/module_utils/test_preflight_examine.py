"""What preflight makes of all that a role asks."""

from __future__ import annotations

import grp
import hashlib
import http.server
import os
import platform
import pwd
import socket
import threading

from ansible_collections.mlops.workbench.plugins.module_utils._host.system import ARCHITECTURES
from ansible_collections.mlops.workbench.plugins.module_utils._preflight import arguments, examine, network, system

ME = pwd.getpwuid(os.getuid())


def needs(**said):
    return {**{name: option["default"] for name, option in arguments.ARGUMENTS.items()}, "role": "x", **said}


def file(**said):
    return {**dict.fromkeys(arguments.ARGUMENTS["files"]["options"]), "type": "file", **said}


def test_root_cannot_be_a_user_for_notebooks(monkeypatch):
    monkeypatch.setenv("SUDO_USER", "root")
    seen = examine.examine(needs(not_root={"jupyter_user": ""}), None)
    assert [entry["variable"] for entry in seen["problems"] if entry["variable"]] == ["jupyter_user"]


def test_a_missing_program_is_a_problem_but_not_in_a_dry_run():
    wanted = needs(programs={"jupyter_conda_prefix": "/none/bin/conda"})
    assert [entry["problem"] for entry in examine.examine(wanted, None)["problems"]] == ["/none/bin/conda is missing"]
    assert examine.examine(wanted, None, check_mode=True)["problems"] == []


def test_an_unsupported_architecture_is_a_problem(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    problems = examine.examine(needs(), None)["problems"]
    assert "the architecture riscv64 is not supported" in [entry["problem"] for entry in problems]


def test_outdated_files_are_named_by_their_full_path(monkeypatch):
    monkeypatch.setenv("SUDO_USER", ME.pw_name)
    seen = examine.examine(needs(files=[file(path="~%u/none-such"), file(path="~%u", type="directory")]), None)
    assert seen["files_outdated"] == [ME.pw_dir + "/none-such"]


def test_files_to_be_read_come_with_their_checksum(tmp_path):
    (tmp_path / "unit").write_bytes(b"[Unit]")
    files = [file(path=str(tmp_path / name), read=True) for name in ("unit", "none")]
    files.append(file(path=str(tmp_path / "unit")))
    assert examine.examine(needs(files=files), None)["files_sha256"] == {
        str(tmp_path / "unit"): hashlib.sha256(b"[Unit]").hexdigest()
    }


def test_servers_that_answer_are_told_from_those_that_merely_listen_or_do_not(monkeypatch):
    monkeypatch.setattr(network, "ANSWER_SECONDS", 0.2)
    monkeypatch.setenv("SUDO_USER", ME.pw_name)
    with (
        socket.socket() as silent,
        http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as good,
    ):
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        thread = threading.Thread(target=good.serve_forever, args=(0.01,))
        thread.start()
        ports = {"%u": good.server_port, "silent": silent.getsockname()[1], "none": 1}
        servers = [
            {"unit": unit + ".service", "address": "127.0.0.1", "port": port, "tls": tls}
            for unit, port in ports.items()
            for tls in (False, True)
        ]
        answering = examine.examine(needs(servers=servers), None)["answering"]
        good.shutdown()
        thread.join()
    assert answering == [ME.pw_name + ".service"]


def test_a_server_without_an_answer_proves_nothing(tmp_path):
    proof = {"stamp": str(tmp_path), "command": ["/bin/false"]}
    servers = [{"unit": "silent.service", "address": "127.0.0.1", "port": 1, "tls": False}]
    seen = examine.examine(needs(servers=servers, proofs={"environment": proof}), lambda words, **how: (1, "", ""))
    assert seen["proofs"] == {"environment": False}


def test_groups_are_told_with_those_they_list(monkeypatch):
    team = grp.struct_group(("team", "x", 7, ["ann", "bob"]))
    monkeypatch.setattr(grp, "getgrnam", {"team": team}.__getitem__)
    assert examine.examine(needs(groups=["team", "none"]), None)["groups"] == {"team": ["ann", "bob"], "none": []}


def test_a_large_file_is_compared_with_the_checksum_for_this_architecture(tmp_path):
    content = b"x" * (3 << 20)
    (tmp_path / "program").write_bytes(content)
    files = [file(path=str(tmp_path / "program"), sha256_variable="x_sha256")]
    for checksum, outdated in ((hashlib.sha256(content).hexdigest(), False), ("0" * 64, True)):
        checksums = {"x_sha256": dict.fromkeys(ARCHITECTURES, checksum)}
        assert bool(examine.examine(needs(files=files, sha256=checksums), None)["files_outdated"]) == outdated


def test_a_role_that_only_reads_needs_no_root(monkeypatch):
    monkeypatch.setattr(system.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(examine, "operating_system", lambda: "arch-unknown")
    refused = examine.examine(needs(), None)["problems"]
    assert [found["problem"] for found in refused] == ["the role needs root rights", "arch-unknown is not supported"]
    assert examine.examine(needs(reads_only=True), None)["problems"] == []
