# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Talking to whoever ran the command: questions, tables and JSON."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from .errors import CondaExit

if TYPE_CHECKING:
    from argparse import Namespace

    from .config import Config
    from .transaction import Transaction


def as_json(document: Any) -> None:
    """Print a document."""
    print(json.dumps(document, indent=2))


def confirm(args: Namespace, config: Config, question: str = "Proceed", default: bool = True) -> None:
    """Ask, unless told not to; no answer at all counts as the default. Raises CondaExit for a no."""
    if args.yes or args.json or config["always_yes"]:
        return
    print(f"{question} ({'[y]/n' if default else 'y/[n]'})? ", end="", flush=True)
    reply = sys.stdin.readline().strip().lower()
    print()
    if not (default if not reply else reply in {"y", "yes"}):
        raise CondaExit("CondaSystemExit: Exiting.\n")


def _section(title: str, entries: list[dict[str, Any]]) -> None:
    if entries:
        print(f"\nThe following packages will be {title}:\n")
        for entry in entries:
            print(f"  {entry['name']:<25} {entry['version']}-{entry['build_string']}")


def show_plan(args: Namespace, transaction: Transaction) -> None:
    """Print what is going to happen; raises CondaExit when that is all that was wanted."""
    if not args.json:
        print(f"\n## Package Plan ##\n\n  environment location: {transaction.prefix}\n")
        before = {entry["name"] for entry in transaction.unlink}
        after = {entry["name"] for entry in transaction.link}
        _section("INSTALLED", [entry for entry in transaction.link if entry["name"] not in before])
        _section("CHANGED", [entry for entry in transaction.link if entry["name"] in before])
        _section("REMOVED", [entry for entry in transaction.unlink if entry["name"] not in after])
        print()
    if args.dry_run:
        if args.json:
            done(args, transaction)
        raise CondaExit("" if args.json else "DryRunExit: Dry run. Exiting.\n")


def unchanged(args: Namespace) -> int:
    """Say that there was nothing to do."""
    if args.json:
        as_json({"success": True, "message": "All requested packages already installed."})
    else:
        print("\n# All requested packages already installed.\n")
    return 0


def done(args: Namespace, transaction: Transaction) -> int:
    """Say what was done."""
    if args.json:
        document = {"actions": transaction.actions(), "prefix": str(transaction.prefix), "success": True}
        as_json({**document, "dry_run": True} if args.dry_run else document)
    else:
        print("Preparing transaction: done\nVerifying transaction: done\nExecuting transaction: done")
    return 0
