# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the mirror takes from a vendor that can be reached, and what it says of the others."""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import threading

import pytest

from lab import artefacts, common
from lab.conda import builder

CONTENT = b"the vendor's file"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def vendor(tmp_path):
    folder = tmp_path / "vendor"
    (folder / "v1").mkdir(parents=True)
    (folder / "v1" / "tool").write_bytes(CONTENT)
    handler = functools.partial(QuietHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(autouse=True)
def mirror(tmp_path, monkeypatch):
    directory = tmp_path / "mirror"
    monkeypatch.setattr(artefacts, "DIRECTORY", directory)
    monkeypatch.setattr(artefacts, "INDEX", directory / "index.json")
    monkeypatch.setattr(artefacts, "VARIABLES", tmp_path / "vars.json")
    return directory


def release(vendor, name="compose", sha256=SHA256):
    return artefacts.Release(name, "1", vendor, "v1/tool", sha256)


def test_the_vendors_file_is_taken_where_it_can_be_reached(vendor, monkeypatch, mirror):
    monkeypatch.setattr(artefacts, "compose_release", lambda: release(vendor))
    compose, checksum = artefacts.make_compose()
    assert (compose.stand_in, compose.sha256, compose.size) == (False, SHA256, len(CONTENT))
    assert compose.origin == f"{vendor}/v1/tool"
    assert (mirror / compose.path).read_bytes() == CONTENT
    assert (mirror / checksum.path).read_text() == f"{SHA256} *tool\n"


def test_a_wrong_checksum_is_an_error_and_leaves_nothing(vendor, mirror):
    with pytest.raises(common.LabError, match=f"has the SHA-256 {SHA256}.* wants {'0' * 64}"):
        artefacts._download(release(vendor, sha256="0" * 64), "compose")
    assert [path for path in mirror.rglob("*") if path.is_file()] == []


def test_a_file_that_is_there_is_not_taken_again(vendor):
    artefacts._download(release(vendor), "compose")
    gone = release("http://127.0.0.1:1")
    assert artefacts._download(gone, "compose").sha256 == SHA256


def test_an_address_out_of_reach_has_a_reason(vendor):
    assert artefacts.unreachable(f"{vendor}/v1/tool") == ""
    assert artefacts.unreachable(f"{vendor}/v2/tool") == "File not found"
    assert artefacts.unreachable("http://127.0.0.1:1/") == "Connection refused"


def made(name, stand_in):
    return artefacts.Artefact(name, "1", f"{name}/file", "0" * 64, 0, stand_in, "somewhere")


@pytest.mark.parametrize(
    ("stand_in", "jupyter"),
    [(True, ["http://mirror/conda"]), (False, ["conda-forge"])],
)
def test_channels_follow_from_which_conda_it_is(stand_in, jupyter):
    told = artefacts.variables([made("anaconda", stand_in), made("compose", stand_in)])
    assert told["jupyter_channels"] == jupyter
    assert "anaconda_channels" not in told, "the lab's hosts have the channels that a user has"


def test_the_mirror_is_complete_until_a_file_or_what_it_depends_on_changes(monkeypatch, mirror):
    monkeypatch.setattr(artefacts, "_stamp", lambda: "one")
    assert not artefacts.complete()
    parts = [made("anaconda", True), made("compose", False)]
    for part in parts:
        common.write(mirror / part.path, "")
    artefacts.publish(parts)
    assert artefacts.complete()
    assert [part.name for part in artefacts.stand_ins()] == ["anaconda"]
    assert {entry["path"] for entry in json.loads(artefacts.INDEX.read_text())["artefacts"]} == {
        part.path for part in parts
    }
    (mirror / parts[0].path).write_text("cut off")
    assert not artefacts.complete()
    (mirror / parts[0].path).write_text("")
    monkeypatch.setattr(artefacts, "_stamp", lambda: "two")
    assert not artefacts.complete()


def test_the_roles_say_what_is_to_be_taken():
    for wanted in (artefacts.anaconda_release(), artefacts.compose_release()):
        assert wanted.version in wanted.path
        assert len(wanted.sha256) == 64


def test_an_unknown_version_is_named():
    with pytest.raises(common.LabError, match=r"roles/compose/vars/main\.yml has no checksum of 0\.0"):
        artefacts._checksum("compose", "0.0", {})


def test_the_stand_in_has_each_distribution_in_the_version_that_a_user_gets_by_default():
    products = artefacts._role_file("anaconda", "vars")["__anaconda_products"].values()
    defaults = {product["file"].format(version=product["default"], arch="x86_64") for product in products}
    made = {f"{name}-{version}-Linux-x86_64.sh" for name, version, _conda in builder.EDITIONS}
    assert defaults <= made
