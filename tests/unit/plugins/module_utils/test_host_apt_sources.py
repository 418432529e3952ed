# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What apt's words mean, which version a pin stands for, and which sources are in the way. The words were seen on Debian 12 and 13."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._host import apt_sources as apt

SAID = {
    "signed by somebody else, Debian 12": (
        "W: GPG error: http://m/linux/debian bookworm InRelease: The following signatures couldn't be verified because the public key"
        " is not available: NO_PUBKEY ECA3F1FAB0B6978D\nE: The repository 'http://m bookworm InRelease' is not signed.",
        "signed with the key ECA3F1FAB0B6978D, which is not the one expected",
        "docker_key_sha256",
    ),
    "signed by somebody else, Debian 13": (
        "W: OpenPGP signature verification failed: http://m trixie InRelease: Sub-process /usr/bin/sqv returned an error code (1), error"
        " message is: Missing key E536EB62C754417C6A9290F2ECA3F1FAB0B6978D, which is needed to verify signature.\n"
        "E: The repository 'http://m trixie InRelease' is not signed.",
        "signed with the key E536EB62C754417C6A9290F2ECA3F1FAB0B6978D, which",
        "docker_key_sha256",
    ),
    "another fingerprint, Debian 12": (
        "W: GPG error: http://m bookworm InRelease: The following signatures couldn't be verified because the public key is not"
        " available: GOODSIG 636416DB4B6E306B\nE: The repository 'http://m bookworm InRelease' is not signed.",
        "not signed with the key of docker_key_fingerprint",
        "docker_key_fingerprint",
    ),
    "another fingerprint, Debian 13": (
        "W: OpenPGP signature verification failed: http://m trixie InRelease: No good signature from required signer: 0000\n"
        "E: The repository 'http://m trixie InRelease' is not signed.",
        "not signed with the key of docker_key_fingerprint",
        "docker_key_fingerprint",
    ),
    "unsigned": (
        "E: The repository 'http://m bookworm Release' is not signed.",
        "its Release file is not signed",
        "keeps the vendor's signatures",
    ),
    "expired": (
        "E: Release file for http://m/dists/bookworm/InRelease is expired (invalid since 2d 0h 18min 45s). Updates for this"
        " repository will not be applied.",
        "expired 2d 0h 18min 45s ago",
        "clock",
    ),
    "from the future": (
        "E: Release file for http://m/dists/bookworm/InRelease is not valid yet (invalid for another 3h).",
        "dated in the future",
        "clock",
    ),
    "not there": (
        "E: The repository 'http://m bookworm Release' does not have a Release file.",
        "no such repository",
        "docker_mirror",
    ),
    "out of reach": (
        "Err:1 http://192.0.2.1 bookworm InRelease\n  Could not connect to 192.0.2.1:80 (192.0.2.1). - connect (111: Connection refused)",
        "cannot be reached from this host: Could not connect to 192.0.2.1:80",
        "docker_mirror",
    ),
    "anything else": ("E: something\nE: Sub-process returned 7", "E: Sub-process returned 7", "apt-get update"),
    "nothing at all": ("", "apt-get failed without a word", "apt-get update"),
}


@pytest.mark.parametrize(("printed", "why", "remedy"), SAID.values(), ids=SAID)
def test_apts_words_are_put_plainly(printed, why, remedy):
    told = apt.complaint(printed)
    assert why in told[0]
    assert remedy in told[1]


def test_versions_are_read_with_the_newest_first_and_once_each():
    printed = (
        " docker-ce | 5:26.1.5-1~d | http://m trixie/stable amd64 Packages\n"
        " docker-ce | 5:26.1.5-1~d | http://other trixie/stable amd64 Packages\n"
        " docker-ce | 5:23.0.6-1~d | http://m trixie/stable amd64 Packages\n"
        " docker-ce | 5:23.0.6-1~d | http://m trixie/stable Sources\n"
        "containerd.io | 1.7.24 | http://m trixie/stable amd64 Packages\n"
    )
    assert apt.offered(printed) == {"docker-ce": ["5:26.1.5-1~d", "5:23.0.6-1~d"], "containerd.io": ["1.7.24"]}


@pytest.mark.parametrize(
    ("version", "wanted", "fits"),
    [
        ("5:23.0.6-1~debian.12~bookworm", "23.0.6", True),
        ("5:23.0.6-1~debian.12~bookworm", "23.0", True),
        ("5:23.0.6-1~debian.12~bookworm", "5:23.0.6-1~debian.12~bookworm", True),
        ("5:20.10.23~3-0~debian-bullseye", "20.10.23", True),
        ("26.1.5+dfsg1-9+deb13u1", "26.1.5+dfsg1", True),
        ("5:23.0.60-1", "23.0.6", False),
        ("5:123.0.6-1", "23.0.6", False),
        ("5:23.0.6-1", "3.0.6", False),
        ("5:23x0y6-1", "23.0.6", False),
        ("", "23.0.6", False),
    ],
)
def test_a_version_stands_for_its_builds(version, wanted, fits):
    assert apt.fits(version, wanted) is fits


@pytest.mark.parametrize(("wanted", "chosen"), [("", "5:3.1-1"), ("3", "5:3.1-1"), ("3.0", "5:3.0-2"), ("4", "")])
def test_the_newest_that_fits_is_chosen(wanted, chosen):
    assert apt.choose(["5:3.1-1", "5:3.0-2", "5:3.0-1"], wanted) == chosen


OURS = "/etc/apt/sources.list.d/ours.sources"
VENDOR = ("https://download.docker.com", "http://mirror/docker")


def rivals(texts):
    return apt.rivals({f"/etc/apt/sources.list.d/{name}": text for name, text in texts.items()}, VENDOR, OURS)


def test_older_entries_of_both_formats_are_found_with_their_keys():
    texts = {
        "docker.list": "# by hand\ndeb [arch=amd64 signed-by=/etc/apt/keyrings/docker.gpg] https://download.docker.com/linux/debian"
        " bookworm stable\n",
        "docker.sources": "Types: deb\nURIs: https://download.docker.com/linux/debian\nSuites: bookworm\nComponents: stable\n"
        "Signed-By:\n /usr/share/keyrings/docker.asc\n",
        "debian.sources": "Types: deb\nURIs: http://deb.example/debian\nSuites: bookworm\n"
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n",
        "ours.sources": "Types: deb\nURIs: https://download.docker.com/linux/debian\nSigned-By: /etc/apt/keyrings/ours.asc\n",
    }
    whole, mixed, keys = rivals(texts)
    assert [path.rpartition("/")[2] for path in whole] == ["docker.list", "docker.sources"]
    assert mixed == []
    assert keys == ["/etc/apt/keyrings/docker.gpg", "/usr/share/keyrings/docker.asc"]


def test_a_file_that_names_other_sources_too_is_not_to_be_removed():
    text = "deb http://deb.example/debian bookworm main\ndeb [arch=amd64] https://download.docker.com/linux/debian bookworm stable\n"
    assert rivals({"all.list": text}) == ([], ["/etc/apt/sources.list.d/all.list"], [])


def test_a_key_that_another_source_needs_stays():
    text = "deb [signed-by=/etc/apt/keyrings/shared.gpg] {} bookworm stable\n"
    texts = {"a.list": text.format(VENDOR[0] + "/linux/debian"), "b.list": text.format("http://other.example")}
    assert rivals(texts) == (["/etc/apt/sources.list.d/a.list"], [], [])


def test_a_key_outside_the_keyrings_stays():
    text = "deb [signed-by=/home/ann/docker.gpg] https://download.docker.com/linux/debian bookworm stable\n"
    assert rivals({"a.list": text})[2] == []


def test_a_commented_entry_is_none():
    assert rivals({"a.list": "# deb https://download.docker.com/linux/debian bookworm stable\n"}) == ([], [], [])


def test_the_source_files_are_read(tmp_path):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text("deb a b c\n")
    (tmp_path / "sources.list.d/x.sources").write_text("Types: deb\n")
    (tmp_path / "sources.list.d/x.bak").write_text("old\n")
    found = apt.source_texts(str(tmp_path))
    assert sorted(path.rpartition("/")[2] for path in found) == ["sources.list", "x.sources"]
