# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apt repositories in place of Docker's own: a signed one with Debian's packages by its names, and three faulty ones.

It is built when a test asks for it (`python -m lab apt`), not for `make up`. Its keys are made with it and thrown away:
nothing that could sign another package stays on this machine.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from lab import artefacts, images
from lab.common import STATE, LabError, digest, in_parallel, run_bytes, step, write

NAME = "docker apt"
RECORD = STATE / "apt.json"
DIRECTORY = artefacts.DIRECTORY / "docker"
VENDOR = "https://download.docker.com/linux/debian"
# The mirror's folders, each of which a role can take for the vendor's: one that works, and one for each fault.
GOOD, WRONG_KEY, EXPIRED, UNSIGNED = "good", "wrong-key", "expired", "unsigned"
# The release that comes before Debian's own: on trixie the one that the course names.
OLDER = {"bookworm": "20.10.23", "trixie": "23.0.6"}
ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}[artefacts.ARCHITECTURE]
STAND_IN = "The lab's stand-in for the vendor's package: Debian's, under another name and version."
FETCH = """
cd "$(mktemp -d)"
apt-get -qq update >&2
for package in docker.io docker-cli containerd; do
  case $(apt-cache madison "$package") in ?*) apt-get -qq download "$package" >&2 ;; esac
done
tar -c ./*.deb
"""
# Reads the Release files as a tar archive; writes it back with their signatures, the public key and its fingerprint.
SIGN = f"""
set -eu
export GNUPGHOME=$(mktemp -d)
cd "$(mktemp -d)" && tar -x
for name in lab stranger; do
  gpg --quiet --batch --passphrase "" --quick-generate-key "$name" ed25519 sign never
done
gpg --armor --export lab > gpg
gpg --with-colons --list-keys lab | awk -F: '$1 ~ /^fp/ {{ print $10; exit }}' > fingerprint
for release in {GOOD}-* {EXPIRED}-*; do gpg --local-user lab --clearsign "$release"; done
for release in {WRONG_KEY}-*; do gpg --local-user stranger --clearsign "$release"; done
tar -c .
"""


@dataclass(frozen=True)
class Package:
    """A package file: its control fields and its content."""

    fields: Mapping[str, str]
    content: bytes

    @property
    def file(self) -> str:
        """Its name, as apt tools write it."""
        version = self.fields["Version"].partition(":")[2] or self.fields["Version"]
        return f"{self.fields['Package']}_{version}_{self.fields['Architecture']}.deb"


def ensure() -> None:
    """Build the repositories unless they are there, and list them in the mirror's index; the images must be there."""
    record = _record()
    if record["stamp"] != _stamp() or not all(
        (artefacts.DIRECTORY / made["path"]).exists() for made in record["files"]
    ):
        with step("building the apt repository that stands in for Docker's"):
            record = _build()
        write(RECORD, json.dumps(record, indent=2) + "\n")
    artefacts.add([artefacts.Artefact(**made) for made in record["files"]])


def variables(fingerprint: str, key: bytes) -> dict[str, Any]:
    """Return the settings that a test gives the role, and where the faulty repositories are."""
    return {
        "docker_mirror": f"http://mirror/docker/{GOOD}",
        "docker_key_sha256": hashlib.sha256(key).hexdigest(),
        "docker_key_fingerprint": fingerprint,
        "faults": {fault: f"http://mirror/docker/{fault}" for fault in (WRONG_KEY, EXPIRED, UNSIGNED)},
    }


def vendor_version(debian: str, suite: str) -> str:
    """Turn the version of one of Debian's packages into one as the vendor numbers it: `5:26.1.5-1~debian.13~trixie`."""
    upstream = re.match(r"[0-9.]+", debian.partition(":")[2] or debian)
    if not upstream:
        raise LabError(f"Debian's version {debian!r} does not begin with a number")
    return f"5:{upstream[0].rstrip('.')}-1~debian.{images.RELEASES[suite]}~{suite}"


def repack(deb: bytes, changes: Mapping[str, str]) -> Package:
    """Give a package other control fields; what it installs stays, byte by byte."""
    members = dict(unpack(deb))
    name = next(name for name in members if name.startswith("control.tar"))
    packed = io.BytesIO()
    fields: dict[str, str] = {}
    with (
        tarfile.open(fileobj=io.BytesIO(members[name])) as old,
        tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as new,
    ):
        for member in old:
            source = old.extractfile(member)
            data = source.read() if source else b""
            if member.name == "./control":
                fields = {**parse(data.decode()), **changes}
                data = render(fields).encode()
                member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    data_name = next(name for name in members if name.startswith("data.tar"))
    content = pack({"debian-binary": b"2.0\n", "control.tar.gz": packed.getvalue(), data_name: members[data_name]})
    return Package(fields, content)


def without_files(package: Package) -> Package:
    """Return the same package as one that installs nothing and runs nothing."""
    control = render(package.fields).encode()
    archives = {}
    for name, files in (("control.tar.gz", {"./control": control}), ("data.tar.gz", {})):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as archive:
            for path, data in files.items():
                member = tarfile.TarInfo(path)
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
        archives[name] = packed.getvalue()
    return Package(package.fields, pack({"debian-binary": b"2.0\n", **archives}))


def unpack(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the members of an ar archive, which a .deb file is (deb(5)): names and contents."""
    position = 8
    while position < len(archive):
        header = archive[position : position + 60]
        size = int(header[48:58])
        yield header[:16].decode().rstrip(" /"), archive[position + 60 : position + 60 + size]
        position += 60 + size + size % 2


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return an ar archive of the members."""
    parts = [b"!<arch>\n"]
    for name, content in members.items():
        parts.append(f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode())
        parts.append(content + b"\n" * (len(content) % 2))
    return b"".join(parts)


def parse(control: str) -> dict[str, str]:
    """Return the fields of a control file; lines that go on keep their line breaks."""
    fields: dict[str, str] = {}
    name = ""
    for line in control.splitlines():
        if line.startswith((" ", "\t")):
            fields[name] += "\n" + line
        elif line:
            name, _colon, value = line.partition(":")
            fields[name] = value.strip()
    return fields


def render(fields: Mapping[str, str]) -> str:
    """Return a control file with these fields; empty ones are left out."""
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if value)


def _build() -> dict[str, Any]:
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    fetched = in_parallel([partial(_fetch, suite) for suite in OLDER])
    debian = dict(zip(OLDER, fetched, strict=True))
    releases: dict[str, bytes] = {}
    for suite, packages in debian.items():
        index = _publish_packages(suite, _packages(suite, packages))
        now = datetime.now(UTC)
        for kind in (GOOD, WRONG_KEY, UNSIGNED):
            releases[f"{kind}-{suite}"] = _release(suite, index, now, None)
        releases[f"{EXPIRED}-{suite}"] = _release(suite, index, now - timedelta(days=9), now - timedelta(days=2))
    signed = _tar_files(run_bytes(*_inside("trixie", "--network=none"), SIGN, stdin=_tar(releases)))
    files = []
    for name, release in releases.items():
        kind, suite = name.rsplit("-", 1)
        folder = DIRECTORY / kind / "linux/debian"
        there = folder / "dists" / suite
        if kind != GOOD:
            shutil.copytree(DIRECTORY / GOOD / "linux/debian/dists" / suite / "stable", there / "stable")
        (there / "Release").write_bytes(release)
        if f"{name}.asc" in signed:
            (there / "InRelease").write_bytes(signed[f"{name}.asc"])
        (folder / "gpg").write_bytes(signed["gpg"])
    origin = f"Debian's packages docker.io, docker-cli and containerd under the vendor's names, in place of {VENDOR}"
    for file in sorted(file for file in DIRECTORY.rglob("*") if file.is_file()):
        files.append(asdict(artefacts.described(NAME, "", file, stand_in=True, origin=origin)))
    key = signed["gpg"]
    return {"stamp": _stamp(), **variables(signed["fingerprint"].decode().strip(), key), "files": files}


def _inside(suite: str, *options: str) -> tuple[str, ...]:
    return ("docker", "run", "--rm", "--interactive", *options, images.HOSTS[suite].name, "bash", "-c")


def _fetch(suite: str) -> dict[str, bytes]:
    """Return Debian's packages by name, from the archives that the hosts use, too."""
    files = _tar_files(run_bytes(*_inside(suite), FETCH, timeout=300))
    return {file.partition("_")[0]: content for file, content in files.items()}


def _packages(suite: str, debian: Mapping[str, bytes]) -> Iterator[Package]:
    """Yield the packages of a suite: the engine and its client in two versions each, and containerd."""
    engine = repack(debian["docker.io"], {})
    newest = vendor_version(engine.fields["Version"], suite)
    common = {"Source": "", "Maintainer": "the lab of mlops.workbench", "Description": STAND_IN, "Recommends": ""}
    depends = [need for need in engine.fields["Depends"].split(", ") if need.split()[0] not in ("containerd", "runc")]
    for version in (vendor_version(OLDER[suite], suite), newest):
        engine_fields = {
            "Package": "docker-ce",
            "Version": version,
            "Depends": ", ".join([*depends, "containerd.io", "docker-ce-cli"]),
            "Conflicts": "docker.io",
            "Breaks": "",
            "Suggests": "",
        }
        yield repack(debian["docker.io"], {**common, **engine_fields})
        client = {"Package": "docker-ce-cli", "Version": version, "Conflicts": "", "Breaks": "", "Suggests": ""}
        if "docker-cli" in debian:
            yield repack(debian["docker-cli"], {**common, **client, "Conflicts": "docker-cli"})
        else:  # there, Debian's engine brings the client along
            yield without_files(repack(debian["docker.io"], {**common, **client, "Depends": ""}))
    runtime = {"Package": "containerd.io", "Conflicts": "containerd", "Breaks": "", "Suggests": ""}
    yield repack(debian["containerd"], {**common, **runtime})


def _publish_packages(suite: str, packages: Iterator[Package]) -> bytes:
    """Put the packages into the repository that works, and return its index of them."""
    root = DIRECTORY / GOOD / "linux/debian"
    pool = Path("dists") / suite / "pool/stable" / ARCHITECTURE
    (root / pool).mkdir(parents=True)
    entries = []
    for package in packages:
        (root / pool / package.file).write_bytes(package.content)
        place = {
            "Filename": str(pool / package.file),
            "Size": str(len(package.content)),
            "SHA256": hashlib.sha256(package.content).hexdigest(),
        }
        entries.append(render({**package.fields, **place}))
    index = "\n".join(entries).encode()
    binary = root / "dists" / suite / "stable" / f"binary-{ARCHITECTURE}"
    binary.mkdir(parents=True)
    (binary / "Packages").write_bytes(index)
    (binary / "Packages.gz").write_bytes(gzip.compress(index, mtime=0))
    return index


def _release(suite: str, index: bytes, date: datetime, until: datetime | None) -> bytes:
    moment = "%a, %d %b %Y %H:%M:%S UTC"
    sums = "".join(
        f"\n {hashlib.sha256(data).hexdigest()} {len(data)} stable/binary-{ARCHITECTURE}/{name}"
        for name, data in (("Packages", index), ("Packages.gz", gzip.compress(index, mtime=0)))
    )
    fields = {
        "Origin": "mlops.workbench lab",
        "Label": "stand-in for Docker's repository",
        "Suite": suite,
        "Codename": suite,
        "Date": date.strftime(moment),
        "Valid-Until": until.strftime(moment) if until else "",
        "Architectures": ARCHITECTURE,
        "Components": "stable",
        "SHA256": sums,
    }
    return render(fields).encode()


def _tar(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _tar_files(packed: bytes) -> dict[str, bytes]:
    """Return the plain files of a tar archive, by their names without folders."""
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return {
            Path(member.name).name: content.read() for member in archive if (content := archive.extractfile(member))
        }


def _record() -> dict[str, Any]:
    record: dict[str, Any] = json.loads(RECORD.read_text()) if RECORD.exists() else {"stamp": "", "files": []}
    return record


def _stamp() -> str:
    """Return what the repositories depend on, in short."""
    return digest([Path(__file__)], *(image.stamp for image in images.HOSTS.values()))
