"""Files and folders, as preflight sees them."""

from __future__ import annotations

import grp
import hashlib
import os
import pwd

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._host.files import checksums, list_folder, texts
from ansible_collections.mlops.workbench.plugins.module_utils._preflight import files


@pytest.mark.parametrize(
    ("entries", "refused"), [([], False), (["conda-meta", "bin"], False), (["thesis.tex"], True)], ids=str
)
def test_a_folder_with_foreign_files_is_refused(tmp_path, entries, refused):
    for name in entries:
        (tmp_path / name).touch()
    problems = list(files.check_directories({"x": {"path": str(tmp_path), "marks": ["conda-meta"]}}))
    assert bool(problems) == refused


def test_a_file_where_a_folder_must_be_is_refused(tmp_path):
    (tmp_path / "x").touch()
    problems = list(files.check_directories({"x": {"path": str(tmp_path / "x"), "marks": []}}))
    assert "is not a directory" in problems[0].problem


@pytest.mark.parametrize(
    ("content", "value", "refused"),
    [('{"a": 1}', {"a": 1}, False), ("", {}, False), ("[1]", {}, True), ("{a", {}, True)],
)
def test_json_files_must_hold_an_object(tmp_path, content, value, refused):
    path = tmp_path / "daemon.json"
    path.write_text(content)
    problems = []
    assert files.read_json_files({"x": str(path)}, problems) == {str(path): value}
    assert bool(problems) == refused


def test_no_json_file_is_an_empty_one(tmp_path):
    problems = []
    assert files.read_json_files({"x": str(tmp_path / "none")}, problems) == {str(tmp_path / "none"): {}}
    assert problems == []


def test_json_texts_are_given_byte_by_byte(tmp_path):
    (tmp_path / "x.json").write_bytes(b'{ "a":1}\r\n')
    assert texts([str(tmp_path / "x.json"), str(tmp_path / "none")]) == {str(tmp_path / "x.json"): '{ "a":1}\r\n'}


def test_a_checksum_that_is_missing_for_this_architecture_is_a_problem():
    problems = []
    chosen = files.choose_sha256({"x_sha256": {"x86_64": "aa"}}, "aarch64", problems)
    assert chosen == {"x_sha256": ""}
    assert problems[0].problem == "no checksum is known for aarch64"


def wanted(**said):
    return {
        "type": "file",
        "follow": False,
        **dict.fromkeys(("sha256", "sha256_variable", "target", "mode", "owner", "group")),
        **said,
    }


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
        ("link", {"follow": True, "mode": "0640"}),
    ],
)
def test_what_is_as_it_should_be_is_left_alone(tmp_path, name, said):
    assert not files.is_outdated(str(make_place(tmp_path) / name), wanted(**said), ME.pw_name)


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
        ("link", {"follow": True, "mode": "0600"}),
        ("link", {"type": "link", "target": "other"}),
        ("none", {}),
    ],
)
def test_what_differs_is_outdated(tmp_path, name, said):
    assert files.is_outdated(str(make_place(tmp_path) / name), wanted(**said), ME.pw_name)


def test_a_folder_is_listed(tmp_path):
    (tmp_path / "b").touch()
    (tmp_path / "a").touch()
    assert list_folder(str(tmp_path)) == ["a", "b"]
    assert list_folder(str(tmp_path / "none")) == []


@pytest.mark.parametrize("kind", ["pipe", "sparse", "device"])
def test_nobody_waits_for_what_cannot_be_ours(tmp_path, kind):
    path = tmp_path / "docker-compose"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "sparse":
        with path.open("wb") as file:
            file.truncate(8 << 40)
    else:
        path.symlink_to("/dev/zero")
    wanted = {**dict.fromkeys(files.Wanted.__annotations__), "type": "file", "sha256": "0" * 64}
    assert files.is_outdated(str(path), wanted, "root")
    assert checksums([str(path)]) == {}
    assert texts([str(path)]) == {}
    problems = []
    assert files.read_json_files({"x_file": str(path)}, problems) == {str(path): {}}
    assert len(problems) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_link_of_a_users_is_followed_with_that_users_rights(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "secret").write_text("mine")
    (tmp_path / "secret").chmod(0o600)
    (tmp_path / "home").mkdir()
    (tmp_path / "home/x").symlink_to(tmp_path / "secret")
    assert texts([str(tmp_path / "home/x")])
    os.chown(tmp_path / "home", pwd.getpwnam("nobody").pw_uid, -1)
    assert texts([str(tmp_path / "home/x")]) == {}
    assert checksums([str(tmp_path / "home/x")]) == {}
