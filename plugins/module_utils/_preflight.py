# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRIVATE to the collection: what a role asks of a host before it changes anything."""

from __future__ import annotations

import glob
import grp
import hashlib
import json
import os
import platform
import pwd
import socket
import ssl
import stat
import time

SUPPORTED = {
    "debian-12": "Debian 12",
    "debian-13": "Debian 13",
    "ubuntu-22.04": "Ubuntu 22.04",
    "ubuntu-24.04": "Ubuntu 24.04",
}
ARCHITECTURES = ("x86_64", "aarch64")
RECEIPTS = "/var/lib/misc/mlops-workbench-{role}.json"
LOGIN_USER = "%u"  # stands for the login user in names of units and their files
KINDS = {"file": stat.S_ISREG, "directory": stat.S_ISDIR, "link": stat.S_ISLNK, "absent": lambda mode: False}
LISTENING = "0A"  # TCP_LISTEN in /proc/net/tcp, see proc(5)

# What the role passes on to the host; `require` is judged on the controller and `role` is known there.
ARGUMENTS = {
    "users": {"type": "dict", "default": {}},
    "members": {"type": "dict", "default": {}},
    "ports": {"type": "dict", "default": {}},
    "free_mb": {"type": "dict", "default": {}},
    "memory_mb": {"type": "dict", "default": {}},
    "directories": {"type": "dict", "default": {}},
    "sha256": {"type": "dict", "default": {}},
    "json_files": {"type": "dict", "default": {}},
    "calendars": {"type": "dict", "default": {}},
    "packages": {"type": "list", "elements": "str", "default": []},
    "packages_by_os": {"type": "dict", "default": {}},
    "units": {"type": "dict", "default": {}},
    "files": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "path": {"type": "str", "required": True},
            "type": {"type": "str", "choices": ["file", "directory", "link", "absent"], "default": "file"},
            "sha256": {"type": "str"},
            "sha256_variable": {"type": "str"},
            "target": {"type": "str"},
            "mode": {"type": "str"},
            "owner": {"type": "str"},
            "group": {"type": "str"},
        },
    },
    "programs": {"type": "dict", "default": {}},
    "answers": {"type": "dict", "default": {}},
    "reads_only": {"type": "bool", "default": False},
    "not_root": {"type": "dict", "default": {}},
    "homes": {"type": "dict", "default": {}},
    "addresses": {"type": "dict", "default": {}},
    "certificates": {"type": "dict", "default": {}},
    "environments": {"type": "dict", "default": {}},
    "folders": {"type": "list", "elements": "str", "default": []},
    "proofs": {"type": "dict", "default": {}},
}


def problem(variable, text, remedy):
    """One reason not to start: the variable it hangs on ('' for none), what is wrong and what to do."""
    return {"variable": variable, "problem": text, "remedy": remedy}


def look(asked, run_command, check_mode=False):
    """Everything that the role asked about this host, with the problems found."""
    problems = []
    os_name = operating_system()
    arch = platform.machine()
    if not asked["reads_only"]:
        check_may_change(os_name, arch, problems)
    login = login_user()
    members = expand_groups(asked["members"], problems)
    users = find_users({**asked["users"], **members}, problems)
    users[login] = account(pwd.getpwnam(login))
    packages = asked["packages"] + asked["packages_by_os"].get(os_name, [])
    installed, interrupted = dpkg_state()
    for variable, name in sorted(asked["not_root"].items()):
        if (name.replace(LOGIN_USER, login) or login) == "root":
            problems.append(problem(variable, "root is not a user for this", "set %s to an ordinary user" % variable))
    check_free(asked["free_mb"], problems)
    check_memory(asked["memory_mb"], problems)
    check_directories(asked["directories"], problems)
    receipt = read_receipt(asked["role"])
    check_calendars(asked["calendars"], problems, run_command)
    check_ports(asked["ports"], login, problems, run_command, noted_units(receipt))
    check_homes(asked["homes"], login, problems)
    check_addresses(asked["addresses"], problems)
    if not check_mode:  # there, an earlier role of the play would have brought it
        check_programs(asked["programs"], problems)
        check_certificates(asked["certificates"], login, problems, run_command)
        check_environments(asked["environments"], problems)
    return {
        "os": os_name,
        "arch": arch,
        "systemd": os.path.isdir("/run/systemd/system"),
        "cloud_init_running": cloud_init_running(),
        "dpkg_interrupted": interrupted,
        "apt_lists_age": apt_lists_age(),
        "packages_installed": {name: installed[name] for name in packages if name in installed},
        "packages_missing": [name for name in packages if name not in installed],
        "login_user": login,
        "users": users,
        "members": members,
        "units": {
            name: unit_state(name, [path.replace(LOGIN_USER, login) for path in files], run_command)
            for name, files in ((unit.replace(LOGIN_USER, login), files) for unit, files in asked["units"].items())
        },
        "files_outdated": [
            path
            for path, wanted in ((expand(wanted["path"], login), wanted) for wanted in asked["files"])
            if is_outdated(path, with_sha256(wanted, asked["sha256"], arch), login)
        ],
        "json_files": read_json_files(asked["json_files"], problems),
        "json_texts": read_texts(asked["json_files"].values()),
        "sha256": choose_sha256(asked["sha256"], arch, problems),
        "answers": {name: answer(words, run_command) for name, words in asked["answers"].items()},
        "receipt": receipt,
        "folders": {path: list_folder(path) for path in asked["folders"]},
        "proofs": {name: holds(proof, login, run_command) for name, proof in asked["proofs"].items()},
        "problems": problems,
    }


def expand(path, login):
    """The path with the login user put in, and with a user's home for a leading ~ or ~user."""
    return os.path.expanduser(path.replace(LOGIN_USER, login))


def with_sha256(wanted, checksums, arch):
    """A wanted file, with the checksum that its variable has for this architecture."""
    variable = wanted["sha256_variable"]
    return dict(wanted, sha256=checksums[variable].get(arch, "")) if variable else wanted


def is_outdated(path, wanted, login):
    """Whether what is at a path is not what the role would make of it. What the role does not say does not count."""
    try:
        found = os.lstat(path)
    except OSError:
        return wanted["type"] != "absent"
    if not KINDS[wanted["type"]](found.st_mode):
        return True
    if wanted["type"] == "link":
        return os.readlink(path) != wanted["target"]
    return (
        (wanted["mode"] is not None and stat.S_IMODE(found.st_mode) != int(wanted["mode"], 8))
        or (wanted["owner"] is not None and found.st_uid != number_of(pwd.getpwnam, wanted["owner"], login))
        or (wanted["group"] is not None and found.st_gid != number_of(grp.getgrnam, wanted["group"], login))
        or (wanted["sha256"] is not None and wanted["sha256"] != sha256_of(path))
    )


def number_of(find, name, login):
    """The number of a user or a group by name; None where there is no such one yet."""
    try:
        return find(name.replace(LOGIN_USER, login))[2]
    except KeyError:
        return None


def sha256_of(path):
    """The checksum of a file, which may be large."""
    total = hashlib.sha256()
    with open(path, "rb") as content:
        for block in iter(lambda: content.read(1 << 20), b""):
            total.update(block)
    return total.hexdigest()


def check_may_change(os_name, arch, problems):
    """A problem for each reason not to change anything on this host."""
    if os.geteuid() != 0:
        problems.append(problem("", "the role needs root rights", "set `become: true` for the play or the host"))
    if os_name not in SUPPORTED:
        problems.append(problem("", "%s is not supported" % os_name, "use %s" % ", ".join(SUPPORTED.values())))
    if arch not in ARCHITECTURES:
        problems.append(
            problem("", "the architecture %s is not supported" % arch, "use %s" % " or ".join(ARCHITECTURES))
        )


def operating_system(path="/etc/os-release"):
    """The release as `id-version`, for example debian-13; `unknown` where the host does not say (os-release(5))."""
    fields = {}
    try:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                key, _sign, value = line.strip().partition("=")
                fields[key] = value.strip("\"'")
    except OSError:
        return "unknown"
    return "%s-%s" % (fields.get("ID", "unknown"), fields.get("VERSION_ID", "unknown"))


def expand_groups(asked, problems):
    """The users that each variable names, once each; `@name` stands for all members of that group."""
    expanded = {}
    for variable, names in sorted(asked.items()):
        users = []
        unknown = []
        for name in names:
            try:
                users += group_members(name[1:]) if name.startswith("@") else [name]
            except KeyError:
                unknown.append(name[1:])
        if unknown:
            text = "no such group on this host: %s" % ", ".join(unknown)
            problems.append(problem(variable, text, "create the group first, or take it out of %s" % variable))
        expanded[variable] = list(dict.fromkeys(users))
    return expanded


def group_members(name):
    """All users of a group, those with it as their primary group as well; KeyError where there is no such group."""
    group = grp.getgrnam(name)
    return sorted(set(group.gr_mem) | {entry.pw_name for entry in pwd.getpwall() if entry.pw_gid == group.gr_gid})


def find_users(asked, problems):
    """The account of each user, by name; a problem for each variable that names unknown ones."""
    found = {}
    for variable, names in sorted(asked.items()):
        unknown = []
        for name in names:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                unknown.append(name or "''")
                continue
            found[name] = account(entry)
        if unknown:
            text = "no such user on this host: %s" % ", ".join(unknown)
            problems.append(
                problem(variable, text, "create the account first, or set %s to users that exist" % variable)
            )
    return found


def login_user():
    """The user that logged in, behind sudo or another way to root; root where there is none."""
    if os.environ.get("SUDO_USER"):
        return os.environ["SUDO_USER"]
    try:
        with open("/proc/self/loginuid", encoding="ascii") as text:
            return pwd.getpwuid(int(text.read())).pw_name
    except (OSError, KeyError, ValueError, OverflowError):
        return pwd.getpwuid(os.getuid()).pw_name


def account(entry):
    """What the roles use of a line of passwd(5)."""
    return {"home": entry.pw_dir, "uid": entry.pw_uid, "gid": entry.pw_gid, "group": group_name(entry.pw_gid)}


def group_name(gid):
    """The group's name, or its number where the group has none."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def check_free(asked, problems):
    """A problem for each path whose file system has too little room."""
    for variable, need in sorted(asked.items()):
        path = os.path.abspath(need["path"])
        while not os.path.exists(path):
            path = os.path.dirname(path)
        room = os.statvfs(path)
        free = room.f_bavail * room.f_frsize // 2**20
        if free < int(need["mb"]):
            text = "%s has %d MB free and needs %d MB" % (need["path"], free, int(need["mb"]))
            problems.append(problem(variable, text, "free or add disk space, or set %s" % variable))


def check_memory(asked, problems):
    """A problem where the host has less memory than asked."""
    if not asked:
        return
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    for variable, need in sorted(asked.items()):
        if total < int(need):
            text = "the host has %d MB of memory and needs %d MB" % (total, int(need))
            problems.append(problem(variable, text, "use a larger machine, or set %s" % variable))


def check_directories(asked, problems):
    """A problem for each directory that holds something foreign."""
    for variable, need in sorted(asked.items()):
        path = need["path"]
        if not os.path.lexists(path):
            continue
        if not os.path.isdir(path):
            problems.append(problem(variable, "%s is not a directory" % path, "remove it, or set %s" % variable))
            continue
        entries = os.listdir(path)
        if entries and not set(entries) & set(need["marks"]):
            text = "%s holds files that are not ours (%s)" % (path, ", ".join(sorted(entries)[:3]))
            problems.append(problem(variable, text, "empty it, or set %s to a folder of its own" % variable))


def check_ports(asked, login, problems, run_command, noted=()):
    """A problem for each port that somebody else listens on than the unit it is for, or one that the role has `noted`."""
    if not asked:
        return
    listeners = listening_sockets()
    for variable, need in sorted(asked.items()):
        sockets = listeners.get(int(need["port"]))
        if not sockets:
            continue
        ours = {need["unit"].replace(LOGIN_USER, login), *noted}
        if any(set(sockets.values()) == {unit_owner(unit, run_command)} for unit in sorted(ours)):
            continue
        text = "port %s is taken by %s" % (need["port"], process_name(process_of(sockets)))
        problems.append(problem(variable, text, "stop that program, or set %s to a free port" % variable))


def listening_sockets():
    """The sockets that listen, of all addresses, by TCP port: the inode of each and the uid of its owner."""
    found = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table, encoding="ascii") as lines:
                rows = [line.split() for line in lines][1:]
        except OSError:
            continue
        for row in rows:
            if row[3] == LISTENING:
                found.setdefault(int(row[1].rsplit(":", 1)[1], 16), {})[row[9]] = int(row[7])
    return found


def noted_units(receipt):
    """The units of the `instances` in a receipt: they give their ports back when they are started anew or removed."""
    instances = receipt.get("instances", [])
    return [entry["unit"] for entry in instances if isinstance(entry, dict) and isinstance(entry.get("unit"), str)]


def unit_owner(unit, run_command):
    """The uid that the unit's main process runs as; -1 where the unit does not run."""
    state = show_unit(unit, run_command, "ActiveState,MainPID")
    if state.get("ActiveState") != "active":
        return -1
    try:
        return os.stat("/proc/%s" % state["MainPID"]).st_uid
    except OSError:
        return -1


def process_of(inodes):
    """The pid that holds one of these sockets; 0 where none can be seen, as in some containers."""
    links = {"socket:[%s]" % inode for inode in inodes}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for fd in os.listdir("/proc/%s/fd" % pid):
                if os.readlink("/proc/%s/fd/%s" % (pid, fd)) in links:
                    return int(pid)
        except OSError:
            continue  # it ended, or its files are not ours to see
    return 0


def process_name(pid):
    """A process as a person would look for it."""
    try:
        with open("/proc/%d/comm" % pid, encoding="utf-8") as text:
            return "%s (process %d)" % (text.read().strip(), pid)
    except OSError:
        return "another program"


def dpkg_state(directory="/var/lib/dpkg"):
    """The versions of the installed packages by name, and whether an installation was cut off before its end (dpkg(1))."""
    installed = {}
    interrupted = False
    name = ""
    try:
        with open(os.path.join(directory, "status"), encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("Package: "):
                    name = line[9:].strip()
                elif line.startswith("Status: "):
                    state = line.split()[-1]
                    if state == "installed":
                        installed[name] = ""
                    elif state not in ("not-installed", "config-files"):
                        interrupted = True
                elif line.startswith("Version: ") and name in installed:
                    installed[name] = line[9:].strip()
        interrupted = interrupted or any(entry.isdigit() for entry in os.listdir(os.path.join(directory, "updates")))
    except OSError:
        pass  # not a Debian host: `operating_system` says so
    return installed, interrupted


def apt_lists_age():
    """Seconds since the package lists were last fetched; -1 where there are none."""
    try:
        lists = [entry for entry in os.listdir("/var/lib/apt/lists") if entry.endswith(("_Packages", "_Packages.lz4"))]
        newest = os.stat("/var/lib/apt/lists").st_mtime
    except OSError:
        return -1
    stamp = "/var/lib/apt/periodic/update-success-stamp"  # Ubuntu's update-notifier touches it
    if os.path.exists(stamp):
        newest = max(newest, os.stat(stamp).st_mtime)
    return max(0, int(time.time() - newest)) if lists else -1


def cloud_init_running():
    """Whether cloud-init is on this host and has not written its result yet (its boot-finished contract)."""
    run = "/run/cloud-init"
    finished = os.path.exists(run + "/result.json") or os.path.exists(run + "/disabled")
    return os.path.isdir(run) and os.path.exists("/usr/bin/cloud-init") and not finished


def check_programs(asked, problems):
    """A problem for each program that is not there."""
    for variable, path in sorted(asked.items()):
        if not os.access(path, os.X_OK):
            problems.append(
                problem(variable, "%s is missing" % path, "install it first, or set %s to where it is" % variable)
            )


def check_calendars(asked, problems, run_command):
    """A problem for each time that systemd does not understand; an empty one asks for nothing."""
    for variable, calendar in sorted(asked.items()):
        if not calendar:
            continue
        try:
            code, _out, err = run_command(["systemd-analyze", "calendar", calendar], handle_exceptions=False)
        except OSError:
            continue  # no systemd, and so no timer that could go off
        if code:
            remedy = "set %s to a calendar event as in systemd.time(7), for example weekly" % variable
            problems.append(problem(variable, err.strip().splitlines()[0], remedy))


def check_homes(asked, login, problems):
    """A problem for each user whose home is not there or not theirs; `users` says where there is no such user."""
    for variable, asked_name in sorted(asked.items()):
        name = asked_name.replace(LOGIN_USER, login)
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        try:
            owner = os.stat(entry.pw_dir).st_uid if os.path.isdir(entry.pw_dir) else None
        except OSError:
            owner = None
        if owner == entry.pw_uid:
            continue
        text = "the home of %s, %s, %s" % (name, entry.pw_dir, "is not there" if owner is None else "is not theirs")
        remedy = "create it (mkhomedir_helper %s) and give it to %s, or set %s to another user" % (name, name, variable)
        problems.append(problem(variable, text, remedy))


def check_addresses(asked, problems):
    """A problem for each address that nothing on this host can listen on."""
    for variable, address in sorted(asked.items()):
        try:
            family = socket.getaddrinfo(address, 0, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)[0][0]
            with socket.socket(family, socket.SOCK_STREAM) as trial:
                trial.bind((address, 0))
        except OSError:
            text = "%s is not an IP address of this host" % address
            problems.append(
                problem(variable, text, "set %s to one of those that `ip address` shows, or to 127.0.0.1" % variable)
            )


def check_certificates(asked, login, problems, run_command):
    """A problem for each certificate and key that do not serve TLS together, or that one of their users cannot read."""
    for variable, need in sorted(asked.items()):
        certificate, key = need["certificate"], need["key"]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            # A key with a passphrase has nobody to ask at a boot.
            context.load_cert_chain(certificate, key, password=lambda: b"")
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
            text = "%s and %s do not serve TLS together: %s" % (certificate, key, reason)
            remedy = "set it to a certificate and its key, both PEM, the key without a passphrase"
            problems.append(problem(variable, text, remedy))
            continue
        for name in [user.replace(LOGIN_USER, login) for user in need["users"]]:
            for path in (certificate, key):
                if not can_read(name, path, run_command):
                    remedy = "make it readable for %s, with its folders (chgrp, chmod g+r or setfacl), or set %s" % (
                        name,
                        variable,
                    )
                    problems.append(problem(variable, "%s cannot read %s" % (name, path), remedy))


def can_read(name, path, run_command):
    """Whether this user could open the file; true where there is no such user, which `users` tells."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return True
    identity = ["--reuid=%d" % entry.pw_uid, "--regid=%d" % entry.pw_gid, "--init-groups"]
    return run_command(["setpriv", *identity, "test", "-r", path])[0] == 0


def check_environments(asked, problems):
    """A problem for each prefix that is no Python environment, or one without this package (of the same name as its module)."""
    for variable, need in sorted(asked.items()):
        for prefix in need["prefixes"]:
            if not os.access(os.path.join(prefix, "bin", "python"), os.X_OK):
                text = "%s is not an environment with a Python that runs" % prefix
                remedy = "create it first, or take it out of %s" % variable
            elif not glob.glob(os.path.join(glob.escape(prefix), "lib", "python3*", "site-packages", need["package"])):
                text = "the environment %s has no %s" % (prefix, need["package"])
                remedy = "install it there (conda install --prefix %s %s), or take it out of %s" % (
                    prefix,
                    need["package"],
                    variable,
                )
            else:
                continue
            problems.append(problem(variable, text, remedy))


def list_folder(path):
    """The names in a folder, sorted; none where there is no such folder."""
    try:
        return sorted(os.listdir(path))
    except OSError:
        return []


def holds(proof, login, run_command):
    """Whether the work that left this stamp still stands: the stamp is there, and the command ends well.

    The command is run only where none of the units is active, since these could not run without that work.
    """
    if not os.path.exists(proof["stamp"]):
        return False
    units = [unit.replace(LOGIN_USER, login) for unit in proof["units"]]
    if any(show_unit(unit, run_command, "ActiveState").get("ActiveState") == "active" for unit in units):
        return True
    try:
        return run_command(proof["command"], handle_exceptions=False)[0] == 0
    except OSError:
        return False


def show_unit(unit, run_command, properties):
    """These properties of a systemd unit; none where there is no systemd."""
    try:
        code, out = run_command(["systemctl", "show", "--property", properties, unit], handle_exceptions=False)[:2]
    except OSError:
        return {}
    return dict(line.partition("=")[::2] for line in out.splitlines()) if code == 0 else {}


def unit_state(unit, files, run_command):
    """How a systemd unit stands: active now, enabled at boot, outdated (a file that it read at its start is newer).

    All false where there is no systemd or no such unit.
    """
    state = show_unit(unit, run_command, "ActiveState,UnitFileState,ActiveEnterTimestampMonotonic")
    active = state.get("ActiveState") == "active"
    started = time.time() - time.monotonic() + int(state.get("ActiveEnterTimestampMonotonic") or 0) / 1e6
    changed = max([os.stat(path).st_mtime for path in files if os.path.exists(path)], default=0.0)
    return {
        "active": active,
        "enabled": state.get("UnitFileState") == "enabled",
        "outdated": active and changed > started,
    }


def read_json_files(asked, problems):
    """The objects in the files, by path; a problem for a file that holds none."""
    found = {}
    for variable, path in sorted(asked.items()):
        found[path] = {}
        try:
            with open(path, encoding="utf-8") as text:
                content = text.read()
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(
                problem(variable, "%s cannot be read: %s" % (path, error.strerror), "make it a readable file")
            )
            continue
        try:
            value = json.loads(content) if content.strip() else {}
        except ValueError as error:
            problems.append(problem(variable, "%s is not JSON: %s" % (path, error), "correct or remove that file"))
            continue
        if isinstance(value, dict):
            found[path] = value
        else:
            problems.append(problem(variable, "%s holds no JSON object" % path, "correct or remove that file"))
    return found


def read_texts(paths):
    """What the files say, byte by byte, by path; a file that is not there or cannot be read is left out."""
    found = {}
    for path in paths:
        try:
            with open(path, encoding="utf-8", newline="") as text:
                found[path] = text.read()
        except (OSError, ValueError):
            continue
    return found


def choose_sha256(asked, arch, problems):
    """The checksum for this architecture, by variable."""
    for variable, known in sorted(asked.items()):
        if arch in ARCHITECTURES and not known.get(arch):
            problems.append(problem(variable, "no checksum is known for %s" % arch, "set %s for %s" % (variable, arch)))
    return {variable: known.get(arch, "") for variable, known in asked.items()}


def read_receipt(role):
    """What the role wrote down when it last ended well; empty where it never did or where the file is broken."""
    try:
        with open(RECEIPTS.format(role=role), encoding="utf-8") as text:
            value = json.load(text)
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def answer(words, run_command):
    """What a program prints; empty where it is missing or fails."""
    try:
        code, out = run_command(words, handle_exceptions=False)[:2]
    except OSError:
        return ""
    return out.strip() if code == 0 else ""
