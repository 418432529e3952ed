# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images of the lab's hosts and of its mirror, made by mmdebstrap from this machine's own apt sources."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.common import LOCK, LabError, attempt, digest, in_parallel, locked, run, step, tail

HOOKS = Path(__file__).with_name("images")
STAMP = "mlops.workbench.stamp"
# What apt must keep knowing inside the image to reach the same archives.
APT_OPTIONS = ("Acquire::http::Proxy", "Acquire::https::Proxy", "Acquire::Check-Valid-Until", "Acquire::Check-Date")
# Nobody reads manuals on the hosts, and every package is unpacked the quicker.
DPKG_OPTIONS = (
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
)
# A cloud image is about this, so that a role that forgets a package fails here as it would there.
HOST_PACKAGES = (
    "ca-certificates,curl,dbus,gnupg,iproute2,iptables,libpam-systemd,openssh-server,procps,"
    "python3,python3-apt,sudo,systemd,systemd-sysv"
)
MIRROR_PACKAGES = "busybox-static,docker-compose,docker-registry,nginx-light"
BROWSER_PACKAGES = "chromium,chromium-driver,fonts-dejavu-core"


@dataclass(frozen=True)
class Image:
    """An image to build: its name, its suite, its packages, the script that finishes it and its first process."""

    name: str
    suite: str
    packages: str
    hook: Path
    command: str

    @property
    def stamp(self) -> str:
        """What the image is made from; another stamp means another image."""
        return digest([self.hook], self.suite, self.packages, self.command, *DPKG_OPTIONS)


DEFAULT_SUITE = "trixie"
RELEASES = {"bookworm": "12", "trixie": "13"}
HOSTS = {
    suite: Image(f"mlops-workbench-host:{suite}", suite, HOST_PACKAGES, HOOKS / "host.sh", "/lib/systemd/systemd")
    for suite in RELEASES
}
MIRROR = Image("mlops-workbench-mirror:1", "trixie", MIRROR_PACKAGES, HOOKS / "mirror.sh", "/usr/local/sbin/mirror")
BASIC = (HOSTS[DEFAULT_SUITE], MIRROR)
# Made only when a test needs it, as are those of the other suites.
BROWSER = Image("mlops-workbench-browser:1", "trixie", BROWSER_PACKAGES, HOOKS / "browser.sh", "/usr/bin/chromedriver")


def missing(wanted: Sequence[Image] = BASIC) -> list[Image]:
    """Return those of the images that are not there or that are made from older sources."""
    found = attempt(
        "docker", "image", "inspect", "--format", f'{{{{index .Config.Labels "{STAMP}"}}}}', *(i.name for i in wanted)
    ).stdout.decode()
    # Docker leaves out the line of an image that is not there, and the stamps tell whose line each is.
    return [image for image in wanted if image.stamp not in found.split()]


def ensure(*wanted: Image) -> None:
    """Build those of the images that are not there."""
    if missing(wanted):
        with locked(LOCK):
            in_parallel([builder(image) for image in missing(wanted)])


def builder(image: Image) -> Callable[[], None]:
    """Return the function that builds an image; it needs no engine's network and no registry."""

    def build() -> None:
        with step(f"building the image {image.name} from Debian {image.suite}", 40):
            _build(image)

    return build


def _build(image: Image) -> None:
    bootstrap = [
        "mmdebstrap",
        "--quiet",
        "--variant=minbase",
        f"--include={image.packages}",
        *(f"--dpkgopt={option}" for option in DPKG_OPTIONS),
        *(f'--aptopt={name} "{value}"' for name, value in apt_options().items()),
        f"--customize-hook={image.hook}",
        image.suite,
        "-",
        *sources(image.suite),
    ]
    changes = [
        f'--change=CMD ["{image.command}"]',
        "--change=ENV container=docker",
        f"--change=LABEL {STAMP}={image.stamp}",
    ]
    with tempfile.TemporaryFile() as errors:
        root = subprocess.Popen(bootstrap, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        imported = subprocess.run(
            ["docker", "import", *changes, "-"], stdin=root.stdout, capture_output=True, text=True, check=False
        )
        if root.stdout:
            root.stdout.close()
        if root.wait() or imported.returncode:
            errors.seek(0)
            message = tail(errors.read().decode(errors="replace") + imported.stderr)
            if imported.returncode == 0:
                run("docker", "image", "rm", imported.stdout.strip())
            raise LabError(f"the image {image.name} could not be built:\n{message}")
    run("docker", "tag", imported.stdout.strip(), image.name)


def sources(suite: str) -> list[str]:
    """Return apt's source lines for a suite at the places where this machine gets Debian from, by its own sources.

    An empty list leaves the choice to mmdebstrap: this machine runs a distribution whose archives do not hold Debian.
    """
    listed = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(ORIGIN)", "Created-By: Packages")
    return source_lines(listed, suite)


def source_lines(listed: str, suite: str) -> list[str]:
    """Turn `address release origin` lines, of whatever Debian release, into the source lines of a suite."""
    lines = []
    for line in listed.splitlines():
        address, release, origin = [*line.split(maxsplit=2), "", ""][:3]
        if origin != "Debian":
            continue
        _name, dash, part = release.partition("-")
        if part in ("", "updates", "security"):
            lines.append(f"deb {address} {suite}{dash}{part} main")
    return list(dict.fromkeys(lines))


def apt_options() -> dict[str, str]:
    """Return those of this machine's apt settings without which its archives may be out of an image's reach."""
    fields = {}
    for name in APT_OPTIONS:
        value = run("apt-config", "shell", "value", name)
        if value:
            fields[name] = value.partition("=")[2].strip("'")
    return fields


def prune() -> None:
    """Remove images that newer ones have replaced, unless a container stands on them."""
    run("docker", "image", "prune", "--force", "--filter", f"label={STAMP}")


def remove() -> None:
    """Remove the images."""
    attempt("docker", "image", "rm", *(image.name for image in (*HOSTS.values(), MIRROR, BROWSER)))
