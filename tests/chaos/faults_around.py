"""What happens to a host and its connection while the site is set up on it; a plain run afterwards ends as if nothing had happened."""

from __future__ import annotations

import os
import random
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from trial import DOCTOR, FOLDER, Moment, Site, Undisturbed, plain_run_ends_well

from lab import ssh
from lab.common import run

TIMES = 3


def moment(what: str, reference: Undisturbed, number: int, of: int = TIMES) -> Moment:
    """Return a moment of the `number`-th of equal parts of the undisturbed run, without its first and last seconds."""
    chance = random.Random(f"{os.environ['CHAOS_SEED']}/{what}/{number}").random()
    return reference.run.moment((0.05 + 0.9 * (number + chance) / of) * reference.run.seconds)


@pytest.fixture
def over_tcp(site: Site) -> Site:
    """The host by its address and its own sshd, where the lab goes past both."""
    template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    address = run("docker", "inspect", "--format", template, site.container)
    key = (ssh.KNOWN_HOSTS / site.container).read_text().split(maxsplit=1)[1]
    known = FOLDER / f"{site.name}.known_hosts"
    known.write_text(f"{address} {key}")
    file = site.inventory / "hosts.yml"
    options = f"-o ProxyCommand=none -o UserKnownHostsFile={known}"
    file.write_text(
        file.read_text()
        .replace(f"ansible_host: {site.container}", f"ansible_host: {address}")
        .replace("-o ClearAllForwardings=yes", f"-o ClearAllForwardings=yes {options}")
    )
    return site


@pytest.mark.parametrize("number", range(TIMES))
def test_sshd_restarted(number: int, over_tcp: Site, reference: Undisturbed, tried) -> None:
    """As by an update of it: connections that are open stay, and new ones come to the new one."""
    at = moment("sshd", reference, number)
    tried(f"sshd restarted {at}")
    done = over_tcp.converge(at=at, act=lambda _: over_tcp.inside("systemctl restart ssh.service") and None)
    assert done.returncode == 0, done.printed[-4000:]
    assert DOCTOR in done.printed
    plain_run_ends_well(over_tcp, reference)


@pytest.mark.parametrize("number", range(TIMES))
def test_connections_dropped(number: int, over_tcp: Site, reference: Undisturbed, tried) -> None:
    """sshd is killed with all of its connections, and comes back after some seconds."""
    at = moment("connections", reference, number)
    drop = "systemctl stop ssh.service; pkill -KILL sshd; systemd-run --quiet --on-active=5 --timer-property=AccuracySec=1s systemctl start ssh.service"

    def act(_play: subprocess.Popen[str]) -> None:
        over_tcp.inside(drop)

    tried(f"sshd's connections dropped {at}")
    done = over_tcp.converge(at=at, act=act)
    assert done.returncode == 0 or "UNREACHABLE" in done.printed, done.printed[-4000:]
    over_tcp.inside("until systemctl is-active --quiet ssh; do sleep 0.2; done")
    plain_run_ends_well(over_tcp, reference)


@pytest.mark.parametrize("number", range(TIMES))
def test_rebooted(number: int, site: Site, reference: Undisturbed, tried) -> None:
    """Without a warning, as by the reset button; but what was written is kept by the kernel, which goes on."""
    at = moment("reboot", reference, number)

    def act(_play: subprocess.Popen[str]) -> None:
        run("docker", "kill", site.container)
        run("docker", "start", site.container)

    tried(f"host rebooted {at}")
    done = site.converge(at=at, act=act)
    assert done.returncode == 0 or "UNREACHABLE" in done.printed or done.errors, done.printed[-4000:]
    site.inside("until systemctl is-system-running | grep -Eq 'running|degraded'; do sleep 0.3; done")
    plain_run_ends_well(site, reference)


@pytest.mark.parametrize("after", [0, 12])
def test_two_at_once(after: int, site: Site, reference: Undisturbed, tried) -> None:
    """Two people, or a timer and a person, run the site on one host."""
    tried(f"a second run of the site {after} s after the first")
    with ThreadPoolExecutor() as pool:
        first = pool.submit(site.converge)
        time.sleep(after)
        second = pool.submit(site.converge)
        runs = [first.result(), second.result()]
    for done in runs:
        assert done.returncode == 0, done.errors[-4000:] or done.printed[-4000:]
    plain_run_ends_well(site, reference)


# All programs that are linked dynamically see another time: those of the distribution, so apt, Python and OpenSSL, and what systemd starts. The
# engine and Compose, which are not, see the real one, as does the kernel with the times of its files.
LIBRARY = "/usr/local/lib/libfaketime.so"
WRONG_CLOCK = f"""
set -e
cd $(mktemp --directory --tmpdir=/run)
cp -a /var/lib/apt/lists before
apt-get -qq update
apt-get -qq download libfaketime 2>/dev/null
dpkg-deb -x libfaketime*.deb .
cp $(find . -name libfaketime.so.1) {LIBRARY}
rm -rf /var/lib/apt/lists && mv before /var/lib/apt/lists
chmod 0777 /dev/shm
echo 'Acquire::Check-Valid-Until "true"; Acquire::Check-Date "true";' > /etc/apt/apt.conf.d/zz-clock
"""
# The library shares its settings by files in /dev/shm, which a program that sudo starts has to open, too.
RIGHT_CLOCK = f"rm /etc/ld.so.preload; chmod 1777 /dev/shm; rm /etc/faketimerc /etc/apt/apt.conf.d/zz-clock {LIBRARY}"


@pytest.mark.parametrize("days", [-365, 365], ids=["behind", "ahead"])
def test_clock_wrong_by_a_year(days: int, site: Site, reference: Undisturbed, tried) -> None:
    site.inside(f"{WRONG_CLOCK}\necho {days:+d}d > /etc/faketimerc; echo {LIBRARY} > /etc/ld.so.preload")
    tried(f"the clock is wrong by {days} days")
    done = site.converge()
    assert done.returncode == 2, done.printed[-4000:]
    assert "its clock is 365 day(s)" in done.errors, done.errors
    assert "timedatectl" in done.errors
    assert "changed=0" in done.printed
    site.inside(RIGHT_CLOCK)
    plain_run_ends_well(site, reference)
