# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making the installer: a shell header, and behind it a base environment that still wants its prefix."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab.conda.package import EPOCH, PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADER = Path(__file__).with_name("header.sh")


def _neutral(data: bytes, replacements: Mapping[bytes, bytes]) -> bytes:
    """Give a text file without the names of this machine's folders; a binary file is left alone."""
    if b"\0" in data[:1024]:
        return data
    for old, new in replacements.items():
        data = data.replace(old, new)
    return data


def _payload(prefix: Path, replacements: Mapping[bytes, bytes]) -> tuple[bytes, int]:
    """Pack a prefix as tar.gz, with the list of files that want the prefix; give it and its unpacked size in bytes."""
    buffer = io.BytesIO()
    wanting: list[str] = []
    size = 0
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=1, mtime=EPOCH) as stream,
        tarfile.open(fileobj=stream, mode="w|", format=tarfile.GNU_FORMAT) as archive,
    ):

        def add(name: str, data: bytes, mode: int, link: str = "") -> None:
            info = tarfile.TarInfo(name)
            info.mtime, info.mode, info.size, info.linkname = EPOCH, mode, len(data), link
            info.type = tarfile.SYMTYPE if link else tarfile.REGTYPE
            archive.addfile(info, io.BytesIO(data))

        for path in sorted(prefix.rglob("*")):
            place = path.relative_to(prefix)
            if path.is_symlink():
                add(str(place), b"", 0o777, str(path.readlink()))
            elif path.is_file() and place.parts[0] != "pkgs":
                data = _neutral(path.read_bytes(), replacements)
                size += len(data)
                if PREFIX.encode() in data:
                    wanting.append(str(place))
                add(str(place), data, 0o755 if os.access(path, os.X_OK) else 0o644)
        add("install_tmp/files_with_prefix", "".join(f"{name}\n" for name in wanting).encode(), 0o644)
    return buffer.getvalue(), size


@dataclass(frozen=True)
class Names:
    """What the header calls itself, its machine (`platform` to conda, `machine` to uname) and its channel."""

    product: str
    version: str
    platform: str
    machine: str
    channel: str = "defaults"


@dataclass(frozen=True)
class Payload:
    """A packed base environment, and its unpacked size in bytes."""

    data: bytes
    size: int


def pack(prefix: Path, channel: Path, conda: tuple[str, str]) -> Payload:
    """Pack a base environment, in whose text files one version of conda is put in place of another."""
    line = '__version__ = "{}"'
    replacements = {
        str(prefix).encode(): PREFIX.encode(),
        channel.resolve().as_uri().encode(): b"file:///opt/stand-in/channel",
        line.format(conda[0]).encode(): line.format(conda[1]).encode(),
    }
    return Payload(*_payload(prefix, replacements))


def write(file: Path, packed: Payload, names: Names) -> str:
    """Write the installer of a packed base environment, and its checksum beside it; give the sha256."""
    payload, size = packed.data, packed.size
    values = {
        "PRODUCT": names.product,
        "CHANNEL": names.channel,
        "VERSION": names.version,
        "PLATFORM": names.platform,
        "MACHINE": names.machine,
        "MD5": hashlib.md5(payload, usedforsecurity=False).hexdigest(),
        "NEEDED_MB": str(size // 1_000_000 + 50),
        "HEADER_BYTES": "0000000000",
    }
    header = _HEADER.read_text(encoding="utf-8")
    for key, value in values.items():
        header = header.replace(f"@{key}@", value)
    # The same number of digits as before, so that the length stays the one that they state.
    header = header.replace("HEADER_BYTES=0000000000", f"HEADER_BYTES={len(header.encode()):<10}")
    data = header.encode() + payload
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    file.chmod(0o755)
    digest = hashlib.sha256(data).hexdigest()
    file.with_name(f"{file.name}.sha256").write_text(f"{digest}  {file.name}\n", encoding="utf-8")
    return digest
