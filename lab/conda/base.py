# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making the `conda` package out of the shim, and a base environment with it."""

from __future__ import annotations

import shutil
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from lab.common import run
from lab.conda.package import PREFIX, Member, Package, write
from lab.conda.shim import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.conda.wheels import Wheel

_HERE = Path(__file__).parent
_NEEDED = ("certifi", "py-rattler", "pyyaml")


def _members() -> Iterator[Member]:
    for path in sorted((_HERE / "shim").glob("*.py")):
        yield Member(f"site-packages/conda/{path.name}", path.read_bytes())
    for path in sorted((_HERE / "prefix").rglob("*")):
        if path.is_file():
            yield Member(str(path.relative_to(_HERE / "prefix")), path.read_bytes(), placeholder=PREFIX)
    yield Member("condabin/conda", link="../bin/conda")


def package(channel: Path) -> Package:
    """Write the `conda` package into the channel."""
    made = Package(
        name="conda",
        version=__version__,
        build="pyhstandin_0",
        subdir="noarch",
        depends=("python >=3.11", *_NEEDED),
        summary="The stand-in for conda of the mlops.workbench lab",
        license="GPL-3.0-or-later",
        entry_points=("conda = conda.cli:main",),
    )
    write(channel, made, _members())
    return made


def install(channel: Path, closure: Mapping[str, Wheel], workshop: Path) -> Path:
    """Let the shim, run from loose files, install the base into a prefix below `workshop`; give that prefix.

    In a process of its own: py-rattler can crash a Python that ends.
    """
    library, prefix = workshop / "library", workshop / "prefix"
    shutil.copytree(_HERE / "shim", library / "conda", ignore=shutil.ignore_patterns("__pycache__"))
    for name in _NEEDED:
        with zipfile.ZipFile(closure[name].path) as archive:
            archive.extractall(library)
    settings = {"HOME": workshop, "PYTHONPATH": library, "CONDA_PKGS_DIRS": prefix / "pkgs"}
    environment = [f"{key}={value}" for key, value in settings.items()]
    options = ["--yes", f"--prefix={prefix}", "--override-channels", f"--channel={channel.resolve().as_uri()}"]
    command = [sys.executable, "-m", "conda", "create", *options, "python", "conda", "pip"]
    run("env", "-C", workshop, *environment, *command, timeout=300)
    return prefix
