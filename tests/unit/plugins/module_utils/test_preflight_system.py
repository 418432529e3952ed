"""The machine itself, as preflight sees it."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._preflight import system


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('ID=debian\nVERSION_ID="13"\n', "debian-13"),
        ('VERSION_ID="24.04"\nID=ubuntu\nNAME="Ubuntu"\n', "ubuntu-24.04"),
        ("ID=arch\n", "arch-unknown"),
        ("", "unknown-unknown"),
    ],
)
def test_the_operating_system_is_named(tmp_path, text, name):
    (tmp_path / "os-release").write_text(text)
    assert system.operating_system(str(tmp_path / "os-release")) == name


def test_a_host_that_does_not_say_its_system_is_unknown(tmp_path):
    assert system.operating_system(str(tmp_path / "none")) == "unknown"


def test_a_path_that_does_not_exist_yet_counts_for_its_file_system(tmp_path):
    problems = []
    system.check_free({"x": {"path": str(tmp_path / "a" / "b"), "mb": 1}}, problems)
    assert problems == []
    system.check_free({"x": {"path": str(tmp_path / "a" / "b"), "mb": 10**9}}, problems)
    assert "needs 1000000000 MB" in problems[0]["problem"]
