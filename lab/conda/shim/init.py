# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`conda init`: the block in a shell's start-up file that makes conda known to it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from .config import ROOT_PREFIX
from .errors import CondaError

if TYPE_CHECKING:
    from argparse import Namespace

    from .config import Config

_START = "# >>> conda initialize >>>"
_END = "# <<< conda initialize <<<"
_NOTE = "# !! Contents within this block are managed by 'conda init' !!"
_BLOCK = re.compile(rf"^{_START}\n.*?^{_END}\n?", re.DOTALL | re.MULTILINE)
_SYSTEM_FILE = Path("/etc/profile.d/conda.sh")
_OWN_FILES = ("condabin/conda", "bin/conda", "bin/activate", "bin/deactivate", "etc/profile.d/conda.sh")


def block(shell: str, root: Path, condabin: bool = False) -> str:
    """Give the text for a start-up file of `shell` (bash, zsh or posix)."""
    if condabin:
        return f'{_START}\n{_NOTE}\nexport PATH="{root}/condabin:$PATH"\n{_END}\n'
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


def _new_text(path: Path, shell: str, args: Namespace) -> str:
    old = path.read_text(encoding="utf-8") if path.is_file() else ""
    if args.reverse:
        return "" if args.system else without_block(old)
    wanted = block("posix" if args.system else shell, ROOT_PREFIX, args.condabin)
    return wanted if args.system else with_block(old, wanted)


def _write(path: Path, text: str) -> None:
    try:
        if text or path != _SYSTEM_FILE:
            path.write_text(text, encoding="utf-8")
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise CondaError("CondaError", f"conda init could not write {path}: {error.strerror}") from error


def run(args: Namespace, _config: Config) -> int:
    """Write the block for the shells that are named; --json changes nothing, as in conda."""
    shells = ["bash", "zsh"] if args.all else args.shells or ["bash"]
    unknown = set(shells) - {"bash", "zsh"}
    if unknown:
        raise CondaError("ArgumentError", f"this stand-in initialises bash and zsh, not {', '.join(sorted(unknown))}")
    files = {_SYSTEM_FILE: "posix"} if args.system else {Path.home() / f".{shell}rc": shell for shell in shells}
    for own in _OWN_FILES:
        print(f"no change     {ROOT_PREFIX / own}")
    changed = False
    for path, shell in files.items():
        text = _new_text(path, shell, args)
        differs = text != (path.read_text(encoding="utf-8") if path.is_file() else "")
        print(f"{'modified ' if differs else 'no change'}     {path}")
        if differs and not args.dry_run:
            _write(path, text)
        changed |= differs
    if args.dry_run:
        print("\n==> DRY RUN: See above for changes that would have been made. NO ACTUAL CHANGES WERE MADE. <==\n")
    elif changed:
        print("\n==> For changes to take effect, close and re-open your current shell. <==\n")
    else:
        print("No action taken.")
    return 0
