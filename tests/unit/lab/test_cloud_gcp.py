"""The stand-in for Google Cloud refuses what it does not model, and what Google would refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.cloud.gcp import StandIn
from lab.cloud.gcp.model import Call, RefusalError, matches

COMPUTE = "compute.googleapis.com"
HERE = "/compute/v1/projects/demo-project"


@pytest.fixture
def stand_in(tmp_path: Path) -> StandIn:
    made = StandIn(tmp_path, with_machines=False)
    enable = Call("POST", "serviceusage.googleapis.com", "/v1/projects/demo-project/services:batchEnable")
    made.services.handle(Call(enable.method, enable.host, enable.path, {}, {"serviceIds": [COMPUTE]}))
    return made


@pytest.mark.parametrize(
    ("expression", "listed"),
    [
        ('(labels.mlops-workbench:*) (status = "RUNNING")', True),
        ("labels.mlops-workbench=box AND status=RUNNING", True),
        ("name = box", True),
        ("status != RUNNING", False),
        ("labels.other:*", False),
    ],
)
def test_filters_are_judged(expression: str, listed: bool) -> None:
    assert matches({"name": "box", "status": "RUNNING", "labels": {"mlops-workbench": "box"}}, expression) is listed


@pytest.mark.parametrize("expression", ["cpuPlatform = x", "name eq box", "name = box OR name = fox", "name ~ b.*"])
def test_a_filter_that_is_not_known_is_refused(expression: str) -> None:
    with pytest.raises(RefusalError, match="filter"):
        matches({"name": "box"}, expression)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", f"{HERE}/zones/us-central1-a/instances/box/suspend", 404),
        ("POST", f"{HERE}/zones/us-central1-a/instances", 501),
        ("GET", f"{HERE}/global/snapshots", 501),
        ("GET", f"{HERE}/zones/us-central1-q/instances/box", 400),
        ("GET", "/compute/v1/projects/somebodys/aggregated/instances", 404),
        ("DELETE", f"{HERE}/global/networks/default", 501),
    ],
)
def test_what_is_not_modelled_is_refused(stand_in: StandIn, method: str, path: str, status: int) -> None:
    with pytest.raises(RefusalError) as refusal:
        stand_in.compute.handle(Call(method, COMPUTE, path, {}, {"name": "box", "guestAccelerators": []}))
    assert refusal.value.status == status


def test_nobody_is_let_in_without_a_token(stand_in: StandIn) -> None:
    status, _response = stand_in.handle(Call("GET", COMPUTE, f"{HERE}/aggregated/instances"), "made up")
    assert status == 401


def test_an_interface_has_to_be_enabled_first(tmp_path: Path) -> None:
    with pytest.raises(RefusalError) as refusal:
        StandIn(tmp_path, with_machines=False).services.check(COMPUTE)
    assert refusal.value.detail == "SERVICE_DISABLED"


def test_a_policy_that_somebody_has_changed_is_not_overwritten(stand_in: StandIn) -> None:
    place = "/v1/projects/demo-project"
    read = stand_in.accounts.policy(Call("POST", "-", f"{place}:getIamPolicy"))
    write = Call("POST", "-", f"{place}:setIamPolicy", {}, {"policy": {**read, "etag": "old"}})
    with pytest.raises(RefusalError) as refusal:
        stand_in.accounts.policy(write)
    assert refusal.value.status == 409
