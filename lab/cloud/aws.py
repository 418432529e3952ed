# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for AWS: moto's EC2 and STS, corrected where it differs from AWS, with a lab host for every instance.

It answers only the calls that are known to be answered well. It does not model: Ubuntu (the hosts are Debian), packet
filters, quotas, prices, permissions beyond right or wrong keys, nor that AWS takes a while to know of new things.

Tests steer it by POST /lab/set with a JSON object of these keys, and read GET /lab/state:
- `hold`: the answer to the so-many-th changing call from now on is held back until the next /lab/set; the call is done.
- `throttle`: so many calls from now on are refused with RequestLimitExceeded.
- `slow`: seconds that an instance takes to start, to stop and to terminate; the security group stays in use meanwhile.
- `fleet`: DescribeInstances tells of so many running instances, made of one real one, in pages of 1,000.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import re
import tempfile
import threading
import urllib.parse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from lab.cloud import machines
from lab.common import LabError, say
from lab.ssh import KEY as LAB_KEY

ACCESS_KEY = "lab"
SECRET_KEY = "lab"  # noqa: S105 it opens nothing
REGION = "us-east-1"
CANONICAL = "099720109477"
PAGE = 1000
ACTIONS = """
    AllocateAddress AssociateAddress AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress CreateSecurityGroup
    CreateTags DeleteKeyPair DeleteSecurityGroup DeleteTags DescribeAddresses DescribeImages
    DescribeInstanceAttribute DescribeInstanceStatus DescribeInstances DescribeKeyPairs DescribeRegions
    DescribeSecurityGroups DescribeSubnets DescribeTags DescribeVolumes DescribeVpcs DisassociateAddress
    GetCallerIdentity ImportKeyPair ModifyInstanceAttribute ModifyInstanceMetadataOptions ReleaseAddress
    RevokeSecurityGroupEgress RevokeSecurityGroupIngress RunInstances StartInstances StopInstances
    TerminateInstances
"""
# What a fleet is made of where there is no instance.
ONE = {
    "Action": "RunInstances",
    "ImageId": f"ami-{1:017x}",
    "InstanceType": "t2.xlarge",
    "MinCount": "1",
    "MaxCount": "1",
    "TagSpecification.1.ResourceType": "instance",
    "TagSpecification.1.Tag.1.Key": "mlops-workbench",
    "TagSpecification.1.Tag.1.Value": "workbench",
}
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def environment(port: int) -> dict[str, str]:
    """Return what a client has to see in its environment; nothing of the user's own credentials can leak to it."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def images() -> list[dict[str, Any]]:
    """Return the catalogue: several builds and architectures, and one of somebody else, so that choosing is tested."""
    builds = [
        ("jammy-22.04-amd64-server-20260301", "x86_64", CANONICAL, "2026-03-01"),
        ("jammy-22.04-amd64-server-20261001", "x86_64", CANONICAL, "2026-10-01"),
        ("noble-24.04-arm64-server-20261101", "arm64", CANONICAL, "2026-11-01"),
        ("noble-24.04-amd64-server-20261001", "x86_64", CANONICAL, "2026-10-01"),
        ("noble-24.04-amd64-server-20260901", "x86_64", CANONICAL, "2026-09-01"),
        ("resolute-26.04-amd64-server-20261101", "x86_64", CANONICAL, "2026-11-01"),
        ("noble-24.04-amd64-server-20261115", "x86_64", "123412341234", "2026-11-15"),
    ]
    return [
        {
            "ami_id": f"ami-{number:017x}",
            "name": f"ubuntu/images/hvm-ssd-gp3/ubuntu-{build}",
            "description": f"stands in for Ubuntu {build}; the lab's host behind it is Debian",
            "owner_id": owner,
            "architecture": architecture,
            "creation_date": f"{date}T06:00:00.000Z",
            "state": "available",
            "public": True,
            "image_location": f"amazon/ubuntu/{build}",
            "image_type": "machine",
            "platform": None,
            "root_device_type": "ebs",
            "root_device_name": "/dev/sda1",
            "virtualization_type": "hvm",
            "hypervisor": "xen",
            "sriov": "simple",
        }
        for number, (build, architecture, owner, date) in enumerate(builds, start=1)
    ]


class StandIn:
    """The WSGI application: judges each call, lets moto answer it, and sees to the hosts behind the instances."""

    def __init__(self, moto: Application, backend: Any, with_machines: bool) -> None:
        """Take moto's application and its EC2 backend of the one account and region that there is."""
        self.moto = moto
        self.backend = backend
        self.with_machines = with_machines
        self.settings: dict[str, Any] = {}
        self.released = threading.Event()
        self.held = False
        self.calls: list[str] = []
        self.guard = threading.RLock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if environ["PATH_INFO"].startswith("/lab/"):
            return self.control(environ["PATH_INFO"], body, start_response)
        call = {key: values[0] for key, values in urllib.parse.parse_qs(body.decode()).items()}
        action = call.get("Action", "")
        if refused := self.refuse(action, call, environ.get("HTTP_AUTHORIZATION", "")):
            return _error(start_response, *refused)
        self.calls.append(action)
        if action == "DescribeInstances" and self.settings.get("fleet"):
            return self.fleet(call, environ, start_response)
        with self.guard:
            response = self.forward(environ, body, start_response)
            changes = not action.startswith(("Describe", "Get"))
            if changes and self.with_machines:
                self.sync()
        if changes and self.counted("hold") == 1:
            self.held = True
            self.released.wait()
        return response

    def forward(self, environ: dict[str, Any], body: bytes, start_response: Callable[..., Any]) -> list[bytes]:
        """Let moto handle a call."""
        request = {**environ, "wsgi.input": _Input(body)}
        return list(self.moto(request, start_response))

    def counted(self, name: str) -> int:
        """Return a counter of the settings, and count it down."""
        with self.guard:
            left = int(self.settings.get(name) or 0)
            self.settings[name] = max(0, left - 1)
            return left

    def refuse(self, action: str, call: dict[str, str], authorization: str) -> tuple[int, str, str] | None:
        """Return the status, code and message of the error that AWS would answer with, None where it would not."""
        if f"Credential={ACCESS_KEY}/" not in authorization:
            if action == "GetCallerIdentity":
                return 403, "InvalidClientTokenId", "The security token included in the request is invalid."
            return 401, "AuthFailure", "AWS was not able to validate the provided access credentials"
        if action not in ACTIONS.split() or f"/{REGION}/" not in authorization:
            return 400, "InvalidAction", f"The lab's stand-in for AWS does not model {action} in this region."
        if self.counted("throttle"):
            return 503, "RequestLimitExceeded", "Request limit exceeded."
        if action == "DeleteSecurityGroup":
            for instance in self.instances():
                users = {group.id for group in instance.security_groups}
                if instance.state != "terminated" and call.get("GroupId") in users:
                    return 400, "DependencyViolation", f"resource {call['GroupId']} has a dependent object"
        return None

    def instances(self) -> list[Any]:
        """Return all instances that moto knows."""
        return [instance for reservation in self.backend.reservations.values() for instance in reservation.instances]

    def sync(self) -> None:
        """Start, move, stop and remove hosts until they are as the instances are."""
        with self.guard:
            for instance in self.instances():
                name = f"aws-{instance.id}"
                if instance.state in ("running", "pending") and instance.public_ip:
                    key = self.backend.key_pairs.get(instance.key_name)
                    machines.start(name, instance.public_ip, key.public_key if key else "")
                elif instance.state in ("stopping", "stopped"):
                    machines.stop(name)
                elif instance.state in ("shutting-down", "terminated"):
                    machines.remove(name)

    def slowly(self, change: Callable[[Any], Any], state: str, code: int) -> Callable[[Any], Any]:
        """Return a method of moto's instances that changes their state, now with a state that comes before the next."""

        @functools.wraps(change)
        def changed(instance: Any) -> Any:
            previous = change(instance)
            if seconds := self.settings.get("slow"):
                then = vars(instance._state).copy()
                instance._state.name, instance._state.code = state, code
                threading.Timer(seconds, vars(instance._state).update, [then]).start()
            return previous

        return changed

    def fleet(
        self, call: dict[str, str], environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer DescribeInstances with one page of many instances that differ in their names and addresses."""
        if not self.instances():
            self.forward(*_form(environ, {**ONE, "Version": call["Version"]}), lambda *_: None)
        only = {"Action": "DescribeInstances", "Version": call["Version"]}
        xml = b"".join(self.forward(*_form(environ, only), lambda *_: None)).decode()
        real = self.instances()[0]
        found = re.search(r"<reservationSet>(.*?</item>)</reservationSet>", re.sub(r">\s+<", "><", xml), re.DOTALL)
        assert found is not None
        item, first, total = found[1], int(call.get("NextToken", "0")), int(self.settings["fleet"])
        page = "".join(
            item.replace(real.id, f"i-{number:017x}")
            .replace(real.public_ip, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
            .replace("<value>workbench</value>", f"<value>workbench-{number}</value>")
            for number in range(first, min(first + PAGE, total))
        )
        token = f"<nextToken>{first + PAGE}</nextToken>" if first + PAGE < total else ""
        start_response("200 OK", [("Content-Type", "text/xml")])
        head = '<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>lab</requestId>'
        return [f"{head}<reservationSet>{page}</reservationSet>{token}</DescribeInstancesResponse>".encode()]

    def control(self, path: str, body: bytes, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a test."""
        if path == "/lab/set":
            with self.guard:
                self.settings = json.loads(body)
                self.calls.clear()
            self.held = False
            self.released.set()
            self.released = threading.Event()
        left = {
            "instances": [instance.id for instance in self.instances() if instance.state != "terminated"],
            "volumes": list(self.backend.volumes),
            "addresses": [address.public_ip for address in self.backend.addresses],
            "key_pairs": list(self.backend.key_pairs),
            "groups": [group.name for groups in self.backend.groups.values() for group in groups.values()],
        }
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"held": self.held, "calls": self.calls, "left": left}).encode()]


def _form(environ: dict[str, Any], call: dict[str, str]) -> tuple[dict[str, Any], bytes]:
    """Return another call by the same client, as `forward` takes it."""
    body = urllib.parse.urlencode(call).encode()
    return {**environ, "CONTENT_LENGTH": str(len(body))}, body


class _Input:
    """A request's body that can be read again."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def read(self, size: int = -1) -> bytes:
        end = len(self.body) if size is None or size < 0 else size
        part, self.body = self.body[:end], self.body[end:]
        return part


def _error(start_response: Callable[..., Any], status: int, code: str, message: str) -> Iterable[bytes]:
    """Answer with an error as EC2 writes them."""
    start_response(f"{status} {code}", [("Content-Type", "text/xml")])
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return [f"<Response><Errors>{error}</Errors><RequestID>lab</RequestID></Response>".encode()]


def _unless_elastic(change: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return the method of moto's network interfaces so that it leaves those alone that have an elastic address."""

    @functools.wraps(change)
    def changed(nic: Any) -> None:
        if all(address.eni is not nic for address in nic.ec2_backend.addresses):
            change(nic)

    return changed


def _moto() -> tuple[Application, Any]:
    """Return moto's application and its EC2 backend, with the differences from AWS that matter here removed."""
    with tempfile.TemporaryDirectory() as directory:
        catalogue = Path(directory) / "amis.json"
        catalogue.write_text(json.dumps(images()))
        os.environ.update(
            MOTO_AMIS_PATH=str(catalogue),
            MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION="1",
            MOTO_ENABLE_AMI_VALIDATION="1",
            MOTO_ENABLE_KEYPAIR_VALIDATION="1",
        )
        from moto.ec2.models import (  # noqa: PLC0415
            ec2_backends,
            elastic_ip_addresses,
            elastic_network_interfaces,
        )
        from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE  # noqa: PLC0415
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: PLC0415

        backend = ec2_backends["123456789012"][REGION]

    # AWS calls it `elastic-ip`; with moto's word, tags would never be found again.
    EC2_PREFIX_TO_RESOURCE["eipalloc"] = "elastic-ip"
    # Public addresses are such as this machine can answer at.
    setattr(elastic_ip_addresses, "random_ip", machines.free_address)  # noqa: B010
    setattr(elastic_network_interfaces, "random_public_ip", machines.free_address)  # noqa: B010

    # AWS keeps an elastic address through stop and start; moto puts another in its place.
    interface = elastic_network_interfaces.NetworkInterface
    for name in ("start", "stop"):
        setattr(interface, name, _unless_elastic(getattr(interface, name)))
    return DomainDispatcherApplication(create_backend_app), backend


def serve(with_machines: bool) -> None:
    """Serve until the process is told to end, then remove the machines.

    Raises LabError if moto is not installed or if the lab is not ready for machines.
    """
    if with_machines and not LAB_KEY.exists():
        raise LabError("nothing is ready for machines: `python -m lab ready` first")
    try:
        from werkzeug.serving import make_server  # noqa: PLC0415 only this command needs requirements/cloud.txt

        application, backend = _moto()
    except ImportError as error:
        raise LabError(f"{error.name} is not installed: `make cloud` first") from error
    from moto.ec2.models.instances import Instance  # noqa: PLC0415

    stand_in = StandIn(application, backend, with_machines)
    for name, state, code in (("start", "pending", 0), ("stop", "stopping", 64), ("terminate", "shutting-down", 32)):
        setattr(Instance, name, stand_in.slowly(getattr(Instance, name), state, code))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # else a line for every call
    server = make_server("127.0.0.1", 0, stand_in, threaded=True)
    for name, value in environment(server.server_port).items():
        print(f"export {name}={value}", flush=True)
    say("a stand-in for AWS answers until it is interrupted; its machines are Debian hosts of the lab")
    try:
        server.serve_forever()
    finally:
        if with_machines:
            machines.remove(*(f"aws-{instance.id}" for instance in stand_in.instances()))
