# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is the environment of the code that trains or serves reproducible: does a lock hold it, or are its requirements exact?

What counts are the manifests that govern this code: those of its folder, or of the nearest folder above that has any. A notifier's loose
requirements say nothing of a training beside it.
"""

from __future__ import annotations

import itertools
import posixpath
import re
from dataclasses import dataclass
from typing import Callable

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import CODE, trainers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.configs import conda_pins, pins
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence

NOT_PRODUCT = re.compile(
    r"(?:dev|test|doc|lint|ci|notebook)[\w-]{0,99}\.(?:txt|in)$|(?:^|/)(?:docs?|tests?|\.github|\.devcontainer|\.fluxbot)/",
    re.I,
)
# Exact at the first sign of a version that no operator widens.
EXACT = re.compile(r"(?<![<>!~=])={1,3}\s{0,9}[\"']?\d|@\d|version")
NEARLY_ALL = 0.75

Count = Callable[[str], "tuple[int, int]"]
"""The requirements that a file names, and how many of them are exact."""


@dataclass(frozen=True)
class Manifest:
    """A kind of file that names requirements, and the language whose they are; `count` is None for a lock, which pins all of them."""

    path: re.Pattern[str]
    language: str
    count: Count | None = None


def _xml_versions(text: str) -> tuple[int, int]:
    """Dependencies of a POM: exact are versions without a range and names of properties, which the file gives once."""
    found = re.findall(r"<dependency>(.{0,2000}?)</dependency>", text, re.S)
    exact = [
        one
        for one in found
        if re.search(r"<version>\s{0,99}(?:\d[\w.-]{0,99}|\$\{[\w.-]{1,99}\})\s{0,99}</version>", one)
    ]
    return len(found), len(exact)


def _sbt_versions(text: str) -> tuple[int, int]:
    found = re.findall(
        r"\"[\w.-]{1,99}\"\s{0,9}%{1,3}\s{0,9}\"[\w.-]{1,99}\"\s{0,9}%\s{0,9}(\"[^\"]{0,99}\"|\w{1,99})", text
    )
    return len(found), sum(not re.search(r"\+|\[|latest", one) for one in found)


def _gradle_versions(text: str) -> tuple[int, int]:
    found = re.findall(
        r"(?:implementation|api|compileOnly)\s{0,9}\(?\s{0,9}[\"'][\w.-]{1,99}:[\w.-]{1,99}:([^\"']{1,99})[\"']", text
    )
    return len(found), sum(not re.search(r"\+|\[|latest", one) for one in found)


MANIFESTS = (
    Manifest(
        re.compile(
            r"(?:^|/)(?:poetry\.lock|uv\.lock|Pipfile\.lock|pdm\.lock|pylock[\w.-]{0,99}\.toml|requirements[\w.-]{0,99}\.lock|[\w-]{1,99}\.py\.lock)$"
        ),
        "python",
    ),
    Manifest(
        re.compile(r"(?:^|/)(?:pixi\.lock|conda-lock\.ya?ml|conda-[\w-]{1,99}\.lock|flake\.lock|devbox\.lock)$"), ""
    ),
    Manifest(re.compile(r"(?:^|/)(?:renv\.lock|packrat\.lock|rv\.lock)$"), "r"),
    Manifest(re.compile(r"(?:^|/)Manifest(?:-v[\d.]{1,20})?\.toml$"), "julia"),
    Manifest(
        re.compile(r"(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?)$"), "js"
    ),
    Manifest(re.compile(r"(?:^|/)gradle\.lockfile$"), "jvm"),
    Manifest(re.compile(r"(?:^|/)(?:requirements[\w.-]{0,99}|requirements/[\w.-]{1,199})\.txt$"), "python", pins),
    Manifest(
        re.compile(r"(?:^|/)(?:environment|conda|env)[\w.-]{0,99}\.ya?ml$|(?:^|/)conda/[\w.-]{1,199}\.ya?ml$"),
        "",
        conda_pins,
    ),
    Manifest(re.compile(r"(?:^|/)pom\.xml$"), "jvm", _xml_versions),
    Manifest(re.compile(r"(?:^|/)build\.sbt$"), "jvm", _sbt_versions),
    Manifest(re.compile(r"(?:^|/)build\.gradle(?:\.kts)?$"), "jvm", _gradle_versions),
)
LANGUAGES = {
    ".py": "python", ".ipynb": "python", ".r": "r", ".rmd": "r", ".qmd": "r", ".jl": "julia", ".scala": "jvm", ".java": "jvm", ".kt": "jvm",
    ".js": "js", ".ts": "js", ".jsx": "js", ".tsx": "js", ".mjs": "js",
}  # fmt: skip


def pinned_environment(answers: Answers) -> list[Evidence]:
    """A lock file, or at least three quarters of the governing requirements exact."""
    manifests = _manifests(answers)
    languages = {_language(path) for path in _product(answers)} | {""}
    languages = languages if len(languages) > 1 else {kind.language for kind in MANIFESTS}
    locks = sorted(path for path, kind in manifests.items() if kind.count is None and kind.language in languages)
    if locks:
        return [Evidence(3, path, 1, posixpath.basename(path)) for path in locks[:5]]
    governing = _governing(answers, manifests)
    counts = _counts(answers, {name: kind for one in governing for name, kind in one.items()})
    if sum(total for total, _exact in counts.values()) >= 2 and _share(governing, counts) >= NEARLY_ALL:
        return _evidence(counts, 3)
    return _pinned_images(answers)


def _share(governing: list[dict[str, Manifest]], counts: dict[str, tuple[int, int]]) -> float:
    """The mean share of exact requirements, over the files of the product that have any: what governs one file outweighs nothing else."""
    shares = []
    for manifests in governing:
        known = [counts[name] for name in manifests if name in counts]
        total = sum(item[0] for item in known)
        if total:
            shares.append(sum(item[1] for item in known) / total)
    return sum(shares) / len(shares) if shares else 0.0


def declared_environment(answers: Answers) -> list[Evidence]:
    """Requirements of which some are exact."""
    return _evidence(_counts(answers, _manifests(answers)), 1)


def _evidence(counts: dict[str, tuple[int, int]], strength: int) -> list[Evidence]:
    return [
        Evidence(strength, path, 1, "%d of %d pinned" % (exact, total))
        for path, (total, exact) in counts.items()
        if exact
    ]


def _counts(answers: Answers, manifests: dict[str, Manifest]) -> dict[str, tuple[int, int]]:
    counted = {
        path: manifest.count(answers.project.raw[path])
        for path, manifest in sorted(manifests.items())
        if manifest.count and path in answers.project.raw
    }
    return {path: known for path, known in counted.items() if known[0]}


def _manifests(answers: Answers) -> dict[str, Manifest]:
    """All manifests of the product that name anything, each with its kind: `-e .` alone governs nothing."""
    found = {}
    for path in answers.project.files:
        if answers.project.role(path) in CODE and not NOT_PRODUCT.search(path):
            manifest = next((kind for kind in MANIFESTS if kind.path.search(path)), None)
            text = answers.project.raw.get(path)
            if manifest and (manifest.count is None or text is None or manifest.count(text)[0]):
                found[path] = manifest
    return found


def _product(answers: Answers) -> set[str]:
    """Code that trains, serves or predicts; all code of the project where none does."""
    known = trainers(answers) | answers.files("serving_code", "inference_call")
    return {path for path in known if answers.project.role(path) in CODE} or {
        path for path in answers.project.files if _language(path) and answers.project.role(path) in CODE
    }


def _governing(answers: Answers, manifests: dict[str, Manifest]) -> list[dict[str, Manifest]]:
    """The manifests that govern each file of the product: the nearest, else those that images and CI install.

    Where none governs any, those beside no other code, as below `docker/`.
    """
    installed = _installed(answers, manifests)
    by_folder = _by_folder(manifests)
    found = []
    for path in sorted(_product(answers)):
        fitting = by_folder.get(_language(path), {})
        names = _nearest(posixpath.dirname(path), fitting) or installed.intersection(itertools.chain(*fitting.values()))
        if names:
            found.append({name: manifests[name] for name in sorted(names)})
    homes = {posixpath.dirname(path) for path in answers.project.files if _language(path)}
    return found or [{name: kind for name, kind in manifests.items() if posixpath.dirname(name) not in homes}]


def _installed(answers: Answers, manifests: dict[str, Manifest]) -> set[str]:
    """The manifests that images copy or that CI installs from."""
    project = answers.project
    texts = [(copy, posixpath.dirname(path)) for path, box in project.containers.items() for copy in box.copies]
    texts += [(one.text, one.folder) for job in project.jobs for one in job.commands if " install " in one.text]
    named = {project.find(word.strip("./"), folder) for text, folder in texts for word in text.split() if "." in word}
    return named & set(manifests)


def _language(path: str) -> str:
    return LANGUAGES.get(posixpath.splitext(path)[1].lower(), "")


def _by_folder(manifests: dict[str, Manifest]) -> dict[str, dict[str, list[str]]]:
    """Manifests by the language whose code they can govern, "" for any code, and by the folder above a folder of requirements."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, kind in manifests.items():
        folder = posixpath.dirname(name)
        while posixpath.basename(folder) in ("requirements", "environments", "environment", "envs", "conda", "conf"):
            folder = posixpath.dirname(folder)
        for language in {"", kind.language} if kind.language else {"", *LANGUAGES.values()}:
            found.setdefault(language, {}).setdefault(folder, []).append(name)
    return found


def _nearest(folder: str, by_folder: dict[str, list[str]]) -> list[str]:
    """The manifests of the nearest folder, from one upwards, that has any."""
    while folder not in by_folder and folder:
        folder = posixpath.dirname(folder)
    return by_folder.get(folder, [])


def _pinned_images(answers: Answers) -> list[Evidence]:
    """Images that install packages, all of them exact, on a base with a version."""
    found = []
    for path, box in answers.project.containers.items():
        if not box.bases or not re.search(r"[:@][\w.-]{0,99}\d", box.bases[0]):
            continue
        named = exact = 0
        for run in box.runs:
            for part in re.split(r"&&|;", run):
                if re.search(r"(?:pip3?|conda|mamba) install|install2\.r|install_version", part):
                    words = [
                        word.strip("'\"")
                        for word in re.split(r"\s", part.split("install", 1)[1])
                        if re.match(r"^['\"]?[A-Za-z]", word)
                    ]
                    packages = [
                        word
                        for word in words
                        if not (
                            word.startswith(("requirements", "conda-forge", "defaults", "pip", "upgrade"))
                            or word.endswith(".txt")
                        )
                    ]
                    named += len(packages)
                    exact += sum(bool(EXACT.search(word)) for word in packages)
        if named >= 2 and exact >= NEARLY_ALL * named:
            found.append(Evidence(3, path, 1, "%d of %d pinned" % (exact, named)))
    return found
