# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tracked files of a checkout, read from `.git` without running git."""

from __future__ import annotations

import re
import struct

from ansible_collections.mlops.workbench.plugins.module_utils._maturity.checkout import (
    Checkout,
    TooLargeError,
    UnreadableError,
)

COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
LARGEST_INDEX = 64 << 20
# A path is stored as what it differs from the one before it: a small file could ask for any amount of memory.
LONGEST_PATH = 4096
LARGEST_PATHS = 32 << 20


def tracked_files(checkout: Checkout) -> list[str] | None:
    """Paths relative to the checkout of regular files in the index, or None where the index cannot be read."""
    data = _read(checkout, ".git/index", LARGEST_INDEX)
    if data is None or data[:4] != b"DIRC":
        return None
    try:
        return _entries(data)
    except (struct.error, ValueError, IndexError):
        return None


def _entries(data: bytes) -> list[str] | None:
    """Parse an index of version 2 to 4 with SHA-1 names."""
    version, count = struct.unpack_from(">II", data, 4)
    if version not in (2, 3, 4):
        return None
    paths: set[str] = set()
    offset, previous, size = 12, b"", 0
    for _number in range(count):
        start = offset
        mode = struct.unpack_from(">I", data, offset + 24)[0]
        flags = struct.unpack_from(">H", data, offset + 60)[0]
        offset += 64 if version >= 3 and flags & 0x4000 else 62
        if version == 4:
            strip, offset = _varint(data, offset)
            end = data.index(b"\0", offset, offset + LONGEST_PATH)
            if strip > len(previous):
                raise ValueError("more is taken from a path than it has")
            previous = previous[: len(previous) - strip] + data[offset:end]
            offset = end + 1
        else:
            end = data.index(b"\0", offset, offset + LONGEST_PATH)
            previous = data[offset:end]
            offset = start + ((end - start) // 8 + 1) * 8
        size += len(previous)
        if len(previous) > LONGEST_PATH or size > LARGEST_PATHS:
            raise ValueError("paths of this length are no file system's")
        if mode >> 12 == 0o10:
            paths.add(previous.decode("utf-8", "surrogateescape"))
    # A sparse directory entry stands for files that the index does not list.
    return None if b"sdir" in data[offset : offset + 4096] else sorted(paths)


def _varint(data: bytes, offset: int) -> tuple[int, int]:
    value = data[offset] & 0x7F
    while data[offset] & 0x80:
        offset += 1
        value = ((value + 1) << 7) | (data[offset] & 0x7F)
        if value > LONGEST_PATH:
            raise ValueError("no path is this long")
    return value, offset + 1


def head(checkout: Checkout) -> tuple[str, str]:
    """Commit and branch of HEAD, each empty where it cannot be told."""
    text = _text(checkout, ".git/HEAD", 4096).strip()
    if not text.startswith("ref: refs/"):
        return (text, "") if COMMIT.match(text) else ("", "")
    ref = text[5:].strip()
    branch = ref[len("refs/heads/") :] if ref.startswith("refs/heads/") else ""
    commit = _text(checkout, ".git/" + ref, 4096).strip()
    if not COMMIT.match(commit):
        packed = _text(checkout, ".git/packed-refs", 8 << 20)
        found = re.search(r"^([0-9a-f]{40,64}) %s$" % re.escape(ref), packed, re.M)
        commit = found.group(1) if found else ""
    return commit, branch


def _text(checkout: Checkout, path: str, limit: int) -> str:
    return (_read(checkout, path, limit) or b"").decode("utf-8", "replace")


def _read(checkout: Checkout, path: str, limit: int) -> bytes | None:
    try:
        return checkout.read(path, limit)
    except (UnreadableError, TooLargeError):
        return None
