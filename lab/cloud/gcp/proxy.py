# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy in front of Google Cloud's stand-in: it ends the TLS of Google's host names with certificates of its own.

Google's clients have no setting for another address, but all of them honour HTTPS_PROXY and REQUESTS_CA_BUNDLE. So one
port takes `CONNECT compute.googleapis.com:443`, and answers what comes through it itself. It passes nothing on.
"""

from __future__ import annotations

import datetime
import json
import ssl
import urllib.parse
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from lab.cloud.gcp.model import Call, Json

ADDRESS_HOST = "checkip.amazonaws.com"
HOSTS = (
    "cloudresourcemanager.googleapis.com",
    "compute.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "oauth2.googleapis.com",
    "serviceusage.googleapis.com",
    "www.googleapis.com",
    ADDRESS_HOST,
)
Response = tuple[int, Json | str]


class HangupError(Exception):
    """Ends the connection without a response."""


def pem(key: rsa.RSAPrivateKey) -> bytes:
    """Return a private key as a file holds it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def certificates(folder: Path) -> ssl.SSLContext:
    """Write the certificate of a new authority to ca.pem, and return a server's side of TLS for Google's names."""
    authority_key, key = (rsa.generate_private_key(65537, 2048) for _key in range(2))
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mlops.workbench lab, not Google")])
    now = datetime.datetime.now(datetime.timezone.utc)

    def signed(name: x509.Name, of: rsa.RSAPrivateKey, ca: bool, names: tuple[str, ...] = ()) -> x509.Certificate:
        public, authority = of.public_key(), authority_key.public_key()
        built = (
            x509.CertificateBuilder(authority_name, name, public, x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=7))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority), critical=False)
        )
        if names:
            built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False)
        return built.sign(authority_key, hashes.SHA256())

    encoding = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(signed(authority_name, authority_key, ca=True).public_bytes(encoding))
    own_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOSTS[0])])
    chain = folder / "server.pem"
    chain.touch(mode=0o600)
    chain.write_bytes(pem(key) + signed(own_name, key, ca=False, names=HOSTS).public_bytes(encoding))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context


class Proxy(ThreadingHTTPServer):
    """A server on a free port of this machine alone; `handle` gets each call with the token that it shows."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext, handle: Callable[[Call, str], Response]) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.context = context
        self.handle = handle


class _Connection(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Proxy
    host = ""

    def do_CONNECT(self) -> None:
        host = self.path.rpartition(":")[0]
        if host not in HOSTS:
            self.send_error(501, f"the stand-in for Google Cloud does not answer for {host}")
            return
        self.send_response(200)
        self.end_headers()
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)
        self.host = host
        self.close_connection = False

    def _handle(self) -> None:
        """Handle one request."""
        place = urllib.parse.urlsplit(self.path)
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        form = self.host and self.headers.get_content_type() == "application/x-www-form-urlencoded"
        body = dict(urllib.parse.parse_qsl(text.decode())) if form else json.loads(text or b"{}") or {}
        call = Call(self.command, self.host, place.path, urllib.parse.parse_qs(place.query), body)
        try:
            status, content = self.server.handle(call, self.headers.get("Authorization", "").removeprefix("Bearer "))
        except HangupError:
            self.close_connection = True
            return
        data = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if isinstance(content, str) else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 the names are http.server's

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the calls are in /lab/state."""
