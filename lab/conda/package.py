# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing conda packages (the .conda format) and the index of a channel."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import zstandard

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# The lowest level: packages are installed over a local network right after they were built, so time counts, not size.
_ZSTD_LEVEL = 1
PREFIX = (
    "@PREFIX@"  # stands for the prefix in our own text files; short, since a shebang may hold no more than 127 bytes
)
EPOCH = 1_767_225_600  # 2026-01-01 UTC: one time for all members, so that the same input gives the same archive


@dataclass(frozen=True)
class Member:
    """One file of a package: its path inside the prefix and either its bytes or the target of a symbolic link.

    `placeholder` is a text inside `data` that the installer replaces by the prefix.
    """

    path: str
    data: bytes = b""
    executable: bool = False
    link: str = ""
    placeholder: str = ""


@dataclass(frozen=True)
class Package:
    """What a package says of itself; `noarch_python` packages hold `site-packages/` and fit every Python."""

    name: str
    version: str
    build: str
    subdir: str
    depends: tuple[str, ...]
    summary: str = ""
    license: str = ""
    entry_points: tuple[str, ...] = field(default=())

    @property
    def noarch_python(self) -> bool:
        """Whether the paths of the members are relative to any Python's site-packages."""
        return self.subdir == "noarch"

    @property
    def stem(self) -> str:
        """The file name without its extension."""
        return f"{self.name}-{self.version}-{self.build}"

    def index(self) -> dict[str, Any]:
        """Give the content of info/index.json."""
        index = {
            "name": self.name,
            "version": self.version,
            "build": self.build,
            "build_number": 0,
            "subdir": self.subdir,
            "depends": list(self.depends),
            "license": self.license,
            "timestamp": EPOCH * 1000,
        }
        return {**index, "noarch": "python"} if self.noarch_python else index


def _add(archive: tarfile.TarFile, member: Member) -> None:
    info = tarfile.TarInfo(member.path)
    info.mtime = EPOCH
    info.mode = 0o755 if member.executable else 0o644
    if member.link:
        info.type, info.linkname = tarfile.SYMTYPE, member.link
        archive.addfile(info)
    else:
        info.size = len(member.data)
        archive.addfile(info, io.BytesIO(member.data))


def _tar_zst(members: Iterable[Member]) -> bytes:
    buffer = io.BytesIO()
    with (
        zstandard.ZstdCompressor(level=_ZSTD_LEVEL).stream_writer(buffer, closefd=False) as stream,
        tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for member in members:
            _add(archive, member)
    return buffer.getvalue()


def _path_entry(member: Member) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "_path": member.path,
        "path_type": "softlink" if member.link else "hardlink",
        "sha256": hashlib.sha256(member.data).hexdigest(),
        "size_in_bytes": len(member.data),
    }
    if member.placeholder:
        entry |= {"file_mode": "text", "prefix_placeholder": member.placeholder}
    return entry


def _info(package: Package, paths: list[dict[str, Any]]) -> Iterable[Member]:
    documents: dict[str, Any] = {
        "index.json": package.index(),
        "paths.json": {"paths": paths, "paths_version": 1},
        "about.json": {"summary": package.summary, "license": package.license},
    }
    if package.noarch_python:
        noarch = {"type": "python", "entry_points": list(package.entry_points)}
        documents["link.json"] = {"noarch": noarch, "package_metadata_version": 1}
    for name, document in documents.items():
        yield Member(f"info/{name}", json.dumps(document, indent=1).encode())


def write(channel: Path, package: Package, members: Iterable[Member]) -> None:
    """Write `<channel>/<subdir>/<name>-<version>-<build>.conda`; `members` is read once, one file at a time."""
    paths: list[dict[str, Any]] = []

    def recorded() -> Iterable[Member]:
        for member in members:
            paths.append(_path_entry(member))
            yield member

    payload = _tar_zst(recorded())
    folder = channel / package.subdir
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / f"{package.stem}.conda", "w", zipfile.ZIP_STORED) as archive:
        for name, data in (
            ("metadata.json", b'{"conda_pkg_format_version": 2}'),
            (f"info-{package.stem}.tar.zst", _tar_zst(_info(package, paths))),
            (f"pkg-{package.stem}.tar.zst", payload),
        ):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)


def write_repodata(channel: Path, subdir: str, packages: Iterable[Package]) -> None:
    """Write the index of one platform; a channel needs one for noarch even when that holds nothing."""
    folder = channel / subdir
    folder.mkdir(parents=True, exist_ok=True)
    entries = {}
    for package in sorted((p for p in packages if p.subdir == subdir), key=lambda p: p.name):
        data = (folder / f"{package.stem}.conda").read_bytes()
        entries[f"{package.stem}.conda"] = {
            **package.index(),
            "md5": hashlib.md5(data, usedforsecurity=False).hexdigest(),
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data),
        }
    document = {"info": {"subdir": subdir}, "packages": {}, "packages.conda": entries, "repodata_version": 1}
    (folder / "repodata.json").write_text(json.dumps(document), encoding="utf-8")
