"""What a machine in a cloud is like in its first minutes: the roles wait for others, or repair what was cut off, and end well."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from lab_host import Host

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("fresh_vm")]

SECONDS = 20
# As apt itself takes them, one after the other; unattended upgrades hold them for minutes on a machine that was just started.
LOCKS = ["/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock"]
HOLD = """
import fcntl, sys, time
held = [open(path, "w") for path in sys.argv[2:]]
for file in held:
    fcntl.lockf(file, fcntl.LOCK_EX)
open("/run/held", "w").close()
time.sleep(int(sys.argv[1]))
"""
# A package whose configuration takes long the first time: the power goes in the middle of it.
CUT_OFF = """
set -e
tree=$(mktemp --directory)
mkdir -p $tree/DEBIAN
printf 'Package: slow-to-configure\\nVersion: 1\\nArchitecture: all\\nMaintainer: nobody\\nDescription: x\\n' > $tree/DEBIAN/control
printf '#!/bin/sh\\ntest -e /var/tmp/second || { touch /var/tmp/second; sleep 100; }\\n' > $tree/DEBIAN/postinst
chmod 0755 $tree $tree/DEBIAN/postinst
dpkg-deb --root-owner-group --build $tree /tmp/slow.deb
sudo systemd-run --quiet --collect --unit=cut-off dpkg --install /tmp/slow.deb
until test -e /var/tmp/second; do sleep 0.1; done
sudo systemctl kill --signal=KILL cut-off
sleep 1
"""
STATE = "dpkg-query --show --showformat '${db:Status-Status}' slow-to-configure"
# cloud-init itself with a slow last module, and nothing that would change this host's network, keys or users.
CLOUD_INIT = f"""
export DEBIAN_FRONTEND=noninteractive
sudo apt-get update -qq
sudo -E apt-get install -qq --no-install-recommends cloud-init >/dev/null 2>&1
sudo mkdir -p /var/lib/cloud/seed/nocloud
echo 'instance-id: lab' | sudo tee /var/lib/cloud/seed/nocloud/meta-data
sudo tee /var/lib/cloud/seed/nocloud/user-data <<'END'
#cloud-config
runcmd: [[sleep, "{SECONDS}"], [touch, /var/tmp/first-boot-is-over]]
END
sudo tee /etc/cloud/cloud.cfg.d/99-lab.cfg <<'END'
network: {{config: disabled}}
datasource_list: [NoCloud]
cloud_init_modules: []
cloud_config_modules: [runcmd]
cloud_final_modules: [scripts_user]
END
"""


@pytest.fixture
def roles_play(tmp_path: Path):
    """A playbook that runs some roles."""

    def write(*roles: str) -> str:
        (tmp_path / "play.yml").write_text(
            json.dumps([{"hosts": "all", "become": True, "gather_facts": False, "roles": list(roles)}])
        )
        return str(tmp_path / "play.yml")

    return write


def hold(host: Host, seconds: int) -> None:
    script = f"set -e; sudo rm -f /run/held; sudo systemd-run --quiet python3 -c '{HOLD}' {seconds} {' '.join(LOCKS)}"
    host.shell(f"{script}\nuntil test -e /run/held; do sleep 0.1; done")


def test_locks_of_apt_are_waited_for(host: Host, roles_play) -> None:
    host.shell("sudo find /var/lib/apt/lists -type f -delete")  # so that they have to be fetched, too
    hold(host, SECONDS)
    started = time.monotonic()
    run = host.play(roles_play("base", "docker"))
    assert run.returncode == 0, run.stdout
    assert time.monotonic() - started > SECONDS - 1
    assert "Hello from Docker!" in host.shell("sudo docker run --rm hello-world")


def test_the_locks_are_those_that_apt_heeds(host: Host) -> None:
    hold(host, 3)
    said = host.shell("sudo apt-get install tree 2>&1; sudo apt-get update 2>&1; true")
    assert "/var/lib/dpkg/lock-frontend" in said
    assert "/var/lib/apt/lists/lock" in said
    time.sleep(3)


@pytest.mark.parametrize("locked", [False, True], ids=["alone", "while another holds the locks"])
def test_a_half_configured_package_is_finished(host: Host, roles_play, locked: bool) -> None:
    host.shell("sudo rm -f /var/tmp/second; sudo dpkg --purge slow-to-configure 2>/dev/null; true")
    host.shell(CUT_OFF)
    assert host.shell(STATE) == "half-configured"
    if locked:
        hold(host, 8)
    run = host.play(roles_play("base"), "-e", json.dumps({"base_packages": ["tree"]}))
    assert run.returncode == 0, run.stdout
    assert host.shell(STATE) == "installed"
    assert host.shell("tree --version")
    host.shell("sudo apt-get purge -qq tree slow-to-configure >/dev/null 2>&1")


def test_what_a_run_brought_that_was_cut_off_goes_with_the_removal(host: Host, roles_play) -> None:
    wanted = ("-e", json.dumps({"base_packages": ["tree"]}))
    cut_off = "/etc/apt/apt.conf.d/zz-cut-off"  # as soon as the package is there, before the role has heard of it
    host.shell(f"""echo 'DPkg::Post-Invoke {{"pkill -KILL python3 || true";}};' | sudo tee {cut_off}""")
    assert host.play(roles_play("base"), *wanted).returncode == 2
    host.shell(f"sudo rm {cut_off}; tree --version")
    assert host.play(roles_play("base"), *wanted).returncode == 0
    assert host.play(roles_play("base"), *wanted, "-e", "base_state=absent").returncode == 0
    assert host.shell("command -v tree || true") == ""


def test_cloud_init_is_waited_for(host: Host, roles_play, tmp_path: Path) -> None:
    host.shell(CLOUD_INIT)
    (tmp_path / "reboot.yml").write_text(
        json.dumps([{"hosts": "all", "become": True, "gather_facts": False, "tasks": [{"ansible.builtin.reboot": {}}]}])
    )
    run = host.play(str(tmp_path / "reboot.yml"))
    assert run.returncode == 0, run.stdout
    assert "running" in host.shell("cloud-init status 2>&1 || true")
    run = host.play(roles_play("base"), "-e", json.dumps({"base_packages": ["tree"]}))
    assert run.returncode == 0, run.stdout
    assert host.shell("cat /run/cloud-init/result.json /var/tmp/first-boot-is-over && tree --version")
