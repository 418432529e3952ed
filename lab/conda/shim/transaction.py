# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Solving for a set of packages, and making an environment hold exactly that.

py-rattler does both. It is imported late: it takes longer to load than most commands take. Python files are not
compiled while linking, as conda does for noarch packages: for JupyterLab that is 6 s of processor time, against 1 s
more for each of its starts.
"""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import environments
from .errors import CondaError

if TYPE_CHECKING:
    from collections.abc import Container, Coroutine, Iterable, Sequence

    from .config import Config


@dataclass(frozen=True)
class Transaction:
    """The step from what a prefix holds to what it shall hold; `link` and `unlink` are in the shape of --json."""

    prefix: Path
    solution: list[Any]
    link: list[dict[str, Any]]
    unlink: list[dict[str, Any]]

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return not self.link and not self.unlink

    def actions(self) -> dict[str, Any]:
        """Give the `actions` of a --json answer."""
        return {"FETCH": [], "LINK": self.link, "UNLINK": self.unlink, "PREFIX": str(self.prefix)}


def platform() -> str:
    """Give conda's name of this machine's platform."""
    return {"x86_64": "linux-64", "aarch64": "linux-aarch64"}[os.uname().machine]


def _rattler() -> Any:
    """Load py-rattler; it insists on certificates even for plain HTTP, and a bare host has none."""
    if not Path("/etc/ssl/certs/ca-certificates.crt").exists():
        os.environ.setdefault("SSL_CERT_FILE", importlib.import_module("certifi").where())
    return importlib.import_module("rattler")


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    import asyncio  # noqa: PLC0415  # late for the same reason

    return asyncio.run(work)


def installed_in(prefix: Path) -> list[Any]:
    """Give rattler's records of what a prefix holds."""
    rattler = _rattler()
    return [rattler.PrefixRecord.from_path(path) for path in sorted((prefix / "conda-meta").glob("*.json"))]


def _name(record: Any) -> str:
    return str(record.name.normalized)


def _summary(record: Any) -> dict[str, Any]:
    """Say what a record is about, in the shape that --json answers have."""
    channel = str(record.channel or "").rstrip("/")
    return {
        "base_url": channel,
        "build_number": record.build_number,
        "build_string": str(record.build),
        "channel": channel,
        "dist_name": f"{_name(record)}-{record.version}-{record.build}",
        "name": _name(record),
        "platform": str(record.subdir),
        "version": str(record.version),
    }


def _failure(error: Exception, urls: Sequence[str]) -> CondaError:
    """Translate what rattler raises into the names that scripts around conda look for."""
    text = str(error)
    if "No candidates were found for" in text:
        channels = "\n".join(f"  - {url}" for url in urls)
        message = f"The following packages are not available from current channels:\n\n{text}\n\nChannels:\n{channels}"
        return CondaError("PackagesNotFoundInChannelsError", message)
    if type(error).__name__ == "SolverError":
        return CondaError("LibMambaUnsatisfiableError", f"Encountered problems while solving:\n{text}")
    if type(error).__name__ == "InvalidMatchSpecError":
        return CondaError("InvalidMatchSpec", text)
    if "404" in text or "could not find subdir" in text:
        return CondaError("UnavailableInvalidChannel", f"HTTP 404 NOT FOUND for channel <{', '.join(urls)}>\n{text}")
    return CondaError("CondaHTTPError", f"HTTP 000 CONNECTION FAILED for url <{', '.join(urls)}>\n{text}")


def _located(spec: str, config: Config) -> str:
    """Give a specification with the address of its channel: rattler knows no names that are configured."""
    channel, mark, rest = spec.rpartition("::")
    return f"{config.channel_urls([channel])[0]}::{rest}" if mark else spec


def plan(
    prefix: Path,
    specs: Sequence[str],
    channels: Iterable[str],
    config: Config,
    *,
    installed: Sequence[Any] = (),
    loose: Container[str] = (),
) -> Transaction:
    """Solve for `specs`; what is installed keeps its version where it can, but for the names in `loose`."""
    rattler = _rattler()
    urls = config.channel_urls(channels)
    if specs and not urls:
        raise CondaError(
            "NoChannelsConfiguredError", "No channels have been configured.\nUse -c, or set them in a .condarc"
        )
    locked = [record for record in installed if _name(record) not in loose]

    async def solve() -> list[Any]:
        gateway = rattler.Gateway(cache_dir=config.pkgs_dir() / "cache")
        return list(
            await rattler.solve(
                [rattler.Channel(url) for url in urls],
                [rattler.MatchSpec(_located(spec, config)) for spec in specs],
                gateway=gateway,
                locked_packages=locked,
                virtual_packages=rattler.VirtualPackage.detect(),
                add_pip_as_python_dependency=True,
            )
        )

    try:
        solution = _run(solve())
    except Exception as error:  # rattler's exceptions have no common class
        raise _failure(error, urls) from error
    return _transaction(prefix, installed, solution)


def plan_removal(prefix: Path, names: Iterable[str]) -> Transaction:
    """Plan to remove packages, what needs them, and what nobody asked for and nothing needs any more."""
    installed = {_name(record): record for record in installed_in(prefix)}
    needs = {
        name: {environments.spec_name(spec) for spec in record.depends} & installed.keys()
        for name, record in installed.items()
    }
    gone = {name.lower() for name in names}
    missing = gone - installed.keys()
    if missing:
        listing = "\n".join(f"  - {name}" for name in sorted(missing))
        raise CondaError(
            "PackagesNotFoundError", f"The following packages are missing from the target environment:\n{listing}"
        )
    while more := {name for name in installed.keys() - gone if needs[name] & gone}:
        gone |= more
    kept = (environments.requested(prefix).keys() & installed.keys()) - gone
    if "python" in kept and "pip" in installed and "pip" not in gone:
        kept.add("pip")
    while more := {need for name in kept for need in needs[name]} - kept:
        kept |= more
    # Without a history there is nothing to tell a wish from a need by.
    solution = [record for name, record in installed.items() if name in (kept or installed.keys() - gone)]
    return _transaction(prefix, list(installed.values()), solution)


def _transaction(prefix: Path, installed: Sequence[Any], solution: list[Any]) -> Transaction:
    before = {(_name(r), str(r.version), str(r.build)): r for r in installed}
    after = {(_name(r), str(r.version), str(r.build)): r for r in solution}
    return Transaction(
        prefix,
        solution,
        link=[_summary(after[key]) for key in sorted(after.keys() - before.keys())],
        unlink=[_summary(before[key]) for key in sorted(before.keys() - after.keys())],
    )


def execute(transaction: Transaction, config: Config, action: str, specs: Sequence[str]) -> None:
    """Make the prefix what the transaction says; write down what was asked for; put the user's umask on the records."""
    rattler = _rattler()
    prefix = transaction.prefix
    (prefix / "conda-meta").mkdir(parents=True, exist_ok=True)
    (prefix / "conda-meta/history").touch()  # from now on it is an environment, if a broken one: create makes it anew
    try:
        if not transaction.empty:
            _run(
                rattler.install(
                    transaction.solution,
                    prefix,
                    cache_dir=config.pkgs_dir(),
                    installed_packages=installed_in(prefix),
                    show_progress=False,
                )
            )
    except Exception as error:  # rattler's exceptions have no common class
        raise CondaError("CondaMultiError", str(error)) from error
    umask = os.umask(0)
    os.umask(umask)
    for record in (prefix / "conda-meta").glob("*.json"):
        record.chmod(0o666 & ~umask)
    changes = [
        f"{sign}{entry['base_url']}/{entry['platform']}::{entry['dist_name']}" for sign, entry in _signed(transaction)
    ]
    environments.remember(prefix, ["conda", *sys.argv[1:]], changes, action, specs)
    environments.register(prefix)


def _signed(transaction: Transaction) -> list[tuple[str, dict[str, Any]]]:
    return [("-", entry) for entry in transaction.unlink] + [("+", entry) for entry in transaction.link]
