# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten checkouts of which three are hostile: seven have their results, and three are told as not finished, within the limit."""

from __future__ import annotations

import io
import json
import struct
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible.parsing.dataloader import DataLoader
from ansible_collections.mlops.workbench.plugins.action import maturity_info as maturity_action
from ansible_collections.mlops.workbench.plugins.modules import maturity_info
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity import ruleset
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.ruleset import load_rules
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.gate import complaints
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.model import document
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.registry import report

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from maturity_trees import TRAIN, write

SECONDS, MEGABYTES = 3, 64
# Slow on a text that is made for it; as if such a text were not found when a pattern of somebody's own is tried before it is used.
RULES = """
signals:
  - {id: own_notes, kind: text, files: "notes[.]cfg$", match: ["q[^z]*z"]}
criteria:
  - id: own
    level: 1
    title: Own
    definition: Something of one's own.
    met: [own_notes]
    remedy: {text: Add it, effort: low, link: "https://example.com", files: [notes.cfg]}
"""
LONGEST = "/".join(["a" * 199] * 20)


def index_of_long_paths(number: int) -> bytes:
    """An index as git writes it (version 4), with paths of 4,000 characters."""
    entries = []
    for count in range(number):
        name = (LONGEST[:-4] if not count else "") + f"{count:04}"
        strip = 4 if count else 0
        entries.append(
            struct.pack(">6I", *[0] * 6)
            + struct.pack(">I", 0o100644)
            + bytes(34)
            + bytes([strip])
            + name.encode()
            + b"\0"
        )
    return b"DIRC" + struct.pack(">II", 4, number) + b"".join(entries)


# What no reader can be better at: the parser of Python itself, a checkout as large as may be, a pattern of the user's own.
HOSTILE: list[tuple[dict[str, str | bytes], str, str, str]] = [
    ({"model.py": "a" + "\u0300\u0316" * 30_000 + " = 1\n"}, "target", "in 3 s", "model.py"),
    ({".git/index": index_of_long_paths(8000)}, "target", "with 64 MB", ""),
    ({"notes.cfg": "q\n" * 200_000}, "controller", "in 3 s", "notes.cfg"),
]
GOOD = {"train.py": TRAIN}


class Action(maturity_action.ActionModule):
    """The action plugin, with the module in this process in place of one that a connection starts."""

    def _execute_module(self, module_name: str, module_args: dict[str, Any], **_rest: Any) -> dict[str, Any]:
        said = io.StringIO()
        with patch_module_args(module_args), redirect_stdout(said), pytest.raises(SystemExit):
            maturity_info.main()
        return json.loads(said.getvalue())


def judged(options: dict[str, Any]) -> dict[str, Any]:
    """What the task registers for a project."""
    task = SimpleNamespace(
        args=options, async_val=0, check_mode=False, diff=False, action="mlops.workbench.maturity_info"
    )
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir="/"), become=None)
    action = Action(task, connection, None, DataLoader(), None, None)
    return {**action.run(task_vars={}), "item": {"path": options["path"]}}


def test_hostile_checkouts_leave_the_others_their_results(tmp_path, monkeypatch):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/own.yml").write_text(RULES)
    monkeypatch.setattr(ruleset, "seconds_of", lambda _pattern: 0.0)
    rules = load_rules([tmp_path / "rules"])
    monkeypatch.setattr(maturity_action, "load_rules", lambda _folders: rules)
    trees = [GOOD] * 7
    for place, hostile in zip((1, 4, 9), HOSTILE):
        trees.insert(place, hostile[0])
    results = []
    for number, tree in enumerate(trees):
        folder = tmp_path / f"project{number}"
        write(folder, {"train.py": TRAIN})
        for name, content in tree.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        began = time.monotonic()
        endless = tree is not GOOD
        limit = SECONDS if endless else 60  # on a busy machine a good one takes seconds as well
        results.append(judged({"path": str(folder), "time_limit": limit, "memory_limit": MEGABYTES}))
        print(
            number,
            f"{time.monotonic() - began:.2f} s",
            results[-1].get("msg", results[-1].get("maturity", {}).get("level")),
        )
        # Without a limit it would not end. What ends a process, and reads and writes what is handed over, is not the project's.
        assert not endless or time.monotonic() - began < SECONDS + 10
    finished = [number for number, result in enumerate(results) if "maturity" in result]
    assert finished == [0, 2, 3, 5, 6, 7, 8]
    assert all(results[number]["maturity"]["criteria"] == results[0]["maturity"]["criteria"] for number in finished)
    for place, (_tree, half, limit, at) in zip((1, 4, 9), HOSTILE):
        told = results[place]["not_finished"]
        assert results[place]["failed"]
        assert (told["half"], told["limit"]) == (half, limit)
        assert at in told["at"]
    fleet = document({"host": {"results": results}})
    lines = report(fleet, "summary").splitlines()
    assert sum(line.startswith("no level (not examined: ") and "was not finished" in line for line in lines) == 3
    assert len(complaints(fleet)) == 3
    assert "was not finished in 3 s; it was busy with model.py" in report(fleet, "html")
