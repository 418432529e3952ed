#!/usr/bin/python
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks a host once before a role changes it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
short_description: "Internal: check a host once, and refuse before anything is changed"
version_added: 1.0.0
description:
  - The first task of each role of this collection. It finds all that the role has to know about the host in one round trip,
    and fails with B(all) the problems at once, each with the variable to set and the remedy.
  - Refuses variables that look like a misspelling of one of the role's options, and names the one that was meant.
  - Refuses operating systems and architectures that the collection is not tested on, and runs without root rights, except for O(reads_only).
  - Takes settings as Ansible takes the arguments of a module, for example V(student) for the list V([student]) and V("yes") for V(true), and
    refuses them where that is not what the role's tasks would see.
  - With O(roles), outside of a role, it does so for several roles that are to come, and tells all that is wrong with any of them.
  - Reads only; works without gathered facts.
  - Where an option is a dictionary keyed by variable, the key is the role's variable that a message is to name.
options:
  roles:
    description:
      - Roles of the collection that are to run, for a task that is no role's. The preflight of each is carried out as it stands in that role,
        and as in check mode, since what one of them needs another may bring. Roles that B(--tags) and B(--skip-tags) leave out are left out.
      - RV(settings) tells which of a host's settings are to be replaced, with M(ansible.builtin.set_fact), for the roles to see what is meant.
    type: list
    elements: str
  role:
    description: The role whose preflight this is. Set by the action plugin.
    type: str
  checks:
    description: What several roles need to know. Set by the action plugin. Each has O(role) and further of these options.
    type: list
    elements: dict
  require:
    description: Conditions on the role's variables, evaluated on the controller.
    type: list
    elements: dict
    default: []
    suboptions: &condition
      that:
        description: What must hold.
        type: raw
        required: true
      variable:
        description: The variable to name.
        type: str
        required: true
      problem:
        description: What is wrong.
        type: str
        required: true
      remedy:
        description: What to set.
        type: str
        required: true
  require_of_host:
    description:
      - Conditions on what was found on the host, evaluated on the controller afterwards. Same keys as O(require), but C(that) is an
        expression without braces in which C(host) is what this task returns.
    type: list
    elements: dict
    default: []
    suboptions: *condition
  users:
    description: Users that must exist, by variable.
    type: dict
    default: {}
  members:
    description: Users that must exist, by variable, where V(@name) stands for all members of the group C(name), which must exist as well.
    type: dict
    default: {}
  memberships:
    description:
      - Groups that the users of O(members) are to be in, by variable; no users are the login user. One from a directory such as LDAP is a
        problem where its members would have to be others.
      - Each value has the keys C(group) and C(exclusive), whether nobody else may be in it.
    type: dict
    default: {}
  ports:
    description:
      - TCP ports that must be free, or held by the named systemd unit or one that the role's receipt names, by variable.
      - Each value has the keys C(port) and C(unit).
    type: dict
    default: {}
  free_mb:
    description:
      - Free disk space that is needed, by variable. Each value has the keys C(paths), where files go, and C(mb), which each disk among
        these needs; a path that does not exist yet counts for the file system that it will be on. C(~%u) stands for the login user's home.
        Nothing is needed where one of C(unless_exists) is there, paths that tell that all is installed, nor with C(unless_receipt) where
        the role has left its receipt.
    type: dict
    default: {}
  memory_mb:
    description: Memory that is needed, in MiB, by variable.
    type: dict
    default: {}
  directories:
    description:
      - Directories that must be absent, empty, or carry one of the names in C(marks), by variable. Each value has the keys C(path) and
        C(marks).
    type: dict
    default: {}
  sha256:
    description: Checksums by architecture (C(x86_64), C(aarch64)), by variable; the host's architecture must be among them.
    type: dict
    default: {}
  json_files:
    description: JSON files that must hold an object where they exist, by variable.
    type: dict
    default: {}
  calendars:
    description: Times at which systemd is to start something, by variable, each as in systemd.time(7); an empty one asks for nothing.
    type: dict
    default: {}
  packages:
    description: Debian packages to check.
    type: list
    elements: str
    default: []
  packages_by_distribution:
    description: More packages to check, keyed by C(debian) and C(ubuntu).
    type: dict
    default: {}
  changes:
    description:
      - Packages that the role is going to change where they are not so already, by variable. One that is on hold is a problem, since apt
        refuses to touch it.
      - Each value has the keys C(present) (a version by name, an empty one for any) and C(absent) (names).
    type: dict
    default: {}
  removes:
    description: The variable that tells the role to remove what it has brought, so that the packages in its receipt count as O(changes), too.
    type: str
    default: ""
  units:
    description: systemd units to check, each with the list of files that it reads when it starts. C(%u) stands for the login user.
    type: dict
    default: {}
  files:
    description:
      - Files, folders and links as the role would make them, so that nothing has to be done where they are so already.
      - What is left out does not count. V(%u) stands for the login user, a leading V(~) and V(~user) for a home.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Where it is.
        type: str
        required: true
      type:
        description: What it is. V(absent) is for what must not be there.
        type: str
        choices: [file, directory, link, absent]
        default: file
      sha256:
        description: The checksum of a file's content.
        type: str
      sha256_variable:
        description: The variable among O(sha256) that has this checksum, where it depends on the architecture.
        type: str
      target:
        description: Where a link points to, word for word.
        type: str
      mode:
        description: The mode, in octal digits.
        type: str
      owner:
        description: The name of the owner.
        type: str
      group:
        description: The name of the group.
        type: str
      read:
        description: Whether to return the checksum of what is there, for what the role can only write once it knows the host.
        type: bool
        default: false
      follow:
        description: Whether a link stands for what it leads to, for what the role would write through the link.
        type: bool
        default: false
  groups:
    description: Groups whose members the role has to know.
    type: list
    elements: str
    default: []
  examine_host:
    description: Whether to examine the host at all. Without it only the variables are checked, which is enough where nothing is asked for.
    type: bool
    default: true
  owners:
    description:
      - Places whose programs are run or whose files are written, by variable. Each must be in the hands of one user alone beside root; each
        folder on the way there counts, and so does what the programs import.
      - Each value has the key C(paths), and may have C(users), who beside root may have it in their hands, and C(remedy) for where it is
        another's.
    type: dict
    default: {}
  user_folders:
    description:
      - Folders that must be a user's or can become it, by variable.
      - Each value has the keys C(path), with a leading V(~user) for a home, and C(user); C(%u) stands for the login user. Without the
        key C(user) the folder may be anybody's.
      - None of them may be a link to what is not there, such as a disk that is not mounted.
    type: dict
    default: {}
  programs:
    description: Programs that must be there, by variable. Not checked in check mode, where an earlier role may have promised them.
    type: dict
    default: {}
  outputs:
    description: Programs of root's to run, by name, each with its arguments as a list.
    type: dict
    default: {}
  reads_only:
    description: Whether the role changes nothing on the host, so that it needs neither root rights nor a release that was tested.
    type: bool
    default: false
  not_root:
    description: Users that must not be root, by variable; an empty one or C(%u) means the login user.
    type: dict
    default: {}
  homes:
    description: Users whose home must be there and be theirs, by variable. C(%u) stands for the login user.
    type: dict
    default: {}
  addresses:
    description: IP addresses that a program on this host must be able to listen on, by variable.
    type: dict
    default: {}
  certificates:
    description:
      - TLS certificates that must fit their keys and be readable for all of their users, by variable. Not checked in check mode, as with
        O(programs).
      - Each value has the keys C(certificate), C(key) and C(users), where C(%u) stands for the login user.
    type: dict
    default: {}
  environments:
    description:
      - Python environments that must have a package, by variable. Not checked in check mode, as with O(programs).
      - Each value has the keys C(package) (whose module has the same name) and C(prefixes).
    type: dict
    default: {}
  folders:
    description: Folders to list.
    type: list
    elements: str
    default: []
  servers:
    description:
      - HTTP servers to connect to, each with the keys C(unit), where C(%u) stands for the login user, C(address), C(port) and C(tls).
      - Other keys do not count.
    type: list
    elements: dict
    default: []
  proofs:
    description:
      - Work of an earlier run that may or may not stand, by a name of one's own.
      - Each value has the keys C(stamp) (the file that the work left) and C(command) (what ends well where the work stands). It is not run
        where one of O(servers) answers, which proves as much.
    type: dict
    default: {}
extends_documentation_fragment:
  - mlops.workbench._attributes
  - mlops.workbench._attributes.info_module
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Check that this host can carry the Docker engine
  mlops.workbench.preflight:
    free_mb:
      docker_data_root:
        paths: [/var/lib/docker]
        mb: 2000
    packages: [docker.io]
    units:
      docker.service: [/etc/docker/daemon.json]
  register: __docker_host
"""

RETURN = r"""
os:
  description: The operating system, for example C(debian-13).
  type: str
  returned: success
distribution:
  description: The distribution, C(debian) or C(ubuntu).
  type: str
  returned: success
suite:
  description: The name of the release in apt's sources, for example C(trixie).
  type: str
  returned: success
arch:
  description: The architecture, C(x86_64) or C(aarch64).
  type: str
  returned: success
systemd:
  description: Whether systemd is the running init.
  type: bool
  returned: success
cloud_init_running:
  description: Whether cloud-init has not finished yet.
  type: bool
  returned: success
dpkg_interrupted:
  description: Whether an earlier package installation was cut off.
  type: bool
  returned: success
apt_lists_age:
  description: Age of the package lists in seconds; -1 where there are none.
  type: int
  returned: success
packages_installed:
  description: The versions of those packages asked for that are installed, by name.
  type: dict
  returned: success
packages_missing:
  description: The packages asked for that are not installed.
  type: list
  elements: str
  returned: success
login_user:
  description: The user that Ansible logged in as, also where it became root since.
  type: str
  returned: success
users:
  description: The users asked for and the login user, each with C(home), C(uid), C(gid) and C(group).
  type: dict
  returned: success
members:
  description: The users that O(members) names, by variable, with a group's members in its place.
  type: dict
  returned: success
units:
  description: The units asked for, each with C(active), C(enabled) and C(outdated) (a file is newer than the unit's start).
  type: dict
  returned: success
files_outdated:
  description: The paths of those O(files) that are not as asked, expanded.
  type: list
  elements: str
  returned: success
files_sha256:
  description: The checksums of those O(files) that are to be read and are there, by path, expanded.
  type: dict
  returned: success
owners:
  description: In whose hands each of O(owners) is, by variable; V(root) where only root can change it.
  type: dict
  returned: success
time:
  description: The host's clock, in seconds since 1970.
  type: float
  returned: success
groups_external:
  description: Those of O(groups) that come from a directory such as LDAP.
  type: list
  elements: str
  returned: success
groups:
  description: The users that each of O(groups) lists as members, by name; none where there is no such group.
  type: dict
  returned: success
json_files:
  description: The objects read, by path; an empty one where there is no file.
  type: dict
  returned: success
json_texts:
  description: What these files say, by path; without those that are not there.
  type: dict
  returned: success
sha256:
  description: The checksum for this host's architecture, by variable.
  type: dict
  returned: success
receipt:
  description: What the role wrote down when it last ended well, an empty dictionary where it never did.
  type: dict
  returned: success
outputs:
  description: What each program printed, by name; empty where it is missing or fails.
  type: dict
  returned: success
folders:
  description: The names in the folders asked for, sorted, by path; none where there is no such folder.
  type: dict
  returned: success
user_folders:
  description: Where the O(user_folders) are, with links followed, by path.
  type: dict
  returned: success
answering:
  description: The units of those O(servers) that respond.
  type: list
  elements: str
  returned: success
proofs:
  description: Whether each work asked for stands, by name.
  type: dict
  returned: success
settings:
  description: The host's settings that mean something else than they say to Jinja, by variable, as they are meant.
  type: dict
  returned: success and O(roles)
  sample:
    docker_group_users: [student]
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.mlops.workbench.plugins.module_utils._preflight.arguments import ARGUMENTS
from ansible_collections.mlops.workbench.plugins.module_utils._preflight.examine import examine

# Evaluated by the action plugin, on the controller; here so that the documentation is complete.
CONDITIONS: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "default": [],
    "options": {
        "that": {"type": "raw", "required": True},
        **{name: {"type": "str", "required": True} for name in ("variable", "problem", "remedy")},
    },
}
SPECIFICATION = dict(
    ARGUMENTS,
    roles={"type": "list", "elements": "str"},
    role={"type": "str"},
    checks={"type": "list", "elements": "dict"},
    require=CONDITIONS,
    require_of_host=CONDITIONS,
    examine_host={"type": "bool", "default": True},
)


def validated(module: AnsibleModule, check: dict[str, Any]) -> dict[str, Any]:
    """Return what one of several roles needs, validated and completed like the module's own arguments."""
    result = ArgumentSpecValidator(SPECIFICATION).validate(check)
    if result.error_messages:
        module.fail_json(msg="The preflight of the role %s: %s" % (check.get("role"), "; ".join(result.error_messages)))
    arguments: dict[str, Any] = result.validated_parameters
    return arguments


def main() -> None:
    """Examine the host, and report; judging a problem as fatal is left to the action plugin, which adds those of the variables."""
    module = AnsibleModule(argument_spec=SPECIFICATION, supports_check_mode=True)
    checks = module.params["checks"]
    if checks is None:
        found = examine(module.params, module.run_command, module.check_mode)
    else:
        # Before all of the roles: what one of them needs, another may bring.
        valid = [validated(module, check) for check in checks]
        found = {"checks": {check["role"]: examine(check, module.run_command, check_mode=True) for check in valid}}
    module.exit_json(changed=False, **found)


if __name__ == "__main__":
    main()
