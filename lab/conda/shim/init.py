# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`conda init`: the block in a shell's start-up file that makes conda known to it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from .config import ROOT_PREFIX

if TYPE_CHECKING:
    from argparse import Namespace

    from .config import Config

_START = "# >>> conda initialize >>>"
_END = "# <<< conda initialize <<<"
_NOTE = "# !! Contents within this block are managed by 'conda init' !!"
_BLOCK = re.compile(rf"^{_START}\n.*?^{_END}\n?", re.DOTALL | re.MULTILINE)


def block(shell: str, root: Path) -> str:
    """Give the text for a start-up file of `shell`."""
    return f"""{_START}
{_NOTE}
__conda_setup="$('{root}/bin/conda' 'shell.{shell}' 'hook' 2> /dev/null)"
if [ $? -eq 0 ]; then
    eval "$__conda_setup"
else
    if [ -f "{root}/etc/profile.d/conda.sh" ]; then
        . "{root}/etc/profile.d/conda.sh"
    else
        export PATH="{root}/bin:$PATH"
    fi
fi
unset __conda_setup
{_END}
"""


def with_block(text: str, wanted: str) -> str:
    """Give a start-up file's text with the block in it, once: where an older one stands, else at the end."""
    if _BLOCK.search(text):
        return _BLOCK.sub(lambda _: wanted, text, count=1)
    return f"{text}\n{wanted}"


def without_block(text: str) -> str:
    """Give a start-up file's text without the block."""
    return _BLOCK.sub("", text)


def run(args: Namespace, _config: Config) -> int:
    """Write the block for the shells that are named, or take it out."""
    changed = False
    for shell in args.shells or ["bash"]:
        path = Path.home() / f".{shell}rc"
        old = path.read_text(encoding="utf-8") if path.is_file() else ""
        new = without_block(old) if args.reverse else with_block(old, block(shell, ROOT_PREFIX))
        print(f"{'modified ' if new != old else 'no change'}     {path}")
        if new != old and not args.dry_run:
            path.write_text(new, encoding="utf-8")
        changed |= new != old
    if args.dry_run:
        print("\n==> DRY RUN: See above for changes that would have been made. NO ACTUAL CHANGES WERE MADE. <==\n")
    elif changed:
        print("\n==> For changes to take effect, close and re-open your current shell. <==\n")
    else:
        print("No action taken.")
    return 0
