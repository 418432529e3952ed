# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the conda stand-in: `python -m lab.conda --mirror DIR --cache DIR`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lab.common import LabError
from lab.conda import build


def main() -> int:
    """Build, and say what came out."""
    parser = argparse.ArgumentParser(prog="python -m lab.conda", description="Build the installer and the channel.")
    parser.add_argument("--mirror", type=Path, required=True, help="folder that gets anaconda/ and conda/")
    parser.add_argument("--cache", type=Path, required=True, help="folder for downloads")
    args = parser.parse_args()
    try:
        artefact = build(args.mirror, args.cache)
    except LabError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for name, sha256 in artefact.sha256.items():
        print(f"{args.mirror / 'anaconda' / name}\nsha256 {sha256}")
    print(args.mirror / artefact.channel)
    return 0


if __name__ == "__main__":
    sys.exit(main())
