"""Where systemd does not run, as while an image is built, units are written and enabled, and the roles say that they wait for a boot."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
from lab_host import LAB, ROOT, Host

from lab import ssh
from lab.common import LABEL, PREFIX

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("no_systemd")]

START = "mkdir /run/sshd && ssh-keygen -A >/dev/null && sleep infinity"
LET_IN = "until test -s /etc/ssh/ssh_host_ed25519_key.pub; do sleep .1; done; cat > /home/ubuntu/.ssh/authorized_keys"


def docker(*words: str, stdin: str = "") -> str:
    return subprocess.run(["docker", *words], input=stdin, text=True, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def container(host: Host) -> Iterator[Host]:
    """The fixture's host again, but as a container in which only sshd answers."""
    name = f"{PREFIX}-{host.name}"
    docker("rm", "--force", "--volumes", name)
    docker(
        "run",
        "--detach",
        "--name",
        name,
        "--network",
        PREFIX,
        "--label",
        LABEL,
        "mlops-workbench-host:trixie",
        "sh",
        "-c",
        START,
    )
    docker("exec", "-i", name, "sh", "-c", LET_IN, stdin=(LAB / "id_ed25519.pub").read_text())
    key = docker("exec", name, "cat", "/etc/ssh/ssh_host_ed25519_key.pub")
    ssh.trust(host.name, key)
    yield host
    docker("rm", "--force", "--volumes", name)


def test_the_roles_set_up_what_they_can_and_say_what_waits(container: Host) -> None:
    run = container.play(str(ROOT / "site.yml"), "--skip-tags", "doctor")
    assert run.returncode == 0, run.stdout[-6000:]
    said = " ".join(run.stdout.split())
    assert "The engine is installed and enabled, and starts with the next boot." in said
    assert "The server is installed and enabled, and starts with the next boot." in said


@pytest.mark.parametrize("unit", ["docker", "jupyter-ubuntu"])
def test_the_units_come_with_the_next_boot(container: Host, unit: str) -> None:
    assert container.shell(f"systemctl is-enabled {unit}").strip() == "enabled"


def test_a_second_run_changes_nothing(container: Host) -> None:
    run = container.play(str(ROOT / "site.yml"), "--skip-tags", "doctor")
    assert "changed=0" in run.stdout, run.stdout[-6000:]
