# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jupyter answers those who have the token or the password, and nobody else."""

from __future__ import annotations

import http.client
import ipaddress
import secrets
from functools import partial
from typing import Iterator

from .host import Host
from .model import Check, Job, failed, passed, rerun
from .receipts import Instance, Jupyter

STATUS_PATH = "/api/status"
NO_ANSWER = "Look at systemctl status '*jupyter*' and journalctl -u '*jupyter*'"
EXPOSED = f"Stop it now if others reach this port: systemctl stop '*jupyter*'. {rerun('jupyter')}"


class TokenError(Exception):
    """The token cannot be used; the message says why and never quotes it."""


def jobs(host: Host, receipt: Jupyter) -> Iterator[Job]:
    """Check each server."""
    for instance in receipt.instances:
        if instance.token_file:  # a password is known to its user alone
            yield partial(_token_file, host, instance)
            yield partial(_with_token, host, instance)
        yield partial(_refuses, host, instance, "jupyter.without_token", "without a token", None)
        yield partial(_refuses, host, instance, "jupyter.wrong_token", "with a wrong token", secrets.token_hex(24))
        yield partial(_address, host, instance)
        yield partial(_process, host, instance)
        for kernel in receipt.kernels if instance.prefix else []:
            yield partial(_kernel, host, instance, kernel)


def _token_file(host: Host, instance: Instance) -> Check:
    check = "jupyter.token_file"
    try:
        _token(host, instance)
    except TokenError as error:
        return failed(check, instance.user, f"{instance.token_file} {error}", rerun("jupyter"))
    return passed(check, instance.user, f"{instance.token_file} is only for {instance.user}")


def _with_token(host: Host, instance: Instance) -> Check:
    check = "jupyter.with_token"
    try:
        token = _token(host, instance)
    except TokenError:
        return failed(check, instance.user, "not tried: there is no token to trust", rerun("jupyter"))
    status, trouble = _status(host, instance, token)
    if trouble:
        return failed(check, instance.user, trouble, NO_ANSWER)
    if status != 200:
        remedy = "The server may still have an older token: systemctl restart '*jupyter*'"
        return failed(check, instance.user, f"{instance.place} answers {status} with the token, not 200", remedy)
    return passed(check, instance.user, f"{instance.place} answers 200 with the token")


def _refuses(host: Host, instance: Instance, check: str, how: str, token: str | None) -> Check:
    status, trouble = _status(host, instance, token)
    if trouble:
        return failed(check, instance.user, trouble, NO_ANSWER)
    if status != 403:
        return failed(check, instance.user, f"{instance.place} answers {status} {how}, not 403", EXPOSED)
    return passed(check, instance.user, f"{instance.place} answers 403 {how}")


def _address(host: Host, instance: Instance) -> Check:
    check = "jupyter.address"
    addresses = {listener.address for listener in host.listeners(instance.port)}
    promised = str(ipaddress.ip_address(instance.address))
    if promised not in addresses:
        return failed(check, instance.user, f"nothing listens on {instance.place}", NO_ANSWER)
    if addresses != {promised}:
        others = ", ".join(sorted(addresses - {promised}))
        return failed(check, instance.user, f"port {instance.port} is open on {others} as well", EXPOSED)
    return passed(check, instance.user, f"port {instance.port} is open on {promised} and nowhere else")


def _process(host: Host, instance: Instance) -> Check:
    check = "jupyter.process"
    promised = str(ipaddress.ip_address(instance.address))
    owners = {
        host.user_name(listener.uid) for listener in host.listeners(instance.port) if listener.address == promised
    }
    if not owners:
        return failed(check, instance.user, f"nothing listens on {instance.place}", NO_ANSWER)
    if owners != {instance.user}:
        detail = f"the server on {instance.place} runs as {', '.join(sorted(owners))}, not as {instance.user}"
        return failed(check, instance.user, detail, f"Stop that server. {rerun('jupyter')}")
    return passed(check, instance.user, f"the server runs as {instance.user}")


def _kernel(host: Host, instance: Instance, kernel: str) -> Check:
    """Check that the user can read what offers a kernel: a server passes over one that it cannot read."""
    check = "jupyter.kernel"
    file = f"{instance.prefix}/share/jupyter/kernels/{kernel}/kernel.json"
    account = host.account(instance.user)
    if account is None:
        return failed(check, instance.user, f"user {instance.user} does not exist", rerun("jupyter"))
    if host.run(["/usr/bin/test", "-r", file], account).rc:
        detail = f"the kernel {kernel} is not offered: {instance.user} cannot read {file}"
        return failed(check, instance.user, detail, rerun("jupyter"))
    return passed(check, instance.user, f"the kernel {kernel} is offered")


def _token(host: Host, instance: Instance) -> str:
    """Return the token, or raise TokenError when anybody but its user could have read or written it.

    That is also what keeps a user from having root send the contents of another file to the server.
    """
    try:
        file = host.read_private(instance.token_file)
    except OSError as error:
        raise TokenError(f"cannot be read: {error.strerror or 'not a regular file'}") from error
    owner = host.user_name(file.uid)
    if owner != instance.user:
        raise TokenError(f"belongs to {owner}, not to {instance.user}")
    if file.mode != 0o600:
        raise TokenError(f"has mode {file.mode:04o}, not 0600")
    token = file.text.strip()
    if not (token.isascii() and token.isprintable() and token):
        raise TokenError("holds no token; remove it, so that the role makes one")
    return token


def _status(host: Host, instance: Instance, token: str | None) -> tuple[int, str]:
    """Return the HTTP status, or 0 and what kept the server from answering."""
    try:
        return host.http_status(instance.address, instance.port, STATUS_PATH, token, instance.tls), ""
    except OSError as error:
        return 0, f"{instance.place} does not answer: {error.strerror or error}"
    except http.client.HTTPException as error:
        return 0, f"{instance.place} does not speak HTTP: {type(error).__name__}"
