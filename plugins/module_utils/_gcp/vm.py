# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One machine in Google Cloud with all that belongs to it: examined, planned, and changed.

A plan is made from what there is now, and each of its steps leaves something that the next examination finds. So a run that was
killed between any two calls is taken up by the next one, and check mode tells the plan without doing it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any, Callable, NamedTuple

from . import wanted
from .client import Client, CloudError

COMPUTE = "https://compute.googleapis.com/compute/v1/projects/%s"
SERVICE_USAGE = "https://serviceusage.googleapis.com/v1"
ACCOUNTS = "https://iam.googleapis.com/v1/projects/%s/serviceAccounts"
POLICY = "https://cloudresourcemanager.googleapis.com/v1/projects/%s"
POLICY_TRIES = 12  # a new account is known everywhere after a minute or so, and others change the policy, too
POLICY_PAUSE = 5
REST = ("RUNNING", "TERMINATED")
MODE = {"PROVISIONING": "RUNNING", "STAGING": "RUNNING", "STOPPING": "TERMINATED"}  # where a state leads to
ABSENT = "`ansible-playbook playbooks/gcp.yml -e gcp_vm_name=%s -e gcp_vm_state=absent`"


class Step(NamedTuple):
    """What a user reads of it, the method that does it, and what that gets."""

    text: str
    action: str
    arguments: list[Any]


@dataclass(frozen=True)
class Key:
    """The local private key: whether it exists, what is wrong with it, its public half, and whether we made it."""

    exists: bool = False
    problem: str = ""
    public: str = ""
    ours: bool = False


@dataclass(frozen=True)
class State:
    """What exists: interfaces that are not enabled, the key, the account and its roles, and resources as Google describes them."""

    disabled: list[str]
    key: Key
    account: dict[str, Any] | None
    roles: list[str]
    firewalls: dict[str, dict[str, Any]]
    address: dict[str, Any] | None
    instance: dict[str, Any] | None
    disk: dict[str, Any] | None


class Vm:
    """The machine of a specification: the module's options, see there."""

    def __init__(
        self,
        spec: dict[str, Any],
        client: Client,
        run_command: Callable[..., tuple[int, str, str]],
        sleep: Callable[[float], None],
    ) -> None:
        self.spec = spec
        self.client = client
        self.run_command = run_command
        self.sleep = sleep
        self.name = spec["name"]
        self.compute = COMPUTE % spec["project"]
        self.accounts = ACCOUNTS % spec["project"]
        self.policy = POLICY % spec["project"]
        self.services = "%s/projects/%s/services" % (SERVICE_USAGE, spec["project"])
        self.account = "%s@%s.iam.gserviceaccount.com" % (wanted.account_id(self.name), spec["project"])
        self.member = "serviceAccount:" + self.account

    # What exists

    def read_state(self, wait: bool) -> State:
        """What exists of the machine. With `wait`, what an interrupted run has begun comes to its end first."""
        disabled = self.disabled_services()
        account, roles, firewalls = None, [], {}
        found: dict[str, Any] = {"addresses": None, "instances": None, "disks": None}
        if "iam" not in disabled:
            account = self.client.get("%s/%s" % (self.accounts, self.account))
        if "compute" not in disabled:
            if wait:
                self.settle()
            firewalls = self.found_firewalls()
            found = {kind: self.found(kind) for kind in found}
        if "cloudresourcemanager" not in disabled:
            roles = wanted.roles_of(self.read_policy(), self.member)
        return State(
            disabled=disabled,
            key=self.key(),
            account=account,
            roles=roles,
            firewalls=firewalls,
            address=found["addresses"],
            instance=found["instances"],
            disk=found["disks"],
        )

    def disabled_services(self) -> list[str]:
        """Google's interfaces that the machine needs and the project may not use yet."""
        prefix = "projects/%s/services/" % self.spec["project"]
        names = {prefix + service + ".googleapis.com": service for service in wanted.SERVICES}
        response = self.client.call("GET", self.services + ":batchGet", params={"names": list(names)})
        # Google answers with the project's number in place of its ID.
        enabled = {wanted.last(one["name"]) for one in response.get("services", []) if one.get("state") == "ENABLED"}
        return [service for service in wanted.SERVICES if service + ".googleapis.com" not in enabled]

    def settle(self) -> None:
        """Wait for all operations on what bears our names that still run."""
        names = {self.name, *wanted.firewall_names(self.name)}
        running = self.client.aggregated(self.compute, "operations", {"filter": "status != DONE"})
        for operation in [one for one in running if wanted.last(one.get("targetLink")) in names]:
            self.client.finish(operation)

    def found(self, kind: str) -> dict[str, Any] | None:
        """The resource of our name, in whatever zone or region it is; somebody else's only where there is none of ours."""
        found = list(self.client.aggregated(self.compute, kind, {"filter": "name = %s" % self.name}))
        ours = [one for one in found if is_ours(one, self.name)] or found[:1]
        if len(ours) > 1:
            raise CloudError(
                "several %s are called %s: %s. Remedy: remove those that you do not want"
                % (kind, self.name, ", ".join(one["selfLink"].rpartition("/projects/")[2] for one in ours))
            )
        return ours[0] if ours else None

    def existing(self, kind: str) -> dict[str, Any]:
        """The resource of our name that a step works on, which the plan has found."""
        found = self.found(kind)
        if not found:
            raise CloudError("%s is no longer among the %s. Remedy: run it again" % (self.name, kind))
        return found

    def found_firewalls(self) -> dict[str, dict[str, Any]]:
        """The firewall rules of our names, by name."""
        found = [
            self.client.get("%s/global/firewalls/%s" % (self.compute, name))
            for name in wanted.firewall_names(self.name)
        ]
        return {rule["name"]: rule for rule in found if rule}

    def read_policy(self) -> dict[str, Any]:
        """The project's policy. An older version than 3 would lose the conditions of others when it is written back."""
        return self.client.call("POST", self.policy + ":getIamPolicy", {"options": {"requestedPolicyVersion": 3}})

    def key(self) -> Key:
        """The local private key."""
        path = self.spec["key_file"]
        if not os.path.exists(path):
            return Key()
        code, public, complaint = self.run_command(["ssh-keygen", "-y", "-P", "", "-f", path])
        public = public.strip()
        ours = public.split(" ", 2)[2:] == [wanted.key_comment(self.name)]
        return Key(exists=True, problem=complaint.strip() if code else "", public=public, ours=ours)

    # What is done; each method is one step

    def enable(self, services: list[str]) -> None:
        """Enable Google's interfaces for the project."""
        body = {"serviceIds": [service + ".googleapis.com" for service in services]}
        self.client.finish_enabling(self.client.call("POST", self.services + ":batchEnable", body), SERVICE_USAGE)

    def make_key(self) -> None:
        """Make an RSA key pair that only its owner can read."""
        path = self.spec["key_file"]
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        comment = wanted.key_comment(self.name)
        command = ["ssh-keygen", "-q", "-t", "rsa", "-b", "4096", "-N", "", "-C", comment, "-f", path]
        self.run_command(command, check_rc=True)
        os.chmod(path, 0o400)

    def make_account(self) -> None:
        """Make the service account."""
        about = {"displayName": "Workbench %s" % self.name, "description": wanted.mark(self.name)}
        try:
            self.client.call(
                "POST", self.accounts, {"accountId": wanted.account_id(self.name), "serviceAccount": about}
            )
        except CloudError as error:
            if error.status != 409:  # made by a call whose response was lost
                raise

    def bind(self, roles: list[str]) -> None:
        """Give the service account exactly these roles, in a policy that nobody has changed in between."""
        for left in reversed(range(POLICY_TRIES)):
            policy = wanted.bound(self.read_policy(), self.member, roles)
            try:
                self.client.call("POST", self.policy + ":setIamPolicy", {"policy": policy})
                return
            except CloudError as error:
                unknown = error.status == 400 and "does not exist" in str(error)
                if not left or not (unknown or error.status == 409):
                    raise
            self.sleep(POLICY_PAUSE)

    def make_firewall(self, rule: dict[str, Any]) -> None:
        """Make a firewall rule."""
        self.client.change("POST", self.compute + "/global/firewalls", rule)

    def change_firewall(self, rule: dict[str, Any]) -> None:
        """Let a firewall rule say what it should."""
        self.client.change("PATCH", "%s/global/firewalls/%s" % (self.compute, rule["name"]), rule)

    def reserve(self) -> None:
        """Reserve a fixed address. It can get its labels only once it is there."""
        place = "%s/regions/%s/addresses" % (self.compute, self.spec["region"])
        body = {"name": self.name, "description": wanted.mark(self.name), "networkTier": "PREMIUM"}
        self.client.change("POST", place, body)

    def set_labels(self, kind: str) -> None:
        """Give the machine or its address our labels beside those of others."""
        found = self.existing(kind)
        have = found.get("labels", {})
        body = {"labels": wanted.merged(have, wanted.labels(self.spec)), "labelFingerprint": found["labelFingerprint"]}
        self.client.change("POST", found["selfLink"] + "/setLabels", body)

    def make_instance(self) -> None:
        """Make the machine with its disk, and wait until it runs."""
        address = self.existing("addresses")["address"] if self.spec["fixed_address"] else None
        body = wanted.machine(self.spec, self.spec["zone"], self.key().public, self.account, address)
        self.client.change("POST", "%s/zones/%s/instances" % (self.compute, self.spec["zone"]), body)

    def order(self, verb: str) -> None:
        """Start or stop the machine, and wait until it has."""
        self.client.change("POST", "%s/%s" % (self.existing("instances")["selfLink"], verb))

    def set_machine_type(self) -> None:
        """Give the stopped machine another type."""
        instance = self.existing("instances")
        link = "zones/%s/machineTypes/%s" % (wanted.last(instance["zone"]), self.spec["machine_type"])
        self.client.change("POST", instance["selfLink"] + "/setMachineType", {"machineType": link})

    def set_account(self) -> None:
        """Let the stopped machine speak as our service account."""
        body = {"email": self.account, "scopes": [wanted.SCOPE]}
        self.client.change("POST", self.existing("instances")["selfLink"] + "/setServiceAccount", body)

    def set_tags(self) -> None:
        """Give the machine its network tags."""
        instance = self.existing("instances")
        have = instance.get("tags", {})
        body = {"items": wanted.tags(have.get("items", []), self.spec), "fingerprint": have.get("fingerprint")}
        self.client.change("POST", instance["selfLink"] + "/setTags", body)

    def set_metadata(self) -> None:
        """Hand the key over."""
        instance = self.existing("instances")
        have = instance.get("metadata", {})
        items = wanted.metadata(have.get("items", []), self.key().public, self.name)
        self.client.change(
            "POST", instance["selfLink"] + "/setMetadata", {"items": items, "fingerprint": have.get("fingerprint")}
        )

    def set_address(self) -> None:
        """Give the machine the fixed address, or one of Google's choice."""
        instance = self.existing("instances")
        interface = {"networkInterface": "nic0"}
        access = wanted.access_of(instance)
        if access:
            self.client.change(
                "POST",
                instance["selfLink"] + "/deleteAccessConfig",
                params=dict(interface, accessConfig=access["name"]),
            )
        body = dict(wanted.ACCESS)
        if self.spec["fixed_address"]:
            body["natIP"] = self.existing("addresses")["address"]
        self.client.change("POST", instance["selfLink"] + "/addAccessConfig", body, interface)

    def remove(self, link: str) -> None:
        """Remove a resource and wait until it is gone."""
        self.gone(lambda: self.client.change("DELETE", link))

    def remove_account(self) -> None:
        """Remove the service account."""
        self.gone(lambda: self.client.call("DELETE", "%s/%s" % (self.accounts, self.account)))

    def gone(self, remove: Callable[[], object]) -> None:
        """Remove something that may be gone already, by a call whose response was lost."""
        try:
            remove()
        except CloudError as error:
            if error.status != 404:
                raise

    def remove_key(self) -> None:
        """Remove the key pair that we made."""
        for path in (self.spec["key_file"] + ".pub", self.spec["key_file"]):
            if os.path.exists(path):
                os.remove(path)


def settled(state: State) -> State:
    """The same, as it will be when an operation that still runs is done: what check mode plans with."""
    if not state.instance:
        return state
    status = state.instance["status"]
    return replace(state, instance={**state.instance, "status": MODE.get(status, status)})


def is_ours(resource: dict[str, Any], name: str) -> bool:
    """Whether a resource carries our mark: the label, or the description where it can have none, or none yet."""
    return resource.get("labels", {}).get(wanted.LABEL) == name or resource.get("description") == wanted.mark(name)


def problems(spec: dict[str, Any], state: State) -> list[str]:
    """The reasons not to start: each says which variable it hangs on, what is wrong, and what to do."""
    name, instance, key = spec["name"], state.instance, state.key
    if spec["state"] == "absent":
        return []
    if spec["state"] in ("started", "stopped"):
        if not instance or not is_ours(instance, name):
            return [
                "gcp_vm_name: there is no machine %s of ours in the project %s. Remedy: make it with gcp_vm_state=present"
                % (name, spec["project"])
            ]
        return resting(instance)
    found = []
    named = [("machine", instance), ("address", state.address), ("disk", None if instance else state.disk)]
    named += [("firewall rule", rule) for rule in state.firewalls.values()]
    for kind, resource in [*named, ("service account", state.account)]:
        if resource and not is_ours(resource, name):
            found.append(
                'gcp_vm_name: there is a %s of the name %s that carries no mark of ours (the label %s, or the description "%s"), so it '
                "is somebody else's. Remedy: take another name"
                % (kind, resource.get("email") or resource["name"], wanted.LABEL, wanted.mark(name))
            )
    if instance:
        zone = wanted.last(instance["zone"])
        if zone != spec["zone"]:
            found.append(
                "gcp_vm_zone: the machine is in %s, not in %s. Remedy: set GCP_ZONE=%s, or remove the machine first"
                % (zone, spec["zone"], zone)
            )
        if not key.exists:
            found.append(
                "gcp_vm_key_file: the machine is there, and its private key %s is lost. Remedy: bring the file back, or let "
                "gcp_vm_key_file name another private key, which is handed over then; or remove the machine with %s and start anew"
                % (spec["key_file"], ABSENT % name)
            )
        found += resting(instance)
    elif state.disk:
        found.append(
            "gcp_vm_name: there is a disk of the name %s without a machine. Remedy: remove it with %s, or make a machine of it by hand"
            % (name, ABSENT % name)
        )
    if state.address and wanted.last(state.address.get("region")) != spec["region"] and spec["fixed_address"]:
        found.append(
            "gcp_vm_zone: the fixed address of the name %s is in %s. Remedy: take a zone there, or remove it with %s"
            % (name, wanted.last(state.address.get("region")), ABSENT % name)
        )
    if key.problem:
        found.append(
            "gcp_vm_key_file: %s cannot be used: %s. Remedy: let it be a private key without passphrase and of mode 0400, or name a "
            "file that is not there" % (spec["key_file"], key.problem)
        )
    return found


def resting(instance: dict[str, Any]) -> list[str]:
    """A problem where the machine is in a state that it does not leave by itself."""
    if instance["status"] in REST or instance["status"] in MODE:
        return []
    return [
        "gcp_vm_name: the machine is %s. Remedy: bring it to run or to a stop in Google's console first"
        % instance["status"]
    ]


def plan(spec: dict[str, Any], state: State) -> list[Step]:
    """The steps from what there is to what is asked for, in their order."""
    return {"present": plan_present, "absent": plan_absent}.get(spec["state"], plan_order)(spec, state)


def plan_order(spec: dict[str, Any], state: State) -> list[Step]:
    """Steps that start or stop the machine, and touch nothing else of it."""
    verb, status = {"started": ("start", "RUNNING"), "stopped": ("stop", "TERMINATED")}[spec["state"]]
    if state.instance and state.instance["status"] == status:
        return []
    return [Step("%s the machine %s" % (verb, spec["name"]), "order", [verb])]


def plan_present(spec: dict[str, Any], state: State) -> list[Step]:
    """Steps that make what is missing, and change what is otherwise."""
    name, steps = spec["name"], []
    if state.disabled:
        steps.append(Step("enable %s" % ", ".join(state.disabled), "enable", [state.disabled]))
    if not state.key.exists:
        steps.append(Step("make the key pair %s" % spec["key_file"], "make_key", []))
    if not state.account:
        steps.append(Step("make the service account %s" % wanted.account_id(name), "make_account", []))
    if state.roles != sorted(spec["roles"]):
        steps.append(Step("give it %s" % (", ".join(sorted(spec["roles"])) or "no roles"), "bind", [spec["roles"]]))
    steps += plan_firewalls(spec, state)
    address = state.address
    if spec["fixed_address"]:
        if not address:
            steps.append(Step("reserve the address %s" % name, "reserve", []))
        if labels_differ(address or {}, spec):
            steps.append(Step("label the address", "set_labels", ["addresses"]))
    steps += plan_instance(spec, state)
    if address and not spec["fixed_address"]:
        steps.append(Step("give back the address %s" % address["address"], "remove", [address["selfLink"]]))
    return steps


def plan_firewalls(spec: dict[str, Any], state: State) -> list[Step]:
    """Steps that make, change and remove firewall rules."""
    rules, steps = wanted.firewalls(spec), []
    for rule in rules.values():
        have = state.firewalls.get(rule["name"])
        if not have:
            steps.append(Step("make the firewall rule %s" % rule["name"], "make_firewall", [rule]))
        elif wanted.rule_differs(have, rule):
            steps.append(Step("change the firewall rule %s" % rule["name"], "change_firewall", [rule]))
    for rule in state.firewalls.values():
        if rule["name"] not in rules:
            steps.append(Step("remove the firewall rule %s" % rule["name"], "remove", [rule["selfLink"]]))
    return steps


def plan_instance(spec: dict[str, Any], state: State) -> list[Step]:
    """Steps that make the machine, or change the one that is there, and let it run."""
    name, instance, steps = spec["name"], state.instance, []
    if not instance:
        return [Step("make the machine %s" % name, "make_instance", [])]
    if labels_differ(instance, spec):
        steps.append(Step("label the machine", "set_labels", ["instances"]))
    tags = instance.get("tags", {}).get("items", [])
    if sorted(tags) != wanted.tags(tags, spec):
        steps.append(Step("set its network tags", "set_tags", []))
    items = instance.get("metadata", {}).get("items", [])
    if state.key.public and wanted.metadata_differs(items, wanted.metadata(items, state.key.public, name)):
        steps.append(Step("hand the key over", "set_metadata", []))
    access, address = wanted.access_of(instance), state.address
    is_fixed = bool(address and access.get("natIP") == address["address"])
    if not access or is_fixed != spec["fixed_address"]:
        steps.append(
            Step("give it %s address" % ("the fixed" if spec["fixed_address"] else "another"), "set_address", [])
        )
    stopped = []  # what can be changed only of a machine that is stopped
    if wanted.last(instance["machineType"]) != spec["machine_type"]:
        stopped.append(Step("make it %s" % spec["machine_type"], "set_machine_type", []))
    account = "%s@%s.iam.gserviceaccount.com" % (wanted.account_id(name), spec["project"])
    if [one["email"] for one in instance.get("serviceAccounts", [])] != [account]:
        stopped.append(Step("let it speak as the service account", "set_account", []))
    runs = instance["status"] == "RUNNING"
    if stopped and runs:
        stopped.insert(0, Step("stop the machine %s" % name, "order", ["stop"]))
    if stopped or not runs:
        stopped.append(Step("start the machine %s" % name, "order", ["start"]))
    return steps + stopped


def plan_absent(spec: dict[str, Any], state: State) -> list[Step]:
    """Steps that remove what carries our mark, each before what it needs."""
    name, steps = spec["name"], []
    ours = {
        kind: resource if resource and is_ours(resource, name) else None
        for kind, resource in (("instance", state.instance), ("disk", state.disk), ("address", state.address))
    }
    if ours["instance"]:
        steps.append(Step("remove the machine %s and its disk" % name, "remove", [ours["instance"]["selfLink"]]))
    disk_goes = ours["instance"] and any(
        disk.get("autoDelete") and wanted.last(disk.get("source")) == name for disk in ours["instance"].get("disks", [])
    )
    if ours["disk"] and not disk_goes:
        steps.append(Step("remove the disk %s" % name, "remove", [ours["disk"]["selfLink"]]))
    if ours["address"]:
        steps.append(
            Step("give back the address %s" % ours["address"]["address"], "remove", [ours["address"]["selfLink"]])
        )
    for rule in state.firewalls.values():
        if is_ours(rule, name):
            steps.append(Step("remove the firewall rule %s" % rule["name"], "remove", [rule["selfLink"]]))
    # Never because no machine was found: in another project, it may be what opens one. And before the last step: a run that was
    # killed would not come back to it.
    account = state.account and is_ours(state.account, name)
    if state.key.ours and (steps or account):
        steps.append(Step("remove the key pair %s" % spec["key_file"], "remove_key", []))
    if account:
        # In this order: Google keeps the roles of an account that is gone, under another name.
        if state.roles:
            steps.append(Step("take %s from the service account" % ", ".join(state.roles), "bind", [[]]))
        steps.append(Step("remove the service account %s" % wanted.account_id(name), "remove_account", []))
    return steps


def labels_differ(resource: dict[str, Any], spec: dict[str, Any]) -> bool:
    """Whether one of our labels is missing or otherwise."""
    have: dict[str, str] = resource.get("labels", {})
    return wanted.merged(have, wanted.labels(spec)) != have
