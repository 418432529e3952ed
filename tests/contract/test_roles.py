"""What a role promises in its defaults, its argument_specs and its README is one and the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.mlops.workbench.plugins.module_utils._host.system import ARCHITECTURES, SUPPORTED
from ansible_collections.mlops.workbench.plugins.plugin_utils._roles import load_preflight
from role_readme import metadata, readme

ROOT = Path(__file__).resolve().parents[2]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())


# A condition on the words of a program, and not on a field that is meant for programs.
WORDS = re.compile(
    r"(?:search|match|findall|contains)\(\s*['\"][^'\"]*[A-Za-z]{3}|['\"][^'\"]*[A-Za-z]{3}[^'\"]*['\"]\s+(?:not\s+)?in\s+\w+[.]std"
)


def tasks_of(items: list[dict]) -> list[dict]:
    """All tasks, those in blocks included."""
    return [
        found
        for task in items
        for found in [task, *tasks_of([inner for key in ("block", "rescue", "always") for inner in task.get(key, [])])]
    ]


def load(path: Path) -> dict:
    return yaml.safe_load(path.read_text())


def private_variables(role: str) -> dict:
    path = ROOT / "roles" / role / "vars/main.yml"
    return load(path) if path.exists() else {}


def options(role: str) -> dict:
    return load(ROOT / "roles" / role / "meta/argument_specs.yml")["argument_specs"]["main"]["options"]


@pytest.mark.parametrize("role", ROLES)
def test_defaults_and_specs_name_the_same_variables(role: str) -> None:
    assert set(load(ROOT / "roles" / role / "defaults/main.yml")) == set(options(role))


@pytest.mark.parametrize("role", ROLES)
def test_a_default_is_the_one_that_the_specs_tell(role: str) -> None:
    for name, value in load(ROOT / "roles" / role / "defaults/main.yml").items():
        if not isinstance(value, str) or "{{" not in value:  # a computed default is told in words
            assert options(role)[name]["default"] == value, name


@pytest.mark.parametrize("role", ROLES)
def test_every_role_can_be_taken_back(role: str) -> None:
    machine = ["stopped", "started"] if role.endswith("_vm") else []
    assert options(role)[f"{role}_state"]["choices"] == ["present", *machine, "absent"]


@pytest.mark.parametrize("role", ROLES)
def test_variables_bear_the_name_of_their_role(role: str) -> None:
    assert all(name.startswith(f"{role}_") for name in options(role))
    assert all(name.startswith(f"__{role}_") for name in private_variables(role))


@pytest.mark.parametrize("role", ROLES)
def test_no_role_uses_private_variables_of_another(role: str) -> None:
    for path in sorted((ROOT / "roles" / role).rglob("*.*")):
        private = re.findall(r"(?<!\w)__([a-z][a-z_]+)", path.read_text())
        owners = {
            max(filter(lambda other: name.startswith(f"{other}_"), ROLES), key=len, default=role) for name in private
        }
        assert owners <= {role}, path


@pytest.mark.parametrize("role", ROLES)
def test_another_role_gets_public_options_of_the_entry_point(role: str) -> None:
    for path in sorted((ROOT / "roles" / role / "tasks").glob("*.yml")):
        for task in tasks_of(load(path)):
            included = task.get("ansible.builtin.include_role") or task.get("ansible.builtin.import_role") or {}
            if included:
                specs = load(ROOT / "roles" / included["name"] / "meta/argument_specs.yml")["argument_specs"]
                entry_point = specs[included.get("tasks_from", "main")]
                assert set(task.get("vars", {})) <= set(entry_point["options"]), (path.name, task["name"])


@pytest.mark.parametrize("role", ROLES)
def test_the_readme_lists_the_variables(role: str) -> None:
    assert (ROOT / "roles" / role / "README.md").read_text() == readme(role), "make docs writes it anew"


@pytest.mark.parametrize("role", ROLES)
def test_galaxy_and_the_specs_tell_the_same_of_a_role(role: str) -> None:
    assert (ROOT / "roles" / role / "meta/main.yml").read_text() == metadata(role), "make docs writes it anew"


def test_the_clouds_have_an_image_of_each_ubuntu() -> None:
    releases = [name.removeprefix("ubuntu-") for name in SUPPORTED if name.startswith("ubuntu-")]
    assert options("aws_vm")["aws_vm_ubuntu"]["choices"] == releases
    assert options("gcp_vm")["gcp_vm_ubuntu"]["choices"] == releases


def test_the_readme_names_each_release() -> None:
    supported = (ROOT / "README.md").read_text().partition("\n## Support\n")[2].partition("\n## ")[0]
    for release in SUPPORTED.values():
        assert release.title.split()[1] in supported, release


@pytest.mark.parametrize("role", ROLES)
def test_the_role_has_a_scenario_or_its_checks_in_that_of_the_site(role: str) -> None:
    cloud = ROOT / "tests/e2e" / f"test_{role.removesuffix('_vm')}.py"
    own = [ROOT / "molecule" / role / "molecule.yml", ROOT / "molecule/default/tests" / f"test_{role}.py"]
    assert any(path.exists() for path in ([cloud] if role.endswith("_vm") else own))


def leaves(node: dict) -> list[dict]:
    """The innermost mappings: the checksums of one version."""
    inner = [value for value in node.values() if isinstance(value, dict)]
    return [leaf for value in inner for leaf in leaves(value)] if inner else [node]


@pytest.mark.parametrize("role", [role for role in ROLES if f"__{role}_checksums" in private_variables(role)])
def test_checksums_are_whole(role: str) -> None:
    for version in leaves(private_variables(role)[f"__{role}_checksums"]):
        assert set(version) == set(ARCHITECTURES)
        assert all(re.fullmatch("[0-9a-f]{64}", checksum) for checksum in version.values())


def test_the_releases_of_the_course_are_known() -> None:
    known = private_variables("compose")["__compose_checksums"]
    default = load(ROOT / "roles/compose/defaults/main.yml")["compose_version"]
    assert {"2.5.0", "2.12.2", "2.18.0", default} <= set(known)


def test_the_doctor_shows_the_line_that_puts_compose_on_the_path_as_the_role_writes_it() -> None:
    doctor = (ROOT / "plugins/module_utils/_workbench/compose.py").read_text()
    assert f"PATH_LINE = '{private_variables('compose')['__compose_path_line']}'" in doctor


@pytest.mark.parametrize("role", ROLES)
def test_what_the_preflight_asks_for_needs_nothing_that_only_it_tells(role: str) -> None:
    path = ROOT / "roles" / role
    preflight = load_preflight(str(path), lambda name: load(Path(name)))
    arguments = {name: value for name, value in preflight.arguments.items() if name != "require_of_host"}
    known = {name: str(value) for name, value in preflight.variables.items()}
    used: set[str] = set()
    found = set(re.findall(r"__\w+", str(arguments)))
    while found - used:
        used |= found
        found = {name for variable in used for name in re.findall(r"__\w+", known.get(variable, ""))}
    assert f"__{role}_host" not in used


@pytest.mark.parametrize("role", ROLES)
def test_room_is_needed_for_what_is_still_to_be_installed_alone(role: str) -> None:
    """A workbench that has filled up later is none to be refused."""
    for path in (ROOT / "roles" / role / "tasks").glob("*.yml"):
        for task in tasks_of(load(path)):
            needs = task.get("mlops.workbench.preflight", {}).get("free_mb", {})
            assert all(need.get("unless_exists") or need["unless_receipt"] for need in needs.values()), (path, needs)


# A pattern that a value has to match to its end; `$` also matches before a line break at the end.
LOOSE_END = re.compile(r"(?:is (?:not )?(?:match|search|regex)\(|'(?:match|search|regex)', )'[^']*[$]'")
LOOSE_ENDS = [
    "x is match('^[a-z]+$')",
    "x is not search('[a-z]$')",
    "names | reject('match', '[a-z]{2,}$') | length == 0",
    "data | rejectattr('sha256', 'match', '^[0-9a-f]{64}$')",
]


def test_a_loose_end_is_found() -> None:
    assert all(map(LOOSE_END.search, LOOSE_ENDS))
    assert not any(LOOSE_END.search(text.replace("$'", "\\Z'")) for text in LOOSE_ENDS)


@pytest.mark.parametrize(
    "path",
    [*ROOT.glob("roles/*/*/*.yml"), *ROOT.glob("playbooks/**/*.yml")],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_value_is_matched_to_its_very_end(path: Path) -> None:
    assert LOOSE_END.findall(path.read_text()) == []


@pytest.mark.parametrize("role", ROLES)
def test_words_of_programs_are_read_in_one_language(role: str) -> None:
    for path in sorted((ROOT / "roles" / role / "tasks").glob("*.yml")):
        for task in tasks_of(load(path)):
            read = " ".join(str(task.get(key, "")) for key in ("changed_when", "failed_when", "until"))
            command = str(task.get("ansible.builtin.command", task.get("ansible.builtin.shell", "")))
            if "std" in read and WORDS.search(read):
                assert "LC_ALL=C" in command or task.get("environment", {}).get("LC_ALL") == "C", (
                    path.name,
                    task["name"],
                )
