"""Writes the roles of a site and the formats of reports where a file has to list them: `python tests/contract/tables.py`."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".ansible/collections"))

from ansible_collections.mlops.workbench.plugins.module_utils._workbench.roles import SITE_ROLES  # noqa: E402
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports import registry  # noqa: E402

MODULES = {name: import_module(f"{registry.__package__}.{name}_format") for name in registry.FORMATS}
FILES = {name: module.FILE for name, module in MODULES.items() if hasattr(module, "FILE")}
ROWS = [f"| `{name}` | `{file}` | {' '.join(str(MODULES[name].__doc__).split())} |" for name, file in FILES.items()]
# In each file, what stands after a text, up to END.
PARTS = {
    "docs/maturity.md": (r"\| format \| file \| what it is \|\n.*\n", "\n".join(ROWS)),
    "plugins/filter/maturity_report.py": (r"choices: \[", ", ".join(MODULES)),
    "plugins/modules/workbench_info.py": (r"expect:\n(?: .*\n)*? +choices: \[", ", ".join(SITE_ROLES)),
    "roles/maturity/meta/argument_specs.yml": (r"maturity_report_formats:\n(?: .*\n)*? +choices: \[", ", ".join(FILES)),
    "roles/maturity/vars/main.yml": (r"__maturity_files:\n", "\n".join(map("  {0[0]}: {0[1]}".format, FILES.items()))),
}
END = r"\]|\n\n|\n__"


def text(name: str) -> str:
    """Return a file as it should be."""
    before, part = PARTS[name]
    old = (ROOT / name).read_text()
    return re.sub(rf"({before})(?s:.*?)(?={END})", lambda found: found[1] + part, old, count=1)


if __name__ == "__main__":
    for path in PARTS:
        (ROOT / path).write_text(text(path))
