# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the settings of each role are taken, and which are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.mlops.workbench.plugins.plugin_utils._roles import load_options
from ansible_collections.mlops.workbench.plugins.plugin_utils._settings import convert_settings, unsettable

ROLES = Path(__file__).resolve().parents[4] / "roles"
OPTIONS = {name: option for options in load_options(ROLES).values() for name, option in options.items()}
PUBLIC = {name: option for name, option in OPTIONS.items() if not name.startswith("__")}


def of_type(kind: str, **wanted: Any) -> list[str]:
    """The public options of a type, and with certain further keys."""
    return [
        name
        for name, option in PUBLIC.items()
        if option["type"] == kind and all(option.get(key) == value for key, value in wanted.items())
    ]


def example(option: dict[str, Any], number: int = 0) -> str:
    """A text that an element of a list may be."""
    return str(option["choices"][number]) if "choices" in option else "some-text-%s" % number


def judged(name: str, value: Any) -> tuple[Any, list[str]]:
    """How a setting is taken, and what is wrong with it."""
    conversion = convert_settings(PUBLIC, {name: value})
    return conversion.converted.get(name, value), [problem["problem"] for problem in conversion.problems]


TEXT_LISTS = [*of_type("list", elements="str"), *of_type("list", elements="path")]
MAPPING_LISTS = of_type("list", elements="dict")


def test_every_list_is_a_list_of_texts_or_of_mappings() -> None:
    """So that the tests below go over all of them."""
    assert sorted(TEXT_LISTS + MAPPING_LISTS) == sorted(of_type("list"))
    assert len(TEXT_LISTS) > 15


@pytest.mark.parametrize("name", TEXT_LISTS)
def test_a_text_for_a_list_is_the_list_that_ansible_takes_it_for(name: str) -> None:
    one, other = example(PUBLIC[name]), example(PUBLIC[name], -1)
    assert judged(name, one) == ([one], [])
    assert judged(name, f"{one}, {other}") == ([one, other], [])
    assert judged(name, f"['{one}', '{other}']") == ([one, other], [])
    assert judged(name, [one]) == ([one], [])
    assert judged(name, "") == ([], [])


@pytest.mark.parametrize("name", TEXT_LISTS)
def test_what_is_no_list_of_texts_is_refused(name: str) -> None:
    for value in ({"a": 1}, [{"a": {"b": 1}}], [["a"]], [None], [1.5], None):
        _taken, problems = judged(name, value)
        assert problems, value


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("anaconda_environments", "name"),
        ("docker_address_pools", None),
        ("jupyter_users", "name"),
        ("maturity_projects", "path"),
        ("project_data", None),
        ("project_taxi", None),
    ],
)
def test_a_text_in_a_list_of_mappings_is_the_key_that_matters(name: str, key: str | None) -> None:
    """Where two keys are needed, a text is a mistake."""
    one, several = judged(name, ["/srv/taxi"]), judged(name, "/srv/taxi, /srv/churn")
    if key:
        assert one == ([{key: "/srv/taxi"}], [])
        assert several == ([{key: "/srv/taxi"}, {key: "/srv/churn"}], [])
    else:
        assert one[1] and several[1]


@pytest.mark.parametrize("name", MAPPING_LISTS)
def test_the_lists_in_a_list_of_mappings_are_taken_so_too(name: str) -> None:
    suboptions = PUBLIC[name]["options"]
    entry = {key: "1" for key, option in suboptions.items() if option.get("required") and option["type"] != "list"}
    lists = [key for key, option in suboptions.items() if option["type"] == "list" and option["elements"] != "dict"]
    taken, problems = judged(name, [{**entry, **dict.fromkeys(lists, "a,b")}])
    assert problems == []
    assert all(taken[0][key] == ["a", "b"] for key in lists)
    assert set(taken[0]) == {*entry, *lists}, "nothing that is not written is added"


@pytest.mark.parametrize("name", [name for name, option in PUBLIC.items() if "choices" not in option])
@pytest.mark.parametrize("mark", ["\n", "x\ny", "\r", "\x1b[2J", "\x00", "\u2028"], ids=ascii)
def test_no_text_has_a_line_break_or_another_control_character(name: str, mark: str) -> None:
    """It would end the line that it is written into, of a unit or a shell."""
    option, text = PUBLIC[name], "/some-text" + mark
    values = [text] if option["type"] in ("str", "path") else []
    if option["type"] == "list" and "choices" not in option and option["elements"] != "dict":
        values = [[text], ["a", text]]
    suboptions = {key: sub for key, sub in option.get("options", {}).items() if "choices" not in sub}
    entry = {
        key: "1" for key, sub in option.get("options", {}).items() if sub.get("required") and sub["type"] != "list"
    }
    for key, sub in suboptions.items():
        if sub["type"] in ("str", "path"):
            one = {**entry, key: text}
            values.append([one] if option["type"] == "list" else one)
    for value in values:
        assert judged(name, value)[1] == ["it has a line break or another control character"], value


@pytest.mark.parametrize("name", of_type("bool"))
def test_a_text_for_a_boolean(name: str) -> None:
    assert judged(name, "yes") == (True, [])
    assert judged(name, "false") == (False, [])
    assert judged(name, "perhaps")[1]


@pytest.mark.parametrize("name", of_type("int"))
def test_a_text_for_a_number(name: str) -> None:
    number = PUBLIC[name].get("choices", [4000])[-1]
    assert judged(name, str(number)) == (number, [])
    assert judged(name, "many")[1]


@pytest.mark.parametrize("name", of_type("str"))
def test_a_number_for_a_text(name: str) -> None:
    if "choices" not in PUBLIC[name]:
        assert judged(name, 26) == ("26", [])
    assert "quotes" in judged(name, 3.1)[1][0]


@pytest.mark.parametrize("name", of_type("path"))
def test_a_home_is_that_of_the_host_and_not_of_the_controller(name: str) -> None:
    assert judged(name, "~/somewhere/$HOME") == ("~/somewhere/$HOME", [])


@pytest.mark.parametrize("role", [path.name for path in ROLES.iterdir()])
def test_the_defaults_of_a_role_are_taken_as_they_are(role: str) -> None:
    defaults = yaml.safe_load((ROLES / role / "defaults/main.yml").read_text())
    fixed = {name: value for name, value in defaults.items() if not (isinstance(value, str) and "{{" in value)}
    conversion = convert_settings(PUBLIC, fixed)
    assert (conversion.converted, conversion.problems) == ({}, [])


def test_where_no_fact_can_take_its_place_a_list_is_refused_and_shown_as_it_should_be() -> None:
    settings = {"docker_group_users": "ann, bob", "jupyter_port": "8889", "jupyter_self_signed": "yes"}
    (problem,) = unsettable(PUBLIC, settings, convert_settings(PUBLIC, settings).converted)
    assert problem["variable"] == "docker_group_users"
    assert (
        """write ["ann", "bob"], on the command line as -e '{"docker_group_users": ["ann", "bob"]}'"""
        in problem["remedy"]
    )


def test_a_refusal_shows_no_secret() -> None:
    settings = {"jupyter_users": "{'name': 'ann', 'token': 'hush-hush'}", "jupyter_token": {"hush-hush": 1}}
    conversion = convert_settings(PUBLIC, settings)
    problems = conversion.problems + unsettable(PUBLIC, settings, conversion.converted)
    assert {problem["variable"] for problem in problems} == set(settings)
    assert "hush-hush" not in str(problems)
