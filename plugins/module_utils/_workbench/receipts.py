# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The receipts that roles leave on the host: what each of them promises to have set up."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass, field
from typing import Any, Callable, Union

from .._receipt import SCHEMA, path
from .host import Host


class ReceiptError(Exception):
    """A receipt that cannot be used; the message says why."""


@dataclass(frozen=True)
class Plain:
    """A role that promises nothing but itself."""


@dataclass(frozen=True)
class DockerGroup:
    """The users that may use Docker without sudo."""

    users: list[str]


@dataclass(frozen=True)
class Compose:
    """Docker Compose: its release (empty where the distribution decides) and its users (none: the whole system)."""

    version: str
    users: list[str]


@dataclass(frozen=True)
class Environment:
    """A conda environment and the modules that it must be able to import."""

    prefix: str
    imports: list[str]


@dataclass(frozen=True)
class Anaconda:
    """A conda installation, its environments, the users whose login shells find it, and whether these start in base."""

    prefix: str
    login_users: list[str]
    environments: list[Environment]
    login_base: bool = True


@dataclass(frozen=True)
class Project:
    """The checkouts and the conda environments of a project."""

    checkouts: list[str]
    environments: list[str]


@dataclass(frozen=True)
class Instance:
    """One Jupyter server; `token_file` is empty where a password takes the token's place."""

    user: str
    address: str
    port: int
    tls: bool
    token_file: str
    prefix: str = ""

    @property
    def place(self) -> str:
        """Where it listens, as people write it."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"


@dataclass(frozen=True)
class Jupyter:
    """The Jupyter servers of the host, and the kernels of other environments that each of them offers."""

    instances: list[Instance]
    kernels: list[str] = field(default_factory=list)


Receipt = Union[Plain, DockerGroup, Compose, Anaconda, Project, Jupyter]


def load(host: Host, role: str, read: Callable[[dict[str, Any]], Receipt]) -> Receipt | None:
    """Return the receipt of a role, or None without one; raise ReceiptError when it cannot be used."""
    try:
        record = json.loads(host.read(path(role)))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ReceiptError(f"cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ReceiptError("is not JSON (half written?)") from error
    if not isinstance(record, dict) or record.get("schema") != SCHEMA or record.get("role") != role:
        raise ReceiptError(f"is not a receipt of role {role} in schema {SCHEMA}")
    return read(record)


def plain(_record: dict[str, Any]) -> Plain:
    return Plain()


def docker_group(record: dict[str, Any]) -> DockerGroup:
    return DockerGroup(_texts(record, "users"))


def compose(record: dict[str, Any]) -> Compose:
    distro = record.get("source") == "distro"
    users = _texts(record, "owners") if record.get("scope") == "user" else []
    return Compose("" if distro else _text(record, "version"), users)


def anaconda(record: dict[str, Any]) -> Anaconda:
    # An installation without environments of its own need not say so.
    entries = _entries(record, "environments") if "environments" in record else []
    environments = [Environment(_text(entry, "prefix"), _texts(entry, "imports")) for entry in entries]
    # Receipts of before the choice was noted say nothing about it: base was what login shells started in.
    login_base = record.get("login_base", True) is not False
    return Anaconda(_text(record, "prefix"), _texts(record, "login_users"), environments, login_base)


def project(record: dict[str, Any]) -> Project:
    return Project(_texts(record, "checkouts"), _texts(record, "environments"))


def jupyter(record: dict[str, Any]) -> Jupyter:
    kernels = _texts(record, "kernels") if "kernels" in record else []
    return Jupyter([_instance(entry) for entry in _entries(record, "instances")], kernels)


def _instance(entry: dict[str, Any]) -> Instance:
    address = _text(entry, "address")
    try:
        ipaddress.ip_address(address)
    except ValueError as error:
        raise ReceiptError("has an 'address' that is not an IP address") from error
    port = _value(entry, "port")
    if not isinstance(port, int) or isinstance(port, bool) or not 0 < port < 65536:
        raise ReceiptError("has a 'port' that is not a TCP port")
    tls = entry.get("tls", False)
    if not isinstance(tls, bool):
        raise ReceiptError("has a 'tls' that is neither true nor false")
    token_file = "" if entry.get("token_file") == "" else _text(entry, "token_file")
    prefix = _text(entry, "prefix") if "prefix" in entry else ""
    return Instance(_text(entry, "user"), address, port, tls, token_file, prefix)


def _value(record: dict[str, Any], key: str) -> Any:
    if key not in record:
        raise ReceiptError(f"has no '{key}'")
    return record[key]


def _text(record: dict[str, Any], key: str) -> str:
    value = _value(record, key)
    if not _is_text(value):
        raise ReceiptError(f"has a '{key}' that is not text")
    return str(value)


def _texts(record: dict[str, Any], key: str) -> list[str]:
    values = _value(record, key)
    if not (isinstance(values, list) and all(_is_text(value) for value in values)):
        raise ReceiptError(f"has a '{key}' that is not a list of texts")
    return values


def _entries(record: dict[str, Any], key: str) -> list[dict[str, Any]]:
    values = _value(record, key)
    if not (isinstance(values, list) and all(isinstance(value, dict) for value in values)):
        raise ReceiptError(f"has a '{key}' that is not a list of mappings")
    return values


def _is_text(value: object) -> bool:
    # What is not printable cannot be a path, a name or a version, and would trip the system calls it is handed to.
    return isinstance(value, str) and value != "" and value.isprintable()
