# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What apt says of a source and its packages, and which other sources contradict it."""

from __future__ import annotations

import contextlib
import glob
import os
import re
from typing import Iterable, TypedDict

from .files import regular_file
from .packages import fits

KEYRINGS = ("/etc/apt/keyrings/", "/usr/share/keyrings/", "/etc/apt/trusted.gpg.d/")

# What apt says when it cannot use a source, what that means, and what to do; apt 2.4 to 3.0, each with its verifier.
COMPLAINTS = (
    (
        r"NO_PUBKEY (?P<key>[0-9A-F]+)|Missing key (?P<key3>[0-9A-F]+)",
        "its Release file is signed with the key {key}, which is not the one expected",
        "find out whose key that is; where the vendor has changed it, set docker_key_sha256 and docker_key_fingerprint",
    ),
    (
        r"GOODSIG (?P<key>[0-9A-F]+)|No good signature from required signer: (?P<key3>[0-9A-F]+)",
        "its Release file is not signed with the key of docker_key_fingerprint",
        "set docker_key_fingerprint to the fingerprint of the key that docker_key_sha256 stands for",
    ),
    (r"BADSIG", "its Release file has been changed after it was signed", "use another docker_mirror"),
    (
        r"EXPKEYSIG (?P<key>[0-9A-F]+)|[Kk]ey (?P<key3>[0-9A-F]+) .*expired",
        "the key {key} that signed its Release file has expired",
        "get the vendor's present key: set docker_key_sha256 to its checksum",
    ),
    (
        r"Release file for .* is expired \(invalid since (?P<key>[^)]*)\)",
        "its Release file has expired {key} ago, so that the packages may be outdated ones",
        "set the host's clock right, or use a docker_mirror that is up to date",
    ),
    (
        r"Release file for .* is not valid yet",
        "its Release file is dated in the future",
        "set the host's clock right",
    ),
    (
        r"does not have a Release file",
        "there is no such repository",
        "set docker_mirror to the part of its address that comes before /linux",
    ),
    (r"is not signed", "its Release file is not signed", "use a docker_mirror that keeps the vendor's signatures"),
    (
        r"Hash Sum mismatch|File has unexpected size",
        "its index is not what its Release file promises",
        "try again in some minutes: the mirror may be in the middle of an update",
    ),
    (
        r"Could not (?:resolve|connect)|Unable to connect|Connection (?:failed|timed out)|Cannot initiate|Temporary failure",
        "it cannot be reached from this host: {line}",
        "give apt on this host a way to it (Acquire::https::Proxy), or set docker_mirror to a copy within reach",
    ),
)


class Entry(TypedDict):
    """A source: its addresses, and the files of the keys that may sign it."""

    uris: list[str]
    keys: list[str]


def complaint(printed: str) -> tuple[str, str]:
    """Why apt cannot use a source, and the remedy, from what apt-get printed; apt's last words where they are unknown."""
    for pattern, why, remedy in COMPLAINTS:
        found = re.search(pattern, printed)
        if found:
            named = [value for value in found.groupdict().values() if value]
            line = next(line.strip() for line in printed.splitlines() if re.search(pattern, line))
            return why.format(key=named[0] if named else "", line=line), remedy
    lines = printed.strip().splitlines() or ["apt-get failed without a word"]
    return lines[-1].strip(), "see what apt-get update says on the host"


def offered(printed: str) -> dict[str, list[str]]:
    """The versions of each package that `apt-cache madison` lists, in its order: the newest first."""
    found: dict[str, list[str]] = {}
    for line in printed.splitlines():
        fields = [field.strip() for field in line.split("|")]
        if len(fields) == 3 and "Packages" in fields[2]:
            versions = found.setdefault(fields[0], [])
            if fields[1] not in versions:
                versions.append(fields[1])
    return found


def choose(versions: list[str], wanted: str) -> str:
    """The newest version that fits, the newest of all where none is wanted, '' where there is none."""
    return next((version for version in versions if not wanted or fits(version, wanted)), "")


def rivals(texts: dict[str, str], addresses: Iterable[str], own: str) -> tuple[list[str], list[str], list[str]]:
    """The files that name a source at one of the addresses, and the key files of these entries.

    `texts` has the contents of sources.list and sources.list.d by path, `own` is the file that is not asked about. Returns the
    files that name nothing else, the files that do, and the key files that no remaining entry needs.
    """
    whole: list[str] = []
    mixed: list[str] = []
    keys: set[str] = set()
    needed: set[str] = set()
    for path, text in sorted(texts.items()):
        parsed = entries(path, text)
        if path == own:
            continue
        hits = [entry for entry in parsed if any(uri.startswith(tuple(addresses)) for uri in entry["uris"])]
        for entry in parsed:
            (keys if entry in hits else needed).update(entry["keys"])
        if hits:
            (whole if len(hits) == len(parsed) else mixed).append(path)
    return whole, mixed, sorted(key for key in keys - needed if key.startswith(KEYRINGS))


def entries(path: str, text: str) -> list[Entry]:
    """The sources of a file in one of apt's two formats (sources.list(5)), each with its addresses and key files."""
    if path.endswith(".sources"):
        return [entry for entry in map(stanza, re.split(r"\n[ \t]*\n", text)) if entry["uris"]]
    return [entry for entry in map(one_line, text.splitlines()) if entry["uris"]]


def stanza(text: str) -> Entry:
    """An entry in deb822 format."""
    fields: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace():
            fields[name] = fields.get(name, "") + "\n" + line.strip()
        elif ":" in line:
            name, _colon, value = line.partition(":")
            name = name.lower()
            fields[name] = value.strip()
    return {"uris": fields.get("uris", "").split(), "keys": key_files(fields.get("signed-by", ""))}


def one_line(text: str) -> Entry:
    """An entry in the format of one line."""
    found = re.match(r"\s*deb(?:-src)?\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)", text)
    if not found:
        return {"uris": [], "keys": []}
    signed_by = re.search(r"signed-by=(\S+)", found["options"] or "")
    return {"uris": [found["uri"]], "keys": key_files(signed_by[1].replace(",", " ") if signed_by else "")}


def key_files(value: str) -> list[str]:
    """The paths in a Signed-By value, which may also hold fingerprints or a key itself."""
    return [word for word in value.split() if word.startswith("/")]


def source_texts(directory: str = "/etc/apt") -> dict[str, str]:
    """The contents of all of apt's source files, by path."""
    texts = {}
    parts = sorted(glob.glob(os.path.join(directory, "sources.list.d/*")))
    for path in [os.path.join(directory, "sources.list"), *parts]:
        if path.endswith((".list", ".sources")):
            with contextlib.suppress(OSError), regular_file(path) as content:
                texts[path] = content.read().decode("utf-8", "replace")
    return texts
