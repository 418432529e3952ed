# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may speak with the stand-in: one service account whose key signs for tokens (RFC 7523, RS256)."""

from __future__ import annotations

import base64
import json
import secrets
import time
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from lab.cloud.gcp.model import PROJECT, Json, RefusalError
from lab.cloud.gcp.proxy import pem

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 an address, no secret
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFE_SECONDS = 3600


class Tokens:
    """Gives out tokens and knows them again."""

    def __init__(self, folder: Path) -> None:
        """Write the account's key to service-account.json, as Google's console hands it out."""
        key = rsa.generate_private_key(65537, 2048)
        self._public_key = key.public_key()
        self._email = f"ansible@{PROJECT}.iam.gserviceaccount.com"
        self._valid_until: dict[str, float] = {}
        file = folder / "service-account.json"
        file.touch(mode=0o600)
        file.write_text(
            json.dumps(
                {
                    "type": "service_account",
                    "project_id": PROJECT,
                    "private_key_id": "1",
                    "private_key": pem(key).decode(),
                    "client_email": self._email,
                    "client_id": "1",
                    "token_uri": TOKEN_URL,
                }
            )
        )

    def give(self, body: Json) -> Json:
        """Return a token for a signed assertion of the account; raises RefusalError for any other."""
        try:
            signed, _dot, signature = body["assertion"].rpartition(".")
            self._public_key.verify(_decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
            claims = json.loads(_decoded(signed.partition(".")[2]))
            good = claims["iss"] == self._email and claims["aud"] == TOKEN_URL and claims["exp"] > time.time()
        except (KeyError, ValueError, InvalidSignature):
            good = False
        if not good or body.get("grant_type") != GRANT:
            raise RefusalError(400, "invalid_grant", "Invalid JWT Signature.")
        token = secrets.token_urlsafe(24)
        self._valid_until[token] = time.monotonic() + LIFE_SECONDS
        return {"access_token": token, "expires_in": LIFE_SECONDS, "token_type": "Bearer"}

    def check(self, token: str) -> None:
        """Refuse a token that was not given out, or too long ago."""
        if self._valid_until.get(token, 0) < time.monotonic():
            raise RefusalError(401, "authError", "Request had invalid authentication credentials.")


def _decoded(text: str) -> bytes:
    """Return the bytes of base64url without its padding, as tokens are written."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
