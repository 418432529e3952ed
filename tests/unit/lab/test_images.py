# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses

from lab import images

LISTED = """\
http://archive.example/debian/ bookworm Debian
http://archive.example/debian/ bookworm Debian
http://archive.example/debian/ bookworm-updates Debian
http://archive.example/debian/ bookworm-backports Debian
http://archive.example/debian-security/ bookworm-security Debian
http://other.example/apt/ stable Somebody
http://fresh.example/apt/ stable
"""


def test_a_suite_comes_from_where_the_machine_gets_debian():
    assert images.source_lines(LISTED, "trixie") == [
        "deb http://archive.example/debian/ trixie main",
        "deb http://archive.example/debian/ trixie-updates main",
        "deb http://archive.example/debian-security/ trixie-security main",
    ]


def test_another_distribution_leaves_the_choice_to_mmdebstrap():
    assert images.source_lines("http://archive.example/ubuntu/ jammy Ubuntu\n", "trixie") == []


def test_the_stamp_changes_with_script_suite_and_packages(tmp_path):
    image = images.HOSTS["bookworm"]
    hook = tmp_path / image.hook.name
    hook.write_text(image.hook.read_text() + "# changed\n")
    others = [
        dataclasses.replace(image, hook=hook),
        dataclasses.replace(image, suite="trixie"),
        dataclasses.replace(image, packages="apt"),
    ]
    assert len({image.stamp, *(other.stamp for other in others)}) == 4


def test_an_image_is_built_once_and_only_where_it_is_missing(monkeypatch, tmp_path):
    built = []
    monkeypatch.setattr(images, "LOCK", tmp_path / "lock")
    monkeypatch.setattr(images, "missing", lambda wanted: [image for image in wanted if image.name not in built])
    monkeypatch.setattr(images, "builder", lambda image: lambda: built.append(image.name))
    for _time in range(2):
        images.ensure(images.HOSTS["bookworm"])
    assert built == ["mlops-workbench-host:bookworm"]
