# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and keys, and who can read them."""

from __future__ import annotations

import ssl
from typing import Any, Iterator

from .._host.accounts import account
from .._host.ownership import as_user
from .._host.units import RunCommand
from .model import LOGIN_USER, Problem


def check_certificates(needs: dict[str, dict[str, Any]], login: str, run_command: RunCommand) -> Iterator[Problem]:
    """A problem for each certificate and key that do not serve TLS together, or that one of their users cannot read."""
    for variable, need in sorted(needs.items()):
        certificate, key = need["certificate"], need["key"]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            # A key with a passphrase has nobody to ask at a boot.
            context.load_cert_chain(certificate, key, password=lambda: b"")
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
            text = "%s and %s do not serve TLS together: %s" % (certificate, key, reason)
            remedy = "set it to a certificate and its key, both PEM, the key without a passphrase"
            yield Problem(variable, text, remedy)
            continue
        for name in [user.replace(LOGIN_USER, login) for user in need["users"]]:
            remedy = "make it readable for %s, with its folders (chgrp, chmod g+r or setfacl), or set %s"
            for path in (certificate, key):
                if not can_read(name, path, run_command):
                    yield Problem(variable, "%s cannot read %s" % (name, path), remedy % (name, variable))


def can_read(name: str, path: str, run_command: RunCommand) -> bool:
    """Whether this user could open the file; true where there is no such user, which `users` tells."""
    user = account(name)
    return user is None or run_command(as_user(["test", "-r", path], user.uid))[0] == 0
