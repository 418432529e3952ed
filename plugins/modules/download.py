#!/usr/bin/python
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file with a known checksum, whatever the server answers."""

from __future__ import annotations

DOCUMENTATION = r"""
module: download
short_description: Download a file with a known checksum, and no more than it may be
version_added: 1.1.0
description:
  - Differs from M(ansible.builtin.get_url) in what a hostile server can do. Nothing that it sends is unpacked, no more than O(max_mb) is
    written, and only a file with the right checksum gets its name.
  - Proxies are those of the environment, and logins those of C(~/.netrc), as with M(ansible.builtin.get_url).
options:
  url:
    description: Where the file comes from.
    type: str
    required: true
  dest:
    description: Where it goes, in a folder that is there.
    type: path
    required: true
  sha256:
    description: Its checksum.
    type: str
    required: true
  max_mb:
    description: The most that the file may have, in MB.
    type: int
    required: true
  mode:
    description: Its mode, in octal digits.
    type: str
    default: "0644"
  timeout:
    description: Seconds after which a silent server counts as gone.
    type: int
    default: 60
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: none
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Download Compose
  mlops.workbench.download:
    url: https://github.com/docker/compose/releases/download/v5.1.0/docker-compose-linux-x86_64
    dest: /usr/local/bin/docker-compose
    sha256: 5633cb21e06a7c88c7ca48a9334d3d0f7f892e9605ae9e9a45f9a095d4ffceb8
    max_mb: 300
    mode: "0755"
"""

RETURN = r"""
dest:
  description: Where the file is.
  type: str
  returned: success
"""

import hashlib
import http.client
import os
import stat
import tempfile
from typing import Any, BinaryIO

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.urls import open_url

from ansible_collections.mlops.workbench.plugins.module_utils._host.files import CHUNK, sha256_of


class DownloadError(Exception):
    """Why the file is not to be had."""


def has(path: str, sha256: str) -> bool:
    """Return whether there is a file with this checksum."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with open(descriptor, "rb") as content:
            return stat.S_ISREG(os.fstat(descriptor).st_mode) and sha256_of(content) == sha256
    except OSError:
        return False


def receive(response: Any, content: BinaryIO, max_mb: int) -> str:
    """Write what a server answers and return its checksum; DownloadError for more than it may be, or less than was told."""
    most = max_mb * 1_000_000
    length = int(response.headers.get("Content-Length") or 0)
    if length > most:
        raise DownloadError(
            "the server offers %d MB, and such a file has at most %d MB" % (length // 1_000_000, max_mb)
        )
    total, have = hashlib.sha256(), 0
    for piece in iter(lambda: response.read(CHUNK), b""):
        have += len(piece)
        if have > most:
            raise DownloadError("the server sends more than %d MB, and such a file has less" % max_mb)
        total.update(piece)
        content.write(piece)
    if have < length:
        raise DownloadError("the connection ended after %d of %d bytes" % (have, length))
    return total.hexdigest()


def fetch(module: AnsibleModule) -> None:
    """Download the file, or in check mode ask for it."""
    options = module.params
    response = open_url(
        options["url"],
        method="HEAD" if module.check_mode else "GET",
        timeout=options["timeout"],
        http_agent="mlops.workbench",
        headers={"Accept-Encoding": "identity"},
        decompress=False,
    )
    if module.check_mode:
        return
    descriptor, new = tempfile.mkstemp(dir=module.tmpdir)
    with open(descriptor, "wb") as content:
        found = receive(response, content, options["max_mb"])
    if found != options["sha256"]:
        raise DownloadError("its checksum did not match: it is %s and not %s" % (found, options["sha256"]))
    module.atomic_move(new, options["dest"])


def main() -> None:
    """Download the file unless it is there."""
    module = AnsibleModule(
        argument_spec={
            "url": {"type": "str", "required": True},
            "dest": {"type": "path", "required": True},
            "sha256": {"type": "str", "required": True},
            "max_mb": {"type": "int", "required": True},
            "mode": {"type": "str", "default": "0644"},
            "timeout": {"type": "int", "default": 60},
        },
        supports_check_mode=True,
    )
    module.params["sha256"] = module.params["sha256"].lower()
    dest = module.params["dest"]
    changed = not has(dest, module.params["sha256"])
    if changed:
        try:
            fetch(module)
        except (DownloadError, OSError, ValueError, http.client.HTTPException) as problem:
            module.fail_json(msg=str(problem) or type(problem).__name__)
    if os.path.exists(dest):
        changed = module.set_mode_if_different(dest, module.params["mode"], changed)
    module.exit_json(changed=changed, dest=dest)


if __name__ == "__main__":
    main()
