# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRIVATE to the collection: the servers that the variables of the role jupyter describe, and what is wrong with the variables.

`spec` has the variables without their prefix and the role's own paths, as roles/jupyter/vars/main.yml lists them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.mlops.workbench.plugins.plugin_utils._paths import in_home
from ansible_collections.mlops.workbench.plugins.plugin_utils._settings import Problem

LOGIN_USER = "%u"  # as `preflight` has it
LOOPBACK = re.compile(r"127\.|::1\Z")
USER_PORTS = range(1024, 65536)
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 the addresses by which the host reaches itself


@dataclass(frozen=True)
class File:
    """A file as a task writes it; the group of a user's file is known once the host was examined."""

    path: str
    owner: str
    mode: str
    group: str = ""

    def expected(self, **more: Any) -> dict[str, Any]:
        """Return it as `preflight` takes it."""
        return {key: value for key, value in {**asdict(self), **more}.items() if value}


@dataclass(frozen=True)
class Server:
    """A server without its secrets, so that tasks may loop over it; `home` is known once the host was examined."""

    user: str
    home: str
    address: str
    port: int
    url: str
    alternative_names: str
    tls: bool
    certificate: str
    certificate_key: str
    notebook_dir: str
    memory_max: str
    cpu_quota: str
    prefix: str
    unit: str
    settings: File
    config: File
    unit_file: File
    token: File | None
    token_file: str
    own_token: bool

    def reads(self) -> list[str]:
        """Return the files that it reads when it starts."""
        paths = (self.unit_file.path, self.config.path, self.token_file, self.certificate, self.certificate_key)
        return [path for path in paths if path]

    def recorded(self) -> dict[str, Any]:
        """Return what the receipt says of it, for the doctor and for a later run."""
        return {key: getattr(self, key) for key in ("user", "address", "port", "tls", "token_file", "prefix", "unit")}

    def files(self) -> list[dict[str, Any]]:
        """Return its files as `preflight` takes them."""
        # A link to a folder that is the user's, such as one on another disk, is such a folder, and keeps its mode.
        notebooks = {
            "path": in_home(self.notebook_dir, "~" + self.user),
            "type": "directory",
            "owner": self.user,
            "follow": True,
        }
        written = [self.config.expected(read=True), self.unit_file.expected(read=True)]
        token = [self.token.expected()] if self.token else []
        return [notebooks, self.settings.expected(type="directory"), *written, *token]


def servers(
    spec: Mapping[str, Any], login_user: str = LOGIN_USER, accounts: Mapping[str, Mapping[str, Any]] | None = None
) -> list[Server]:
    """Return the servers that are to be there; accounts are those that `preflight` found."""
    return [_server(spec, entry, login_user, accounts or {}) for entry in entries(spec)]


def entries(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the entries of `jupyter_users`, or the one that the variables for a single server stand for."""
    if spec["state"] == "absent":
        return []
    return spec["users"] or [{"name": spec["user"], "token": spec["token"], "password_hash": spec["password_hash"]}]


def _server(
    spec: Mapping[str, Any], entry: Mapping[str, Any], login_user: str, accounts: Mapping[str, Mapping[str, Any]]
) -> Server:
    user = entry.get("name") or login_user
    account = accounts.get(user, {})
    home, group = account.get("home", ""), account.get("group", "")
    own = {option: entry.get(option, spec[option]) for option in ("port", "notebook_dir", "memory_max", "cpu_quota")}
    folder, unit = "%s/%s" % (spec["folder"], user), "jupyter-%s.service" % user
    certificate = folder + "/tls.crt" if spec["self_signed"] else spec["certificate"]
    # The hash of a password is its user's alone.
    with_password = bool(entry.get("password_hash"))
    config = folder + "/jupyter_server_config.json"
    reached = WILDCARDS.get(spec["address"], spec["address"])
    scheme, host = "https" if certificate else "http", "[%s]" % reached if ":" in reached else reached
    return Server(
        user=user,
        home=home,
        address=spec["address"],
        port=int(own["port"]),
        url="%s://%s:%s" % (scheme, host, own["port"]),
        alternative_names="DNS:localhost,IP:127.0.0.1,IP:::1"
        + ("" if reached in WILDCARDS.values() else ",IP:" + spec["address"]),
        tls=bool(certificate),
        certificate=certificate,
        certificate_key=folder + "/tls.key" if spec["self_signed"] else spec["certificate_key"],
        notebook_dir=in_home(own["notebook_dir"], home) if home else own["notebook_dir"],
        memory_max=str(own["memory_max"]),
        cpu_quota=str(own["cpu_quota"]),
        prefix=spec["prefix"],
        unit=unit,
        settings=File(folder, "root", "0755", "root"),
        config=File(config, user, "0600", group) if with_password else File(config, "root", "0644", "root"),
        unit_file=File("/etc/systemd/system/" + unit, "root", "0644", "root"),
        token=None if with_password else File(folder + "/token", user, "0600", group),
        token_file="" if with_password else folder + "/token",
        own_token=bool(entry.get("token")),
    )


def checks(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `preflight` has to check for the servers, by its options."""
    found = servers(spec)
    conda = spec["environment"] == "conda"
    several = bool(spec["users"])

    def by(option: str, values: Iterable[Any]) -> dict[str, Any]:
        """Values of the servers, by the variable that a message is to name."""
        names = ["jupyter_users[%s]%s" % (server.user, "." + option if option != "user" else "") for server in found]
        return dict(zip(names if several else ["jupyter_" + option], values))

    folders = [{"path": in_home(server.notebook_dir, "~" + server.user), "user": server.user} for server in found]
    users = [server.user for server in found]
    certificate = {"certificate": spec["certificate"], "key": spec["certificate_key"], "users": users}
    packages = spec["apt_packages"] if found else []
    places = [spec["prefix"], *([spec["conda_prefix"]] if conda else [])]
    kernels = [{"path": path, "type": "directory", "mode": "0755"} for path in spec["kernel_folders"]] if found else []
    return {
        "users": {
            "jupyter_users" if several else "jupyter_user": [
                user for user in dict.fromkeys(users) if user != LOGIN_USER
            ]
        },
        "homes": by("user", users),
        "ports": by("port", [{"port": server.port, "unit": server.unit} for server in found]),
        "addresses": {"jupyter_address": spec["address"]} if found else {},
        "certificates": {"jupyter_certificate": certificate} if found and spec["certificate"] else {},
        "disk_mb": spec["min_free_mb"] if found else 0,
        "owners": {"jupyter_conda_prefix": {"paths": places}} if found else {},
        "user_folders": by("notebook_dir", folders),
        "programs": {"jupyter_conda_prefix": spec["conda_prefix"] + "/bin/conda"} if found and conda else {},
        "kernels": spec["kernel_prefixes"] if found else [],
        "packages": packages,
        "changes": {"jupyter_environment": {"present": dict.fromkeys(packages, "")}} if found else {},
        "units": {server.unit: server.reads() for server in found},
        "files": [file for server in found for file in server.files()] + kernels,
        "servers": [{key: getattr(server, key) for key in ("unit", "address", "port", "tls")} for server in found],
        "problems": problems(spec, found) if found else [],
    }


def problems(spec: Mapping[str, Any], found: list[Server]) -> list[Problem]:
    """Return what is wrong with the variables themselves."""

    def of(option: str) -> str:
        return "jupyter_users" if spec["users"] else "jupyter_" + option

    def mismatches(pattern: str, values: Iterable[Any]) -> list[str]:
        return [str(value) for value in values if not re.fullmatch(pattern, str(value))]

    wanted = entries(spec)
    ports = [server.port for server in found]
    users = [server.user for server in found]
    tokens = [entry.get("token") or "" for entry in wanted]
    hashes = [entry.get("password_hash") or "" for entry in wanted]
    names = [posixpath.basename(prefix) for prefix in spec["kernel_prefixes"]]
    bad_ports = [str(port) for port in ports if port not in USER_PORTS]
    plain = not (LOOPBACK.match(spec["address"]) or found[0].tls or spec["allow_plain_http"])
    # fmt: off
    rules = [
        (bad_ports, of("port"),
            "%s is not a port that a user can open" % ", ".join(bad_ports), "set the port to a number from 1024 to 65535"),
        (repeated(ports), "jupyter_users",
            "two servers would have the same port", "set the port of each user to a number of its own"),
        (repeated(users), "jupyter_users",
            "a user is named twice", "name each user once"),
        (spec["users"] and (spec["user"] or spec["token"] or spec["password_hash"]), "jupyter_users",
            "jupyter_user, jupyter_token and jupyter_password_hash are for one server, and jupyter_users has the settings of several",
            "write these into the entries of jupyter_users, or leave jupyter_users empty"),
        (mismatches(r"([A-Za-z0-9._~-]{16,})?", tokens), of("token"),
            "a token is shorter than 16 characters, or has others than letters, digits and . _ ~ -",
            "make a longer one (openssl rand -hex 24), or leave it empty and the host makes one"),
        (mismatches(r"(argon2:\$argon2.+)?", hashes), of("password_hash"),
            "a password is not hashed in the way that the server reads",
            "set it to what `python -c 'from jupyter_server.auth import passwd; print(passwd())'` prints, which starts with argon2:"),
        ([token for token, hashed in zip(tokens, hashes) if token and hashed], of("token"),
            "a server has both a token and a password", "set only one of them"),
        (mismatches(r'(~|/)[^\s"%$\\]*', [server.notebook_dir for server in found]), of("notebook_dir"),
            "a notebooks folder is not an absolute path or has characters that a systemd unit cannot hold",
            "choose a path that starts with / or ~ and has no spaces, quotes, backslashes, % or $"),
        (mismatches(r"([1-9][0-9]*[KMGT%]?)?", [server.memory_max for server in found]), of("memory_max"),
            "a limit of memory is none that systemd knows",
            "set it to a size such as 8G, or to a part of the machine's memory such as 50%"),
        (mismatches(r"([1-9][0-9]*%)?", [server.cpu_quota for server in found]), of("cpu_quota"),
            "a limit of CPU time is none that systemd knows", "set it to a percentage, where 100% is one CPU"),
        (mismatches(r"(/[A-Za-z0-9._@+-]+)+", spec["kernel_prefixes"]), "jupyter_kernels",
            "an environment is neither a name nor an absolute path",
            "name environments as conda does, or give the path of their prefix"),
        (repeated(names), "jupyter_kernels",
            "two environments would give kernels of the same name", "remove one of them"),
        (bool(spec["certificate"]) != bool(spec["certificate_key"]), "jupyter_certificate_key",
            "a certificate and its key are only of use together", "set jupyter_certificate and jupyter_certificate_key, or neither"),
        (spec["self_signed"] and spec["certificate"], "jupyter_self_signed",
            "there is a certificate already, in jupyter_certificate", "choose one of them"),
        (mismatches(r"(https?://[A-Za-z0-9.:\[\]-]+)?", [spec["allow_origin"]]), "jupyter_allow_origin",
            "%s is not the address of one web site, and from any other page scripts could run code on this host" % spec["allow_origin"],
            "set it to the site's address without a path, such as https://lab.example.org, or leave it empty"),
        (plain, "jupyter_address",
            "on %s others would read tokens and notebooks on their way through the network, since there is no TLS" % spec["address"],
            "keep 127.0.0.1 and connect through SSH, or set jupyter_self_signed or jupyter_certificate, or set jupyter_allow_plain_http to "
            "true where another program adds TLS"),
    ]
    # fmt: on
    return [
        {"variable": variable, "problem": problem, "remedy": remedy}
        for broken, variable, problem, remedy in rules
        if broken
    ]


def repeated(values: list[Any]) -> bool:
    """Return whether a value is there twice."""
    return len(set(values)) != len(values)
