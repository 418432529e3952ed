# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How well the criteria agree with labels of people: `python tests/accuracy/accuracy.py CHECKOUTS LABELS... [-v]`."""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".ansible" / "collections"))

from ansible_collections.mlops.workbench.plugins.module_utils._maturity.collect import collect  # noqa: E402
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.judge import judge  # noqa: E402
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.ruleset import load_rules  # noqa: E402

BOUNDS = {
    "max_files": 20000, "max_depth": 40, "max_file_bytes": 1 << 20, "max_total_bytes": 64 << 20, "max_text_bytes": 512 << 10, "timeout": 30,
}  # fmt: skip
HOLDS = ("met", "attested")


def checkout_of(folder: Path, name: str) -> Path | None:
    """The checkout of owner/name: owner+name, owner/name, owner__name or name below the folder."""
    owner, _slash, short = name.partition("/")
    candidates = (f"{owner}+{short}", name, f"{owner}__{short}", f"{owner}_{short}", f"{owner}-{short}", short)
    return next((folder / item for item in candidates if (folder / item).is_dir()), None)


def scores(pairs: list[tuple[bool, bool]]) -> tuple[float | None, float | None, float | None]:
    """Precision, recall and F1 of (predicted, labelled) pairs; None where nothing is labelled true nor predicted."""
    both = sum(1 for predicted, labelled in pairs if predicted and labelled)
    predicted = sum(1 for item, _label in pairs if item)
    labelled = sum(1 for _item, label in pairs if label)
    if not predicted and not labelled:
        return None, None, None
    return (
        both / predicted if predicted else None,
        both / labelled if labelled else None,
        2 * both / (predicted + labelled),
    )


def weighted_kappa(pairs: list[tuple[int, int]], classes: int = 5) -> float:
    """Quadratic weighted kappa of two ratings from 0 to classes - 1."""
    total = len(pairs)
    if not total:
        return math.nan
    first = [sum(1 for one, _two in pairs if one == item) for item in range(classes)]
    second = [sum(1 for _one, two in pairs if two == item) for item in range(classes)]
    seen = sum((one - two) ** 2 for one, two in pairs)
    chance = sum((i - j) ** 2 * first[i] * second[j] / total for i in range(classes) for j in range(classes))
    return 1 - seen / chance if chance else 1.0


@dataclass
class Agreement:
    """What was found of the projects of one set, or of several: verdicts by criterion, and levels."""

    verdicts: dict[str, list[tuple[bool, bool, bool]]] = field(default_factory=dict)
    levels: list[tuple[int, int, bool]] = field(default_factory=list)

    def add(self, repo: dict[str, Any], result: dict[str, Any]) -> None:
        """Compare a result with the labels of its project."""
        self.levels.append((result["practice_level"] or 0, repo["human_level"], repo["human_level_unsure"]))
        for entry in result["criteria"]:
            label = repo["labels"].get(entry["id"])
            if label is not None:
                verdict = (entry["status"] in HOLDS, label["value"], label["unsure"])
                self.verdicts.setdefault(entry["id"], []).append(verdict)

    def of_all(self) -> str:
        """One line: the projects, and how all of their verdicts agree, without unsure labels and with them."""
        verdicts = [item for pairs in self.verdicts.values() for item in pairs]
        return f"{len(self.levels):5} {_agreed(verdicts)}"

    def __str__(self) -> str:
        kappa = weighted_kappa([(one, two) for one, two, _unsure in self.levels])
        sure = [(one, two) for one, two, unsure in self.levels if not unsure]
        return (
            "%s\npractice_level against people: weighted kappa %.3f (%d projects), %.3f (%d without unsure ones)\n"
            % (
                _table(self.verdicts),
                kappa,
                len(self.levels),
                weighted_kappa(sure),
                len(sure),
            )
        )


def main() -> int:
    """Print the tables of each set, and of all together; non-zero where no checkout was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("labels", type=Path, nargs="+")
    parser.add_argument("-v", "--verbose", action="store_true", help="name every disagreement")
    parser.add_argument("--only", default="", help="the projects whose names have this in them")
    arguments = parser.parse_args()
    rules = load_rules()
    plan = {**rules.plan(), "bounds": BOUNDS}
    sets: dict[str, Agreement] = {}
    together = Agreement()
    kinds: dict[str, Agreement] = {}
    missing, wrong, spent = [], [], []
    for source in arguments.labels:
        for repo in json.loads(source.read_text(encoding="utf-8"))["repos"]:
            if arguments.only not in repo["repo"]:
                continue
            path = checkout_of(arguments.checkouts, repo["repo"])
            if path is None:
                missing.append(repo["repo"])
                continue
            started = time.process_time()
            facts = collect(str(path), plan)
            spent.append((time.process_time() - started, repo["repo"]))
            result = judge(facts, rules)
            kind = kinds.setdefault(kind_of(repo, result), Agreement())
            for agreement in (sets.setdefault(source.name, Agreement()), together, kind):
                agreement.add(repo, result)
            print(
                f"{repo['repo']:66} practice {result['practice_level']!s:5} level {result['level']!s:5} people {repo['human_level']}"
            )
            wrong.extend(_disagreements(repo, result))
    if missing:
        print("No checkout of: " + ", ".join(missing))
    if not sets:
        print(f"Nothing to measure: no checkout of the labels is in {arguments.checkouts}.")
        return 1
    for name, agreement in (*sets.items(), *([("together", together)] if len(sets) > 1 else [])):
        print(f"\n{name}\n{agreement}")
    print(f"{'kind of project':52} projects {HEAD}")
    for name, agreement in sorted(kinds.items()):
        print(f"{name:55} {agreement.of_all()}")
    print(
        f"collecting: {sum(item for item, _name in spent):.2f} s CPU in all, at most {max(spent)[0]:.2f} s ({max(spent)[1]})"
    )
    if arguments.verbose:
        print("\n".join(sorted(wrong)))
    return 0


def kind_of(repo: dict[str, Any], result: dict[str, Any]) -> str:
    """The kind of a project: what its label says in front of a colon, such as LLM or R, else what was found."""
    family, colon, _detail = repo.get("kind", "").partition(":")
    return family if colon else ", ".join(result["project"]["kind"]) or "none"


FIGURES = "   n  prec.   rec.    F1"
HEAD = f"{FIGURES + ' without unsure':38} {FIGURES} with unsure"


def _agreed(verdicts: list[tuple[bool, bool, bool]]) -> str:
    parts = []
    for chosen in ([item for item in verdicts if not item[2]], verdicts):
        values = scores([(one, two) for one, two, _unsure in chosen])
        words = " ".join("   -  " if value is None else f"{value:6.2f}" for value in values)
        parts.append(f"{len(chosen):4} {words}")
    return f"{parts[0]:38} {parts[1]}"


def _table(verdicts: dict[str, list[tuple[bool, bool, bool]]]) -> str:
    lines = [f"{'criterion':28} {HEAD}", *(f"{name:28} {_agreed(pairs)}" for name, pairs in verdicts.items())]
    chosen = ([[item for item in pairs if not item[2]] for pairs in verdicts.values()], list(verdicts.values()))
    figures = ([scores([(one, two) for one, two, _unsure in pairs])[2] for pairs in each] for each in chosen)
    sure, every = ([value for value in values if value is not None] for values in figures)
    means = [sum(values) / max(1, len(values)) for values in (sure, every)]
    return "\n".join([*lines, f"{'macro F1':28} {means[0]:25.3f} {means[1]:38.3f}"])


def _disagreements(repo: dict[str, Any], result: dict[str, Any]) -> list[str]:
    found = []
    for entry in result["criteria"]:
        label = repo["labels"].get(entry["id"])
        if label is not None and (entry["status"] in HOLDS) != label["value"]:
            found.append(_disagreement(repo["repo"], entry, label))
    return found


def _disagreement(repo: str, entry: dict[str, Any], label: dict[str, Any]) -> str:
    kind = "false alarm" if not label["value"] else "missed"
    seen = "; ".join(f"{item['file']}:{item['line']} {item['symbol']}" for item in entry["evidence"][:3])
    return f"{'unsure ' if label['unsure'] else 'SURE   '}{entry['id']:28} {kind:12} {repo}: {entry['status']} [{seen}] people: {label['why']}"


if __name__ == "__main__":
    sys.exit(main())
