# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of a role as its argument_specs takes them, and what is wrong with them.

Ansible's own validation of a role's arguments converts a value only to see whether it could, and hands the role what was written: for
`docker_group_users: student` a text, which Jinja reads letter by letter.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Mapping

import yaml

from ansible.module_utils.common.yaml import yaml_load

from ansible_collections.mlops.workbench.plugins.plugin_utils._ansible import convert

Spec = Mapping[str, Any]
Problem = dict[str, str]

KINDS = {
    "bool": "true or false",
    "dict": "a mapping",
    "float": "a number",
    "int": "a whole number",
    "list": "a list",
    "path": "a path",
    "str": "a text",
}
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# What comes from the command line as `-e name=value` is always a text, and the roles take it as such for these.
TEXT_ALLOWED = ("bool", "float", "int")


@dataclass(frozen=True)
class Conversion:
    """The settings whose type had to be converted, as they are meant, and what is wrong with the others."""

    converted: dict[str, Any]
    problems: list[Problem]


def convert_settings(options: Mapping[str, Spec], settings: Mapping[str, Any]) -> Conversion:
    """Convert what is set of the options of a role (or of an entry point of it) to the types of its options."""
    converted = {}
    problems = []
    for name, written in settings.items():
        value, complaint = _convert(name, options[name], written)
        if complaint:
            remedy = "set it to %s" % describe(options[name])
            problems.append({"variable": name, "problem": complaint, "remedy": remedy})
        elif value != written:
            converted[name] = value
    return Conversion(converted, problems)


def unsettable(options: Mapping[str, Spec], settings: Mapping[str, Any], converted: Mapping[str, Any]) -> list[Problem]:
    """A problem for each setting whose type had to be converted, where nothing can put another value in its place."""
    return [
        {
            "variable": name,
            "problem": "it is not %s" % describe(options[name]),
            "remedy": _how_to_write(name, value),
        }
        for name, value in converted.items()
        if not (isinstance(settings[name], str) and options[name].get("type") in TEXT_ALLOWED)
    ]


def _how_to_write(name: str, value: Any) -> str:
    """How to write a value; one with keys may hold a secret and is not shown."""
    if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(element, dict) for element in value)):
        return "write it so"
    return "write %s, on the command line as -e '%s'" % (json.dumps(value), json.dumps({name: value}))


def describe(option: Spec) -> str:
    """What an option takes, in words."""
    kind = option.get("type", "str")
    if kind == "list":
        element = {key: value for key, value in option.items() if key != "type"}
        return "a list (each element %s)" % describe({**element, "type": option.get("elements", "str")})
    if "choices" in option:
        return "one of %s" % ", ".join(str(choice) for choice in option["choices"])
    if kind == "dict" and "options" in option:
        return "a mapping with some of the keys %s" % ", ".join(option["options"])
    return KINDS.get(kind, "another value")


def _convert(name: str, option: Spec, written: Any) -> tuple[Any, str]:
    """The value that is meant, or what is wrong with it."""
    value = _split(option, written)
    if value is None:
        return None, "it has no value"
    if _is_text(option.get("type")):
        complaint = _not_a_text(value)
    elif isinstance(value, list) and _is_text(option.get("elements")):
        complaint = "; ".join(filter(None, map(_not_a_text, value)))
    else:
        complaint = ""
    if not complaint and _has_control(option, value):
        complaint = "it has a line break or another control character"
    if complaint:
        return None, complaint
    spec = _without_defaults(option)
    result, errors = convert(name, spec, value)
    return (None, "; ".join(errors)) if errors else (_as_written(value, result), "")


def _is_text(kind: str | None) -> bool:
    return kind in ("str", "path")


def _not_a_text(value: Any) -> str:
    """Why a value cannot stand for a text, though Ansible would make one of it."""
    if isinstance(value, float):
        return "the number %s needs quotes, since YAML reads 3.10 as 3.1" % value
    if value is None or isinstance(value, (list, dict)):
        return "a text is wanted where there is %s" % ("none" if value is None else KINDS[type(value).__name__])
    return ""


def _has_control(option: Spec, value: Any) -> bool:
    """Whether a text would end the line that it is written into, of a unit, a shell or a terminal."""
    if isinstance(value, list):
        element = {**option, "type": option.get("elements", "str")}
        return any(_has_control(element, inner) for inner in value)
    if isinstance(value, dict):
        return any(_has_control(inner, value[key]) for key, inner in option.get("options", {}).items() if key in value)
    return isinstance(value, str) and CONTROL.search(value) is not None


def _split(option: Spec, written: Any) -> Any:
    """A text for a list, at its commas; a text in a list of mappings, as the one key of these that must be there, or else the first."""
    if option.get("type") != "list":
        return written
    if isinstance(written, str):
        written = _list_of(written)
    suboptions = option.get("options", {})
    leading = [key for key, suboption in suboptions.items() if suboption.get("required")] or list(suboptions)[:1]
    if isinstance(written, list) and len(leading) == 1:
        return [
            {leading[0]: entry} if isinstance(entry, str) and "=" not in entry and "{" not in entry else entry
            for entry in written
        ]
    return written


def _list_of(text: str) -> Any:
    """The list that a text stands for: as one writes it behind `-e name=`, or with commas."""
    if text.lstrip().startswith("["):
        try:
            return yaml_load(text)
        except yaml.YAMLError:
            pass
    return [piece.strip() for piece in text.split(",") if piece.strip()]


def _without_defaults(option: Spec) -> dict[str, Any]:
    """The option without what would add to a value: defaults, and the controller's home in place of a path's `~`."""
    spec = {key: value for key, value in option.items() if key not in ("default", "description", "version_added")}
    for key in ("type", "elements"):
        if spec.get(key) == "path":
            spec[key] = "str"
    if "options" in spec:
        spec["options"] = {name: _without_defaults(suboption) for name, suboption in spec["options"].items()}
    return spec


def _as_written(written: Any, value: Any) -> Any:
    """The converted value without the keys that only the conversion has added."""
    if isinstance(value, dict) and isinstance(written, dict):
        return {key: _as_written(written[key], value[key]) for key in written}
    if isinstance(value, list) and isinstance(written, list):
        return [_as_written(*pair) for pair in zip(written, value)]
    return value
