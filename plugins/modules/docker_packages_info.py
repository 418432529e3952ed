#!/usr/bin/python
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which packages of the Docker engine an apt source has, before it is added."""

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_packages_info
short_description: "Internal: examine an apt source of the Docker engine before it is added"
version_added: 1.0.0
description:
  - Chooses the exact versions of packages that the role C(docker) is to install, from the host's own sources or from one that it has
    not got yet.
  - A new source is tried in a scratch folder with its key alone. Where the key is not the expected one, or the source is expired,
    unsigned, signed by somebody else or out of reach, the module fails with the reason and the remedy, and nothing on the host has changed.
  - Where a wanted version is missing, it fails and lists the versions that there are.
options:
  packages:
    description: The packages, each with the version that is wanted, or an empty text for the newest.
    type: dict
    required: true
  source:
    description: The source to examine; without it, the sources that the host has.
    type: dict
    suboptions:
      uri:
        description: The repository's address.
        type: str
        required: true
      text:
        description: The source in deb822 format, as it will be written into O(source.file).
        type: str
        required: true
      file:
        description: Where the source will be written.
        type: path
        required: true
      key_file:
        description: The path of the key in O(source.text).
        type: path
        required: true
      key_url:
        description: Where to get the key.
        type: str
        required: true
      key_sha256:
        description: SHA-256 of the key's file; empty if only the fingerprint in O(source.text) is to decide.
        type: str
        default: ""
      vendor:
        description: The vendor's own address. Other files that name it, or O(source.uri), contradict the new source.
        type: str
        required: true
extends_documentation_fragment:
  - mlops.workbench._attributes
  - mlops.workbench._attributes.info_module
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Choose among the versions that the distribution has
  mlops.workbench.docker_packages_info:
    packages:
      docker.io: "26.1.5"
  register: __docker_offer
"""

RETURN = r"""
versions:
  description: The exact version to install, by package.
  type: dict
  returned: success
key:
  description: The key's file; empty without O(source).
  type: str
  returned: success
in_the_way:
  description: Files that name the same repository in another way, and the keys that only they need.
  type: list
  elements: str
  returned: success
"""

import hashlib
import os
import shutil
import tempfile

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.mlops.workbench.plugins.module_utils._addresses import without_secrets
from ansible_collections.mlops.workbench.plugins.module_utils._host.apt_sources import (
    choose,
    complaint,
    offered,
    rivals,
    source_texts,
)

APT_HELPER = "/usr/lib/apt/apt-helper"
LOCALE = {"LC_ALL": "C", "LANGUAGE": "C"}


def refuse(module: AnsibleModule, why: str, remedy: str) -> None:
    """Fail with the reason and the remedy."""
    module.fail_json(msg="%s. Remedy: %s. Nothing was changed." % (without_secrets(why), remedy))


def fetch_key(module: AnsibleModule, source: dict[str, str], key_file: str) -> str:
    """Have apt get the source's key, by the way that all its downloads take; the key, once its checksum holds."""
    command = [APT_HELPER, "download-file", source["key_url"], key_file]
    code, out, err = module.run_command(command, environ_update=LOCALE)
    if code:
        reasons = [line[3:] for line in (out + err).splitlines() if line.startswith("E: Failed to fetch")]
        refuse(
            module,
            "the key %s cannot be had: %s" % (source["key_url"], (reasons or ["apt-helper failed"])[0]),
            "give apt on this host a way to it (Acquire::https::Proxy), or set docker_mirror to a copy within reach",
        )
    with open(key_file, "rb") as content:
        key = content.read()
    found = hashlib.sha256(key).hexdigest()
    if source["key_sha256"] and found != source["key_sha256"]:
        refuse(
            module,
            "the key %s has the SHA-256 %s and not the expected %s" % (source["key_url"], found, source["key_sha256"]),
            "use another docker_mirror; where the vendor has changed the key, set docker_key_sha256",
        )
    return key.decode("utf-8", "replace")


def scratch_options(folder: str) -> list[str]:
    """The options with which apt sees the scratch folder's source and no other."""
    options = {
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": os.path.join(folder, "sources"),
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State::lists": os.path.join(folder, "lists"),
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "APT::Update::Error-Mode": "any",
        "Acquire::Retries": "2",
    }
    return [argument for name, value in options.items() for argument in ("-o", "%s=%s" % (name, value))]


def try_source(module: AnsibleModule, source: dict[str, str]) -> tuple[str, dict[str, list[str]]]:
    """Have apt read the source, from a scratch folder; its key, and the versions that it offers."""
    folder = tempfile.mkdtemp(prefix="mlops-workbench-apt-", dir="/tmp")
    try:
        os.makedirs(os.path.join(folder, "lists/partial"))
        os.makedirs(os.path.join(folder, "sources"))
        os.chmod(folder, 0o705)  # apt reads as a user of its own
        key_file = os.path.join(folder, os.path.basename(source["key_file"]))
        key = fetch_key(module, source, key_file)
        with open(os.path.join(folder, "sources/try.sources"), "w", encoding="utf-8") as content:
            content.write(source["text"].replace(source["key_file"], key_file))
        options = scratch_options(folder)
        code, out, err = module.run_command(["apt-get", "-q", "update", *options], environ_update=LOCALE)
        if code:
            why, remedy = complaint(out + err)
            refuse(module, "the apt source %s cannot be used: %s" % (source["uri"], why), remedy)
        return key, madison(module, options)
    finally:
        shutil.rmtree(folder)


def madison(module: AnsibleModule, options: list[str]) -> dict[str, list[str]]:
    """The versions of the packages that apt knows."""
    command = ["apt-cache", "madison", *sorted(module.params["packages"]), *options]
    return offered(module.run_command(command, environ_update=LOCALE)[1])


def exact(module: AnsibleModule, known: dict[str, list[str]], where: str) -> dict[str, str]:
    """The version to install of each package."""
    versions = {}
    for package, wanted in sorted(module.params["packages"].items()):
        versions[package] = choose(known.get(package, []), wanted)
        if not versions[package]:
            offered_versions = ", ".join(known.get(package, [])) or "none"
            refuse(
                module,
                "%s has no %s%s; it has: %s" % (where, package, " " + wanted if wanted else "", offered_versions),
                "set docker_version to one of these, or leave it empty for the newest",
            )
    return versions


def main() -> None:
    """Examine the source, and return what the role has to do."""
    source_options = {name: {"type": "str", "required": True} for name in ("uri", "text", "vendor")}
    source_options["key_url"] = {"type": "str", "required": True, "no_log": False}  # of a public key
    source_options.update({name: {"type": "path", "required": True} for name in ("file", "key_file")})
    source_options["key_sha256"] = {"type": "str", "default": "", "no_log": False}
    module = AnsibleModule(
        argument_spec={
            "packages": {"type": "dict", "required": True},
            "source": {"type": "dict", "options": source_options},
        },
        supports_check_mode=True,
    )
    source = module.params["source"]
    if source is None:
        versions = exact(module, madison(module, []), "this host's apt")
        module.exit_json(changed=False, versions=versions, key="", in_the_way=[])
    whole, mixed, keys = rivals(source_texts(), (source["uri"], source["vendor"]), source["file"])
    if mixed:
        refuse(
            module,
            "%s names Docker's repository along with others" % ", ".join(mixed),
            "take its line out of there: apt accepts no second source for it with other options",
        )
    key, known = try_source(module, source)
    versions = exact(module, known, "the apt source %s" % source["uri"])
    in_the_way = [path for path in whole + keys if path != source["key_file"] and os.path.exists(path)]
    module.exit_json(changed=False, versions=versions, key=key, in_the_way=in_the_way)


if __name__ == "__main__":
    main()
