# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the mirror gives out: the vendors' files where they can be reached, else stand-ins that say so."""

from __future__ import annotations

import hashlib
import http.client
import json
import platform
import re
import subprocess
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from lab import conda, images
from lab.common import PREFIX, ROOT, STATE, LabError, digest, run, run_bytes, say, step, tail, write
from lab.conda.interpreter import UnsuitableInterpreterError
from lab.conda.wheels import ClosureError

DIRECTORY = STATE / "mirror"
INDEX = DIRECTORY / "index.json"
VARIABLES = STATE / "vars.json"
CACHE = STATE / "cache"
ANACONDA = "https://repo.anaconda.com/archive"
COMPOSE = "https://github.com/docker/compose/releases/download"
COMPOSE_PLUGIN = "/usr/libexec/docker/cli-plugins/docker-compose"
ARCHITECTURE = {"arm64": "aarch64"}.get(platform.machine(), platform.machine())
CONNECT_SECONDS = 3
READ_SECONDS = 60
CHUNK = 1 << 20


@dataclass(frozen=True)
class Artefact:
    """A file of the mirror: its path there, checksum and size in bytes, and where it comes from."""

    name: str
    version: str
    path: str
    sha256: str
    size: int
    stand_in: bool
    origin: str


@dataclass(frozen=True)
class Release:
    """A release that a role installs: its version, its file's path below the vendor's address, and its checksum."""

    name: str
    version: str
    vendor: str
    path: str
    sha256: str

    @property
    def url(self) -> str:
        """The vendor's address of the file."""
        return f"{self.vendor}/{self.path}"


def anaconda_release() -> Release:
    """Return the Anaconda that the role installs where nothing else is said."""
    role = _role_file("anaconda", "vars")
    version = str(role["__anaconda_products"]["anaconda"]["default"])
    sha256 = _checksum("anaconda", version, role["__anaconda_checksums"]["anaconda"])
    return Release("anaconda", version, ANACONDA, f"Anaconda3-{version}-Linux-{ARCHITECTURE}.sh", sha256)


def compose_release() -> Release:
    """Return the Docker Compose that the role installs where nothing else is said."""
    version = str(_role_file("compose", "defaults")["compose_version"])
    sha256 = _checksum("compose", version, _role_file("compose", "vars")["__compose_checksums"])
    return Release("compose", version, COMPOSE, _compose_path(version), sha256)


def complete() -> bool:
    """Tell whether the mirror's files are there and are what the roles and the stand-in's sources ask for."""
    if not INDEX.exists() or not VARIABLES.exists():
        return False
    index = _index()
    return index["stamp"] == _stamp() and all(
        (file := DIRECTORY / artefact.path).exists() and file.stat().st_size == artefact.size
        for artefact in index["artefacts"]
    )


def stand_ins() -> list[Artefact]:
    """Return those of the roles' downloads for which the mirror has a stand-in."""
    used = _first(_index()["artefacts"])
    return [used[name] for name in ("anaconda", "compose") if used[name].stand_in]


def make_anaconda() -> list[Artefact]:
    """Put the Anaconda installer into the mirror: the vendor's, or the stand-in and the channel that it needs."""
    release = anaconda_release()
    reason = unreachable(release.url)
    if not reason:
        return [_download(release, "anaconda")]
    with step(f"building the stand-in for Anaconda, since {release.url} is out of reach ({reason})", 30):
        built = _build_stand_in()
    origin = f"built by lab/conda from PyPI, since {release.url} is out of reach: {reason}"
    installers = [_installer(name, origin) for name in built.sha256]
    packages = [file for file in sorted((DIRECTORY / built.channel).rglob("*")) if file.is_file()]
    return [*installers, *(described("conda channel", "", file, stand_in=True, origin=origin) for file in packages)]


def make_compose() -> list[Artefact]:
    """Put the Compose plugin into the mirror: the vendor's, or Debian's; the image of the mirror must be there."""
    release = compose_release()
    reason = unreachable(release.url)
    if not reason:
        made = _download(release, "compose")
    else:
        say(f"Docker Compose: Debian's in place of the vendor's, since {release.url} is out of reach ({reason})")
        offline = ("docker", "run", "--rm", "--network=none", images.MIRROR.name)
        output = run(*offline, COMPOSE_PLUGIN, "version")
        version = re.search(r"\d+\.\d+\.\d+", output)
        if not version:
            raise LabError(f"Debian's Compose names no version: {output!r}")
        file = DIRECTORY / "compose" / _compose_path(version[0])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(run_bytes(*offline, "cat", COMPOSE_PLUGIN))
        file.chmod(0o755)
        origin = f"Debian's package docker-compose, since {release.url} is out of reach: {reason}"
        made = described("compose", version[0], file, stand_in=True, origin=origin)
    checksum = DIRECTORY / f"{made.path}.sha256"
    write(checksum, f"{made.sha256} *{checksum.stem}\n")
    return [made, described("compose checksum", made.version, checksum, stand_in=made.stand_in, origin=made.origin)]


def publish(artefacts: list[Artefact]) -> None:
    """Write the mirror's index and the variables by which an inventory points the roles to the mirror."""
    index = {"stamp": _stamp(), "artefacts": [asdict(artefact) for artefact in artefacts]}
    write(VARIABLES, json.dumps(variables(artefacts), indent=2) + "\n")
    write(INDEX, json.dumps(index, indent=2) + "\n")


def add(artefacts: list[Artefact]) -> None:
    """List further artefacts in the mirror's index, in place of those that bore their names."""
    index = _index()
    names = {artefact.name for artefact in artefacts}
    kept = [artefact for artefact in index["artefacts"] if artefact.name not in names]
    index["artefacts"] = [asdict(artefact) for artefact in (*kept, *artefacts)]
    write(INDEX, json.dumps(index, indent=2) + "\n")


def variables(artefacts: list[Artefact]) -> dict[str, Any]:
    """Return the role variables that the artefacts ask for, and the prefix of the hosts' names."""
    by_name = _first(artefacts)
    anaconda, compose = by_name["anaconda"], by_name["compose"]
    return {
        "prefix": PREFIX,
        "anaconda_mirror": "http://mirror/anaconda",
        "anaconda_version": anaconda.version,
        "anaconda_sha256": anaconda.sha256,
        # Those that are not here, where the vendors can be reached, are taken from them.
        "anaconda_installers": [
            {"distribution": made.name, "version": made.version, "sha256": made.sha256}
            for made in artefacts
            if made.path.endswith(f"-Linux-{ARCHITECTURE}.sh")
        ],
        "jupyter_channels": ["http://mirror/conda"] if anaconda.stand_in else ["conda-forge"],
        "compose_mirror": "http://mirror/compose",
        "compose_version": compose.version,
        "compose_sha256": compose.sha256,
        "docker_registry_mirrors": ["http://mirror:5000"],
        "docker_insecure_registries": ["mirror:5000"],
    }


def _first(artefacts: list[Artefact]) -> dict[str, Artefact]:
    """Return the artefact of each name that is used where nothing else is asked for: the first."""
    return {artefact.name: artefact for artefact in reversed(artefacts)}


def unreachable(url: str) -> str:
    """Say why an address is out of reach; empty if it can be reached."""
    try:
        with _open(url, "HEAD", CONNECT_SECONDS):
            return ""
    except OSError as error:
        reason = getattr(error, "reason", error)
        return str(getattr(reason, "strerror", None) or reason)


def _installer(name: str, origin: str) -> Artefact:
    """Return a stand-in that was built, under the name of the distribution that it stands in for."""
    product, version = re.fullmatch(rf"([A-Z][a-z]+)3-(.+)-Linux-{ARCHITECTURE}\.sh", name).groups()  # type: ignore[union-attr]
    return described(product.lower(), version, DIRECTORY / "anaconda" / name, stand_in=True, origin=origin)


def _build_stand_in() -> conda.Artefact:
    try:
        return conda.build(mirror=DIRECTORY, cache=CACHE, log=say)
    except (UnsuitableInterpreterError, ClosureError) as error:
        raise LabError(f"the stand-in for Anaconda could not be built: {error}") from error
    except subprocess.CalledProcessError as error:
        output = tail(str(error.stderr or error.stdout or ""))
        raise LabError(f"the stand-in for Anaconda could not be built: {error}\n{output}") from error


def _download(release: Release, directory: str) -> Artefact:
    """Take a vendor's file into the mirror; it gets its name only when its checksum holds."""
    file = DIRECTORY / directory / release.path
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.part")
    if not file.exists() or _sha256(file) != release.sha256:
        with step(f"downloading {release.url}"), draft.open("wb") as target:
            try:
                with _open(release.url, "GET", READ_SECONDS) as source:
                    while chunk := source.read(CHUNK):
                        target.write(chunk)
            except OSError as error:
                raise LabError(f"the download of {release.url} broke off ({error}): run the same again") from error
        if (found := _sha256(draft)) != release.sha256:
            draft.unlink()
            raise LabError(f"{release.url} has the SHA-256 {found}, and the role {release.name} wants {release.sha256}")
        draft.replace(file)
    return described(release.name, release.version, file, stand_in=False, origin=release.url)


def _open(url: str, method: str, seconds: float) -> http.client.HTTPResponse:
    """Open an address of a vendor; no answer for so many seconds raises OSError."""
    response: http.client.HTTPResponse = urllib.request.urlopen(  # noqa: S310 - the addresses are constants above
        urllib.request.Request(url, method=method),  # noqa: S310
        timeout=seconds,
    )
    return response


def described(name: str, version: str, file: Path, *, stand_in: bool, origin: str) -> Artefact:
    """Return the artefact that a file of the mirror is."""
    path = str(file.relative_to(DIRECTORY))
    return Artefact(name, version, path, _sha256(file), file.stat().st_size, stand_in, origin)


def _compose_path(version: str) -> str:
    return f"v{version}/docker-compose-linux-{ARCHITECTURE}"


def _role_file(role: str, part: str) -> dict[str, Any]:
    """Return what a role's defaults/main.yml or vars/main.yml says."""
    values: dict[str, Any] = yaml.safe_load((ROOT / "roles" / role / part / "main.yml").read_text())
    return values


def _checksum(role: str, version: str, checksums: dict[str, dict[str, str]]) -> str:
    try:
        return checksums[version][ARCHITECTURE]
    except KeyError as error:
        raise LabError(f"roles/{role}/vars/main.yml has no checksum of {version} for {ARCHITECTURE}") from error


def _stamp() -> str:
    """Return what the mirror's files depend on, in short."""
    sources = [file for file in Path(conda.__file__).parent.rglob("*") if file.is_file() and file.suffix != ".pyc"]
    releases = (anaconda_release(), compose_release())
    return digest([*sources, Path(__file__)], *(f"{release.url} {release.sha256}" for release in releases))


def _index() -> dict[str, Any]:
    index: dict[str, Any] = json.loads(INDEX.read_text())
    return {**index, "artefacts": [Artefact(**artefact) for artefact in index["artefacts"]]}


def _sha256(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
