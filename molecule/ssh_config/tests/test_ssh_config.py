"""What somebody can do with SSH after the role."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "user/ssh"
CONFIG = FOLDER / "config"
MINE = Path(__file__).parents[1] / "user_config.bin"  # .bin: not UTF-8, and with line ends of all kinds


@pytest.fixture
def name(host):
    return host.backend.get_hostname()


def ssh(*words):
    return subprocess.run(["ssh", "-F", CONFIG, *words], capture_output=True, text=True, timeout=60, check=False)


def settings(name):
    return dict(line.split(" ", 1) for line in ssh("-G", name).stdout.splitlines() if " " in line)


def test_the_name_is_enough_to_log_in(name, tmp_path):
    known = tmp_path / "known_hosts"
    said = ssh("-o", f"UserKnownHostsFile={known}", "-o", "BatchMode=yes", name, "id -un")
    assert said.stdout == "ubuntu\n", said.stderr
    assert {line.split()[0] for line in known.read_text().splitlines()} == {f"i-{name}"}


def test_another_machine_under_the_same_name_is_refused(name, tmp_path):
    known = tmp_path / "known_hosts"
    key = subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True, capture_output=True
    )
    assert key.returncode == 0
    known.write_text(f"i-{name} {(tmp_path / 'key.pub').read_text()}")
    said = ssh("-o", f"UserKnownHostsFile={known}", "-o", "BatchMode=yes", name, "true")
    assert said.returncode == 255
    assert "HOST IDENTIFICATION HAS CHANGED" in said.stderr


def test_jupyter_is_forwarded(name):
    assert settings(name)["localforward"] == "[127.0.0.1]:8888 [127.0.0.1]:8888"


def test_what_the_user_wrote_still_counts(name):
    assert settings("other")["hostname"] == "192.0.2.1"
    assert settings("other")["serveraliveinterval"] == "77"
    assert settings(name)["serveraliveinterval"] == "77"
    assert settings("other")["user"] != "ubuntu"


def test_the_rest_of_the_file_is_as_it_was():
    assert CONFIG.read_bytes().split(b"\n", 1)[1] == MINE.read_bytes()


def test_nobody_else_can_read_it():
    for path in FOLDER.rglob("config"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
