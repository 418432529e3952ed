"""Who is let into a group and who is taken out of it."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.workbench.plugins.modules.group_members import difference


@pytest.mark.parametrize(
    ("before", "users", "state", "exclusive", "added", "removed"),
    [
        ([], ["ann", "bob", "ann"], "present", False, ["ann", "bob"], []),
        (["ann"], ["ann", "bob"], "present", False, ["bob"], []),
        (["ann", "cid"], ["bob"], "present", False, ["bob"], []),
        (["ann", "cid"], ["ann", "bob"], "present", True, ["bob"], ["cid"]),
        (["ann", "cid"], ["cid", "dan"], "absent", False, [], ["cid"]),
        (["ann"], [], "absent", False, [], []),
    ],
)
def test_the_difference_is_what_is_done(before, users, state, exclusive, added, removed):
    assert difference(before, users, state, exclusive) == (added, removed)
