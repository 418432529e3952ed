"""What is released is told in one way: galaxy.yml, the changelog, and since when each part is there."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
RELEASES = yaml.safe_load((ROOT / "changelogs/changelog.yaml").read_text())["releases"]
DOCUMENTED = {
    path.relative_to(ROOT).as_posix(): text
    for path in sorted([*(ROOT / "plugins").glob("*/*.*"), *(ROOT / "roles").glob("*/meta/argument_specs.yml")])
    for text in [path.read_text()]
    if "short_description:" in text
}


def numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def test_the_newest_of_the_changelog_is_the_version_of_the_collection() -> None:
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]
    assert version == max(RELEASES, key=numbers)
    assert f"\nv{version}\n" in (ROOT / "CHANGELOG.rst").read_text()


@pytest.mark.parametrize("path", DOCUMENTED)
def test_each_part_came_with_a_release(path: str) -> None:
    text = DOCUMENTED[path]
    since = [
        line.split(": ")[1].strip("\"'") for line in text.splitlines() if line.strip().startswith("version_added: ")
    ]
    assert len(since) >= text.count("short_description:")
    newest = max(map(numbers, RELEASES))
    assert all(version in RELEASES or numbers(version) > newest for version in since)
