# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRIVATE to the collection: certificates and keys, and who can read them."""

from __future__ import annotations

import pwd
import ssl
from typing import Any

from ansible_collections.mlops.workbench.plugins.module_utils._preflight.model import (
    LOGIN_USER,
    Problem,
    RunCommand,
    problem,
)


def check_certificates(
    asked: dict[str, dict[str, Any]], login: str, problems: list[Problem], run_command: RunCommand
) -> None:
    """A problem for each certificate and key that do not serve TLS together, or that one of their users cannot read."""
    for variable, need in sorted(asked.items()):
        certificate, key = need["certificate"], need["key"]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            # A key with a passphrase has nobody to ask at a boot.
            context.load_cert_chain(certificate, key, password=lambda: b"")
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
            text = "%s and %s do not serve TLS together: %s" % (certificate, key, reason)
            remedy = "set it to a certificate and its key, both PEM, the key without a passphrase"
            problems.append(problem(variable, text, remedy))
            continue
        for name in [user.replace(LOGIN_USER, login) for user in need["users"]]:
            for path in (certificate, key):
                if not can_read(name, path, run_command):
                    remedy = "make it readable for %s, with its folders (chgrp, chmod g+r or setfacl), or set %s" % (
                        name,
                        variable,
                    )
                    problems.append(problem(variable, "%s cannot read %s" % (name, path), remedy))


def can_read(name: str, path: str, run_command: RunCommand) -> bool:
    """Whether this user could open the file; true where there is no such user, which `users` tells."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return True
    identity = ["--reuid=%d" % entry.pw_uid, "--regid=%d" % entry.pw_gid, "--init-groups"]
    return run_command(["setpriv", *identity, "test", "-r", path])[0] == 0
