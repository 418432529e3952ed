# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses with somebody's name, password or token in them, which are neither printed nor stored."""

from __future__ import annotations

import re

# The user information of an address ends at the last @ before the path (RFC 3986, section 3.2.1).
ADDRESS = re.compile(r"\b([a-z][a-z0-9+.-]*)://([^/?#\s\"'<>]*)@", re.IGNORECASE)
# There, a user's name alone is no secret: it is the account on the server, as in ssh://git@example.org.
BY_KEY = {"ssh", "git+ssh", "ssh+git", "sftp", "rsync", "svn+ssh"}
PROBLEM = "an address holds a name, a password or a token, which others can read in logs and on the host"
REMEDY = (
    "set it to the address without what stands before the @; git asks a key or a credential helper of its user, and conda and Ansible "
    "read ~/.netrc"
)


def has_secret(text: str) -> bool:
    """Whether there is an address with user information in this text."""
    return any(_is_secret(*found.groups()) for found in ADDRESS.finditer(text))


def refusal(option: str, texts: list[str]) -> str:
    """What a module says that does not take such an address; empty where there is none."""
    return "%s: %s. Remedy: %s." % (option, PROBLEM, REMEDY) if any(map(has_secret, texts)) else ""


def without_secrets(text: str) -> str:
    """The text, with the user information of its addresses taken out."""
    return ADDRESS.sub(
        lambda found: "%s://" % found.group(1) if _is_secret(*found.groups()) else found.group(0),
        text,
    )


def _is_secret(scheme: str, user_information: str) -> bool:
    return ":" in user_information or scheme.lower() not in BY_KEY
