# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where conda is, how it is started, and what its complaints mean."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, Mapping, Sequence, Tuple

from .._host.accounts import user_name
from .._host.ownership import SharedError, prefix_owner
from .._receipt import read as read_receipt

PLACES = (
    "/opt/anaconda",
    "/opt/conda",
    "/opt/miniforge3",
    "~/anaconda3",
    "~/miniconda3",
    "~/miniforge3",
    "~/mambaforge",
)
# Nothing of the user's own settings but proxies and certificates should decide what is installed.
SETTINGS = {"CONDA_NOTIFY_OUTDATED_CONDA": "false", "CONDA_ALWAYS_YES": "true", "LC_ALL": "C.UTF-8"}

# What a proxy gave in the place of a channel's index conda keeps and believes (https://github.com/conda/conda/issues/9710).
BROKEN_INDEX = re.compile("failed to parse|JSONDecodeError|parse error|Could not read JSON")

UNSOLVABLE = (
    "PackagesNotFound",
    "Unsatisfiable",
    "SpecsConfigurationConflict",
    "ResolvePackageNotFound",
    "solver_problems",
)
REMEDIES: Tuple[Tuple[Tuple[str, ...], str], ...] = (
    (
        ("CondaToSNonInteractive",),
        "The terms of service of a channel are not accepted. Read them, then accept them with `conda tos accept`, or use other channels.",
    ),
    (
        ("NoChannelsConfigured",),
        "conda has no channel to take packages from. Name some: channels, or anaconda_channels of the role anaconda for all users.",
    ),
    (
        (
            "CondaHTTPError",
            "UnavailableInvalidChannel",
            "UnavailableChannel",
            "CondaSSLError",
            "ProxyError",
            "Download error",
        ),
        "A channel cannot be reached. Check the channels, the network and the proxy (environment: http_proxy, https_proxy).",
    ),
    (
        UNSOLVABLE,
        "No set of packages satisfies what is asked for. Loosen a version, or add the channel that has it.",
    ),
    (
        ("NotWritable", "NoWritable", "Permission denied", "PermissionError"),
        "This user may not write there. Run the task as the owner of the environment (become, become_user).",
    ),
    (("NoSpaceLeft", "No space left"), "The disk is full. Make room; the next run makes the environment anew."),
)


class CondaError(Exception):
    """conda did not do what it was asked for; the text says why and what helps."""


class UnsolvableError(CondaError):
    """No set of packages satisfies what conda was asked for."""


@dataclass(frozen=True)
class Plan:
    """What conda would do: the packages that it would link, as records, and the names of those that it would unlink."""

    link: List[Dict[str, Any]]
    unlink: List[str]

    def applied_to(self, records: Sequence[Dict[str, Any]]) -> List[Dict[str, Any]]:
        """Return what would be installed, from what is."""
        gone = {*self.unlink, *(record["name"] for record in self.link)}
        return [record for record in records if record["name"] not in gone] + self.link


def find(candidates: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return the first of the usual places where conda is; nothing where it is at none."""
    found = [environment.get("CONDA_EXE", "")]
    found += [os.path.join(folder, "conda") for folder in environment.get("PATH", "").split(":")]
    found += [os.path.join(os.path.expanduser(place), "bin", "conda") for place in [*candidates, *PLACES]]
    return next((path for path in found if path and os.access(path, os.X_OK) and os.path.isfile(path)), "")


def installed_by_role() -> List[str]:
    """Return the prefix in the receipt of the role anaconda, if there is one."""
    prefix = read_receipt("anaconda").get("prefix")
    return [prefix] if prefix else []


def root_of(conda: str) -> str:
    """Return the base of the installation that a conda belongs to."""
    return os.path.dirname(os.path.dirname(os.path.realpath(conda)))


def place(name: str, root: str, home: str) -> str:
    """Return the prefix of an environment's name: where there is one, else where this user's conda would make it."""
    folders = [os.path.join(root, "envs"), os.path.join(home, ".conda", "envs")]
    for folder in folders:
        if os.path.isdir(os.path.join(folder, name)):
            return os.path.join(folder, name)
    writable = folders[0] if os.path.isdir(folders[0]) else root
    return os.path.join(folders[0] if os.access(writable, os.W_OK) else folders[1], name)


def refuse_others(prefixes: Iterable[str]) -> None:
    """Raise CondaError where root would run programs that somebody else can change."""
    for prefix in prefixes:
        try:
            owner = prefix_owner(prefix)
        except SharedError as shared:
            raise CondaError(
                "Root runs no programs that others can change, and %s. Take that right away." % shared
            ) from shared
        if owner:
            raise CondaError(
                "Root runs no programs that others can change, and %s is in the hands of %s. Run the task as that user "
                "(become, become_user)." % (prefix, user_name(owner))
            )


def command(verb: Sequence[str], prefix: str, channels: Sequence[str], dry: bool = False) -> List[str]:
    """Return the command for a conda and its verb: it asks no question, prints JSON and uses no other channels than these."""
    chosen = ["--override-channels"] if channels else []
    for channel in channels:
        chosen += ["--channel", channel]
    return [*verb, "--yes", "--quiet", "--json", "--prefix", prefix, *chosen, *(["--dry-run"] if dry else [])]


def parse_result(code: int, out: str, err: str) -> Dict[str, Any]:
    """Return conda's JSON; raises CondaError with its own message and a remedy."""
    document = last_document(out)
    good = code == 0 and document.get("success", True) and not document.get("error")
    # A dry run of an older conda ends with an error that is none.
    if good or document.get("exception_name") == "DryRunExit":
        return document
    problems = document.get("solver_problems")
    message = (
        "\n".join(problems)
        if problems
        else str(document.get("message") or document.get("error") or (err or out).strip()[-2000:])
    )
    description = "%s %s %s" % (document.get("exception_name", ""), message, "solver_problems" if problems else "")
    remedy = next((text for signs, text in REMEDIES if any(sign in description for sign in signs)), "conda failed.")
    kind = UnsolvableError if any(name in description for name in UNSOLVABLE) else CondaError
    raise kind("%s conda says: %s" % (remedy, message.strip()))


def last_document(out: str) -> Dict[str, Any]:
    """Return the last JSON object of an output that may hold lines about progress before it."""
    text = out.rpartition("\0")[2] or out
    decoder = json.JSONDecoder()
    start = text.find("{")
    found: Dict[str, Any] = {}
    while start >= 0:
        try:
            document, end = decoder.raw_decode(text, start)
        except ValueError:
            start = text.find("{", start + 1)
            continue
        if isinstance(document, dict):
            found = document
        start = text.find("{", end)
    return found


def planned(document: Dict[str, Any]) -> Plan:
    """Return what a dry run would do."""
    actions = document.get("actions") or {}
    if isinstance(actions, list):  # conda 4.x answered with one entry a transaction
        actions = actions[0] if actions else {}
    link = [
        {
            "name": entry["name"],
            "version": entry["version"],
            "build": entry.get("build_string") or entry.get("build") or "",
            "channel": entry.get("base_url") or entry.get("channel") or "",
        }
        for entry in actions.get("LINK") or []
    ]
    return Plan(link, [entry["name"] for entry in actions.get("UNLINK") or []])
