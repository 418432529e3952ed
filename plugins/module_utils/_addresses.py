# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses with somebody's name, password or token in them, which are neither printed nor stored."""

from __future__ import annotations

import re

ADDRESS = re.compile(r"([a-z][a-z0-9+.-]{0,20})://([^/?#\s\"'<>]*)([^\s\"'<>]*)", re.IGNORECASE)
# A channel's token, as conda reads it from an address.
TOKEN = re.compile(r"/t/[a-z0-9-]+(?!\.?\w)", re.IGNORECASE)
# What signed addresses and servers that take a token call it.
PARAMETER = re.compile(
    r"([?&;](?:[\w.-]*(?:token|secret|passw(?:or)?d|signature|credential|api[_-]?key)|sig|key|auth)=)[^&#;]+",
    re.IGNORECASE,
)
# There, a user's name alone is no secret: it is the account on the server, as in ssh://git@example.org.
BY_KEY = {"ssh", "git+ssh", "ssh+git", "sftp", "rsync", "svn+ssh"}
PROBLEM = "an address holds a name, a password or a token, which others can read in logs and on the host"
REMEDY = (
    "set it to the address without what stands before the @, and without the token in its path or query; git asks a key or a credential "
    "helper of its user, conda and Ansible read ~/.netrc, and `anaconda login` keeps the token of a channel"
)


def has_secret(text: str) -> bool:
    """Whether there is an address with user information, or with a token in its path or query, in this text."""
    return without_secrets(text) != text


def refusal(option: str, texts: list[str]) -> str:
    """What a module says that does not take such an address; empty where there is none."""
    return "%s: %s. Remedy: %s." % (option, PROBLEM, REMEDY) if any(map(has_secret, texts)) else ""


def without_secrets(text: str) -> str:
    """The text, with the secrets of its addresses taken out."""
    return ADDRESS.sub(_public, text)


def _public(address: re.Match[str]) -> str:
    """An address without its secrets. Its user information ends at the last @ before the path (RFC 3986, section 3.2.1)."""
    scheme, authority, rest = address.groups()
    user, _at, host = authority.rpartition("@")
    if ":" in user or scheme.lower() not in BY_KEY:
        authority = host
    return "%s://%s%s" % (scheme, authority, PARAMETER.sub(r"\1***", TOKEN.sub("", rest)))
