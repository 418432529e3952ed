# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pip for an environment of ours, with those settings alone that say where packages come from.

Settings such as `user`, `target` or `require-virtualenv`, of the host or of the user, would put the packages elsewhere or
nowhere. Also a program by itself, for the environment's own Python: its arguments are pip's.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from typing import Dict, Mapping

# Sources, ways to them, and whether code of a package may run while it is built.
KEPT = (
    "cert",
    "client-cert",
    "default-timeout",
    "extra-index-url",
    "find-links",
    "index-url",
    "keyring-provider",
    "no-binary",
    "no-index",
    "only-binary",
    "proxy",
    "retries",
    "timeout",
    "trusted-host",
)
SECTIONS = ("global", "install", ":env:")  # the later one decides
CONFIG = ("-m", "pip", "config", "list")


def settings(listed: str, environ: Mapping[str, str]) -> Dict[str, str]:
    """Return what the environment has to say to pip, from what `pip config list` prints: an empty variable counts for none."""
    found = dict.fromkeys((name for name in environ if name.startswith("PIP_")), "")
    for section in SECTIONS:
        for name, value in re.findall(r"^%s\.([a-z-]+)=(.+)$" % re.escape(section), listed, re.MULTILINE):
            if name in KEPT:
                found["PIP_" + name.upper().replace("-", "_")] = str(ast.literal_eval(value))
    return {**found, "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


def main() -> None:
    """Run pip and end as it ended."""
    listed = subprocess.run(
        [sys.executable, "-I", *CONFIG], stdout=subprocess.PIPE, check=True, encoding="utf-8"
    ).stdout
    words = [sys.executable, "-I", "-m", "pip", *sys.argv[1:]]
    raise SystemExit(subprocess.run(words, env={**os.environ, **settings(listed, os.environ)}, check=False).returncode)


if __name__ == "__main__":
    main()
