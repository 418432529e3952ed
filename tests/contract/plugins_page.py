"""Writes docs/modules.md from the documentation of the modules and plugins: `python tests/contract/plugins_page.py`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from role_readme import default, meaning

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/modules.md"
HEAD = """# Modules and plugins

What playbooks of yours can use beside [the roles](README.md#roles). `ansible-doc mlops.workbench.conda_env` shows the same with all examples
and return values; of a plugin, `ansible-doc -t filter mlops.workbench.maturity_report`. This page is written by `make docs`.
"""
KINDS = {"modules": "Modules", "inventory": "Inventory", "filter": "Filters", "test": "Tests"}
INTERNAL = "Internal: "
SHOWN_IN_FULL = ("modules", "inventory")


def documentation(path: Path) -> tuple[dict[str, Any], str]:
    """Return what a plugin tells of itself, and its examples."""
    texts = {
        statement.targets[0].id: statement.value.value
        for statement in ast.parse(path.read_text()).body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Constant)
    }
    return yaml.safe_load(texts["DOCUMENTATION"]), texts["EXAMPLES"]


def plugins(kind: str) -> dict[str, Path]:
    """Return the plugins of a kind that are not internal, by name."""
    paths = sorted((ROOT / "plugins" / kind).glob("[a-z]*.py"))
    return {path.stem: path for path in paths if not documentation(path)[0]["short_description"].startswith(INTERNAL)}


def page() -> str:
    """Return the page as it should be."""
    lines = [HEAD]
    for kind, title in KINDS.items():
        lines += [f"## {title}\n", "| name | does |", "| --- | --- |"]
        for name, path in plugins(kind).items():
            shown = f"[{name}](#{name})" if kind in SHOWN_IN_FULL else f"`{name}`"
            lines.append(f"| {shown} | {documentation(path)[0]['short_description']} |")
        lines.append("")
    for kind in SHOWN_IN_FULL:
        for name, path in plugins(kind).items():
            lines += section(name, *documentation(path))
    return "\n".join(lines)


def section(name: str, told: dict[str, Any], examples: str) -> Iterator[str]:
    """Return what the page says about one module: its words, its options and its first example."""
    yield f"## {name}\n"
    yield meaning(told["description"]) + "\n"
    yield "| option | type | default | meaning |"
    yield "| --- | --- | --- | --- |"
    for option, spec in told["options"].items():
        yield f"| `{option}` | {kind_of(spec)} | {default_of(spec)} | {meaning(spec['description'])} |"
    yield f"\n```yaml\n{first(examples)}```\n"


def kind_of(spec: dict[str, Any]) -> str:
    """Return an option's type, with what a list holds and what may be chosen."""
    if "choices" in spec:
        return ", ".join(f"`{choice}`" for choice in spec["choices"])
    return f"list of {spec['elements']}" if spec.get("elements") else str(spec.get("type", "str"))


def default_of(spec: dict[str, Any]) -> str:
    """Return an option's default as one would type it."""
    if spec.get("required"):
        return "required"
    return f"`{default(spec['default'])}`" if "default" in spec else ""


def first(examples: str) -> str:
    """Return the first of the examples."""
    return examples.strip().split("\n\n")[0] + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
