# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Building the installer and the channel into the mirror, once for a state of the sources."""

from __future__ import annotations

import json
import platform
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab.common import LabError, digest, locked, write
from lab.conda import base, installer, interpreter, wheels
from lab.conda.package import write_repodata
from lab.conda.shim import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

_HERE = Path(__file__).parent
_PINS = _HERE / "packages.txt"
# What is stood in for, each with the conda that it says it has: what a user gets by default, and an older Anaconda to
# be upgraded from. Its version has another length: compiled files go by time and size.
EDITIONS = (
    ("Anaconda3", "2025.12-2", "26.7.1"),
    ("Anaconda3", "2024.10-1", "24.11.3"),
    ("Miniconda3", "py313_26.5.3-1", "26.7.1"),
    ("Miniforge3", "26.7.2-0", "26.7.1"),
)
_PLATFORMS = {"x86_64": "linux-64", "aarch64": "linux-aarch64"}


@dataclass(frozen=True)
class Artefact:
    """What was built: files below `<mirror>/anaconda/` with their checksums, and a channel below the mirror."""

    sha256: dict[str, str]
    channel: str


def _sources() -> str:
    """Give a stamp of everything that the result depends on."""
    files = [path for path in _HERE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return digest(files, *map(str, files), sys.version, sys.base_prefix)


def _built(stamp: Path, sources: str, mirror: Path) -> Artefact | None:
    """Give what an earlier build of the same sources left, if it is still there."""
    if not stamp.is_file():
        return None
    recorded = json.loads(stamp.read_text(encoding="utf-8"))
    if recorded["sources"] != sources:
        return None
    artefact = Artefact(**recorded["artefact"])
    places = [artefact.channel, *(f"anaconda/{name}" for name in artefact.sha256)]
    return artefact if all((mirror / place).exists() for place in places) else None


def _make_channel(channel: Path, closure: dict[str, wheels.Wheel], subdir: str) -> None:
    by_size = sorted(closure.values(), key=lambda wheel: -wheel.path.stat().st_size)
    with ThreadPoolExecutor() as pool:  # compression and checksums let other threads run
        python = pool.submit(interpreter.repackage, channel, subdir)
        packages = list(pool.map(lambda wheel: wheels.repackage(wheel, closure, channel, subdir), by_size))
    packages += [python.result(), base.package(channel)]
    for folder in (subdir, "noarch"):
        write_repodata(channel, folder, packages)


def _put(new: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        shutil.rmtree(place)
    new.replace(place)


def _make(mirror: Path, cache: Path, log: Callable[[str], None]) -> Artefact:
    interpreter.check()
    machine = platform.machine()
    if machine not in _PLATFORMS:
        raise LabError(f"the conda stand-in is made on {' and '.join(_PLATFORMS)}, not on {machine}")
    downloads = cache / f"wheels-{digest([_PINS], sys.version)}"
    if not downloads.exists():
        log("conda stand-in: fetching its packages (about 230 MB) ...")
    files = wheels.download(_PINS, downloads)
    closure = {wheel.key: wheel for wheel in map(wheels.Wheel.read, files)}
    workshop = mirror / ".conda-unfinished"
    shutil.rmtree(workshop, ignore_errors=True)
    channel = workshop / "conda"
    log(f"conda stand-in: making {len(closure) + 2} conda packages ...")
    _make_channel(channel, closure, _PLATFORMS[machine])
    log("conda stand-in: making the installers ...")
    sha256 = {}
    with tempfile.TemporaryDirectory(prefix="lab-conda-") as short:  # short: a shebang may hold 127 bytes
        prefix = base.install(channel, closure, Path(short))
        packed = {
            conda: installer.pack(prefix, channel, (__version__, conda))
            for conda in {conda for _product, _version, conda in EDITIONS}
        }
        for product, version, conda in EDITIONS:
            file = workshop / f"{product}-{version}-Linux-{machine}.sh"
            default = "conda-forge" if product == "Miniforge3" else "defaults"
            names = installer.Names(product, version, _PLATFORMS[machine], machine, default)
            sha256[file.name] = installer.write(file, packed[conda], names)
    _put(channel, mirror / channel.name)
    forge = mirror / "conda-forge"  # the same channel, under the name that Miniforge knows it by
    forge.unlink(missing_ok=True)
    forge.symlink_to(channel.name)
    for new in workshop.iterdir():
        _put(new, mirror / "anaconda" / new.name)
    workshop.rmdir()
    return Artefact(sha256, channel.name)


def build(mirror: Path, cache: Path, log: Callable[[str], None] = print) -> Artefact:
    """Put the installers and the channel into `mirror`; quick where nothing changed.

    Downloads stay in `cache`. Raises LabError where the interpreter does not serve, the pins do not belong together, or
    pip, patchelf or the first use of the channel fails. A build that is killed leaves what was there before, or nothing
    that the next build would take for finished.
    """
    stamp, sources = cache / "conda.json", _sources()
    with locked(cache / "conda.lock"):
        artefact = _built(stamp, sources, mirror)
        if artefact is None:
            stamp.unlink(missing_ok=True)
            artefact = _make(mirror, cache, log)
            write(stamp, json.dumps({"sources": sources, "artefact": asdict(artefact)}))
    return artefact
