"""What the pages name is there: links, commands, playbooks, variables, checks of the doctor."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.roles import SITE_ROLES
from ansible_collections.mlops.workbench.plugins.plugin_utils import _doctor

ROOT = Path(__file__).resolve().parents[2]
GUIDES = sorted((ROOT / "docs").glob("*.md"))
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *GUIDES,
    *sorted(ROOT.glob("roles/*/README.md")),
    *sorted(ROOT.glob("examples/*/*.md")),
]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
FOREIGN = {"base_image", "docker.sock"}  # what only looks like a variable or a check of ours
EXAMPLES = {"my-hosts.yml", "hosts.yml", "localhost,"}  # inventories that a reader writes
VARIABLE = re.compile(rf"^({'|'.join(ROLES)})_[a-z0-9_]+$")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def blocks(page: Path, kind: str) -> list[str]:
    """Return the fenced blocks of a kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)


def commands(page: Path) -> Iterator[list[str]]:
    """Return the commands in a page's blocks and in its `inline code`, as words."""
    typed = [line for block in blocks(page, "sh") for line in re.sub(r"\\\n|(?<='\{)\n|,\n", " ", block).splitlines()]
    for line in [*typed, *re.findall(r"`([^`\n]+)`", prose(page))]:
        for command in re.split(r"\s+&&\s+|;\s+", line):
            if re.match(r"([A-Z_]+=\S* )*(ansible-playbook|make|python -m lab) ", command):
                words = shlex.split(command, comments=True)
                yield list(itertools.dropwhile(lambda word: "=" in word, words))


def anchors(page: Path) -> set[str]:
    """Return the names under which GitHub lets a page's headings be linked to."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def variables() -> set[str]:
    """Return the public variables of all roles, and of the doctor's playbook."""
    specs = [yaml.safe_load((ROOT / "roles" / role / "meta/argument_specs.yml").read_text()) for role in ROLES]
    doctors = re.findall(r"\bdoctor_(?:expect|report)\b", (ROOT / "playbooks/doctor.yml").read_text())
    return {name for spec in specs for name in spec["argument_specs"]["main"]["options"]} | set(doctors)


def named(value: Any) -> set[str]:
    """Return all keys in a YAML text that look like a variable of a role."""
    if isinstance(value, dict):
        return {key for key in value if VARIABLE.match(str(key))}.union(*map(named, value.values()))
    return set().union(*map(named, value)) if isinstance(value, list) else set()


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if target.startswith(("http://", "https://")):
            continue
        path, _sign, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there), target


@every_page
def test_what_a_command_names_is_there(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text().replace("$(VENV)", ".venv")
    for words in commands(page):
        if words[0] == "make":
            for target in (word for word in words[1:] if "=" not in word):
                assert re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE), words
        elif words[0] == "ansible-playbook":
            playbooks = [word for word in words if word.endswith(".yml") and not word.startswith("@")]
            installed = [word for word in words if word.startswith("mlops.workbench.")]
            for inventory in (words[place + 1] for place, word in enumerate(words[:-1]) if word == "-i"):
                assert inventory in EXAMPLES or (ROOT / inventory).exists(), words
                playbooks = [word for word in playbooks if word != inventory]
            assert len(playbooks + installed) == 1, words
            assert all((ROOT / playbook).exists() for playbook in playbooks), words
            assert all((ROOT / "playbooks" / f"{name.split('.')[2]}.yml").exists() for name in installed), words


@every_page
def test_a_file_of_ours_that_is_named_is_there(page: Path) -> None:
    folders = "bench|docs|examples|inventories|lab|meta|molecule|playbooks|plugins|roles|tests"
    for path in re.findall(rf"`((?:{folders})/[\w./-]*(?:/|\.(?:yml|md|sh|py|png|svg)))`", prose(page)):
        assert (ROOT / path).exists(), path


@every_page
def test_variables_that_a_command_or_an_example_sets_exist(page: Path) -> None:
    given = {name for words in commands(page) for name in re.findall(r"\b([a-z_]+)=", " ".join(words))}
    shown = set().union(*(named(document) for text in blocks(page, "yaml") for document in yaml.safe_load_all(text)))
    assert {
        name for name in given if VARIABLE.match(name) or name.startswith("doctor_")
    } | shown - FOREIGN <= variables()


def test_the_index_has_every_guide() -> None:
    index = (ROOT / "docs/README.md").read_text()
    assert [page.name for page in GUIDES if page.name != "README.md" and f"({page.name})" not in index] == []


@pytest.mark.parametrize("role", ROLES)
def test_the_page_of_a_role_has_an_example_and_says_what_its_removal_does(role: str) -> None:
    text = (ROOT / "roles" / role / "README.md").read_text()
    above = text[: text.index("| variable")]
    assert f"mlops.workbench.{role}" in above
    assert f"`{role}_state: absent`" in above


def test_the_tests_of_the_promises_are_there() -> None:
    sources = [*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("molecule/*/tests/test_*.py")]
    written = {name for path in sources for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)}
    promised = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/docker-promises.md").read_text()))
    assert promised
    assert promised <= written


def test_troubleshooting_knows_every_check_of_the_doctor() -> None:
    sources = (ROOT / "plugins/module_utils/_workbench").glob("*.py")
    checks = {
        found
        for path in sources
        for found in re.findall(rf'"((?:workbench|{"|".join(ROLES)})\.\w+)"', path.read_text())
    }
    assert len(checks) > 12
    text = (ROOT / "docs/troubleshooting.md").read_text()
    assert [check for check in sorted({*checks - FOREIGN, _doctor.REACHABLE}) if f"`{check}`" not in text] == []


def test_the_doctors_picture_has_the_columns_of_today() -> None:
    picture = (ROOT / "docs/doctor.svg").read_text().replace("\N{NO-BREAK SPACE}", " ")
    (head,) = re.findall(r">(HOST .*?)<", picture)
    assert head.split() == ["HOST", *SITE_ROLES, "READY"]
