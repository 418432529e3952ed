# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m bench [first second fleet scans inventory]`: measure, print one line a figure, write .lab/bench.json."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench import inventory, maturity, site
from bench.figures import Figure, write
from lab.common import STATE, LabError

GROUPS = ("scans", "first", "second", "fleet", "inventory")


def main() -> int:
    """Run the groups that are asked for, all by default; 1 where a budget is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("groups", nargs="*", help=f"which of {', '.join(GROUPS)} to measure; all by default")
    parser.add_argument("--reference", type=Path, help="a folder with the role geerlingguy.docker, to compare with")
    parser.add_argument("--mitogen", type=Path, help="a folder with mitogen, to measure the fleet with it, too")
    parser.add_argument("--runs", type=int, default=5, help="runs of each cheap measurement")
    parser.add_argument("--pairs", type=int, default=2, help="pairs of the run on a bare host and the steps by hand")
    asked = parser.parse_args()
    unknown = set(asked.groups) - set(GROUPS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; choose from {', '.join(GROUPS)}")
    measure = {
        "scans": lambda: maturity.scans(asked.runs),
        "first": lambda: site.first_run(asked.pairs),
        "second": lambda: site.second_run(asked.runs, asked.reference),
        "fleet": lambda: site.fleet((5, 20), asked.mitogen),
        "inventory": inventory.listing,
    }
    figures: list[Figure] = []
    for group in asked.groups or GROUPS:
        try:
            for figure in measure[group]():
                print(figure.line(), flush=True)
                figures.append(figure)
        except LabError as error:
            print(f"bench: {group}: {error}", file=sys.stderr)
            return 2
    write(STATE / "bench.json", figures)
    return int(any(figure.ok is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
