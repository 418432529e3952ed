# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done for the pip part of an environment.

The environment's own Python judges, with the requirement parser that its pip carries: nothing else reads them all.
"""

from __future__ import annotations

# Reads the lines of the pip part; prints those that are not met, those that it cannot judge (a file, an address, an
# option), and what is installed that neither they nor anything that they need asks for.
JUDGE = r"""
import json, re, sys
from importlib import metadata
from pip._vendor.packaging.requirements import InvalidRequirement, Requirement
from pip._vendor.packaging.utils import canonicalize_name

def met(need, extra=""):
    if need.marker and not need.marker.evaluate({"extra": extra}):
        return True
    try:
        found = metadata.distribution(need.name)
    except metadata.PackageNotFoundError:
        return False
    inner = [(Requirement(text), name) for name in need.extras for text in found.requires or () if "extra" in text]
    return need.specifier.contains(found.version, prereleases=True) and all(met(one, name) for one, name in inner)

missing, unjudged, roots = [], [], []
for line in json.load(sys.stdin):
    text = re.split(r"\s(?:#|--)", line)[0].strip()
    if text.startswith("-") and not re.match("-r|-e|--requirement|--editable", text):
        continue  # an option of pip's names no package
    try:
        need = Requirement(text)
        if need.url:
            raise InvalidRequirement(text)
    except InvalidRequirement:
        unjudged.append(line)
        continue
    roots.append((need, ""))
    if not met(need):
        missing.append(line)
kept = set()
while roots:
    need, extra = roots.pop()
    name = canonicalize_name(need.name)
    if need.marker and not need.marker.evaluate({"extra": extra}):
        continue
    try:
        texts = metadata.distribution(need.name).requires or []
    except metadata.PackageNotFoundError:
        continue
    again = name in kept
    kept.add(name)
    for one in [""] + sorted(need.extras):
        if one or not again:
            roots += [(Requirement(text), one) for text in texts if not one or "extra" in text]
there = {canonicalize_name(found.metadata["Name"]) for found in metadata.distributions() if found.metadata["Name"]}
print(json.dumps({"missing": missing, "unjudged": unjudged, "extra": sorted(there - kept)}))
"""
