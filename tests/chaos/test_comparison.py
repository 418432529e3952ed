"""The comparison goes red for what is lost, left behind or otherwise, and for nothing else."""

from __future__ import annotations

import pytest
from comparison import differences

ONE = {
    "package git": "1 ii manual",
    "file /etc/key": "-rw------- root root",
    "content /etc/key": "abc",
    "file /tmp/one": "x",
}
OTHER = {"package git": "1 ii manual", "file /etc/key": "-rw------- root root", "content /etc/key": "def"}


@pytest.mark.parametrize("found", [ONE, OTHER, {**OTHER, "content /etc/key": "ghi"}])
def test_what_undisturbed_hosts_do_not_agree_on_does_not_count(found):
    assert differences(found, [ONE, OTHER]) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"package git": None}, ["lost: package git"]),
        ({"content /etc/key": None}, ["lost: content /etc/key"]),
        ({"package git": "1 iU manual"}, ["otherwise: package git (1 iU manual and not 1 ii manual)"]),
        (
            {"file /etc/key": "-rw-r--r-- root root"},
            ["otherwise: file /etc/key (-rw-r--r-- root root and not -rw------- root root)"],
        ),
        ({"file /tmp/part": "x"}, ["left behind: file /tmp/part (x)"]),
    ],
)
def test_all_else_does(change, told):
    found = {name: value for name, value in {**ONE, **change}.items() if value is not None}
    assert differences(found, [ONE, OTHER]) == told
