# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry: pulls of `hello-world` on the hosts find it there, under its ordinary name."""

from __future__ import annotations

import io
import tarfile
import time
import urllib.error
import urllib.request

from lab import images
from lab.common import LabError, attempt, run, run_bytes, say, step

IMAGE = "hello-world:latest"
# Kept under a name of its own, so that a new mirror gets it without asking the vendor again.
KEPT = "mlops-workbench-hello-world:latest"
STAND_IN = "mlops.workbench.stand-in"
VENDOR_SECONDS = 15
MESSAGE = """
Hello from Docker!
This image is the lab's stand-in for hello-world: busybox, since the vendor's registry is out of reach.
"""


def ensure(address: str) -> None:
    """See to it that the registry at `address` (host:port on this machine) holds hello-world."""
    kept = attempt("docker", "image", "inspect", KEPT).returncode == 0
    if kept and _holds(address):
        return
    with step(f"putting {IMAGE} into the registry"):
        if not kept:
            _take()
        there = f"{address}/library/{IMAGE}"
        run("docker", "tag", KEPT, there)
        run("docker", "push", there, timeout=120)
        run("docker", "image", "rm", there)


def stand_in() -> str:
    """Say why hello-world is a stand-in; empty if it is the vendor's."""
    template = f'{{{{index .Config.Labels "{STAND_IN}"}}}}'
    return attempt("docker", "image", "inspect", "--format", template, KEPT).stdout.decode().strip()


def remove() -> None:
    """Remove the copy that the engine keeps."""
    attempt("docker", "image", "rm", KEPT)


def _holds(address: str) -> bool:
    """Ask the registry, which may have been started just now, whether it holds the image."""
    name, _colon, tag = IMAGE.partition(":")
    request = urllib.request.Request(
        f"http://{address}/v2/library/{name}/manifests/{tag}",
        method="HEAD",
        headers={"Accept": "application/vnd.docker.distribution.manifest.v2+json"},
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _attempt in range(50):
        try:
            with direct.open(request, timeout=5):
                return True
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return False
        except OSError:
            pass
        time.sleep(0.2)
    raise LabError("the lab's registry does not answer: see `docker logs` of the mirror's container")


def _take() -> None:
    """Take the image from the vendor where its registry can be reached, else make the stand-in."""
    known = attempt("docker", "image", "inspect", IMAGE).returncode == 0
    pulled = attempt("docker", "pull", IMAGE, timeout=VENDOR_SECONDS)
    if pulled.returncode == 0:
        run("docker", "tag", IMAGE, KEPT)
        if not known:
            run("docker", "image", "rm", IMAGE)
        return
    cause = pulled.stderr.decode().strip().rpartition(": ")[2].replace('"', "'")
    reason = f"the vendor's registry is out of reach ({cause})"
    say(f"{IMAGE}: a stand-in made of busybox, since {reason}")
    changes = ('--change=CMD ["/busybox", "cat", "/hello"]', f'--change=LABEL {STAND_IN}="{reason}"')
    run("docker", "import", *changes, "-", KEPT, stdin=_root())


def _root() -> bytes:
    """Return the stand-in's file tree as a tar archive."""
    busybox = run_bytes("docker", "run", "--rm", "--network=none", images.MIRROR.name, "cat", "/usr/bin/busybox")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content, mode in (("busybox", busybox, 0o755), ("hello", MESSAGE.encode(), 0o644)):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), mode
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()
