# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute Engine v1, as far as one machine with its disk, address and firewall rules needs it.

A change answers at once with an operation that runs, and takes effect when it is done. Until then a machine is in the
states that lie between, in which it takes no other order.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Any

from lab.cloud import machines
from lab.cloud.gcp.model import (
    PROJECT,
    Call,
    Json,
    RefusalError,
    check_labels,
    check_name,
    fingerprint,
    invalid,
    matches,
    not_found,
    not_modelled,
    number,
    only,
)
from lab.common import LabError

BASE = "https://www.googleapis.com/compute/v1"
ZONES = ("us-central1-a", "us-central1-b", "europe-west1-b", "europe-west1-c")
MACHINE_TYPES = ("e2-small", "n2-standard-2", "n2-standard-4")
DISK_TYPES = ("pd-balanced", "pd-ssd", "pd-standard")
FAMILIES = {
    "ubuntu-2204-lts": "ubuntu-2204-jammy-v20261028",
    "ubuntu-2404-lts-amd64": "ubuntu-2404-noble-amd64-v20261112",
    "ubuntu-2604-lts-amd64": "ubuntu-2604-resolute-amd64-v20261112",
}
PAGE = 500
WAIT_SECONDS = 20  # Google's is 120: a call may come back with an operation that still runs
SHOWN = ("name", "description", "labels", "status")
# What a caller may say of each kind of resource.
FIELDS = {
    "addresses": ("name", "description", "addressType", "networkTier"),
    "firewalls": (
        *("name", "description", "network", "direction", "priority", "allowed", "denied", "sourceRanges", "targetTags"),
        *("disabled",),
    ),
    "instances": (
        *("name", "description", "machineType", "labels", "tags", "metadata", "disks", "networkInterfaces"),
        *("serviceAccounts", "shieldedInstanceConfig", "deletionProtection"),
    ),
}
ROUTE = re.compile(
    r"/compute/v1/projects/([a-z0-9-]+)/(aggregated|global|zones/[a-z0-9-]+|regions/[a-z0-9-]+)/([A-Za-z]+)"
    r"(?:/([a-z0-9-]+)(?:/([A-Za-z0-9-]+))?)?"
)


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000-00:00", time.gmtime())


class Compute:
    """The project's resources, by `zones/ZONE/instances/NAME` and the like, and the operations on them."""

    def __init__(self, settings: Json, knows_account: Callable[[str], bool], with_machines: bool) -> None:
        self._settings = settings
        self._knows_account = knows_account
        self._with_machines = with_machines
        self._operations: dict[str, Json] = {}
        self._requests: dict[str, str] = {}  # by request ID: a call that comes twice is done once
        self._ended = threading.Condition(threading.RLock())
        self.resources: dict[str, Json] = {}
        self._add("global/networks/default", {"name": "default", "autoCreateSubnetworks": True}, "network")
        # Every new project has this rule: the whole world may knock at port 22 of all its machines.
        world = {
            "name": "default-allow-ssh",
            "network": f"{BASE}/projects/{PROJECT}/global/networks/default",
            "direction": "INGRESS",
            "priority": 65534,
            "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}],
            "sourceRanges": ["0.0.0.0/0"],
        }
        self._add("global/firewalls/default-allow-ssh", world, "firewall")
        self._verbs: dict[str, Callable[[str, Json, Call], Json]] = {
            "start": self._start,
            "stop": self._stop,
            "setLabels": self._set_labels,
            "setMetadata": self._set_metadata,
            "setTags": self._set_tags,
            "setMachineType": self._set_machine_type,
            "setServiceAccount": self._set_service_account,
            "addAccessConfig": self._add_access_config,
            "deleteAccessConfig": self._delete_access_config,
        }

    def machine_names(self) -> list[str]:
        """Return the names of the lab hosts behind the instances."""
        return [_host(resource["name"]) for path, resource in self.resources.items() if "/instances/" in path]

    def handle(self, call: Call) -> Json:
        """Handle one call."""
        route = ROUTE.fullmatch(call.path)
        if route is None:
            raise not_modelled(str(call))
        project, scope, kind, name, verb = route.groups()
        if (project, scope, kind, name) == ("ubuntu-os-cloud", "global", "images", "family"):
            return _image(verb)
        if project != PROJECT:
            raise not_found(f"projects/{project}")
        with self._ended:
            if call.option("requestId") in self._requests:
                return dict(self._operations[self._requests[call.option("requestId")]])
            if kind == "operations":
                return self._operation(call, scope, name, verb)
            if scope.startswith("zones/"):
                _known(scope, ZONES, "zones")
            if kind == "machineTypes" and call.method == "GET" and name in MACHINE_TYPES:
                return {"kind": "compute#machineType", "name": name, "selfLink": _link(f"{scope}/{kind}/{name}")}
            if kind not in ("addresses", "disks", "firewalls", "instances", "networks"):
                raise not_modelled(str(call))
            if scope == "aggregated":
                return self._aggregated(call, kind)
            return self._one(call, f"{scope}/{kind}", name, verb)

    def _one(self, call: Call, place: str, name: str | None, verb: str | None) -> Json:
        """Answer a call about one kind of resource in one place."""
        kind = place.rpartition("/")[2]
        if name is None:
            if call.method == "POST" and kind in FIELDS:
                return self._insert(call, place, kind)
            raise not_modelled(str(call))
        path = f"{place}/{name}"
        if path not in self.resources:
            raise not_found(f"projects/{PROJECT}/{path}")
        resource = self.resources[path]
        if (call.method, verb) == ("GET", None):
            return resource
        if (call.method, verb) == ("DELETE", None) and kind != "networks":
            return self._delete(path, resource, call)
        if (call.method, kind, verb) == ("PATCH", "firewalls", None):
            only(call.body, FIELDS["firewalls"], "a firewall rule")
            return self._begin(call, "patch", path, lambda: resource.update(call.body))
        if call.method == "POST" and (kind == "instances" or (kind, verb) == ("addresses", "setLabels")):
            return self._order(path, resource, call, verb)
        raise not_modelled(str(call))

    def _order(self, path: str, resource: Json, call: Call, verb: str | None) -> Json:
        """Do one of the verbs of an instance; of an address, there is one only."""
        if verb not in self._verbs:
            raise not_modelled(str(call))
        if "/instances/" in path:
            self._refuse_unready(resource)
        return self._verbs[verb](path, resource, call)

    def _aggregated(self, call: Call, kind: str) -> Json:
        """List a kind of resource in all places, in pages."""
        found = [
            (path.rpartition(f"/{kind}/")[0], resource)
            for path, resource in sorted(self.resources.items())
            if f"/{kind}/" in path
        ]
        if kind == "instances" and "fleet" in self._settings:
            found = [_one_of_many(one) for one in range(self._settings["fleet"])]
        if expression := call.option("filter"):
            found = [(scope, resource) for scope, resource in found if matches(resource, expression)]
        size, start = min(int(call.option("maxResults", str(PAGE))), PAGE), int(call.option("pageToken", "0"))
        items: Json = {f"zones/{zone}": {"warning": {"code": "NO_RESULTS_ON_PAGE"}} for zone in ZONES}
        for scope, resource in found[start : start + size]:
            items.setdefault(scope, {}).pop("warning", None)
            items[scope].setdefault(kind, []).append(resource)
        more = {"nextPageToken": str(start + size)} if start + size < len(found) else {}
        return {"kind": f"compute#{kind}AggregatedList", "items": items, **more}

    # Operations

    def _begin(
        self, call: Call, verb: str, path: str, effect: Callable[[], Any], first: Callable[[], Any] | None = None
    ) -> Json:
        """Answer with an operation that takes effect when it is done; `first` is a part of it that takes long."""
        name, scope = f"operation-{number()}", "/".join(path.split("/")[:-2])
        operation = {
            "kind": "compute#operation",
            "id": number(),
            "name": name,
            "operationType": verb,
            "status": "RUNNING",
            "targetLink": _link(path),
            "selfLink": _link(f"{scope}/operations/{name}"),
            "insertTime": _now(),
        }
        self._operations[name] = operation
        if request := call.option("requestId"):
            self._requests[request] = name
        threading.Thread(target=self._work, args=(operation, effect, first), daemon=True).start()
        return dict(operation)

    def _work(self, operation: Json, effect: Callable[[], Any], first: Callable[[], Any] | None) -> None:
        time.sleep(self._settings.get("slow", 0))
        error = {}
        try:
            if first is not None and self._with_machines:
                first()
        except LabError as failure:
            error = {"error": {"errors": [{"code": "LAB", "message": str(failure)}]}}
        with self._ended:
            effect()
            operation.update(status="DONE", progress=100, endTime=_now(), **error)
            self._ended.notify_all()

    def _operation(self, call: Call, scope: str, name: str | None, verb: str | None) -> Json:
        """Answer a call about operations; `wait` comes back when the operation is done, or after a while."""
        if call.method == "GET" and scope == "aggregated" and name is None:
            shown = [it for it in self._operations.values() if matches(it, call.option("filter", "status!=NONE"))]
            return {"items": {"global": {"operations": shown}}} if shown else {"items": {}}
        if name not in self._operations:
            raise not_found(f"projects/{PROJECT}/{scope}/operations/{name}")
        operation = self._operations[name]
        if (call.method, verb) == ("POST", "wait"):
            self._ended.wait_for(lambda: operation["status"] == "DONE", WAIT_SECONDS)
        elif (call.method, verb) != ("GET", None):
            raise not_modelled(str(call))
        return dict(operation)

    # Resources

    def _add(self, path: str, body: Json, kind: str) -> Json:
        resource = {
            "kind": f"compute#{kind}",
            "id": number(),
            "creationTimestamp": _now(),
            "selfLink": _link(path),
            **body,
        }
        self.resources[path] = resource
        return resource

    def _insert(self, call: Call, place: str, kind: str) -> Json:
        body = call.body
        only(body, FIELDS[kind], f"{kind}.insert")
        check_name(body.get("name", ""))
        check_labels(body.get("labels", {}))
        path = f"{place}/{body['name']}"
        if path in self.resources:
            raise RefusalError(409, "alreadyExists", f"The resource 'projects/{PROJECT}/{path}' already exists")
        if kind == "instances":
            return self._insert_instance(call, path, body)
        if kind == "firewalls":
            _known(body["network"], self.resources, "networks")
            return self._begin(call, "insert", path, lambda: self._add(path, body, "firewall"))
        # Labels of an address are given by setLabels only.
        address = {**body, "address": machines.free_address(), "status": "RESERVED", "region": _link(place[:-10])}
        address["labelFingerprint"] = fingerprint({})
        return self._begin(call, "insert", path, lambda: self._add(path, address, "address"))

    def _insert_instance(self, call: Call, path: str, body: Json) -> Json:
        zone = path.split("/")[1]
        _known(body["machineType"], MACHINE_TYPES, "machineTypes")
        if len(body["disks"]) != 1 or len(body["networkInterfaces"]) != 1:
            raise not_modelled("an instance with other than one disk and one network interface")
        disk, interface = body["disks"][0], body["networkInterfaces"][0]
        only(disk, ["boot", "autoDelete", "initializeParams"], "a disk of an instance")
        wanted = disk["initializeParams"]
        only(wanted, ["sourceImage", "diskSizeGb", "diskType", "diskName", "labels"], "initializeParams")
        only(interface, ["network", "accessConfigs"], "a network interface")
        _known(wanted["diskType"], DISK_TYPES, "diskTypes")
        _known(interface["network"], self.resources, "networks")
        image = _image(wanted["sourceImage"].rpartition("/")[2])
        check_labels(wanted.get("labels", {}))
        for account in body.get("serviceAccounts", []):
            self._check_account(account["email"])
        network = interface["network"].rpartition("/")[2]
        access = [self._access(config, path) for config in interface.get("accessConfigs", [])]
        disk_path = f"zones/{zone}/disks/{wanted.get('diskName', body['name'])}"
        self._add(
            disk_path,
            {
                "name": disk_path.rpartition("/")[2],
                "zone": _link(f"zones/{zone}"),
                "sizeGb": str(wanted["diskSizeGb"]),
                "type": _link(f"zones/{zone}/diskTypes/{wanted['diskType'].rpartition('/')[2]}"),
                "labels": wanted.get("labels", {}),
                "sourceImage": image["selfLink"],
                "status": "READY",
            },
            "disk",
        )
        resource = self._add(
            path,
            {
                **body,
                "zone": _link(f"zones/{zone}"),
                "machineType": _link(f"zones/{zone}/machineTypes/{body['machineType'].rpartition('/')[2]}"),
                "labelFingerprint": fingerprint(body.get("labels", {})),
                "tags": _marked(body.get("tags", {})),
                "metadata": _marked(body.get("metadata", {})),
                "disks": [
                    {"boot": True, "autoDelete": disk.get("autoDelete", False), "source": _link(disk_path), "index": 0}
                ],
                "networkInterfaces": [
                    {
                        "name": "nic0",
                        "network": _link(f"global/networks/{network}"),
                        "networkIP": "10.128.0.2",
                        "accessConfigs": access,
                    }
                ],
            },
            "instance",
        )
        return self._boot(call, "insert", path, resource, "PROVISIONING")

    def _boot(self, call: Call, verb: str, path: str, resource: Json, meanwhile: str) -> Json:
        """Bring a machine up: it gets an address, a host of the lab boots, and it runs."""
        resource["status"] = meanwhile
        for config in resource["networkInterfaces"][0].get("accessConfigs", []):
            config.setdefault("natIP", machines.free_address())
        keys = [
            line.partition(":")[2]
            for item in resource["metadata"].get("items", [])
            if item["key"] == "ssh-keys"
            for line in item["value"].splitlines()
            if line.startswith("ubuntu:")
        ]
        address = _public(resource)

        def start() -> None:
            machines.start(_host(resource["name"]), address or machines.free_address(), "\n".join(keys))

        return self._begin(call, verb, path, lambda: resource.update(status="RUNNING"), start)

    def _refuse_unready(self, resource: Json) -> None:
        if resource["status"] not in ("RUNNING", "TERMINATED"):
            message = f"The resource '{resource['selfLink']}' is not ready"
            raise RefusalError(400, "resourceNotReady", message)

    def _start(self, path: str, resource: Json, call: Call) -> Json:
        if resource["status"] == "RUNNING":
            return self._begin(call, "start", path, lambda: None)
        return self._boot(call, "start", path, resource, "STAGING")

    def _stop(self, path: str, resource: Json, call: Call) -> Json:
        def stopped() -> None:
            resource["status"] = "TERMINATED"
            for config in resource["networkInterfaces"][0].get("accessConfigs", []):
                if not self._reserved(config["natIP"]):
                    del config["natIP"]

        if resource["status"] == "TERMINATED":
            return self._begin(call, "stop", path, lambda: None)
        resource["status"] = "STOPPING"
        return self._begin(call, "stop", path, stopped, lambda: machines.stop(_host(resource["name"])))

    def _delete(self, path: str, resource: Json, call: Call) -> Json:
        if resource.get("users"):
            message = f"The {resource['kind'][8:]} resource '{path}' is already being used by '{resource['users'][0]}'"
            raise RefusalError(400, "resourceInUseByAnotherResource", message)
        if "/disks/" in path and any(_disk_path(it) == path for it in self._instances()):
            raise RefusalError(
                400, "resourceInUseByAnotherResource", f"The disk resource '{path}' is already being used"
            )
        if "/instances/" not in path:
            return self._begin(call, "delete", path, lambda: self.resources.pop(path))
        self._refuse_unready(resource)
        resource["status"] = "STOPPING"

        def gone() -> None:
            del self.resources[path]
            if resource["disks"][0]["autoDelete"]:
                del self.resources[_disk_path(resource)]
            for address in self._addresses():
                if resource["selfLink"] in address.get("users", []):
                    address.update(status="RESERVED", users=[])

        return self._begin(call, "delete", path, gone, lambda: machines.remove(_host(resource["name"])))

    # What is changed of an instance

    def _set_labels(self, path: str, resource: Json, call: Call) -> Json:
        only(call.body, ["labels", "labelFingerprint"], "setLabels")
        check_labels(call.body.get("labels") or {})
        _agree(resource["labelFingerprint"], call.body.get("labelFingerprint"))
        labels = call.body.get("labels") or {}
        changed = {"labels": labels, "labelFingerprint": fingerprint(labels)}
        return self._begin(call, "setLabels", path, lambda: resource.update(changed))

    def _set_metadata(self, path: str, resource: Json, call: Call) -> Json:
        only(call.body, ["items", "fingerprint", "kind"], "setMetadata")
        _agree(resource["metadata"]["fingerprint"], call.body.get("fingerprint"))
        return self._begin(call, "setMetadata", path, lambda: resource.update(metadata=_marked(call.body)))

    def _set_tags(self, path: str, resource: Json, call: Call) -> Json:
        only(call.body, ["items", "fingerprint"], "setTags")
        _agree(resource["tags"]["fingerprint"], call.body.get("fingerprint"))
        return self._begin(call, "setTags", path, lambda: resource.update(tags=_marked(call.body)))

    def _set_machine_type(self, path: str, resource: Json, call: Call) -> Json:
        only(call.body, ["machineType"], "setMachineType")
        _known(call.body["machineType"], MACHINE_TYPES, "machineTypes")
        self._refuse_running(resource)
        link = _link(f"zones/{path.split('/')[1]}/machineTypes/{call.body['machineType'].rpartition('/')[2]}")
        return self._begin(call, "setMachineType", path, lambda: resource.update(machineType=link))

    def _set_service_account(self, path: str, resource: Json, call: Call) -> Json:
        only(call.body, ["email", "scopes"], "setServiceAccount")
        self._refuse_running(resource)
        self._check_account(call.body["email"])
        return self._begin(call, "setServiceAccount", path, lambda: resource.update(serviceAccounts=[call.body]))

    def _add_access_config(self, path: str, resource: Json, call: Call) -> Json:
        interface = resource["networkInterfaces"][0]
        if call.option("networkInterface") != "nic0" or interface["accessConfigs"]:
            raise invalid("At most one access config currently supported.")
        config = self._access(call.body, path)
        if resource["status"] == "RUNNING":
            config.setdefault("natIP", machines.free_address())
        host = _host(resource["name"])
        running = resource["status"] == "RUNNING"
        return self._begin(
            *(call, "addAccessConfig", path, lambda: interface["accessConfigs"].append(config)),
            (lambda: machines.move(host, config["natIP"])) if running else None,
        )

    def _delete_access_config(self, path: str, resource: Json, call: Call) -> Json:
        interface = resource["networkInterfaces"][0]
        names = [config["name"] for config in interface["accessConfigs"]]
        if call.option("networkInterface") != "nic0" or call.option("accessConfig") not in names:
            raise not_found(f"access config {call.option('accessConfig')}")

        def remove() -> None:
            interface["accessConfigs"].clear()
            for address in self._addresses():
                if resource["selfLink"] in address.get("users", []):
                    address.update(status="RESERVED", users=[])

        return self._begin(call, "deleteAccessConfig", path, remove)

    def _access(self, config: Json, instance: str) -> Json:
        """Return an access configuration; a fixed address in it has to be the project's own and free."""
        only(config, ["type", "name", "natIP", "networkTier", "kind"], "an access config")
        if "natIP" in config:
            address = self._reserved(config["natIP"])
            if address is None or address.get("users"):
                raise invalid(f"The external IP address {config['natIP']} is not reserved here, or in use.")
            address.update(status="IN_USE", users=[_link(instance)])
        return {"kind": "compute#accessConfig", "type": "ONE_TO_ONE_NAT", "name": "External NAT", **config}

    def _check_account(self, email: str) -> None:
        if not self._knows_account(email):
            raise invalid(f"The user does not have access to service account '{email}', or it does not exist.")

    def _refuse_running(self, resource: Json) -> None:
        if resource["status"] != "TERMINATED":
            raise invalid(f"Instance '{resource['name']}' must be stopped for this.")

    def _instances(self) -> list[Json]:
        return [resource for path, resource in self.resources.items() if "/instances/" in path]

    def _addresses(self) -> list[Json]:
        return [resource for path, resource in self.resources.items() if "/addresses/" in path]

    def _reserved(self, address: str) -> Json | None:
        return next((it for it in self._addresses() if it["address"] == address), None)


def _host(name: str) -> str:
    return f"gcp-{name}"


def _link(path: str) -> str:
    return f"{BASE}/projects/{PROJECT}/{path}"


def _disk_path(instance: Json) -> str:
    link: str = instance["disks"][0]["source"]
    return link.removeprefix(_link(""))


def _public(instance: Json) -> str | None:
    configs = instance["networkInterfaces"][0].get("accessConfigs", [])
    return configs[0]["natIP"] if configs else None


def _marked(value: Json) -> Json:
    """Return tags or metadata with the fingerprint that the next change has to show."""
    items = value.get("items") or []
    return {"items": items, "fingerprint": fingerprint(items)}


def _agree(have: str, shown: str | None) -> None:
    if shown != have:
        raise RefusalError(412, "conditionNotMet", "Supplied fingerprint does not match current metadata fingerprint.")


def _known(link: str, names: Any, kind: str) -> None:
    """Refuse a link, full or in part, to what is not there."""
    last = link.rpartition("/")[2]
    if last not in names and f"global/{kind}/{last}" not in names:
        raise invalid(f"Invalid value: the referenced {kind} resource '{last}' cannot be found.")


def _image(family: str | None) -> Json:
    if family not in FAMILIES:
        raise not_found(f"projects/ubuntu-os-cloud/global/images/family/{family}")
    name = FAMILIES[family]
    link = f"{BASE}/projects/ubuntu-os-cloud/global/images/{name}"
    return {"name": name, "family": family, "selfLink": link, "diskSizeGb": "10", "architecture": "X86_64"}


def _one_of_many(one: int) -> tuple[str, Json]:
    """Return a running machine of a fleet, with a name, an id and an address of its own, and where it is."""
    name, zone = f"workbench-{one}", ZONES[one % len(ZONES)]
    address = f"10.{one >> 16}.{one >> 8 & 255}.{one & 255}"
    return f"zones/{zone}", {
        "kind": "compute#instance",
        "id": str(10**18 + one),
        "name": name,
        "selfLink": _link(f"zones/{zone}/instances/{name}"),
        "status": "RUNNING",
        "zone": _link(f"zones/{zone}"),
        "machineType": _link(f"zones/{zone}/machineTypes/{MACHINE_TYPES[one % len(MACHINE_TYPES)]}"),
        "labels": {"mlops-workbench": name, "project": f"project-{one % 20}", "environment": "dev"},
        "tags": _marked({"items": [name]}),
        "networkInterfaces": [{"networkIP": address, "accessConfigs": [{"name": "External NAT", "natIP": address}]}],
    }
