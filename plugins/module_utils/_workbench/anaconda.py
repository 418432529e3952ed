# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""conda and its Python answer, conda has channels, login shells find them, environments import what they must."""

from __future__ import annotations

import json
import os
from functools import partial
from typing import Iterator

from .._host.ownership import SharedError
from .._host.accounts import Account
from .._host.programs import Outcome
from .host import Host
from .model import Check, Job, failed, passed, remedy, rerun
from .receipts import Anaconda, Environment

# Lines of our own among whatever a user's start-up files print. `conda` may be a program, or a shell function that runs
# $CONDA_EXE.
LOGIN_SCRIPT = """
printf '%s\\n' "workbench-python=$(command -v python)"
case "$(command -v conda)" in
    /*) printf '%s\\n' "workbench-conda=$(command -v conda)" ;;
    ?*) printf '%s\\n' "workbench-conda=${CONDA_EXE-}" ;;
esac
printf '%s\\n' "workbench-version=$(conda --version 2>/dev/null)"
"""

# Each import by itself, so that all that are missing are named at once.
IMPORT_SCRIPT = """
import importlib, sys
missing = []
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except BaseException as error:
        missing.append("%s (%s)" % (name, type(error).__name__))
sys.exit("cannot import " + ", ".join(missing) if missing else 0)
"""


def jobs(host: Host, receipt: Anaconda) -> Iterator[Job]:
    """Check the installation, the login shells and the environments."""
    yield partial(_runs, host, receipt.prefix, "python")
    yield partial(_runs, host, receipt.prefix, "conda")
    yield partial(_channels, host, receipt.prefix)
    for user in receipt.login_users:
        yield partial(_login_shell, host, receipt, user)
    for environment in receipt.environments:
        yield partial(_imports, host, environment)


def _runs(host: Host, prefix: str, program: str) -> Check:
    check = f"anaconda.{program}"
    outcome = run_as_owner(host, f"{prefix}/bin/{program}", "--version")
    if outcome.rc == 0:
        return passed(check, prefix, outcome.last_line)
    return failed(
        check, prefix, f"{prefix}/bin/{program} does not run: {outcome.last_line}", remedy(outcome, rerun("anaconda"))
    )


def _channels(host: Host, prefix: str) -> Check:
    check = "anaconda.channels"
    outcome = run_as_owner(host, f"{prefix}/bin/conda", "config", "--show", "channels", "--json")
    if outcome.rc:
        return failed(
            check, prefix, f"conda cannot read its settings: {outcome.last_line}", remedy(outcome, rerun("anaconda"))
        )
    channels = _read_channels(outcome.out)
    if channels:
        return passed(check, prefix, ", ".join(channels))
    return failed(
        check,
        prefix,
        "conda has no channel, so it can install nothing",
        f"{rerun('anaconda')}; where anaconda_condarc has `channels`, name at least one there",
    )


def _read_channels(out: str) -> list[str]:
    try:
        return [str(channel) for channel in json.loads(out)["channels"]]
    except (ValueError, TypeError, KeyError):
        return []


def _login_shell(host: Host, receipt: Anaconda, user: str) -> Check:
    check = "anaconda.login_shell"
    prefix = receipt.prefix
    account = host.account(user)
    if account is None:
        return failed(check, user, f"user {user} does not exist", rerun("anaconda"))
    # Interactive as well: `conda init` writes to ~/.bashrc, whose Debian version returns early where nobody is typing.
    outcome = host.run([account.shell, "-l", "-i", "-c", LOGIN_SCRIPT], account)
    found = dict(
        line[len("workbench-") :].partition("=")[::2]
        for line in outcome.out.splitlines()
        if line.startswith("workbench-")
    )
    if "version" not in found:
        return failed(
            check,
            user,
            f"the login shell of {user} does not work: {outcome.last_line}",
            remedy(outcome, f"Mend the start-up files in {account.home}"),
        )
    wrong = [
        f"{name} is {found.get(name) or 'not found'}"
        for name in (("python", "conda") if receipt.login_base else ("conda",))
        if not _inside(found.get(name, ""), prefix)
    ]
    if wrong:
        return failed(
            check,
            user,
            f"in a login shell of {user} {' and '.join(wrong)}, outside of {prefix}",
            _shell_remedy(account),
        )
    if not found["version"]:
        return failed(check, user, f"in a login shell of {user} conda --version fails", rerun("anaconda"))
    return passed(check, user, f"{found['version']}, {found.get('python') or 'no python'}")


def _shell_remedy(account: Account) -> str:
    """Return what helps a user whose login shell does not find conda; zsh reads nothing of /etc/profile.d."""
    if os.path.basename(account.shell) == "zsh":
        wanted = f"anaconda_init_users: [{account.name}] and anaconda_init_shells: [zsh]"
        return f"zsh reads ~/.zshrc in place of /etc/profile.d. Set {wanted}. {rerun('anaconda')}"
    return f"{rerun('anaconda')}; if that does not help, something in {account.home} sets another PATH later"


def _imports(host: Host, environment: Environment) -> Check:
    check = "anaconda.imports"
    # -I: only the environment itself; -B: writes no byte code.
    outcome = run_as_owner(
        host, f"{environment.prefix}/bin/python", "-I", "-B", "-c", IMPORT_SCRIPT, *environment.imports
    )
    if outcome.rc == 0:
        return passed(check, environment.prefix, f"imports {', '.join(environment.imports) or 'nothing but itself'}")
    return failed(check, environment.prefix, outcome.last_line, remedy(outcome, rerun("anaconda")))


def run_as_owner(host: Host, program: str, *arguments: str) -> Outcome:
    """Run a program of an environment; where it cannot be started the outcome is that of a shell, 127, and says why.

    It runs as its owner: where a user owns the environment, root runs none of that user's code.
    """
    try:
        owner = host.owner(program)
    except OSError as error:
        return Outcome(127, "", f"{program}: {error.strerror}")
    except KeyError:
        return Outcome(127, "", f"{program} belongs to a user that does not exist")
    except SharedError as error:
        return Outcome(126, "", f"{program} is not run: {error}")
    return host.run([program, *arguments], owner)


def _inside(path: str, prefix: str) -> bool:
    return path.startswith("/") and os.path.realpath(path).startswith(os.path.realpath(prefix) + "/")
