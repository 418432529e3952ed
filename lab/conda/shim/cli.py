# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line: what can be said, and how failures are answered."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from . import __version__, answer, environments
from .config import Config
from .errors import CondaError, CondaExit

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[[argparse.Namespace, Config], int]


def _target_options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_mutually_exclusive_group()
    group.add_argument("-n", "--name", help="name of the environment")
    group.add_argument("-p", "--prefix", help="path of the environment")
    return parser


def _output_options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress bars (there are none)")
    parser.add_argument("-v", "--verbose", action="count", help="say more (there is no more)")
    return parser


def _consent_options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, parents=[_output_options()])
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    parser.add_argument("-d", "--dry-run", action="store_true", help="only say what would be done")
    return parser


def _solve_options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, parents=[_target_options(), _consent_options()])
    parser.add_argument("-c", "--channel", action="append", default=[], help="an additional channel")
    parser.add_argument("--override-channels", action="store_true", help="no channels but those of -c")
    return parser


def _create(args: argparse.Namespace, config: Config) -> int:
    from . import environment_file, packages  # noqa: PLC0415

    if any(name.endswith((".yml", ".yaml")) for name in args.file):
        args.file = args.file[0]
        return environment_file.create(args, config)
    return packages.create(args, config)


def _package_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from . import packages  # noqa: PLC0415

    table: list[tuple[str, list[str], Command, str]] = [
        ("create", [], _create, "make an environment; one that is there is deleted"),
        ("install", [], packages.install, "add packages"),
        ("update", ["upgrade"], packages.update, "bring packages up to date"),
        ("remove", ["uninstall"], packages.remove, "remove packages, or with --all the environment"),
    ]
    for name, aliases, function, text in table:
        parser = commands.add_parser(name, aliases=aliases, parents=[_solve_options()], help=text)
        parser.add_argument("packages", nargs="*", metavar="package_spec")
        parser.add_argument(
            "-f" if name == "create" else "--file",
            *(["--file"] if name == "create" else []),
            action="append",
            default=[],
        )
        parser.set_defaults(function=function)
        if name in {"update", "remove"}:
            parser.add_argument("--all", "-a", action="store_true", help="everything in the environment")
    parser = commands.add_parser(
        "list", parents=[_target_options(), _output_options()], help="what an environment holds"
    )
    parser.add_argument("-f", "--full-name", action="store_true", help="the regular expression is a whole name")
    parser.add_argument("regex", nargs="?")
    parser.set_defaults(function=packages.list_packages)
    parser = commands.add_parser("clean", parents=[_consent_options()], help="empty the package folder")
    for flags in (
        ("-a", "--all"),
        ("-p", "--packages"),
        ("-t", "--tarballs"),
        ("-i", "--index-cache"),
        ("-f", "--force-pkgs-dirs"),
    ):
        parser.add_argument(*flags, action="store_true")
    parser.set_defaults(function=packages.clean)


def _environment_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from . import environment_file, info, packages  # noqa: PLC0415

    def remove(args: argparse.Namespace, config: Config) -> int:
        prefix = environments.writable(environments.target(args.name, args.prefix, config))
        return packages.remove_environment(args, config, prefix)

    env = commands.add_parser("env", help="environments and the files that describe them")
    actions = env.add_subparsers(required=True, metavar="ACTION")
    parser = actions.add_parser("list", parents=[_output_options()])
    parser.set_defaults(function=info.list_environments)
    parser = actions.add_parser("remove", parents=[_target_options(), _consent_options()])
    parser.set_defaults(function=remove)
    parser = actions.add_parser("create", parents=[_solve_options()])
    parser.add_argument("-f", "--file", default="environment.yml")
    parser.set_defaults(function=environment_file.create)
    parser = actions.add_parser("update", parents=[_solve_options()])
    parser.add_argument("-f", "--file", default="environment.yml")
    parser.add_argument("--prune", action="store_true", help="remove what the file does not name")
    parser.set_defaults(function=environment_file.update)
    parser = actions.add_parser("export", parents=[_target_options(), _output_options()])
    parser.add_argument("-f", "--file")
    parser.add_argument("--no-builds", action="store_true")
    parser.add_argument("--from-history", action="store_true")
    parser.set_defaults(function=environment_file.export)
    config = actions.add_parser("config", help="what belongs to an environment beside its packages")
    variables = config.add_subparsers(required=True, metavar="THING").add_parser("vars")
    parser = variables.add_subparsers(required=True, metavar="ACTION").add_parser(
        "set", parents=[_target_options(), _output_options()]
    )
    parser.add_argument("variables", nargs="+", metavar="NAME=VALUE")
    parser.set_defaults(function=_set_variables)


def _set_variables(args: argparse.Namespace, config: Config) -> int:
    """Answer `conda env config vars set`."""
    prefix = environments.writable(environments.target(args.name, args.prefix, config))
    environments.set_variables(prefix, dict(entry.split("=", 1) for entry in args.variables))
    return 0


def _terms(args: argparse.Namespace, _config: Config) -> int:
    """Answer `conda tos`: no channel of the lab has terms of service, so accepting them always succeeds."""
    if args.json:
        answer.as_json({"success": True, "channels": []})
    else:
        print("No channel of this stand-in has Terms of Service.")
    return 0


def _other_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from . import config_command, info, init, shell  # noqa: PLC0415

    parser = commands.add_parser("info", parents=[_output_options()], help="where this conda lies and what it knows")
    parser.add_argument("--base", action="store_true")
    parser.add_argument("-e", "--envs", action="store_true")
    parser.set_defaults(function=info.info)

    parser = commands.add_parser("run", parents=[_target_options()], help="run a program inside an environment")
    parser.add_argument("--no-capture-output", "--live-stream", action="store_true")
    parser.add_argument("--cwd")
    parser.add_argument("command_line", nargs=argparse.REMAINDER)
    parser.set_defaults(function=shell.run, json=False)

    parser = commands.add_parser("config", parents=[_output_options()], help="show and change .condarc files")
    for name in ("system", "env", "show-sources"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--file")
    parser.add_argument("--show", nargs="*")
    parser.add_argument("--get", nargs="*")
    for flags in (("--set",), ("--add", "--prepend"), ("--append",), ("--remove",)):
        parser.add_argument(*flags, nargs=2, action="append", default=[], metavar=("KEY", "VALUE"))
    parser.add_argument("--remove-key", action="append", default=[], metavar="KEY")
    parser.set_defaults(function=config_command.run)

    parser = commands.add_parser("init", parents=[_output_options()], help="make conda known to shells")
    parser.add_argument("shells", nargs="*")
    for name in ("all", "system", "user", "condabin", "reverse"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("-d", "--dry-run", action="store_true")
    parser.set_defaults(function=init.run)

    parser = commands.add_parser("tos", parents=[_output_options()], help="terms of service of channels")
    parser.add_argument("action", choices=("accept", "view"))
    for name in ("channel", "site", "system", "user"):
        parser.add_argument(f"--{name}", nargs="?")
    parser.add_argument("--override-channels", action="store_true")
    parser.set_defaults(function=_terms)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="conda", description="The lab's stand-in for conda.")
    parser.add_argument("-V", "--version", action="version", version=f"conda {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND")
    _package_commands(commands)
    _environment_commands(commands)
    _other_commands(commands)
    return parser


def _answer(arguments: list[str]) -> int:
    if arguments in (["-V"], ["--version"]):  # the most frequent question: answered before anything is loaded
        print(f"conda {__version__}")
        return 0
    if arguments and arguments[0].startswith("shell."):
        from . import shell  # noqa: PLC0415

        return shell.posix(arguments[1], arguments[2:], Config())
    parser = _parser()
    args = parser.parse_args(arguments)
    if "function" not in args:
        parser.print_help()
        return 0
    return int(args.function(args, Config()))


def main() -> NoReturn:
    """Run the command line of this process and end it."""
    arguments = sys.argv[1:]
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `conda list | head` ends quietly
    try:
        code = _answer(arguments)
    except CondaExit as ending:
        print(ending, file=sys.stderr, end="")
        code = 0
    except CondaError as error:
        if "--json" in arguments:
            answer.as_json(error.to_json())
        else:
            print(f"\n{error}\n", file=sys.stderr)
        code = 1
    except SystemExit as ending:  # argparse
        code = int(ending.code or 0)
    except KeyboardInterrupt:
        code = 130
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # py-rattler's threads make an ordinary end of the interpreter crash now and then
