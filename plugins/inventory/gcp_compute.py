# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machines of the workbench in Google Cloud."""

from __future__ import annotations

DOCUMENTATION = r"""
name: gcp_compute
short_description: The machines of Compute Engine that carry the label of the workbench
version_added: 1.0.0
description:
  - Lists the running machines that M(mlops.workbench.gcp_vm) made, in a file whose name ends in C(gcp_compute.yml).
  - Differs from P(google.cloud.gcp_compute#inventory) in four ways. The projects may come from the environment; what goes wrong is an
    error that says what to do, and a project that does not exist is one; calls that Google refuses for a while are repeated; and host
    variables bear a prefix and leave out the metadata, which can hold secrets.
  - A machine is called by its label C(mlops-workbench), followed by a dot and its project where there is more than one project.
  - The host variables are C(gcp_address), C(gcp_id), C(gcp_labels), C(gcp_machine_type), C(gcp_name), C(gcp_private_address),
    C(gcp_project), C(gcp_region), C(gcp_status), C(gcp_tags) and C(gcp_zone). All machines belong to the group C(gcp_compute).
requirements:
  - google-auth >= 2.0.0
  - requests >= 2.18.4
extends_documentation_fragment:
  - constructed
options:
  plugin:
    description: Says that the file is for this plugin.
    required: true
    choices: [mlops.workbench.gcp_compute]
  projects:
    description: The IDs of the projects.
    type: list
    elements: str
    required: true
    env:
      - name: GCP_PROJECT
  filter:
    description: Which machines to list, as Google's interface reads it.
    type: str
    default: '(labels.mlops-workbench:*) (status = "RUNNING")'
notes:
  - Credentials are application default credentials, as for every tool of Google (C(gcloud auth application-default login), or
    E(GOOGLE_APPLICATION_CREDENTIALS)); before them count E(GCP_ACCESS_TOKEN) and E(GCP_SERVICE_ACCOUNT_FILE).
author:
  - the mlops.workbench authors (@mlops-workbench)
"""

EXAMPLES = r"""
plugin: mlops.workbench.gcp_compute
compose:
  ansible_host: gcp_address or gcp_private_address
keyed_groups:
  - {prefix: environment, key: gcp_labels.environment}
"""

from typing import Any, Iterator

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable

from ansible_collections.mlops.workbench.plugins.module_utils._gcp import client as gcp
from ansible_collections.mlops.workbench.plugins.module_utils._gcp import wanted
from ansible_collections.mlops.workbench.plugins.module_utils._gcp.vm import COMPUTE

# All that is asked for of a machine: with the rest, the list would be many times as long.
FIELDS = "name,id,status,zone,machineType,labels,tags/items,networkInterfaces(networkIP,accessConfigs/natIP)"
PAGE = 500  # the most that Google gives at once


def variables(instance: dict[str, Any], project: str) -> dict[str, Any]:
    """The host variables of a machine."""
    zone = wanted.last(instance["zone"])
    interface = instance["networkInterfaces"][0]
    return {
        "gcp_address": wanted.access_of(instance).get("natIP", ""),
        "gcp_id": instance["id"],
        "gcp_labels": instance.get("labels", {}),
        "gcp_machine_type": wanted.last(instance["machineType"]),
        "gcp_name": instance["name"],
        "gcp_private_address": interface.get("networkIP", ""),
        "gcp_project": project,
        "gcp_region": zone.rpartition("-")[0],
        "gcp_status": instance["status"],
        "gcp_tags": instance.get("tags", {}).get("items", []),
        "gcp_zone": zone,
    }


class InventoryModule(BaseInventoryPlugin, Constructable):
    """Reads a file that ends in gcp_compute.yml or gcp_compute.yaml."""

    NAME = "mlops.workbench.gcp_compute"

    def verify_file(self, path: str) -> bool:
        """Whether the file is for this plugin."""
        return super().verify_file(path) and path.endswith(("gcp_compute.yml", "gcp_compute.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Add the machines of all projects, or fail."""
        super().parse(inventory, loader, path, cache)
        if gcp.MISSING:
            raise AnsibleParserError("google-auth and requests are not installed. Remedy: `make cloud` in a checkout")
        self._read_config_data(path)
        projects = [project for project in self.get_option("projects") if project]
        if not projects:
            raise AnsibleParserError("no project of Google Cloud is named. Remedy: set GCP_PROJECT to its ID")
        self.inventory.add_group("gcp_compute")
        try:
            client = gcp.Client(gcp.session())
            for project in projects:
                for instance in self._listed(client, project):
                    self._add(variables(instance, project), several=len(projects) > 1)
        except gcp.CloudError as error:
            raise AnsibleParserError("Google Cloud does not tell of the machines: %s" % error) from error

    def _listed(self, client: gcp.Client, project: str) -> Iterator[dict[str, Any]]:
        """The machines of a project."""
        fields = "nextPageToken,items/*/instances(%s)" % FIELDS
        asked = {"filter": self.get_option("filter"), "maxResults": PAGE, "fields": fields}
        try:
            yield from client.aggregated(COMPUTE % project, "instances", asked)
        except gcp.CloudError as error:
            if error.status != 404:
                raise
            raise gcp.CloudError("there is no project %s. Remedy: set GCP_PROJECT to its ID" % project) from error

    def _add(self, facts: dict[str, Any], several: bool) -> None:
        """Add one machine."""
        name = facts["gcp_labels"].get(wanted.LABEL, facts["gcp_name"])
        host = "%s.%s" % (name, facts["gcp_project"]) if several else name
        if host in self.inventory.hosts:
            raise AnsibleParserError(
                "two machines are called %s. Remedy: give one another label %s" % (host, wanted.LABEL)
            )
        self.inventory.add_host(host, group="gcp_compute")
        for key, value in facts.items():
            self.inventory.set_variable(host, key, value)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), facts, host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), facts, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), facts, host, strict=strict)
