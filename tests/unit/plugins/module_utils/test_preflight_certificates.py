"""Certificates and keys, as preflight sees them."""

from __future__ import annotations

import subprocess

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._preflight import certificates


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """Two certificates with their keys, and a key with a passphrase."""
    folder = tmp_path_factory.mktemp("tls")
    for name in ("a", "b"):
        words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x -keyout"
        subprocess.run(
            [*words.split(), folder / f"{name}.key", "-out", folder / f"{name}.crt"], check=True, capture_output=True
        )
    words = "openssl ec -aes128 -passout pass:secret -in"
    subprocess.run([*words.split(), folder / "a.key", "-out", folder / "locked.key"], check=True, capture_output=True)
    (folder / "empty").touch()
    return folder


def judge(tls, certificate, key, readable=True):
    asked_for = []

    def run_command(command, **_ignored):
        asked_for.append(command)
        return (0 if readable else 1), "", ""

    need = {"certificate": str(tls / certificate), "key": str(tls / key), "users": ["root", "%u", "nobody-1"]}
    problems = list(certificates.check_certificates({"x_certificate": need}, "daemon", run_command))
    return problems, asked_for


@pytest.mark.parametrize(
    ("certificate", "key", "says"),
    [
        ("a.crt", "b.key", "KEY_VALUES_MISMATCH"),
        ("a.crt", "none", "No such file"),
        ("none", "a.key", "No such file"),
        ("empty", "a.key", "do not serve TLS together"),
        ("a.crt", "empty", "do not serve TLS together"),
        ("a.crt", "locked.key", "do not serve TLS together"),
    ],
)
def test_a_certificate_and_a_key_that_do_not_work_are_refused(tls, certificate, key, says):
    problems, asked_for = judge(tls, certificate, key)
    assert len(problems) == 1 and says in problems[0].problem, problems
    assert asked_for == []


def test_a_certificate_that_its_users_can_read_is_fine(tls):
    problems, asked_for = judge(tls, "a.crt", "a.key")
    assert problems == []
    assert [command[-1] for command in asked_for] == [str(tls / "a.crt"), str(tls / "a.key")] * 2
    assert [command[0] for command in asked_for] == ["test", "test", "setpriv", "setpriv"]


def test_a_key_that_its_user_cannot_read_is_refused(tls):
    problems, _asked_for = judge(tls, "a.crt", "a.key", readable=False)
    assert [entry.problem for entry in problems][:2] == [
        "root cannot read %s" % (tls / "a.crt"),
        "root cannot read %s" % (tls / "a.key"),
    ]
    assert "make it readable for root" in problems[0].remedy
