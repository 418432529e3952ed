"""What preflight sees on a host, and what it makes of it."""

from __future__ import annotations

import grp
import hashlib
import json
import os
import pwd
import socket
import subprocess

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils import _preflight as preflight


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('ID=debian\nVERSION_ID="13"\n', "debian-13"),
        ('VERSION_ID="24.04"\nID=ubuntu\nNAME="Ubuntu"\n', "ubuntu-24.04"),
        ("ID=arch\n", "arch-unknown"),
        ("", "unknown-unknown"),
    ],
)
def test_the_operating_system_is_named(tmp_path, text, name):
    (tmp_path / "os-release").write_text(text)
    assert preflight.operating_system(str(tmp_path / "os-release")) == name


def test_a_host_that_does_not_say_its_system_is_unknown(tmp_path):
    assert preflight.operating_system(str(tmp_path / "none")) == "unknown"


def test_all_unknown_users_are_named_at_once():
    problems = []
    found = preflight.find_users({"x_users": ["root", "nobody-1", "nobody-2"]}, problems)
    assert found["root"]["home"] == "/root"
    assert [entry["problem"] for entry in problems] == ["no such user on this host: nobody-1, nobody-2"]


def test_a_group_stands_for_all_its_members(monkeypatch):
    entries = [pwd.struct_passwd((name, "x", 1, gid, "", "/", "/")) for name, gid in (("ann", 7), ("bob", 8))]
    monkeypatch.setattr(preflight.pwd, "getpwall", lambda: entries)
    monkeypatch.setattr(preflight.grp, "getgrnam", {"team": grp.struct_group(("team", "x", 7, ["cid"]))}.__getitem__)
    problems = []
    asked = {"x_users": ["cid", "@team", "@none", "@nil", "dan"]}
    assert preflight.expand_groups(asked, problems) == {"x_users": ["cid", "ann", "dan"]}
    assert [entry["problem"] for entry in problems] == ["no such group on this host: none, nil"]


def test_a_path_that_does_not_exist_yet_counts_for_its_file_system(tmp_path):
    problems = []
    preflight.check_free({"x": {"path": str(tmp_path / "a" / "b"), "mb": 1}}, problems)
    assert problems == []
    preflight.check_free({"x": {"path": str(tmp_path / "a" / "b"), "mb": 10**9}}, problems)
    assert "needs 1000000000 MB" in problems[0]["problem"]


@pytest.mark.parametrize(
    ("entries", "refused"), [([], False), (["conda-meta", "bin"], False), (["thesis.tex"], True)], ids=str
)
def test_a_folder_with_foreign_files_is_refused(tmp_path, entries, refused):
    for name in entries:
        (tmp_path / name).touch()
    problems = []
    preflight.check_directories({"x": {"path": str(tmp_path), "marks": ["conda-meta"]}}, problems)
    assert bool(problems) == refused


def test_a_file_where_a_folder_must_be_is_refused(tmp_path):
    (tmp_path / "x").touch()
    problems = []
    preflight.check_directories({"x": {"path": str(tmp_path / "x"), "marks": []}}, problems)
    assert "is not a directory" in problems[0]["problem"]


@pytest.fixture
def listener():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_taken_port_is_refused_and_its_holder_named(listener):
    problems = []
    preflight.check_ports(
        {"x_port": {"port": listener, "unit": "x.service"}}, "root", problems, show(active="inactive")
    )
    assert "port %d is taken by" % listener in problems[0]["problem"]
    assert "(process %d)" % os.getpid() in problems[0]["problem"]


def test_a_port_of_our_own_unit_is_fine(listener):
    asked_for = []

    def run_command(command, **_ignored):
        asked_for.append(command[-1])
        return 0, "ActiveState=active\nMainPID=%d\n" % os.getpid(), ""

    problems = []
    preflight.check_ports({"x": {"port": listener, "unit": "jupyter-%u.service"}}, "ann", problems, run_command)
    assert problems == []
    assert asked_for == ["jupyter-ann.service"]


def test_a_port_that_another_user_holds_is_refused_though_the_unit_runs(listener, monkeypatch):
    monkeypatch.setattr(preflight, "unit_owner", lambda unit, run_command: os.getuid() + 1)
    problems = []
    preflight.check_ports({"x": {"port": listener, "unit": "x.service"}}, "ann", problems, show())
    assert len(problems) == 1


def test_a_port_of_a_unit_in_the_receipt_is_fine(listener, monkeypatch):
    noted = preflight.noted_units({"instances": [{"unit": "jupyter-bob.service"}, {"user": "ann"}, "?"]})
    assert noted == ["jupyter-bob.service"]
    monkeypatch.setattr(
        preflight, "unit_owner", lambda unit, _run: os.getuid() if unit == "jupyter-bob.service" else -1
    )
    problems = []
    preflight.check_ports({"x": {"port": listener, "unit": "jupyter-ann.service"}}, "ann", problems, show(), noted)
    assert problems == []
    preflight.check_ports({"x": {"port": listener, "unit": "jupyter-ann.service"}}, "ann", problems, show())
    assert len(problems) == 1


def test_a_free_port_is_fine(listener):
    problems = []
    preflight.check_ports({"x_port": {"port": 1, "unit": "x"}}, "root", problems, show(active="inactive"))
    assert problems == []


def dpkg(tmp_path, state, updates=()):
    (tmp_path / "updates").mkdir()
    for name in updates:
        (tmp_path / "updates" / name).touch()
    (tmp_path / "status").write_text(
        "Package: git\nStatus: install ok installed\nVersion: 1\n\nPackage: curl\nStatus: install ok %s\n" % state
    )
    return preflight.dpkg_state(str(tmp_path))


@pytest.mark.parametrize("state", ["half-installed", "unpacked", "half-configured", "triggers-pending"])
def test_a_cut_off_installation_is_seen(tmp_path, state):
    assert dpkg(tmp_path, state) == ({"git": "1"}, True)


@pytest.mark.parametrize("state", ["config-files", "not-installed"])
def test_a_removed_package_is_not_installed_and_not_cut_off(tmp_path, state):
    assert dpkg(tmp_path, state) == ({"git": "1"}, False)


def test_unfinished_bookkeeping_of_dpkg_is_seen(tmp_path):
    assert dpkg(tmp_path, "installed", ["0001"]) == ({"git": "1", "curl": ""}, True)


def test_another_file_in_dpkgs_folder_is_nothing(tmp_path):
    assert dpkg(tmp_path, "installed", ["tmp.ci"]) == ({"git": "1", "curl": ""}, False)


def show(active="active", enabled="enabled", started="1000000"):
    def run_command(command, **_ignored):
        assert command[:2] == ["systemctl", "show"]
        return (
            0,
            "ActiveState=%s\nUnitFileState=%s\nActiveEnterTimestampMonotonic=%s\n" % (active, enabled, started),
            "",
        )

    return run_command


def test_a_unit_that_started_before_its_settings_were_written_is_outdated(tmp_path):
    (tmp_path / "settings").touch()
    seen = preflight.unit_state("x", [str(tmp_path / "settings")], show(started="1"))
    assert seen == {"active": True, "enabled": True, "outdated": True}


def test_a_unit_that_started_after_its_settings_were_written_is_not(tmp_path):
    (tmp_path / "settings").touch()
    os.utime(tmp_path / "settings", (1, 1))
    assert not preflight.unit_state("x", [str(tmp_path / "settings"), "/none"], show())["outdated"]


def test_a_unit_that_does_not_run_is_not_outdated(tmp_path):
    (tmp_path / "settings").touch()
    seen = preflight.unit_state("x", [str(tmp_path / "settings")], show(active="failed", enabled="", started="0"))
    assert seen == {"active": False, "enabled": False, "outdated": False}


def test_no_systemd_means_no_unit():
    def run_command(command, **_ignored):
        raise FileNotFoundError(command[0])

    assert preflight.unit_state("x", [], run_command) == {"active": False, "enabled": False, "outdated": False}


@pytest.mark.parametrize(
    ("content", "value", "refused"),
    [('{"a": 1}', {"a": 1}, False), ("", {}, False), ("[1]", {}, True), ("{a", {}, True)],
)
def test_json_files_must_hold_an_object(tmp_path, content, value, refused):
    path = tmp_path / "daemon.json"
    path.write_text(content)
    problems = []
    assert preflight.read_json_files({"x": str(path)}, problems) == {str(path): value}
    assert bool(problems) == refused


def test_no_json_file_is_an_empty_one(tmp_path):
    problems = []
    assert preflight.read_json_files({"x": str(tmp_path / "none")}, problems) == {str(tmp_path / "none"): {}}
    assert problems == []


def test_json_texts_are_given_byte_by_byte(tmp_path):
    (tmp_path / "x.json").write_bytes(b'{ "a":1}\r\n')
    assert preflight.read_texts([str(tmp_path / "x.json"), str(tmp_path / "none")]) == {
        str(tmp_path / "x.json"): '{ "a":1}\r\n'
    }


@pytest.mark.parametrize(("code", "refused"), [(0, 0), (1, 1)])
def test_a_time_that_systemd_does_not_understand_is_refused(code, refused):
    problems = []
    answer = (code, "", "Failed to parse calendar specification 'often': Invalid argument\n")
    preflight.check_calendars({"x_schedule": "often", "x_other": ""}, problems, lambda *_, **__: answer)
    assert [entry["variable"] for entry in problems] == ["x_schedule"][:refused]


def test_a_time_is_not_judged_where_there_is_no_systemd():
    def missing(*_, **__):
        raise FileNotFoundError

    problems = []
    preflight.check_calendars({"x_schedule": "often"}, problems, missing)
    assert problems == []


def test_a_checksum_that_is_missing_for_this_architecture_is_a_problem():
    problems = []
    chosen = preflight.choose_sha256({"x_sha256": {"x86_64": "aa"}}, "aarch64", problems)
    assert chosen == {"x_sha256": ""}
    assert problems[0]["problem"] == "no checksum is known for aarch64"


@pytest.mark.parametrize("content", ["", "{", "[]"])
def test_a_broken_receipt_is_none(tmp_path, monkeypatch, content):
    monkeypatch.setattr(preflight, "RECEIPTS", str(tmp_path / "{role}.json"))
    (tmp_path / "docker.json").write_text(content)
    assert preflight.read_receipt("docker") == {}


def test_a_receipt_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(preflight, "RECEIPTS", str(tmp_path / "{role}.json"))
    (tmp_path / "docker.json").write_text(json.dumps({"schema": 1}))
    assert preflight.read_receipt("docker") == {"schema": 1}


def test_the_login_user_is_the_one_behind_sudo(monkeypatch):
    monkeypatch.setenv("SUDO_USER", "ann")
    assert preflight.login_user() == "ann"


def test_root_cannot_be_a_user_for_notebooks(monkeypatch):
    monkeypatch.setenv("SUDO_USER", "root")
    asked = {name: ([] if rule["type"] == "list" else {}) for name, rule in preflight.ARGUMENTS.items()}
    asked.update(role="jupyter", not_root={"jupyter_user": ""})
    seen = preflight.look(asked, show())
    assert [entry["variable"] for entry in seen["problems"] if entry["variable"]] == ["jupyter_user"]


def test_a_missing_program_is_a_problem_but_not_in_a_dry_run(monkeypatch):
    asked = {name: ([] if rule["type"] == "list" else {}) for name, rule in preflight.ARGUMENTS.items()}
    asked.update(role="jupyter", programs={"jupyter_conda_prefix": "/none/bin/conda"})
    assert [entry["problem"] for entry in preflight.look(asked, show())["problems"]] == ["/none/bin/conda is missing"]
    assert preflight.look(asked, show(), check_mode=True)["problems"] == []


def test_an_unsupported_architecture_is_a_problem(monkeypatch):
    monkeypatch.setattr(preflight.platform, "machine", lambda: "riscv64")
    asked = {name: ([] if rule["type"] == "list" else {}) for name, rule in preflight.ARGUMENTS.items()}
    problems = preflight.look(dict(asked, role="docker"), show())["problems"]
    assert "the architecture riscv64 is not supported" in [entry["problem"] for entry in problems]


def wanted(**said):
    return {"type": "file", **dict.fromkeys(("sha256", "sha256_variable", "target", "mode", "owner", "group")), **said}


def make_place(folder):
    (folder / "settings").write_text("a = 1\n")
    (folder / "settings").chmod(0o640)
    (folder / "link").symlink_to("settings")
    return folder


ME = pwd.getpwuid(os.getuid())
MY_GROUP = grp.getgrgid(os.getgid()).gr_name
SHA256_OF_SETTINGS = hashlib.sha256(b"a = 1\n").hexdigest()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("settings", {"sha256": SHA256_OF_SETTINGS, "mode": "0640", "owner": ME.pw_name, "group": MY_GROUP}),
        ("settings", {"owner": "%u"}),
        (".", {"type": "directory"}),
        ("link", {"type": "link", "target": "settings"}),
        ("none", {"type": "absent"}),
    ],
)
def test_what_is_as_it_should_be_is_left_alone(tmp_path, name, said):
    assert not preflight.is_outdated(str(make_place(tmp_path) / name), wanted(**said), ME.pw_name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("settings", {"sha256": hashlib.sha256(b"").hexdigest()}),
        ("settings", {"mode": "0600"}),
        ("settings", {"owner": "nobody"}),
        ("settings", {"owner": "no-such-user"}),
        ("settings", {"group": "nogroup"}),
        ("settings", {"type": "absent"}),
        ("settings", {"type": "directory"}),
        ("link", {}),
        ("link", {"type": "link", "target": "other"}),
        ("none", {}),
    ],
)
def test_what_differs_is_outdated(tmp_path, name, said):
    assert preflight.is_outdated(str(make_place(tmp_path) / name), wanted(**said), ME.pw_name)


def test_outdated_files_are_named_by_their_full_path(monkeypatch):
    monkeypatch.setenv("SUDO_USER", ME.pw_name)
    asked = {name: option["default"] for name, option in preflight.ARGUMENTS.items()}
    files = [wanted(path="~%u/none-such"), wanted(path="~%u", type="directory")]
    seen = preflight.look({**asked, "role": "x", "files": files}, None)
    assert seen["files_outdated"] == [ME.pw_dir + "/none-such"]


def test_a_large_file_is_compared_with_the_checksum_for_this_architecture(tmp_path, monkeypatch):
    content = b"x" * (3 << 20)
    (tmp_path / "program").write_bytes(content)
    asked = {name: option["default"] for name, option in preflight.ARGUMENTS.items()}
    asked["files"] = [wanted(path=str(tmp_path / "program"), sha256_variable="x_sha256")]
    for checksum, outdated in ((hashlib.sha256(content).hexdigest(), False), ("0" * 64, True)):
        asked["sha256"] = {"x_sha256": dict.fromkeys(preflight.ARCHITECTURES, checksum)}
        assert bool(preflight.look({**asked, "role": "x"}, None)["files_outdated"]) == outdated


@pytest.mark.parametrize(("code", "said"), [(0, "2.26.1"), (1, "")])
def test_a_program_answers_or_not(code, said):
    assert preflight.answer(["x"], lambda words, **how: (code, "2.26.1\n", "")) == said


def test_a_missing_program_answers_nothing():
    def missing(words, **how):
        raise FileNotFoundError(2, "No such file or directory")

    assert preflight.answer(["x"], missing) == ""


def test_a_role_that_only_reads_needs_no_root(monkeypatch):
    asked = {name: option["default"] for name, option in preflight.ARGUMENTS.items()}
    monkeypatch.setattr(preflight.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(preflight, "operating_system", lambda: "arch-unknown")
    refused = preflight.look({**asked, "role": "x"}, None)["problems"]
    assert [found["problem"] for found in refused] == ["the role needs root rights", "arch-unknown is not supported"]
    assert preflight.look({**asked, "role": "x", "reads_only": True}, None)["problems"] == []


def account(monkeypatch, home, uid):
    entry = preflight.pwd.struct_passwd(("ann", "x", uid, uid, "", str(home), "/bin/sh"))
    monkeypatch.setattr(preflight.pwd, "getpwnam", lambda name: {"ann": entry}[name])


@pytest.mark.parametrize(
    ("folder", "uid", "says"),
    [("home", os.getuid(), ""), ("none", os.getuid(), "is not there"), ("home", os.getuid() + 1, "is not theirs")],
)
@pytest.mark.parametrize("name", ["ann", "%u"])
def test_a_user_needs_a_home(tmp_path, monkeypatch, name, folder, uid, says):
    (tmp_path / "home").mkdir()
    account(monkeypatch, tmp_path / folder, uid)
    problems = []
    preflight.check_homes({"x_user": name}, "ann", problems)
    assert [says in entry["problem"] and "mkhomedir_helper ann" in entry["remedy"] for entry in problems] == (
        [True] if says else []
    )


def test_the_home_of_an_unknown_user_is_no_second_problem(monkeypatch, tmp_path):
    account(monkeypatch, tmp_path, 1)
    problems = []
    preflight.check_homes({"x_user": "nobody-1"}, "ann", problems)
    assert problems == []


@pytest.mark.parametrize(
    ("address", "refused"),
    [("127.0.0.1", False), ("0.0.0.0", False), ("203.0.113.7", True), ("localhost", True), ("", True)],
)
def test_an_address_must_be_the_hosts(address, refused):
    problems = []
    preflight.check_addresses({"x_address": address}, problems)
    assert bool(problems) == refused


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """Two certificates with their keys, and a key with a passphrase."""
    folder = tmp_path_factory.mktemp("tls")
    for name in ("a", "b"):
        words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x -keyout"
        subprocess.run(
            [*words.split(), folder / f"{name}.key", "-out", folder / f"{name}.crt"], check=True, capture_output=True
        )
    words = "openssl ec -aes128 -passout pass:secret -in"
    subprocess.run([*words.split(), folder / "a.key", "-out", folder / "locked.key"], check=True, capture_output=True)
    (folder / "empty").touch()
    return folder


def certificates(tls, certificate, key, readable=True):
    asked_for = []

    def run_command(command, **_ignored):
        asked_for.append(command)
        return (0 if readable else 1), "", ""

    problems = []
    need = {"certificate": str(tls / certificate), "key": str(tls / key), "users": ["root", "%u", "nobody-1"]}
    preflight.check_certificates({"x_certificate": need}, "root", problems, run_command)
    return problems, asked_for


@pytest.mark.parametrize(
    ("certificate", "key", "says"),
    [
        ("a.crt", "b.key", "KEY_VALUES_MISMATCH"),
        ("a.crt", "none", "No such file"),
        ("none", "a.key", "No such file"),
        ("empty", "a.key", "do not serve TLS together"),
        ("a.crt", "empty", "do not serve TLS together"),
        ("a.crt", "locked.key", "do not serve TLS together"),
    ],
)
def test_a_certificate_and_a_key_that_do_not_work_are_refused(tls, certificate, key, says):
    problems, asked_for = certificates(tls, certificate, key)
    assert len(problems) == 1 and says in problems[0]["problem"], problems
    assert asked_for == []


def test_a_certificate_that_its_users_can_read_is_fine(tls):
    problems, asked_for = certificates(tls, "a.crt", "a.key")
    assert problems == []
    assert [command[-1] for command in asked_for] == [str(tls / "a.crt"), str(tls / "a.key")] * 2
    assert asked_for[0][:3] == ["setpriv", "--reuid=0", "--regid=0"]


def test_a_key_that_its_user_cannot_read_is_refused(tls):
    problems, _asked_for = certificates(tls, "a.crt", "a.key", readable=False)
    assert [entry["problem"] for entry in problems][:2] == [
        "root cannot read %s" % (tls / "a.crt"),
        "root cannot read %s" % (tls / "a.key"),
    ]
    assert "make it readable for root" in problems[0]["remedy"]


def test_an_environment_needs_the_package(tmp_path):
    for name in ("good", "bare"):
        (tmp_path / name / "bin").mkdir(parents=True)
        (tmp_path / name / "bin" / "python").symlink_to("/bin/sh")
    (tmp_path / "good/lib/python3.13/site-packages/ipykernel").mkdir(parents=True)
    problems = []
    prefixes = [str(tmp_path / name) for name in ("good", "bare", "none")]
    preflight.check_environments({"x_kernels": {"package": "ipykernel", "prefixes": prefixes}}, problems)
    assert [entry["problem"] for entry in problems] == [
        "the environment %s has no ipykernel" % prefixes[1],
        "%s is not an environment with a Python that runs" % prefixes[2],
    ]
    assert "conda install --prefix %s ipykernel" % prefixes[1] in problems[0]["remedy"]


def test_a_folder_is_listed(tmp_path):
    (tmp_path / "b").touch()
    (tmp_path / "a").touch()
    assert preflight.list_folder(str(tmp_path)) == ["a", "b"]
    assert preflight.list_folder(str(tmp_path / "none")) == []


@pytest.mark.parametrize(
    ("stamp", "active", "code", "stands"),
    [
        (False, "inactive", 0, False),
        (True, "inactive", 0, True),
        (True, "inactive", 1, False),
        (True, "failed", 127, False),
        (True, "active", 1, True),
    ],
)
def test_work_stands_where_its_stamp_is_and_its_command_ends_well(tmp_path, stamp, active, code, stands):
    def run_command(command, **_ignored):
        if command[0] == "systemctl":
            assert command[-1] == "jupyter-ann.service"
            return 0, "ActiveState=%s\n" % active, ""
        return code, "", ""

    if stamp:
        (tmp_path / "stamp").touch()
    proof = {"stamp": str(tmp_path / "stamp"), "command": ["jupyter-lab"], "units": ["jupyter-%u.service"]}
    assert preflight.holds(proof, "ann", run_command) is stands


def test_a_command_that_is_gone_proves_nothing(tmp_path):
    def run_command(command, **_ignored):
        raise FileNotFoundError(command[0])

    (tmp_path / "stamp").touch()
    assert not preflight.holds({"stamp": str(tmp_path / "stamp"), "command": ["x"], "units": []}, "ann", run_command)
