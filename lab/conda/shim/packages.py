# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`conda create`, `install`, `update`, `remove`, `clean`: changing what an environment holds."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from . import answer, environments
from .config import ROOT_PREFIX
from .errors import CondaError
from .transaction import Transaction, execute, installed_in, plan, plan_removal

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable

    from .config import Config


def _wishes(args: Namespace) -> list[str]:
    """Give the packages of the command line and of the files that it names."""
    specs = list(args.packages)
    for file in args.file:
        lines = [line.split("#")[0].strip() for line in Path(file).read_text(encoding="utf-8").splitlines()]
        specs += [line for line in lines if line]
    return specs


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
        answer.confirm(args, config, "Remove existing environment", default=False)
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
    specs = [*_wishes(args), *config["create_default_packages"]]
    transaction = plan(prefix, specs, channels(args, config), config)
    answer.show_plan(args, transaction)
    answer.confirm(args, config)
    execute(transaction, config, "update", specs)
    answer.done(args, transaction)
    if not args.json:
        name = environments.display_name(prefix, config) or prefix
        print(f"#\n# To activate this environment, use\n#\n#     $ conda activate {name}\n#")
        print("# To deactivate an active environment, use\n#\n#     $ conda deactivate\n")
    return 0


def install(args: Namespace, config: Config) -> int:
    """Add packages, and bring what is named to its newest; what was asked for earlier stays as asked."""
    prefix = environments.writable(environments.target(args.name, args.prefix, config))
    specs = _wishes(args)
    if not specs:
        raise CondaError("CondaValueError", "too few arguments, must supply command line package specs or --file")
    wanted = together(prefix, specs)
    named = {environments.spec_name(spec) for spec in specs}
    transaction = plan(prefix, wanted, channels(args, config), config, installed=installed_in(prefix), loose=named)
    return _change(args, config, transaction, specs)


def update(args: Namespace, config: Config) -> int:
    """Bring packages to the newest version that fits the rest."""
    prefix = environments.writable(environments.target(args.name, args.prefix, config))
    installed = environments.names(prefix)
    names = installed if args.all else {environments.spec_name(spec) for spec in _wishes(args)}
    if not names:
        raise CondaError("CondaValueError", "no package names supplied\n# Example: conda update -n myenv scipy")
    if names - installed:
        raise CondaError(
            "PackageNotInstalledError",
            f"Package is not installed in prefix.\n  prefix: {prefix}\n  package name: {min(names - installed)}",
        )
    specs = [] if args.all else _wishes(args)
    wanted = together(prefix, specs)
    transaction = plan(prefix, wanted, channels(args, config), config, installed=installed_in(prefix), loose=names)
    return _change(args, config, transaction, specs)


def _change(args: Namespace, config: Config, transaction: Transaction, specs: list[str]) -> int:
    if transaction.empty:
        return answer.unchanged(args)
    answer.show_plan(args, transaction)
    answer.confirm(args, config)
    execute(transaction, config, "update", specs)
    return answer.done(args, transaction)


def remove(args: Namespace, config: Config) -> int:
    """Remove packages, or with --all the whole environment."""
    prefix = environments.writable(environments.target(args.name, args.prefix, config))
    if args.all:
        return remove_environment(args, config, prefix)
    if not args.packages:
        raise CondaError("CondaValueError", 'no package names supplied,\n       try "conda remove -h" for more details')
    names = [environments.spec_name(spec) for spec in args.packages]
    transaction = plan_removal(prefix, names)
    answer.show_plan(args, transaction)
    answer.confirm(args, config)
    execute(transaction, config, "remove", names)
    return answer.done(args, transaction)


def remove_environment(args: Namespace, config: Config, prefix: Path) -> int:
    """Delete an environment."""
    if prefix == ROOT_PREFIX:
        raise CondaError("CondaEnvironmentError", "cannot remove root environment, add -n NAME or -p PREFIX option")
    transaction = plan_removal(prefix, [str(record["name"]) for record in environments.records(prefix)])
    answer.show_plan(args, transaction)
    what = "including any conda environment configurations and any non-conda files"
    question = f"Everything found within the environment ({prefix}), {what}, will be deleted. Do you wish to continue?"
    answer.confirm(args, config, question)
    environments.delete(prefix)
    return answer.done(args, transaction)


def clean(args: Namespace, config: Config) -> int:
    """Empty the package folder, or only the indexes in it; environments hold links of their own to the files."""
    only_indexes = args.index_cache and not (args.all or args.packages or args.tarballs or args.force_pkgs_dirs)
    folder = config.pkgs_dir() / "cache" if only_indexes else config.pkgs_dir()
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    if not args.json:
        print(f"Will remove {len(found)} item(s) from {folder}.")
    if not args.dry_run:
        answer.confirm(args, config)
        for path in found:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if args.json:
        answer.as_json({"success": True, "packages": {"pkgs_dirs": [str(folder)]}})
    return 0


def list_packages(args: Namespace, config: Config) -> int:
    """Print what an environment holds."""
    prefix = environments.existing(environments.target(args.name, args.prefix, config))
    pattern = f"^(?:{args.regex})$" if args.full_name and args.regex else args.regex or ""
    entries = [entry for entry in environments.contents(prefix) if re.search(pattern, entry["name"])]
    if args.json:
        answer.as_json(entries)
        return 0
    print(f"# packages in environment at {prefix}:\n#")
    print(f"# {'Name':<25} {'Version':<15} {'Build':<20} Channel")
    for entry in entries:
        print(f"{entry['name']:<27} {entry['version']:<15} {entry['build_string']:<20} {entry['channel']}")
    return 0
