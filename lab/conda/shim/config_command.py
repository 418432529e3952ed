# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`conda config`: showing what is configured."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import yaml

from .config import DEFAULTS, OLD_NAMES, Config, key_name, read

if TYPE_CHECKING:
    from argparse import Namespace


def run(args: Namespace, config: Config) -> int:
    """Show what is in force, or for --get what the user's own file says."""
    if args.get is None:
        values = {key: config[key] for key in [key_name(name) for name in args.show or []] or sorted(DEFAULTS)}
        print(json.dumps(values, indent=2) if args.json else yaml.safe_dump(values).rstrip())
        return 0
    content = read(config.user_file) if config.user_file.is_file() else {}
    names = [OLD_NAMES.get(name, name) for name in args.get] or sorted(content)
    values = {name: content[name] for name in names if name in content}
    warnings = [f"Unknown key: {name!r}" for name in names if name not in DEFAULTS]
    if args.json:
        print(json.dumps({"get": values, "success": True, "warnings": warnings}, indent=2))
        return 0
    print(*warnings, sep="\n", file=sys.stderr)
    print(*(f"--set {key} {value}" for key, value in values.items()), sep="\n")
    return 0
