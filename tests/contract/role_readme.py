"""Writes the table of variables in each role's README from its argument_specs: `python tests/contract/role_readme.py`."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROLES = Path(__file__).resolve().parents[2] / "roles"
HEAD = "| variable | default | meaning |\n| --- | --- | --- |\n"


def table(role: str) -> str:
    """Return the table of a role's public variables."""
    specs = yaml.safe_load((ROLES / role / "meta/argument_specs.yml").read_text())
    options = specs["argument_specs"]["main"]["options"]
    return HEAD + "".join(
        f"| `{name}` | `{default(option['default'])}` | {meaning(option['description'])} |\n"
        for name, option in options.items()
    )


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
