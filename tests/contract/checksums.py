"""Compares the roles' maps of checksums with what the vendors publish: `make checksums [ADD="miniconda=py313_26.5.3-1 compose=5.5.1"]`.

Anaconda publishes the checksums in the listings of its archive, Miniforge and Docker Compose in a file beside each download.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import yaml

ROLES = Path(__file__).resolve().parents[2] / "roles"
VARS = (ROLES / "anaconda/vars/main.yml", ROLES / "compose/vars/main.yml")
HEAD = re.compile(r"^__[a-z]+_checksums:\n", re.MULTILINE)
ARCHITECTURES = ("x86_64", "aarch64")
SECONDS = 60
CONNECTIONS = 8

# A checksum for each file name that a vendor tells of.
Listing = dict[str, str]
Versions = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Product:
    """What a role downloads: where its files are and what they are called, with {version} and {arch} in them."""

    base: str
    file: str


@dataclass(frozen=True)
class Known:
    """What a file of variables says: the products by name, and the checksums that it has of each."""

    products: dict[str, Product]
    checksums: dict[str, Versions]

    @classmethod
    def read(cls, text: str) -> Known:
        """Read the variables of a role: anaconda's map is one of distributions, compose's one of versions."""
        variables = yaml.safe_load(text)
        if "__compose_checksums" in variables:
            product = Product(variables["__compose_release"] + "/v{version}", "docker-compose-linux-{arch}")
            return cls({"compose": product}, {"compose": variables["__compose_checksums"]})
        products = {name: Product(p["base"], p["file"]) for name, p in variables["__anaconda_products"].items()}
        return cls(products, variables["__anaconda_checksums"])


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


def published(product: Product, versions: list[str], get: Callable[[str], str] = fetch) -> Versions:
    """Return what the vendor publishes for each version and architecture.

    Raises LookupError where the vendor lists no such file, OSError where the vendor does not answer.
    """
    names = {(v, a): product.file.format(version=v, arch=a) for v in versions for a in ARCHITECTURES}
    if "{version}" in product.base:
        urls = [f"{product.base.format(version=v)}/{name}.sha256" for (v, _machine), name in names.items()]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            found = dict(zip(names, map(beside, pool.map(get, urls)), strict=True))
        return {v: {a: found[v, a] for a in ARCHITECTURES} for v in versions}
    listed = listing(get(product.base + "/"))
    if missing := sorted(set(names.values()) - set(listed)):
        raise LookupError(f"{product.base} lists no SHA-256 checksum of {', '.join(missing)}")
    return {version: {arch: listed[names[version, arch]] for arch in ARCHITECTURES} for version in versions}


def rendered(checksums: dict[str, Any], indent: str = "  ") -> str:
    """Return a map as it stands in a role's variables: versions are quoted, names are not."""
    lines = []
    for key, value in checksums.items():
        if isinstance(value, str):
            lines.append(f"{indent}{key}: {value}\n")
            continue
        quoted = f'"{key}"' if set(value) <= set(ARCHITECTURES) else key
        lines += [f"{indent}{quoted}:\n", rendered(value, indent + "  ")]
    return "".join(lines)


def with_map(text: str, new: dict[str, Versions]) -> str:
    """Return a file of variables with another map in it."""
    head = HEAD.search(text)
    assert head
    end = text.find("\n\n", head.end())
    own = new.get("compose", new)
    return text[: head.end()] + rendered(own) + (text[end + 1 :] if end >= 0 else "")


def refresh(paths: list[Path], additions: list[str]) -> list[str]:
    """Check the maps in files of variables, add versions (`product=version`) to them, and return what was found wrong.

    Where anything is wrong all stay as they are: a vendor does not change what it has published, so a person has to look.
    """
    texts = {path: path.read_text() for path in paths}
    known = {path: Known.read(text) for path, text in texts.items()}
    wanted = {name: list(versions) for one in known.values() for name, versions in one.checksums.items()}
    for addition in additions:
        name, _sign, version = addition.partition("=")
        if name not in wanted or not version:
            return [f"{addition}: say product=version, with one of {', '.join(wanted)}"]
        if version not in wanted[name]:
            wanted[name].append(version)
    new: dict[str, Versions] = {}
    problems = []
    for one in known.values():
        for name, product in one.products.items():
            try:
                new[name] = published(product, wanted[name])
            except (OSError, LookupError, ValueError) as error:
                problems.append(f"{name}: {error}")
                continue
            problems += [
                f"{name} {version}: the vendor says {new[name][version]}, the role {sums}"
                for version, sums in one.checksums[name].items()
                if new[name][version] != sums
            ]
    if not problems:
        for path, text in texts.items():
            path.write_text(with_map(text, {name: new[name] for name in known[path].products}))
    return problems


if __name__ == "__main__":
    if found := refresh(list(VARS), sys.argv[1:]):
        sys.exit("\n".join([*found, "Nothing was written."]))
    print("The roles' checksums are those that the vendors publish.")
