# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a package specification asks for, and whether an installed package is that.

A specification that is not understood here is no error: it is left to conda, which then has to be asked.
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Dict, Iterable, List, Mapping

from .versions import VersionError, is_constraint, satisfies

BRACKETS = re.compile(r"\[([^\]]*)\]\s*$")
FIELD = re.compile(r"""(\w+)\s*=\s*("[^"]*"|'[^']*'|[^\s,]+)""")
NAME = re.compile(r"^([A-Za-z0-9_][A-Za-z0-9_.-]*)(.*)$", re.DOTALL)
JUDGED = {"version", "build", "channel", "subdir", "name"}


class SpecError(ValueError):
    """Words that name no package."""


@dataclass(frozen=True)
class Spec:
    """A package specification of conda's: `channel::name version build`, in any of its spellings."""

    text: str
    name: str
    version: str = "*"
    build: str = "*"
    channel: str = ""
    understood: bool = True

    @property
    def left_to_conda(self) -> bool:
        """Whether only conda can say that a package is not this one: behind the name of a channel there may be several."""
        return not self.understood or bool(self.channel and "://" not in self.channel)

    def matches(self, record: Dict[str, Any]) -> bool:
        """Return whether an installed package is what is asked for; False also where conda alone can tell."""
        if not self.understood or record["name"] != self.name:
            return False
        try:
            right = satisfies(record["version"], self.version)
        except VersionError:  # of the package
            return False
        channel = str(record.get("channel") or "").rstrip("/")
        return (
            right
            and fnmatch.fnmatchcase(record.get("build") or "", self.build)
            and (not self.channel or channel == self.channel or ("/%s/" % self.channel) in (channel + "/"))
        )


def parse(text: str) -> Spec:
    """Read a specification. Raises SpecError where it names no package."""
    plain = re.sub(r"\s+#.*$", "", text).strip()
    fields: Dict[str, str] = {}
    brackets = BRACKETS.search(plain)
    if brackets:
        fields = {key: value.strip("\"'") for key, value in FIELD.findall(brackets[1])}
        plain = plain[: brackets.start()].strip()
    channel, mark, rest = plain.rpartition("::")
    match = NAME.match(rest.split(":")[-1] if not mark else rest)
    if not match:
        raise SpecError("%r names no package" % text)
    name, tail = match[1].lower(), match[2].strip()
    version, build, understood = _version_and_build(tail)
    return Spec(
        text=text.strip(),
        name=fields.get("name", name),
        version=fields.get("version", version),
        build=fields.get("build", build),
        channel=fields.get("channel", channel if mark else "").strip("/"),
        understood=understood
        and set(fields) <= JUDGED - {"subdir"}
        and not re.search(r"[\[\]]", tail)
        and is_constraint(fields.get("version", version)),
    )


def _version_and_build(tail: str) -> tuple[str, str, bool]:
    """The constraint, the build and whether both were understood, from what follows a name."""
    if not tail:
        return "*", "*", True
    if tail[0] in "<>!~|" or tail.startswith("=="):
        # Blanks are allowed around operators; a word after a complete constraint would be a build.
        version = re.sub(r"\s*([<>=!~,|]+)\s*", r"\1", tail)
        words = version.split()
        return words[0], words[1] if len(words) == 2 else "*", len(words) <= 2
    if tail[0] == "=":
        version, mark, build = tail[1:].strip().partition("=")
        if mark:
            return version.strip(), build.strip(), True  # name=version=build is exact
        if re.search(r"[<>!~,|*\s]", version):
            return version, "*", not re.search(r"\s", version)
        return "=" + version, "*", True
    words = tail.split()
    return words[0], words[1] if len(words) > 1 else "*", len(words) <= 2


def unsatisfied(
    specs: Iterable[Spec], records: Iterable[Dict[str, Any]], judged: Mapping[str, str] = MappingProxyType({})
) -> List[Spec]:
    """Return those specifications that no installed package meets; `judged` is what conda has said of them before."""
    installed = list(records)
    return [
        spec
        for spec in specs
        if not any(spec.matches(record) or judged.get(spec.text) == distribution(record) for record in installed)
    ]


def judged_by_conda(specs: Iterable[Spec], records: Iterable[Dict[str, Any]]) -> Dict[str, str]:
    """Return which packages conda took for the specifications that it alone can judge, after it was content with all."""
    by_name = {record["name"]: distribution(record) for record in records}
    return {spec.text: by_name[spec.name] for spec in specs if spec.left_to_conda and spec.name in by_name}


def distribution(record: Mapping[str, Any]) -> str:
    """Return what tells a package from all others of a channel."""
    return "%(name)s-%(version)s-%(build)s" % record


def not_needed(specs: Iterable[Spec], records: Iterable[Dict[str, Any]]) -> List[str]:
    """Return the names of the packages that are neither asked for nor needed by one that is, in order."""
    needs = {
        record["name"]: [parse(wish).name for wish in record.get("depends", []) if not wish.startswith("__")]
        for record in records
    }
    # conda brings pip with every Python, and no package says that it needs it.
    wanted = [spec.name for spec in specs] + ["pip"]
    kept = set()
    while wanted:
        name = wanted.pop()
        if name in needs and name not in kept:
            kept.add(name)
            wanted += needs[name]
    return sorted(set(needs) - kept)
