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

from . import __version__, output
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


def _commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from . import config_command, init, packages, shell  # noqa: PLC0415

    def add(
        actions: argparse._SubParsersAction[argparse.ArgumentParser],
        name: str,
        function: Command,
        *options: argparse.ArgumentParser,
    ) -> argparse.ArgumentParser:
        parser = actions.add_parser(name, parents=options, help=function.__doc__)
        parser.set_defaults(function=function)
        return parser

    for name, function in (("create", packages.create), ("install", packages.install), ("remove", packages.remove)):
        parser = add(commands, name, function, _solve_options())
        parser.add_argument("packages", nargs="*", metavar="package_spec")
    parser = add(commands, "clean", packages.clean)
    parser.add_argument("-i", "--index-cache", action="store_true", required=True)
    parser.add_argument("-y", "--yes", action="store_true", required=True)

    env = commands.add_parser("env", help="environments").add_subparsers(required=True, metavar="ACTION")
    add(env, "list", packages.list_environments, _output_options())
    add(env, "remove", packages.remove_environment, _target_options(), _consent_options())
    things = env.add_parser("config").add_subparsers(required=True, metavar="THING")
    actions = things.add_parser("vars").add_subparsers(required=True, metavar="ACTION")
    parser = add(actions, "set", packages.set_variables, _target_options(), _output_options())
    parser.add_argument("variables", nargs="+", metavar="NAME=VALUE")

    parser = add(commands, "run", shell.run, _target_options())
    parser.add_argument("command_line", nargs=argparse.REMAINDER)

    parser = add(commands, "config", config_command.run, _output_options())
    parser.add_argument("--show", nargs="*")
    parser.add_argument("--get", nargs="*")

    parser = add(commands, "init", init.run)
    parser.add_argument("shells", nargs="*")
    parser.add_argument("--reverse", action="store_true")
    parser.add_argument("-d", "--dry-run", action="store_true")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="conda", description="The lab's stand-in for conda.")
    parser.add_argument("-V", "--version", action="version", version=f"conda {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND")
    _commands(commands)
    return parser


def _run(arguments: list[str]) -> int:
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
        code = _run(arguments)
    except CondaExit as ending:
        print(ending, file=sys.stderr, end="")
        code = 0
    except CondaError as error:
        if "--json" in arguments:
            output.as_json(error.to_json())
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
