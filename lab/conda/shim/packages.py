# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`conda create`, `install`, `remove`, `clean` and `conda env`: environments and what they hold."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from . import environments, output
from .config import ROOT_PREFIX
from .errors import CondaError
from .transaction import execute, installed_in, plan, plan_removal

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable
    from pathlib import Path

    from .config import Config


def channels(args: Namespace, config: Config) -> list[str]:
    """Give the channels to use, the preferred one first."""
    return list(args.channel) if args.override_channels else [*args.channel, *config["channels"]]


def together(prefix: Path, specs: Iterable[str]) -> list[str]:
    """Give what an environment holds, as it was asked for earlier, overridden by new wishes."""
    held = {name: name for name in environments.names(prefix)}
    new = {environments.spec_name(spec): spec for spec in specs}
    return list({**held, **environments.requested(prefix), **new}.values())


def clear_place(args: Namespace, prefix: Path, config: Config) -> None:
    """Make room for a new environment, which deletes one that is there; raises CondaError for anything else."""
    if prefix == ROOT_PREFIX:
        raise CondaError("CondaValueError", "The target prefix is the base prefix. Aborting.")
    if environments.is_environment(prefix):
        if not args.json:
            print(f"WARNING: A conda environment already exists at '{prefix}'\n")
        output.confirm(args, config, "Remove existing environment", default=False)
        if not args.dry_run:
            environments.delete(environments.writable(prefix))
    elif prefix.is_dir() and any(path.name != "conda-meta" for path in prefix.iterdir()):
        message = f"The target directory exists, but it is not a conda environment.\n  target directory: {prefix}"
        raise CondaError("DirectoryNotACondaEnvironmentError", message)


def create(args: Namespace, config: Config) -> int:
    """Make an environment; one that is there is deleted first."""
    if not args.name and not args.prefix:
        raise CondaError("ArgumentError", "one of the arguments -n/--name -p/--prefix is required")
    prefix = environments.target(args.name, args.prefix, config)
    clear_place(args, prefix, config)
    transaction = plan(prefix, args.packages, channels(args, config), config)
    output.show_plan(args, transaction)
    output.confirm(args, config)
    execute(transaction, config, "update", args.packages)
    output.done(args, transaction)
    if not args.json:
        name = environments.display_name(prefix, config) or prefix
        print(f"#\n# To activate this environment, use\n#\n#     $ conda activate {name}\n#")
        print("# To deactivate an active environment, use\n#\n#     $ conda deactivate\n")
    return 0


def install(args: Namespace, config: Config) -> int:
    """Add packages, and bring what is named to its newest; what was asked for earlier stays as asked."""
    prefix = environments.writable(environments.target(args.name, args.prefix, config))
    if not args.packages:
        raise CondaError("CondaValueError", "too few arguments, must supply command line package specs")
    wanted = together(prefix, args.packages)
    named = {environments.spec_name(spec) for spec in args.packages}
    transaction = plan(prefix, wanted, channels(args, config), config, installed=installed_in(prefix), loose=named)
    if transaction.empty:
        return output.unchanged(args)
    output.show_plan(args, transaction)
    output.confirm(args, config)
    execute(transaction, config, "update", args.packages)
    return output.done(args, transaction)


def remove(args: Namespace, config: Config) -> int:
    """Remove packages."""
    prefix = environments.writable(environments.target(args.name, args.prefix, config))
    if not args.packages:
        raise CondaError("CondaValueError", 'no package names supplied,\n       try "conda remove -h" for more details')
    names = [environments.spec_name(spec) for spec in args.packages]
    transaction = plan_removal(prefix, names)
    output.show_plan(args, transaction)
    output.confirm(args, config)
    execute(transaction, config, "remove", names)
    return output.done(args, transaction)


def remove_environment(args: Namespace, config: Config) -> int:
    """Delete an environment."""
    prefix = environments.writable(environments.target(args.name, args.prefix, config))
    if prefix == ROOT_PREFIX:
        raise CondaError("CondaEnvironmentError", "cannot remove root environment, add -n NAME or -p PREFIX option")
    transaction = plan_removal(prefix, environments.names(prefix))
    output.show_plan(args, transaction)
    what = "including any conda environment configurations and any non-conda files"
    question = f"Everything found within the environment ({prefix}), {what}, will be deleted. Do you wish to continue?"
    output.confirm(args, config, question)
    environments.delete(prefix)
    return output.done(args, transaction)


def clean(_args: Namespace, config: Config) -> int:
    """Delete the indexes of channels in the package folder."""
    shutil.rmtree(config.pkgs_dir() / "cache", ignore_errors=True)
    return 0


def list_environments(args: Namespace, config: Config) -> int:
    """Print the environments that this user can name."""
    found = environments.known(config)
    if args.json:
        output.as_json({"envs": [str(path) for path in found]})
        return 0
    print("\n# conda environments:\n#\n# * -> active")
    for path in found:
        active = "*" if os.environ.get("CONDA_PREFIX") == str(path) else " "
        print(f"{environments.display_name(path, config):<22} {active}  {path}")
    print()
    return 0


def set_variables(args: Namespace, config: Config) -> int:
    """Add environment variables to an environment."""
    prefix = environments.writable(environments.target(args.name, args.prefix, config))
    environments.set_variables(prefix, dict(entry.split("=", 1) for entry in args.variables))
    return 0
