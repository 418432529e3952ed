"""Compares the role anaconda's map of checksums with what the vendors publish: `make checksums [ADD=miniconda=py313_26.5.3-1]`.

Anaconda publishes the checksums in the listings of its archive, Miniforge in a file beside each installer.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import yaml

VARS = Path(__file__).resolve().parents[2] / "roles/anaconda/vars/main.yml"
HEAD = "__anaconda_checksums:\n"
ARCHITECTURES = ("x86_64", "aarch64")
SECONDS = 60

# A checksum for each file name that a vendor tells of.
Listing = dict[str, str]
Map = dict[str, dict[str, dict[str, str]]]


def fetch(url: str) -> str:
    """Return a page. Raises OSError where there is none."""
    with urlopen(url, timeout=SECONDS) as answer:
        return str(answer.read().decode())


def listing(page: str) -> Listing:
    """Return the checksums in one of Anaconda's listings: a table with a file a row. Old rows have an MD5 sum only."""
    rows = (
        (re.search(r'href="([^"]+\.sh)"', row), re.search(r"\b[0-9a-f]{64}\b", row)) for row in re.split(r"<tr\b", page)
    )
    return {name[1]: checksum[0] for name, checksum in rows if name and checksum}


def beside(page: str) -> str:
    """Return the checksum in a file as sha256sum writes it. Raises ValueError where there is none."""
    if found := re.match(r"[0-9a-f]{64}\b", page):
        return found[0]
    raise ValueError("no SHA-256 checksum in it")


def published(product: dict[str, Any], versions: list[str], get: Callable[[str], str] = fetch) -> dict[str, Listing]:
    """Return what the vendor publishes for each version and architecture.

    Raises LookupError where the vendor lists no such file, OSError where the vendor does not answer.
    """
    names = {(v, a): product["file"].format(version=v, arch=a) for v in versions for a in ARCHITECTURES}
    if "{version}" in product["base"]:
        listed = {
            name: beside(get(f"{product['base'].format(version=v)}/{name}.sha256"))
            for (v, _machine), name in names.items()
        }
    else:
        listed = listing(get(product["base"] + "/"))
    if missing := sorted(set(names.values()) - set(listed)):
        raise LookupError(f"{product['base']} lists no SHA-256 checksum of {', '.join(missing)}")
    return {version: {arch: listed[names[version, arch]] for arch in ARCHITECTURES} for version in versions}


def rendered(checksums: Map) -> str:
    """Return the map as it stands in the role's variables."""
    lines = [HEAD]
    for distribution, versions in checksums.items():
        lines.append(f"  {distribution}:\n")
        for version, sums in versions.items():
            lines.append(f'    "{version}":\n')
            lines += [f"      {arch}: {sums[arch]}\n" for arch in ARCHITECTURES]
    return "".join(lines)


def refresh(path: Path, additions: list[str]) -> list[str]:
    """Check the map in a file, add versions (`distribution=version`) to it, and return what was found wrong.

    A file that is wrong anywhere is left as it is: a vendor does not change what it has published, so a person has to look.
    """
    text = path.read_text()
    variables = yaml.safe_load(text)
    products, known = variables["__anaconda_products"], variables["__anaconda_checksums"]
    wanted = {distribution: list(versions) for distribution, versions in known.items()}
    for addition in additions:
        distribution, _sign, version = addition.partition("=")
        if distribution not in wanted or not version:
            return [f"{addition}: say distribution=version, with one of {', '.join(wanted)}"]
        if version not in wanted[distribution]:
            wanted[distribution].append(version)
    new: Map = {}
    problems = []
    for distribution, versions in wanted.items():
        try:
            new[distribution] = published(products[distribution], versions)
        except (OSError, LookupError, ValueError) as error:
            problems.append(f"{distribution}: {error}")
            continue
        problems += [
            f"{distribution} {version}: the vendor says {new[distribution][version]}, the role {sums}"
            for version, sums in known[distribution].items()
            if new[distribution][version] != sums
        ]
    if not problems:
        start = text.index(HEAD)
        path.write_text(text[:start] + rendered(new) + text[text.index("\n\n", start) + 1 :])
    return problems


if __name__ == "__main__":
    if found := refresh(VARS, sys.argv[1:]):
        sys.exit("\n".join([*found, "Nothing was written."]))
    print("The role's checksums are those that the vendors publish.")
