"""Runs on a host, as root: prints all that a converge can change there, as one JSON object that can be compared.

Left out is what every use of a machine moves: logs, caches, apt's and dpkg's own books (their content is told by the packages), what
Python compiles for itself, Ansible's folders for its own files, the engine's and conda's stores, which the doctor proves by use, and conda's
diaries, which tell the second of each command: two undisturbed hosts that took turns side by side may agree even on that.
"""

from __future__ import annotations

import grp
import hashlib
import json
import os
import pwd
import re
import stat
import subprocess
from pathlib import Path

ROOTS = ["/etc", "/home", "/opt", "/root", "/srv", "/tmp", "/usr", "/var/cache", "/var/lib", "/var/tmp"]
LEFT_OUT = re.compile(
    "|".join(
        (
            "/var/lib/(apt|dpkg|systemd|ucf|docker|containerd|private|dbus)$",
            "/var/cache/(apt|debconf|ldconfig|man)$",
            "/etc/(ld.so.cache|mailcap|hosts|resolv.conf|hostname|machine-id|[^/]*-)$",
            "/usr/share/mime$",
            "/(root|home/[^/]+)/[.](ansible|cache)$",
            "/(opt/anaconda|home/[^/]+/[.]conda)/pkgs$",
            "/tmp/(systemd-private-|ansible_|[.])[^/]*$",
            "/conda-meta/history$",
            "/__pycache__$",
        )
    )
)


def said(*command: str) -> list[str]:
    return subprocess.run(command, text=True, capture_output=True, check=True).stdout.splitlines()


def packages() -> dict[str, str]:
    marked = set(said("apt-mark", "showauto"))
    form = "${Package} ${Version} ${db:Status-Abbrev}\n"
    rows = (line.split() for line in said("dpkg-query", "--show", "--showformat", form))
    return {f"package {row[0]}": " ".join([*row[1:], "auto" if row[0] in marked else "manual"]) for row in rows}


def units() -> dict[str, str]:
    known = (line.split() for line in said("systemctl", "list-unit-files", "--no-legend", "--plain"))
    failed = (line.split()[0] for line in said("systemctl", "list-units", "--failed", "--no-legend", "--plain"))
    return {
        **{f"unit {row[0]}": row[1] for row in known if row[1] != "transient"},
        **{f"failed unit {name}": "failed" for name in failed},
    }


def accounts() -> dict[str, str]:
    users = {f"user {user.pw_name}": f"{user.pw_dir} {user.pw_shell}" for user in pwd.getpwall()}
    return {**users, **{f"group {group.gr_name}": " ".join(sorted(group.gr_mem)) for group in grp.getgrall()}}


def names_of(entry: os.stat_result) -> tuple[str, str]:
    """The owner and the group, by name: numbers depend on the order in which packages come."""
    try:
        user = pwd.getpwuid(entry.st_uid).pw_name
    except KeyError:
        user = str(entry.st_uid)
    try:
        return user, grp.getgrgid(entry.st_gid).gr_name
    except KeyError:
        return user, str(entry.st_gid)


def files() -> dict[str, str]:
    found = {}
    for root in ROOTS:
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if not LEFT_OUT.search(f"{folder}/{name}")]
            for name in [*folders, *names]:
                path = f"{folder}/{name}"
                if LEFT_OUT.search(path):
                    continue
                entry = os.lstat(path)
                found[f"file {path}"] = " ".join((stat.filemode(entry.st_mode), *names_of(entry)))
                if stat.S_ISLNK(entry.st_mode):
                    found[f"content {path}"] = str(Path(path).readlink())
                elif stat.S_ISREG(entry.st_mode):
                    with Path(path).open("rb") as content:
                        found[f"content {path}"] = hashlib.file_digest(content, "sha256").hexdigest()
    return found


print(json.dumps({**packages(), **units(), **accounts(), **files()}))
