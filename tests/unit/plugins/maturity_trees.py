# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiny checkouts for the tests of maturity_info: a mapping of paths to texts in, a judged project out."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from textwrap import dedent
from typing import Any

from ansible_collections.mlops.workbench.plugins.module_utils._maturity.collect import collect
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.judge import judge
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.ruleset import Rules, load_rules

BOUNDS = {
    "max_files": 20000, "max_depth": 40, "max_file_bytes": 1 << 20, "max_total_bytes": 64 << 20, "max_text_bytes": 512 << 10, "timeout": 30,
}  # fmt: skip
TRAIN = """
    from sklearn.linear_model import Ridge

    def fit(x, y):
        return Ridge().fit(x, y)

    if __name__ == "__main__":
        fit([[1]], [1])
"""


@lru_cache
def shipped() -> Rules:
    return load_rules()


def write(folder: Path, tree: dict[str, str]) -> Path:
    for name, text in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return folder


def facts_of(folder: Path, **bounds: int) -> dict[str, Any]:
    return collect(str(folder), {**shipped().plan(), "bounds": {**BOUNDS, **bounds}})


def judged(folder: Path, tree: dict[str, str], **options: Any) -> dict[str, Any]:
    return judge(facts_of(write(folder, tree)), shipped(), **options)


def status(result: dict[str, Any], criterion: str) -> str:
    return next(item["status"] for item in result["criteria"] if item["id"] == criterion)
