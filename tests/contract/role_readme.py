"""Writes what is told of a role from its argument_specs, its README's table and Galaxy's metadata: `python tests/contract/role_readme.py`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROLES = Path(__file__).resolve().parents[2] / "roles"
HEAD = "| variable | default | meaning |\n| --- | --- | --- |\n"


def main_specs(role: str) -> dict[str, Any]:
    """Return what a role tells of its main entry point."""
    return yaml.safe_load((ROLES / role / "meta/argument_specs.yml").read_text())["argument_specs"]["main"]


def table(role: str) -> str:
    """Return the table of a role's public variables."""
    return HEAD + "".join(
        f"| `{name}` | `{default(option['default'])}` | {meaning(option['description'])} |\n"
        for name, option in main_specs(role)["options"].items()
    )


def metadata(role: str) -> str:
    """Return what Galaxy shows of a role; the releases that all roles support stand in the code."""
    info = {"standalone": False, "description": main_specs(role)["short_description"]}
    return "---\n" + yaml.safe_dump({"galaxy_info": info}, sort_keys=False, width=1000)


def default(value: object) -> str:
    """Return a default as one would type it."""
    if isinstance(value, str):
        return value or '""'
    return yaml.safe_dump(value, default_flow_style=True, width=1000).removesuffix("\n").removesuffix("\n...")


def meaning(description: str | list[str]) -> str:
    """Return a description in Markdown instead of Ansible's markup (https://docs.ansible.com/ansible/latest/dev_guide/ansible_markup.html)."""
    text = " ".join(description) if isinstance(description, list) else description
    named = re.sub(r"\b[MP]\(([^)#]*)(#\w+)?\)", r"`\1`", text)
    marked = re.sub(r"\b[BI]\(([^)]*)\)", r"**\1**", named)
    return re.sub(r"\b(?:[COVE]|RV)\(([^)]*)\)", r"`\1`", marked).replace("|", r"\|")


def readme(role: str) -> str:
    """Return the role's README with the table as it should be."""
    text = (ROLES / role / "README.md").read_text()
    return text[: text.index(HEAD)] + table(role)


if __name__ == "__main__":
    for path in ROLES.iterdir():
        (path / "README.md").write_text(readme(path.name))
        (path / "meta/main.yml").write_text(metadata(path.name))
