# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making conda packages out of Python wheels."""

from __future__ import annotations

import configparser
import email
import re
import sys
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import Specifier, SpecifierSet
from packaging.utils import canonicalize_name

from lab.common import LabError, run
from lab.conda.package import PREFIX, Member, Package, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from email.message import Message
    from pathlib import Path

_SCRIPT = """#!{prefix}/bin/python
import sys
from {module} import {object}

if __name__ == "__main__":
    sys.exit({function}())
"""


class ClosureError(LabError):
    """The pinned packages do not belong together."""


def download(pins: Path, folder: Path) -> list[Path]:
    """Give the wheels that `pins` names, fetched once into `folder`; raises LabError with pip's words."""
    if not folder.exists():
        unfinished = folder.with_suffix(".unfinished")  # pip goes on with what a killed download left there
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        options = ["--only-binary", ":all:", "--dest", str(unfinished), "--requirement", str(pins)]
        run(*command, *options, timeout=1800)
        unfinished.rename(folder)
    return sorted(folder.glob("*.whl"))


@dataclass(frozen=True)
class Wheel:
    """A wheel file and what its metadata says."""

    path: Path
    dist_info: str
    metadata: Message

    @classmethod
    def read(cls, path: Path) -> Wheel:
        """Open a wheel for its metadata; raises StopIteration when it holds none."""
        with zipfile.ZipFile(path) as archive:
            name = next(n for n in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", n))
            return cls(path, name.split("/")[0], email.message_from_bytes(archive.read(name)))

    @property
    def key(self) -> str:
        """The name by which Python packages find each other."""
        return canonicalize_name(self.metadata["Name"])

    @property
    def conda_name(self) -> str:
        """The name in the channel: conda keeps underscores (typing_extensions) and knows no capitals."""
        return str(self.metadata["Name"]).lower()

    @property
    def pure(self) -> bool:
        """Whether the wheel fits every Python and platform."""
        return self.path.name.endswith("-none-any.whl")

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """What the metadata asks for, markers included."""
        return tuple(Requirement(text) for text in self.metadata.get_all("Requires-Dist", []))


def _conda_clause(clause: Specifier) -> str:
    if clause.operator == "==" and clause.version.endswith(".*"):
        return clause.version
    return f"{clause.operator.replace('===', '==')}{clause.version}"


def conda_spec(name: str, specifier: SpecifierSet) -> str:
    """Say a Python version requirement in conda's words."""
    clauses = ",".join(sorted(_conda_clause(clause) for clause in specifier))
    return f"{name} {clauses}".strip()


def _wanted(wheel: Wheel, extras: Iterable[str], environment: Mapping[str, str]) -> Iterator[Requirement]:
    for requirement in wheel.requirements:
        if requirement.marker is None or any(
            requirement.marker.evaluate({**environment, "extra": extra}) for extra in ("", *extras)
        ):
            yield requirement


def dependencies(wheel: Wheel, closure: Mapping[str, Wheel], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Give the conda dependencies of a wheel; `environment` overrides what markers see of this interpreter.

    Conda knows no extras: what an extra of a dependency asks for is asked for here. Raises ClosureError for a
    dependency that the closure does not hold.
    """
    specs: set[str] = set()
    pending = [(wheel, requirement) for requirement in _wanted(wheel, (), environment)]
    seen: set[tuple[str, str]] = set()
    while pending:
        owner, requirement = pending.pop()
        needed = closure.get(canonicalize_name(requirement.name))
        if needed is None:
            raise ClosureError(f"{owner.path.name} needs '{requirement}', which packages.txt does not pin")
        if needed is not wheel:
            specs.add(conda_spec(needed.conda_name, requirement.specifier))
        for extra in requirement.extras - {extra for key, extra in seen if key == needed.key}:
            seen.add((needed.key, extra))
            plain = set(_wanted(needed, (), environment))
            pending += [(needed, more) for more in _wanted(needed, (extra,), environment) if more not in plain]
    return tuple(sorted(specs))


def _entry_points(archive: zipfile.ZipFile, dist_info: str) -> tuple[str, ...]:
    name = f"{dist_info}/entry_points.txt"
    if name not in archive.namelist():
        return ()
    parser = configparser.RawConfigParser(delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names of commands keep their case
    parser.read_string(archive.read(name).decode())
    sections = [parser[section] for section in ("console_scripts", "gui_scripts") if parser.has_section(section)]
    return tuple(
        f"{command} = {target.split('[')[0].strip()}" for section in sections for command, target in section.items()
    )


def _script(entry_point: str) -> Member:
    command, target = (part.strip() for part in entry_point.split("=", 1))
    module, function = target.split(":")
    text = _SCRIPT.format(prefix=PREFIX, module=module, object=function.split(".")[0], function=function)
    return Member(f"bin/{command}", text.encode(), executable=True, placeholder=PREFIX)


def _destination(name: str, site_packages: str, scripts: str) -> str:
    """Where a wheel's file belongs inside a package."""
    top, _slash, rest = name.partition("/")
    if not top.endswith(".data"):
        return f"{site_packages}/{name}"
    scheme, _slash, rest = rest.partition("/")
    folder = {"purelib": site_packages, "platlib": site_packages, "scripts": scripts, "data": "", "headers": "include"}
    return str(PurePosixPath(folder[scheme], rest))


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, destination: str) -> Member:
    data = archive.read(info)
    is_script = info.filename.split("/")[1:2] == ["scripts"] and ".data/" in info.filename
    if is_script and data.startswith(b"#!python"):
        return Member(destination, data.replace(b"#!python", f"#!{PREFIX}/bin/python".encode(), 1), True, "", PREFIX)
    return Member(destination, data, executable=is_script or bool(info.external_attr >> 16 & 0o100))


def _members(wheel: Wheel, site_packages: str, scripts: str, commands: Sequence[Member]) -> Iterator[Member]:
    """Give a wheel's files in their places; RECORD and INSTALLER are rewritten, so that pip knows what lies where."""
    record = f"{wheel.dist_info}/RECORD"
    written = []
    with zipfile.ZipFile(wheel.path) as archive:
        for info in archive.infolist():
            if info.is_dir() or info.filename == record:
                continue
            member = _member(archive, info, _destination(info.filename, site_packages, scripts))
            written.append(member.path)
            yield member
    yield from commands
    installer = f"{site_packages}/{wheel.dist_info}/INSTALLER"
    yield Member(installer, b"conda\n")
    lines = [*written, *(command.path for command in commands), installer, f"{site_packages}/{record}"]
    up = "../../../"  # from lib/pythonX.Y/site-packages to the prefix
    relative = [
        path.removeprefix(f"{site_packages}/")
        if path.startswith(site_packages)
        else up + path.replace(scripts, "bin", 1)
        for path in lines
    ]
    yield Member(f"{site_packages}/{record}", "".join(f"{path},,\n" for path in relative).encode())


def repackage(wheel: Wheel, closure: Mapping[str, Wheel], channel: Path, platform: str) -> Package:
    """Write a wheel into the channel: noarch where it is pure, else for this platform and Python."""
    major, minor = sys.version_info[:2]
    with zipfile.ZipFile(wheel.path) as archive:
        entry_points = _entry_points(archive, wheel.dist_info)
    python = conda_spec("python", SpecifierSet(wheel.metadata["Requires-Python"] or ""))
    if not wheel.pure:
        python = f"python >={major}.{minor},<{major}.{minor + 1}.0a0"
    package = Package(
        name=wheel.conda_name,
        version=wheel.metadata["Version"],
        build="pyhstandin_0" if wheel.pure else f"py{major}{minor}standin_0",
        subdir="noarch" if wheel.pure else platform,
        depends=(python, *dependencies(wheel, closure, {})),
        summary=str(wheel.metadata["Summary"] or ""),
        license=str(wheel.metadata["License-Expression"] or ""),
        entry_points=entry_points,
    )
    if wheel.pure:
        members = _members(wheel, "site-packages", "python-scripts", ())
    else:
        scripts = [_script(entry_point) for entry_point in entry_points]
        members = _members(wheel, f"lib/python{major}.{minor}/site-packages", "bin", scripts)
    write(channel, package, members)
    return package
