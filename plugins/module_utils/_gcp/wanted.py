# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine in Google Cloud consists of, and how far that is from what there is. Pure functions."""

from __future__ import annotations

from typing import Any

LABEL = "mlops-workbench"  # its value is the machine's name; what carries it is ours
SERVICES = ("compute", "iam", "iamcredentials", "cloudresourcemanager")
BASIC_ROLES = ("roles/owner", "roles/editor", "roles/viewer")
WEB_TAGS = ("http-server", "https-server")
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
USER = "ubuntu"
ACCESS = {"type": "ONE_TO_ONE_NAT", "name": "External NAT"}
# Our rule lets in before the next one shuts out; both count before the rule of the default network that lets in everybody (65534).
LET_IN, SHUT_OUT = 1000, 1100


def mark(name: str) -> str:
    """The description of what can carry no label."""
    return "mlops.workbench %s" % name


def account_id(name: str) -> str:
    """The service account's own part of its address: at most 30 characters."""
    return "mlops-%s" % name


def firewalls(spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The firewall rules by name. They speak of this machine alone, which carries its name as a network tag."""
    name = spec["name"]

    def rule(suffix: str, priority: int, action: str, ports: list[str], ranges: list[str]) -> dict[str, Any]:
        return {
            "name": "%s-%s" % (name, suffix),
            "description": mark(name),
            "network": "projects/%s/global/networks/%s" % (spec["project"], spec["network"]),
            "direction": "INGRESS",
            "priority": priority,
            action: [{"IPProtocol": "tcp", "ports": ports}],
            "sourceRanges": ranges,
            "targetTags": [name],
        }

    rules = [
        rule("ssh", LET_IN, "allowed", ["22"], sorted(spec["ssh_from"])),
        rule("no-ssh", SHUT_OUT, "denied", ["22"], ["0.0.0.0/0"]),
    ]
    if spec["http"]:
        rules.append(rule("web", LET_IN, "allowed", ["80", "443"], ["0.0.0.0/0"]))
    return {one["name"]: one for one in rules}


def firewall_names(name: str) -> list[str]:
    """All rules that there may be."""
    return ["%s-%s" % (name, suffix) for suffix in ("ssh", "no-ssh", "web")]


def rule_differs(have: dict[str, Any], want: dict[str, Any]) -> bool:
    """Whether a rule says something else than what is wanted; Google gives links in full, and lists in its own order."""

    def comparable(rule: dict[str, Any]) -> dict[str, Any]:
        return {
            "network": rule["network"].partition("projects/")[2],
            "priority": rule["priority"],
            "direction": rule["direction"],
            "allowed": rule.get("allowed", []),
            "denied": rule.get("denied", []),
            "sourceRanges": sorted(rule.get("sourceRanges", [])),
            "targetTags": sorted(rule.get("targetTags", [])),
            "disabled": rule.get("disabled", False),
        }

    return comparable(have) != comparable(want)


def labels(spec: dict[str, Any]) -> dict[str, str]:
    """The labels of all that can carry some."""
    return dict(spec["labels"], **{LABEL: spec["name"]})


def merged(have: dict[str, str] | None, want: dict[str, str]) -> dict[str, str]:
    """The labels with ours among them, others' kept."""
    return dict(have or {}, **want)


def tags(have: list[str], spec: dict[str, Any]) -> list[str]:
    """The network tags with ours among them, others' kept; those of HTTP go when it is not asked for."""
    kept = [tag for tag in have if tag not in WEB_TAGS]
    return sorted(set(kept) | {spec["name"]} | set(WEB_TAGS if spec["http"] else ()))


def metadata(have: list[dict[str, str]], public_key: str, name: str) -> list[dict[str, str]]:
    """The metadata items with our key among them. Others' items and keys are kept, an older key of ours is not."""
    values = {item["key"]: item.get("value", "") for item in have}
    ours = "%s:%s" % (USER, public_key)
    lines = [
        line
        for line in values.get("ssh-keys", "").splitlines()
        if line and line != ours and not line.endswith(" " + key_comment(name))
    ]
    values["ssh-keys"] = "\n".join([*lines, ours])
    # Where a project has OS Login switched on, keys in the metadata would not count.
    values["enable-oslogin"] = "FALSE"
    return [{"key": key, "value": value} for key, value in sorted(values.items())]


def metadata_differs(have: list[dict[str, str]], want: list[dict[str, str]]) -> bool:
    """Whether metadata items say something else, in whatever order."""
    return {item["key"]: item.get("value", "") for item in have} != {item["key"]: item["value"] for item in want}


def key_comment(name: str) -> str:
    """In each key that the module makes: the mark by which it knows the keys that it may remove."""
    return "mlops.workbench gcp %s" % name


def bound(policy: dict[str, Any], member: str, roles: list[str]) -> dict[str, Any]:
    """The project's policy with exactly these roles for the member. Bindings of others, and those with a condition, stay."""
    bindings = []
    missing = set(roles)
    for binding in policy.get("bindings", []):
        members = list(binding["members"])
        if "condition" not in binding:
            members = [one for one in members if one != member]
            if binding["role"] in missing:
                missing.discard(binding["role"])
                members.append(member)
        if members:
            bindings.append(dict(binding, members=members))
    bindings += [{"role": role, "members": [member]} for role in sorted(missing)]
    return dict(policy, bindings=bindings)


def roles_of(policy: dict[str, Any], member: str) -> list[str]:
    """The roles that the policy gives the member without a condition."""
    return sorted(
        binding["role"]
        for binding in policy.get("bindings", [])
        if member in binding["members"] and "condition" not in binding
    )


def machine(spec: dict[str, Any], zone: str, public_key: str, account: str, address: str | None) -> dict[str, Any]:
    """The body that makes the machine with its disk; an address that is None is one of Google's choice."""
    zone_link = "projects/%s/zones/%s" % (spec["project"], zone)
    return {
        "name": spec["name"],
        "description": mark(spec["name"]),
        "machineType": "%s/machineTypes/%s" % (zone_link, spec["machine_type"]),
        "labels": labels(spec),
        "tags": {"items": tags([], spec)},
        "metadata": {"items": metadata([], public_key, spec["name"])},
        "disks": [
            {
                "boot": True,
                "autoDelete": True,
                "initializeParams": {
                    "sourceImage": "projects/%s" % spec["image"],
                    "diskSizeGb": str(spec["disk_gb"]),
                    "diskType": "%s/diskTypes/pd-balanced" % zone_link,
                    "labels": labels(spec),
                },
            }
        ],
        "networkInterfaces": [
            {
                "network": "projects/%s/global/networks/%s" % (spec["project"], spec["network"]),
                "accessConfigs": [dict(ACCESS, **({"natIP": address} if address else {}))],
            }
        ],
        "serviceAccounts": [{"email": account, "scopes": [SCOPE]}],
        "shieldedInstanceConfig": {"enableVtpm": True, "enableIntegrityMonitoring": True},
    }


def last(link: str | None) -> str:
    """The name at the end of a link."""
    return (link or "").rpartition("/")[2]


def access_of(instance: dict[str, Any]) -> dict[str, Any]:
    """The way from the Internet to the machine, {} where there is none."""
    access: list[dict[str, Any]] = instance["networkInterfaces"][0].get("accessConfigs") or [{}]
    return access[0]
