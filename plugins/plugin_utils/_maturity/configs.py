# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration text of a checkout, parsed with bounds: YAML with foreign tags, Dockerfiles, Makefiles, pins."""

from __future__ import annotations

import json
import re
from typing import Any, Iterator

import yaml

MOST_ALIASES = 200
MOST_NODES = 50_000
# What a document may come to with every alias and merge key written out.
MOST_WRITTEN_OUT = 2 << 20
LONGEST_NUMBER = 40
LONGEST_LINE = 10_000
DEEPEST = 60
DEEPEST_FLOW = 1000
NESTED_IN_LINE = re.compile(r"(?:[-?:][ \t]+){100}")
BRACKETS = re.compile(r"[\[\]{}]")


try:
    from yaml import CSafeLoader as Loader
except ImportError:
    from yaml import SafeLoader as Loader  # type: ignore[assignment]


class _Loader(Loader):
    """YAML 1.2 truth (`on:` stays a key), and foreign tags such as `!Sub` give their plain value."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def _foreign(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else None


_Loader.add_multi_constructor("!", _foreign)


def _number(read: Any) -> Any:
    """A number is text where it has more digits than a number: reading it takes the square of their number."""
    return lambda loader, node: node.value if len(node.value) > LONGEST_NUMBER else read(loader, node)


for _kind in ("int", "float"):
    _tag = "tag:yaml.org,2002:%s" % _kind
    _Loader.add_constructor(_tag, _number(yaml.SafeLoader.yaml_constructors[_tag]))


def _written_out(node: Any, known: dict[int, int]) -> int:
    """Characters and nodes of a YAML node with every alias written out; raises ValueError where that has no end, or is too much."""
    if id(node) in known:
        if known[id(node)] < 0:
            raise ValueError("a node that contains itself")
        return known[id(node)]
    known[id(node)] = -1
    size = 1
    if isinstance(node, yaml.ScalarNode):
        size += len(node.value)
    else:
        for item in node.value:
            size += sum(_written_out(part, known) for part in (item if isinstance(item, tuple) else (item,)))
            if size > MOST_WRITTEN_OUT:
                raise ValueError("more than anybody writes")
    known[id(node)] = size
    return size


def _documents(text: str) -> Iterator[Any]:
    loader = _Loader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            if "&" in text:
                _written_out(node, {})
            yield loader.construct_document(node)
    finally:
        loader.dispose()


def _too_deep(text: str) -> bool:
    """Nesting that would overflow the stack of the C parser, which ends the whole process."""
    if NESTED_IN_LINE.search(text):
        return True
    depth = 0
    for bracket in BRACKETS.finditer(text):
        depth += 1 if bracket.group() in "[{" else -1
        if depth > DEEPEST_FLOW:
            return True
    return False


def yaml_documents(text: str) -> list[Any]:
    """Every document of a YAML text; nothing where it cannot be read (a template, a bomb, broken)."""
    if _too_deep(text):
        return []
    if text.count("*") > MOST_ALIASES and len(re.findall(r"(?:^|[\s\[,{-])\*\w", text)) > MOST_ALIASES:
        return []
    try:
        return [item for item in _documents(text) if item is not None]
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError, OverflowError):
        return []


PLACEHOLDER = re.compile(r"\{\{[^{}\n]{0,500}\}\}")
ONLY_TEMPLATE = re.compile(r"^[ \t]{0,99}(?:-[ \t]{1,9})?\{\{[^\n]{0,500}\}\}[ \t]{0,99}$", re.M)
VARIABLE = re.compile(r"\.([A-Za-z]\w{0,99})(?![\w.])")


def chart_documents(text: str) -> list[Any]:
    """The documents of a chart's template, in which each value that is filled in stands as the last of its names."""
    return yaml_documents(PLACEHOLDER.sub(_filled, ONLY_TEMPLATE.sub("", text)))


def _filled(placeholder: re.Match[str]) -> str:
    return next(iter(VARIABLE.findall(placeholder.group())), "value")


def yaml_mapping(text: str) -> dict[str, Any]:
    """The first document where it is a mapping, else an empty one."""
    documents = yaml_documents(text)
    return documents[0] if documents and isinstance(documents[0], dict) else {}


def json_value(text: str) -> Any:
    """A JSON value, or None."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def nodes(value: Any) -> Iterator[Any]:
    """A value and everything in it, bounded, so that an alias bomb costs no more than a long file."""
    stack, count = [(value, 0)], 0
    while stack and count < MOST_NODES:
        item, depth = stack.pop()
        count += 1
        yield item
        if depth < DEEPEST:
            if isinstance(item, dict):
                stack.extend((child, depth + 1) for child in reversed(list(item.values())))
            elif isinstance(item, list):
                stack.extend((child, depth + 1) for child in reversed(item))


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a value."""
    return (item for item in nodes(value) if isinstance(item, dict))


def text_of(value: Any) -> str:
    """All words and keys of a value in one string, for a search by pattern."""
    parts: list[str] = []
    for item in nodes(value):
        if isinstance(item, dict):
            parts.extend(str(key) for key in item)
        elif not isinstance(item, list):
            parts.append(str(item))
    return "\n".join(parts)


def as_list(value: Any) -> list[Any]:
    """A list as it is, nothing as an empty one, anything else alone."""
    return value if isinstance(value, list) else [] if value is None else [value]


# Languages whose comments begin with slashes.
SLASHED = (".tf", ".ts", ".js", ".bicep", ".groovy", "Jenkinsfile")


def without_comments(text: str, path: str = "") -> str:
    """Text whose comment lines and trailing ` # comments` are blanked, with the lines where they were."""
    lines = []
    for line in (_chunks(text) if path.lower().endswith((".rmd", ".qmd")) else text).split("\n"):
        stripped = line.lstrip()
        if (stripped.startswith("#") and not stripped.startswith("#!")) or (
            stripped.startswith("//") and path.endswith(SLASHED)
        ):
            lines.append("")
        else:
            lines.append(re.split(r"\s#\s", line, maxsplit=1)[0])
    cleaned = "\n".join(lines)
    return _without_blocks(cleaned) if path.endswith(SLASHED) else cleaned


def with_short_lines(text: str, path: str) -> str:
    """Text whose lines are cut where nobody reads any more, so that no pattern meets an endless one; JSON may be one line."""
    if path.endswith(".json") or len(text) <= LONGEST_LINE:
        return text
    return "\n".join(line[:LONGEST_LINE] for line in text.split("\n"))


def _without_blocks(text: str) -> str:
    """Text whose `/* comments */` are blanked; one without an end is none."""
    parts: list[str] = []
    place = 0
    while True:
        start = text.find("/*", place)
        end = text.find("*/", start + 2) if start >= 0 else -1
        if end < 0:
            return "".join([*parts, text[place:]])
        parts += [text[place:start], "\n" * text.count("\n", start, end)]
        place = end + 2


def _chunks(text: str) -> str:
    """The code chunks of a document, its prose blanked."""
    inside = False
    lines = []
    for line in text.split("\n"):
        fence = line.lstrip().startswith("```")
        lines.append(line if inside and not fence else "")
        inside = (not inside and line.lstrip().startswith("```{")) if fence else inside
    return "\n".join(lines)


def line_of(text: str, needle: str) -> int:
    """Line on which something stands first, or 1."""
    position = text.find(needle) if needle else -1
    return text.count("\n", 0, position) + 1 if position >= 0 else 1


def joined_lines(text: str) -> list[tuple[int, str]]:
    """Lines with their continuation lines joined, each with the number of its first."""
    result: list[tuple[int, str]] = []
    pending, start = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        if not pending:
            start = number
        if line.rstrip().endswith("\\"):
            pending += line.rstrip()[:-1] + " "
            continue
        result.append((start, pending + line))
        pending = ""
    if pending:
        result.append((start, pending))
    return result


def make_targets(text: str) -> dict[str, tuple[list[str], list[tuple[int, str]]]]:
    """Targets of a Makefile: prerequisites, and the recipe's lines with their numbers."""
    targets: dict[str, tuple[list[str], list[tuple[int, str]]]] = {}
    current: list[str] = []
    for number, line in joined_lines(text):
        if line.startswith("\t") or (current and line.startswith("    ") and line.strip()):
            for name in current:
                targets[name][1].append((number, line.strip().lstrip("@-+")))
            continue
        rule = _make_rule(line)
        if rule:
            names, needs, command = rule
            current = [name for name in names.split() if name != ".PHONY"]
            for name in current:
                known = targets.setdefault(name, ([], []))
                known[0].extend(word for word in needs.split() if word != "|")
                if command:
                    known[1].append((number, command))
        elif line.strip() and not line.startswith("#"):
            current = []
    return targets


def _make_rule(line: str) -> tuple[str, str, str] | None:
    """Targets, prerequisites and the command behind a semicolon of a line `targets: prerequisites`, or None."""
    names, colon, rest = line.partition(":")
    if not colon or not names or names[0].isspace() or "=" in names or "#" in names:
        return None
    rest = rest.removeprefix(":")
    needs, semicolon, command = rest.partition(";")
    needs = needs.partition("#")[0]
    # A variable, not a rule: `name := value`, `target: name = value`.
    return None if "=" in needs else (names, needs, command.strip() if semicolon else "")


def dockerfile(text: str) -> list[tuple[int, str, str]]:
    """Instructions of a Dockerfile: line, upper-case keyword, the rest."""
    found = []
    for number, line in joined_lines(without_comments(text)):
        keyword, rest = [*line.split(None, 1), "", ""][:2]
        if rest and keyword.isascii() and keyword.isalpha():
            found.append((number, keyword.upper(), rest.strip()))
    return found


REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?([^;#]*)")


# A version that only its last part may leave, as `=1.2` of conda does.
PATCH = re.compile(r"~=\s{0,20}\d+\.\d+\.\d")


def pins(text: str) -> tuple[int, int]:
    """Number of requirements in a requirements file, and how many of them are exact."""
    total = exact = 0
    for _number, line in joined_lines(text):
        stripped = line.strip()
        if not stripped or stripped.startswith(("#", "-", "[")):
            continue
        match = REQUIREMENT.match(stripped)
        if match:
            total += 1
            exact += (
                bool(re.match(r"^===?\s*[\w!+.-]+$", match.group(2).split("--hash")[0].strip()))
                or bool(PATCH.search(match.group(2)))
                or " @ " in stripped
            )
    return total, exact


def conda_pins(text: str) -> tuple[int, int]:
    """The same for a conda environment file, its pip part included."""
    total = exact = 0
    for item in nodes(yaml_mapping(text).get("dependencies")):
        if isinstance(item, str):
            total += 1
            exact += bool(PATCH.search(item)) or (
                bool(re.search(r"[\w\]]\s{0,20}={1,3}\s{0,20}\d", item)) and not re.search(r"[<>~]", item)
            )
    return total, exact
