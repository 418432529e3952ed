# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tracked files of a checkout, read from `.git` without running git."""

from __future__ import annotations

import os
import re
import struct

COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
LARGEST_INDEX = 64 << 20


def git_directory(root: str) -> str | None:
    """The `.git` directory of a checkout, or None; a worktree's pointer file is not followed out of the checkout."""
    path = os.path.join(root, ".git")
    return path if os.path.isdir(path) and not os.path.islink(path) else None


def tracked_files(git_dir: str) -> list[str] | None:
    """Paths relative to the checkout of regular files in the index, or None where the index cannot be read."""
    data = read_small(os.path.join(git_dir, "index"), LARGEST_INDEX)
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
    offset, previous = 12, b""
    for _number in range(count):
        start = offset
        mode = struct.unpack_from(">I", data, offset + 24)[0]
        flags = struct.unpack_from(">H", data, offset + 60)[0]
        offset += 64 if version >= 3 and flags & 0x4000 else 62
        if version == 4:
            strip, offset = _varint(data, offset)
            end = data.index(b"\0", offset)
            previous = previous[: len(previous) - strip] + data[offset:end]
            offset = end + 1
        else:
            end = data.index(b"\0", offset)
            previous = data[offset:end]
            offset = start + ((end - start) // 8 + 1) * 8
        if mode >> 12 == 0o10:
            paths.add(previous.decode("utf-8", "surrogateescape"))
    # A sparse directory entry stands for files that the index does not list.
    return None if b"sdir" in data[offset : offset + 4096] else sorted(paths)


def _varint(data: bytes, offset: int) -> tuple[int, int]:
    value = data[offset] & 0x7F
    while data[offset] & 0x80:
        offset += 1
        value = ((value + 1) << 7) | (data[offset] & 0x7F)
    return value, offset + 1


def head(git_dir: str) -> tuple[str, str]:
    """Commit and branch of HEAD, each empty where it cannot be told."""
    text = (read_small(os.path.join(git_dir, "HEAD"), 4096) or b"").decode("utf-8", "replace").strip()
    if not text.startswith("ref: refs/"):
        return (text, "") if COMMIT.match(text) else ("", "")
    ref = text[5:].strip()
    branch = ref[len("refs/heads/") :] if ref.startswith("refs/heads/") else ""
    if ".." in ref.split("/"):
        return "", ""
    commit = (read_small(os.path.join(git_dir, *ref.split("/")), 4096) or b"").decode("utf-8", "replace").strip()
    if not COMMIT.match(commit):
        packed = (read_small(os.path.join(git_dir, "packed-refs"), 8 << 20) or b"").decode("utf-8", "replace")
        found = re.search(r"^([0-9a-f]{40,64}) %s$" % re.escape(ref), packed, re.M)
        commit = found.group(1) if found else ""
    return commit, branch


def read_small(path: str, limit: int) -> bytes | None:
    """Bytes of a regular file of at most `limit` bytes, or None; never follows a link and never waits."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(descriptor)
        if status.st_mode >> 12 != 0o10 or status.st_size > limit:
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            return stream.read(limit + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)
