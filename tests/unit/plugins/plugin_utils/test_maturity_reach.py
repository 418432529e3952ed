# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is reached is the function, and not only the file it stands in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from maturity_trees import judged, status

FIT = "from sklearn.svm import SVC\n\ndef load():\n    return 1\n\ndef fit_it(x, y):\n    SVC().fit(x, y)\n"
MAKER = "from sklearn.svm import SVC\n\nclass Maker:\n    def work(self):\n        SVC().fit(1, 2)\n\ndef other():\n    return 1\n"
START = "if __name__ == '__main__':\n    %s\n"
FLOW = "from prefect import flow\nfrom lib import %s\n\n@flow\ndef nightly():\n    %s()\n"

CASES = {
    "a function that is called": ("training_pipeline", "met", {"lib.py": FIT, "a.py": "from lib import fit_it\n" + START % "fit_it(1, 2)"}),
    "a function beside the one that is called": (
        "training_pipeline", "partial", {"lib.py": FIT, "a.py": "from lib import load\n" + START % "load()"}),
    "a function that a function calls": (
        "training_pipeline", "met",
        {"lib.py": FIT, "mid.py": "import lib\ndef step():\n    lib.fit_it(1, 2)\n", "a.py": "from mid import step\n" + START % "step()"}),
    "a function that a function would call": (
        "training_pipeline", "partial",
        {"lib.py": FIT, "mid.py": "import lib\ndef step():\n    lib.fit_it(1, 2)\ndef none():\n    pass\n",
         "a.py": "from mid import none\n" + START % "none()"}),
    "a function that is handed over": (
        "training_pipeline", "met", {"lib.py": FIT, "a.py": "from lib import fit_it\n" + START % "list(map(fit_it, [1], [2]))"}),
    "a function in a list of steps": (
        "training_pipeline", "met", {"lib.py": FIT, "a.py": "from lib import fit_it\nSTEPS = [fit_it]\n" + START % "[one(1, 2) for one in STEPS]"}),
    "a method of an object that is made": ("training_pipeline", "met", {"lib.py": MAKER, "a.py": "import lib\n" + START % "lib.Maker().work()"}),
    "a method of an object that nobody makes": (
        "training_pipeline", "partial", {"lib.py": MAKER, "a.py": "import lib\n" + START % "lib.other()"}),
    "a method that a framework calls": (
        "training_pipeline", "met",
        {"lib.py": MAKER.replace("class Maker", "import base\n\nclass Maker(base.Step)"), "a.py": "import lib\n" + START % "lib.other()"}),
    "a call inside a text": ("training_pipeline", "met", {"lib.py": FIT, "a.py": "from lib import fit_it\n" + START % "print(f'{fit_it(1, 2)}')"}),
    "a name that is computed": (
        "training_pipeline", "met", {"lib.py": FIT, "a.py": "import sys\nimport lib\n" + START % "getattr(lib, sys.argv[1])()"}),
    "a command of a CLI": (
        "training_pipeline", "met",
        {"a.py": "import typer\n" + FIT.replace("def fit_it", "app = typer.Typer()\n\n@app.command()\ndef fit_it") + START % "app()"}),
    "a decorator that registers nothing": (
        "training_pipeline", "partial", {"a.py": "import functools\n" + FIT.replace("def fit_it", "@functools.lru_cache\ndef fit_it") + START % "load()"}),
    "a console script": (
        "training_pipeline", "met",
        {"pkg/__init__.py": "", "pkg/lib.py": FIT, "pyproject.toml": '[project.scripts]\ntrain-it = "pkg.lib:fit_it"\n'}),
    "another console script": (
        "training_pipeline", "partial",
        {"pkg/__init__.py": "", "pkg/lib.py": FIT, "pyproject.toml": '[project.scripts]\nload-it = "pkg.lib:load"\n'}),
    "an entry point of a cloud function": (
        "training_pipeline", "met",
        {"main.py": FIT, "deploy.sh": "python main.py\ngcloud functions deploy x --entry-point fit_it\n"}),
    "a flow that calls it": ("orchestration", "met", {"lib.py": FIT, "f.py": FLOW % ("fit_it", "fit_it")}),
    "a flow that calls its neighbour": ("orchestration", "partial", {"lib.py": FIT, "f.py": FLOW % ("load", "load")}),
}  # fmt: skip


@pytest.mark.parametrize(("criterion", "wanted", "tree"), CASES.values(), ids=CASES)
def test_reached(tmp_path, criterion, wanted, tree):
    result = judged(tmp_path, tree)
    entry = next(item for item in result["criteria"] if item["id"] == criterion)
    assert entry["status"] == wanted, entry
    assert (entry["strength"] == 4) == (wanted == "met"), entry
    assert status(result, "training_pipeline") in ("met", "partial")
