#!/usr/bin/python
# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One machine in Google Cloud with all that belongs to it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gcp_vm
short_description: Make, stop, start and remove a machine in Google Cloud with all that belongs to it
version_added: 1.0.0
description:
  - Looks at what there is, plans the steps to what is asked for, and takes them, each to its end. Check mode tells the same steps without
    taking them. A run that was interrupted anywhere is taken up by the next one.
  - Belonging to the machine are its disk, its firewall rules, a service account with roles, a fixed address on request, the interfaces of
    Google that must be enabled, and the local private key that opens it.
  - All of it is marked as belonging to the machine, by the label C(mlops-workbench), or by the description of what can carry no label.
    What is not marked is never touched. Labels, network tags, metadata and members of the policy that others have set stay.
  - The modules of C(google.cloud) have no check mode, do not update metadata and tags, clear labels when they stop a machine, and cannot bind
    roles. That is why this one speaks with the REST interfaces itself.
requirements:
  - google-auth >= 2.0.0
  - requests >= 2.18.4
notes:
  - Runs on the controller. Credentials are application default credentials, as for every tool of Google (C(gcloud auth
    application-default login), or E(GOOGLE_APPLICATION_CREDENTIALS)); before them count E(GCP_ACCESS_TOKEN) and
    E(GCP_SERVICE_ACCOUNT_FILE).
options:
  state:
    description:
      - V(present) makes what is missing, changes what is otherwise, and lets the machine run.
      - V(stopped) and V(started) want a machine that is there, and touch nothing else of it.
      - V(absent) removes what is marked. Enabled interfaces stay enabled, since others of the project may use them.
    type: str
    choices: [present, stopped, started, absent]
    default: present
  name:
    description: The machine's name. One name is one machine in a project.
    type: str
    required: true
  project:
    description: The ID of the project.
    type: str
    required: true
  zone:
    description: The zone to make the machine in.
    type: str
    required: true
  machine_type:
    description: The machine type. A machine that is there is stopped and started again for another one.
    type: str
    required: true
  image:
    description: The project and the family, or the name, of the image, after C(projects/). Of a machine that is there, it stays as it is.
    type: str
    required: true
  disk_gb:
    description: The size of the disk in GB. Of a machine that is there, it stays as it is.
    type: int
    required: true
  network:
    description: The name of a network of the project, with subnets made by Google.
    type: str
    default: default
  labels:
    description: Labels of the machine, its disk and its address.
    type: dict
    default: {}
  key_file:
    description: The private key on the controller, that of the user C(ubuntu). Where there is none, an RSA key is made, of mode 0400.
    type: path
    required: true
  ssh_from:
    description: The networks that may use port 22; all others are shut out, by a rule that comes before that of the default network.
    type: list
    elements: str
    default: []
  http:
    description: Whether the whole world may use ports 80 and 443.
    type: bool
    default: false
  fixed_address:
    description: Whether the machine keeps its address through stop and start.
    type: bool
    default: false
  roles:
    description: Exactly the roles that the machine's service account has in the project, apart from those with a condition.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: full
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
- name: Make a machine for the workbench
  mlops.workbench.gcp_vm:
    name: workbench
    project: my-project
    zone: us-central1-a
    machine_type: n2-standard-2
    image: ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64
    disk_gb: 30
    key_file: ~/.ssh/workbench-gcp.pem
    ssh_from: [192.0.2.7/32]
    roles: [roles/storage.objectAdmin]
"""

RETURN = r"""
steps:
  description: What was done, or is to be done in check mode, in its order.
  type: list
  elements: str
  returned: always
machine:
  description: The machine as it is then. Empty where there is none.
  type: dict
  returned: always
  contains:
    address:
      description: The public address, empty where it has none.
      type: str
    disk_gb:
      description: The size of the disk in GB.
      type: int
    id:
      description: Google's number of the machine.
      type: str
    machine_type:
      description: The machine type.
      type: str
    service_account:
      description: The service account that the machine speaks as.
      type: str
    status:
      description: C(RUNNING) or C(TERMINATED).
      type: str
    zone:
      description: The zone.
      type: str
  sample: {address: 203.0.113.9, disk_gb: 30, id: "123", machine_type: n2-standard-2, service_account: "", status: RUNNING, zone: us-central1-a}
"""

import time
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.mlops.workbench.plugins.module_utils._gcp import client as gcp
from ansible_collections.mlops.workbench.plugins.module_utils._gcp import vm as machines
from ansible_collections.mlops.workbench.plugins.module_utils._gcp import wanted


def describe(state: machines.State) -> dict[str, Any]:
    """What the user wants to know of the machine."""
    instance = state.instance
    if not instance:
        return {}
    accounts = instance.get("serviceAccounts", [])
    return {
        "address": wanted.access_of(instance).get("natIP", ""),
        "disk_gb": int(state.disk["sizeGb"]) if state.disk else 0,
        "id": instance["id"],
        "machine_type": wanted.last(instance["machineType"]),
        "service_account": accounts[0]["email"] if accounts else "",
        "status": instance["status"],
        "zone": wanted.last(instance["zone"]),
    }


def reach_state(vm: machines.Vm, spec: dict[str, Any], check_mode: bool) -> dict[str, Any]:
    """Examine, plan and change; the result of the module. Raises CloudError, and ValueError for what stands in the way."""
    state = machines.settled(vm.read_state(wait=not check_mode))
    found = machines.problems(spec, state)
    if found:
        raise ValueError("\n".join(["Nothing was changed.", *("- " + one for one in found)]))
    plan = machines.plan(spec, state)
    if plan and not check_mode:
        for step in plan:
            getattr(vm, step.action)(*step.arguments)
        state = vm.read_state(wait=False)
    texts = [step.text for step in plan]
    return {
        "changed": bool(plan),
        "steps": texts,
        "machine": describe(state),
        "diff": {"prepared": "".join("+ %s\n" % text for text in texts)},
    }


def main() -> None:
    """Read the options, and say what came of it."""
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "stopped", "started", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "project": {"type": "str", "required": True},
            "zone": {"type": "str", "required": True},
            "machine_type": {"type": "str", "required": True},
            "image": {"type": "str", "required": True},
            "disk_gb": {"type": "int", "required": True},
            "network": {"type": "str", "default": "default"},
            "labels": {"type": "dict", "default": {}},
            "key_file": {"type": "path", "required": True},
            "ssh_from": {"type": "list", "elements": "str", "default": []},
            "http": {"type": "bool", "default": False},
            "fixed_address": {"type": "bool", "default": False},
            "roles": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    if gcp.MISSING:
        module.fail_json(
            msg="%s Remedy: `make cloud` in a checkout" % missing_required_lib("google-auth and requests"),
            exception=gcp.MISSING,
        )
    spec = dict(module.params, region=module.params["zone"].rpartition("-")[0])
    try:
        client = gcp.Client(gcp.session(), enabling=True)
        module.exit_json(
            **reach_state(machines.Vm(spec, client, module.run_command, time.sleep), spec, module.check_mode)
        )
    except (gcp.CloudError, ValueError) as error:
        module.fail_json(msg="%s in the project %s: %s" % (spec["name"], spec["project"], error))


if __name__ == "__main__":
    main()
