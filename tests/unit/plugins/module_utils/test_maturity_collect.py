# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pass over a checkout: bounded, safe and the same every time, whatever lies there."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.checkout import Checkout, CheckoutError
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.collect import collect_as_owner
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.gitindex import head, tracked_files
from ansible_collections.mlops.workbench.plugins.module_utils._maturity.limits import Limits, run_limited
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.judge import judge

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from maturity_trees import BOUNDS, TRAIN, facts_of, judged, shipped, status, write


def git(folder, *words):
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(folder), *words], check=True, capture_output=True
    )


@pytest.mark.parametrize("version", ["2", "4"])
def test_only_tracked_files_count(tmp_path, version):
    write(
        tmp_path,
        {
            "train.py": TRAIN,
            "a/b/c.py": "x = 1\n",
            ".gitignore": "mine.py\n",
            "mine.py": "import mlflow\nmlflow.autolog()\n",
        },
    )
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "config", "index.version", version)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "one")
    facts = facts_of(tmp_path)
    assert facts["files"] == [".gitignore", "a/b/c.py", "train.py"]
    assert (len(facts["commit"]), facts["branch"], facts["tracked"]) == (40, "main", True)


def test_the_same_checkout_gives_the_same_bytes(tmp_path):
    tree = {"train.py": TRAIN, "b/app.py": "import flask\n", "uv.lock": ""}
    first = json.dumps(judged(tmp_path, tree))
    assert first == json.dumps(judge(facts_of(tmp_path), shipped()))


def test_links_lead_nowhere(tmp_path):
    outside = write(tmp_path / "outside", {"train.py": TRAIN, "deep/train.py": TRAIN})
    checkout = write(tmp_path / "checkout", {"a.py": "x = 1\n", "kept/train.py": TRAIN})
    git(checkout, "init", "-q")
    git(checkout, "add", "-A")
    (checkout / "kept/train.py").unlink()
    (checkout / "kept").rmdir()
    (checkout / "kept").symlink_to(outside / "deep")
    (checkout / "train.py").symlink_to(outside / "train.py")
    (checkout / "loop").symlink_to(checkout)
    assert list(facts_of(checkout)["python"]) == ["a.py"]
    (checkout / ".git" / "index").unlink()
    assert list(facts_of(checkout)["python"]) == ["a.py"]


def test_no_link_is_followed_in_git(tmp_path):
    outside = write(tmp_path / "outside", {"heads/main": "a" * 40 + "\n", "HEAD": "b" * 40 + "\n"})
    checkout = write(tmp_path / "checkout", {"train.py": TRAIN, ".git/HEAD": "ref: refs/heads/main\n"})
    (checkout / ".git/refs").symlink_to(outside)
    assert facts_of(checkout)["commit"] == ""
    (checkout / ".git").rename(tmp_path / "git")
    (checkout / ".git").symlink_to(tmp_path / "git")
    assert facts_of(checkout)["branch"] == ""


def test_no_descriptor_is_left(tmp_path):
    checkout = write(tmp_path / "checkout", {"deep/model/train.py": TRAIN})
    facts_of(checkout)
    before = sorted(Path("/proc/self/fd").iterdir())
    facts_of(checkout)
    assert sorted(Path("/proc/self/fd").iterdir()) == before


def test_a_folder_that_is_swapped_after_the_look_leads_nowhere(tmp_path):
    outside = write(tmp_path / "outside", {"train.py": "import secret\n"})
    checkout = write(tmp_path / "checkout", {"deep/model/train.py": TRAIN})
    opened = Checkout(str(checkout))
    assert [entry.name for entry in opened.entries("deep/model")] == ["train.py"]
    (checkout / "deep").rename(checkout / "old")
    (checkout / "deep").symlink_to(outside)
    (outside / "model").symlink_to(outside)
    assert opened.read("deep/model/train.py", 1000) is None
    assert opened.read("deep/train.py", 1000) is None
    with pytest.raises(OSError, match="deep"):
        opened.entries("deep")
    (checkout / "deep").unlink()
    checkout.rename(tmp_path / "moved")
    checkout.symlink_to(outside)
    assert opened.read("train.py", 1000) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may read what others may not")
def test_as_root_a_path_over_a_link_is_refused_and_the_folder_is_named(tmp_path):
    real = write(tmp_path / "real/taxi", {"train.py": TRAIN})
    (tmp_path / "link").symlink_to(real)
    (tmp_path / "folder").symlink_to(tmp_path / "real")
    for path in (tmp_path / "link", tmp_path / "folder/taxi"):
        with pytest.raises(CheckoutError, match=f"{path} leads over a link.*set path to {real}"):
            facts_of(path)
    with pytest.raises(CheckoutError, match=r"There is no folder .*/none"):
        facts_of(tmp_path / "none")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")
def test_as_root_a_checkout_is_read_with_the_rights_of_its_owner(tmp_path):
    write(tmp_path / "home/taxi", {"train.py": TRAIN, "secret.py": "import secret\n", "deep/own.py": "import own\n"})
    checkout = tmp_path / "home/taxi"
    for path in (checkout, *checkout.rglob("*")):
        os.chown(path, 12345, 12345)
    os.chown(checkout / "secret.py", 0, 0)
    (checkout / "secret.py").chmod(0o600)
    # The owner need not be able to come here: the folder is opened before the rights are given up.
    (tmp_path / "home").chmod(0o700)
    plan = {**shipped().plan(), "bounds": BOUNDS}
    facts = json.loads(run_limited(lambda: collect_as_owner(str(checkout), plan), Limits(20, 512)))
    assert list(facts["python"]) == ["deep/own.py", "train.py"]
    assert facts["truncated"] == ["unreadable: secret.py"]
    os.chown(checkout, 0, 0)
    facts = json.loads(run_limited(lambda: collect_as_owner(str(checkout), plan), Limits(20, 512)))
    assert list(facts["python"]) == ["deep/own.py", "secret.py", "train.py"]


def test_what_is_no_file_is_left_alone(tmp_path):
    write(tmp_path, {"train.py": TRAIN})
    os.mkfifo(tmp_path / "pipe.py")
    os.mkfifo(tmp_path / "pipe.yml")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s.py"))
        assert list(facts_of(tmp_path, timeout=5)["python"]) == ["train.py"]


@pytest.mark.parametrize(
    ("bounds", "word"),
    [
        ({"max_files": 1}, "max_files"),
        ({"max_depth": 1}, "max_depth"),
        ({"max_file_bytes": 10}, "max_file_bytes"),
        ({"max_total_bytes": 10}, "max_total_bytes"),
        ({"timeout": 0}, "timeout"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bound_turns_absence_into_unknown(tmp_path, bounds, word):
    write(tmp_path, {"train.py": TRAIN, "sub/other.py": TRAIN, "z.yml": "a: 1\n"})
    facts = facts_of(tmp_path, **bounds)
    assert any(item.startswith(word) for item in facts["truncated"])
    result = judge(facts, shipped())
    assert status(result, "ab_testing") == "unknown"
    assert result["level_max"] is None or result["level_max"] >= result["level"]


def test_scripts_count_for_the_bound_on_bytes_and_a_large_one_is_no_code_of_the_project(tmp_path):
    script = 'import { Client } from "@aws-sdk/client-bedrock-runtime";\n'
    write(tmp_path, {"train.py": TRAIN, "web/a.ts": script, "web/b.ts": script, "web/c.ts": script * 4000})
    facts = facts_of(tmp_path)
    assert list(facts["scripts"]) == ["web/a.ts", "web/b.ts"]
    assert facts["truncated"] == []
    facts = facts_of(tmp_path, max_total_bytes=len(TRAIN) + len(script) + 10)
    assert list(facts["scripts"]) == ["web/a.ts"]
    assert facts["truncated"] == [
        "max_total_bytes: web/b.ts and what comes after it",
        "max_total_bytes: web/c.ts and what comes after it",
    ]


def test_data_in_json_takes_no_place_of_configuration(tmp_path):
    tree = {f"line_pipeline/data/run{number}/terms.json": "[%s]" % ("1," * 3000 + "1") for number in range(9)}
    tree |= {f"old_pipeline/terms{number}.json": "[%s]" % ("1," * 3000 + "1") for number in range(9)}
    tree |= {"train.py": TRAIN, "deploy/pipeline.json": "{}", "z/deep/down/compose.yml": "services: {}\n"}
    facts = facts_of(write(tmp_path, tree), max_text_bytes=7000)
    # Data is left out; where there is too much of the rest, what is no JSON comes first.
    assert "z/deep/down/compose.yml" in facts["text"]
    assert not any("/data/" in path for path in facts["text"])
    assert "line_pipeline" not in str(facts["truncated"])


def test_code_that_does_not_parse_is_told(tmp_path):
    result = judged(tmp_path, {"train.py": TRAIN, "broken.py": "def (\n"})
    assert result["scan"]["unparsed"] == ["broken.py"]
    assert (status(result, "ab_testing"), status(result, "training_pipeline")) == ("unknown", "met")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_told(tmp_path):
    write(tmp_path, {"train.py": TRAIN, "shut/a.py": "x = 1\n"})
    (tmp_path / "shut").chmod(0)
    assert facts_of(tmp_path)["truncated"] == ["unreadable: shut"]


def test_hostile_content_ends_soon(tmp_path):
    write(
        tmp_path,
        {
            "deep.py": "x = " + "(" * 5000 + ")" * 5000,
            "nested.py": "x = " + "[" * 90 + "]" * 90,
            "sum.py": "x = " + "+".join(["1"] * 20000),
            "bomb.yml": "a: &a [x]\n"
            + "".join(
                f"b{i}: &b{i} [*{'a' if not i else f'b{i - 1}'}{f', *b{i - 1}' * 9 if i else ''}]\n" for i in range(9)
            ),
            "tags.yml": "!!python/object/apply:os.system [touch /tmp/never]\n",
            "deep.json.yml": "{" * 3000,
            "a.ipynb": '{"cells": ' + "[" * 3000,
            "Makefile": "a: a b\n\tmake a\nb: a\n\t$(MAKE) b\n" + "\\\n" * 2000,
            "x.sh": "bash x.sh\n" * 300,
            ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    uses: ./.github/workflows/a.yml\n  b:\n    steps:\n    - run: bash x.sh\n",
            "requirements.txt": "a" * 100000 + "==",
            "Dockerfile": "RUN " + "a && " * 20000,
        },
    )
    began = time.monotonic()
    judge(facts_of(tmp_path), shipped())
    assert time.monotonic() - began < 10


def test_random_bytes_never_break_it(tmp_path):
    chance = random.Random(7)
    words = [
        b"import mlflow\n",
        b"def test_a():\n",
        b"on:\n",
        b"jobs: [",
        b"steps:\n  - run: ",
        b"\xff\xfe",
        b"\0",
        b"{{",
        b"\\\n",
        b"make a\n",
        b"&a *a",
        b"'",
        b'"',
        b"\t",
        b"\r\n",
    ]
    names = ["a.py", "test_b.py", "c.ipynb", "d.yml", ".github/workflows/e.yml", ".gitlab-ci.yml", "Makefile", "Dockerfile", "dvc.yaml", "Jenkinsfile",
             "f.sh", "g.tf", "requirements.txt", "environment.yml", ".mlops-maturity.yml", "prefect.yaml", "cloudbuild.yaml", "tox.ini", "h.R"]  # fmt: skip
    for number in range(40):
        folder = tmp_path / str(number)
        for name in names:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            noise = bytes(chance.randrange(256) for _time in range(chance.randrange(60)))
            path.write_bytes(b"".join(chance.choice([*words, noise]) for _time in range(chance.randrange(12))))
        result = judge(facts_of(folder), shipped())
        assert result["schema"] == 1
        json.dumps(result)


# Texts that make a search with nested repetition run for hours.
LONG = 60_000
REPEATED = ["\n", " ", "a", "a.", "- ", "a: b\n", "trigger:\njobs:\n", "kind: VirtualService\n a weight: 1 ", "apiVersion: argoproj.io/v1\nkind: Application\n",
            "steps:\n - name: a\n", '[tool.a.tasks]\na = "b"\n', "\\\n", " & ", "(", "* ", "- ? "]  # fmt: skip
SEARCHED = [
    ".github/workflows/a.yml",
    ".gitlab-ci.yml",
    "Jenkinsfile",
    "a.yml",
    "a.tf",
    "a.R",
    "Dockerfile",
    "Makefile",
    "README.md",
    "pyproject.toml",
    "requirements.txt",
    "x.sh",
]


@pytest.mark.parametrize("part", REPEATED, ids=repr)
def test_repeated_text_ends_soon(tmp_path, part):
    write(tmp_path, {"model.py": "import sklearn\n"})
    for name in SEARCHED:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(part * (LONG // len(part)))
    facts = facts_of(tmp_path)
    began = time.process_time()
    judge(facts, shipped())
    assert time.process_time() - began < 15


def test_a_file_of_a_terabyte_is_not_read(tmp_path):
    write(tmp_path, {"train.py": TRAIN})
    for name in ("big.py", "big.yml", "big.ipynb", "requirements.txt"):
        (tmp_path / name).touch()
        os.truncate(tmp_path / name, 1 << 40)
    facts = facts_of(tmp_path)
    assert (list(facts["python"]), facts["missed"]) == (
        ["train.py"],
        ["big.ipynb", "big.py", "big.yml", "requirements.txt"],
    )


def test_a_pointer_of_git_lfs_is_no_file(tmp_path):
    write(
        tmp_path, {"train.py": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "model.py": TRAIN}
    )
    facts = facts_of(tmp_path)
    assert (list(facts["python"]), facts["missed"], facts["unparsed"]) == (["model.py"], [], [])


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfimport mlflow\r\nmlflow.log_metric('a', 1)\r\n",
        b"# -*- coding: latin-1 -*-\nimport mlflow\nmlflow.log_metric('\xe9', 1)\n",
        b"import mlflow\n\x0cmlflow.log_metric('a', 1)\n",
    ],
    ids=["BOM and CRLF", "latin-1", "form feed"],
)
def test_code_may_be_written_in_any_way(tmp_path, data):
    (tmp_path / "train.py").write_bytes(data)
    assert status(judge(facts_of(tmp_path), shipped()), "experiment_tracking") == "met"


def test_code_with_nul_does_not_parse(tmp_path):
    write(tmp_path, {"train.py": TRAIN})
    (tmp_path / "nul.py").write_bytes(b"import mlflow\0\n")
    assert facts_of(tmp_path)["unparsed"] == ["nul.py"]


def test_configuration_may_have_windows_line_ends(tmp_path):
    text = "on: [push]\r\njobs:\r\n  a:\r\n    steps:\r\n      - run: |\r\n          pytest\r\n"
    write(tmp_path, {".github/workflows/a.yml": ""})
    (tmp_path / ".github/workflows/a.yml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert status(judge(facts_of(tmp_path), shipped()), "ci") == "met"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_configuration_may_be_in_utf_16(tmp_path, encoding):
    """PowerShell writes `pip freeze > requirements.txt` so."""
    (tmp_path / "requirements.txt").write_bytes("\ufeffpandas==2.2.3\r\n".encode(encoding))
    assert facts_of(tmp_path)["text"] == {"requirements.txt": "pandas==2.2.3\n"}


def test_a_submodule_is_not_the_project(tmp_path):
    inner = write(tmp_path / "inner", {"train.py": "import mlflow\nmlflow.log_metric('a', 1)\n"})
    outer = write(tmp_path / "outer", {"model.py": TRAIN})
    for folder in (inner, outer):
        git(folder, "init", "-q")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "one")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "inner")
    facts = facts_of(outer)
    assert (outer / "inner/train.py").exists()
    assert list(facts["python"]) == ["model.py"]


@pytest.mark.parametrize(("branch", "wanted"), [("main", "met"), ("master", "partial")])
def test_a_workflow_of_a_branch_that_is_not_there_does_not_run(tmp_path, branch, wanted):
    text = f"on:\n  push:\n    branches: [{branch}]\njobs:\n  a:\n    steps:\n      - run: pytest\n"
    write(tmp_path, {"model.py": TRAIN, ".github/workflows/a.yml": text})
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "one")
    assert status(judge(facts_of(tmp_path), shipped()), "ci") == wanted


def test_hostile_names_are_printable(tmp_path):
    folder = os.fsencode(tmp_path)
    for name in (b"\xff\xfe.py", b"a\nb.py", b"{{ x }}.py", b"-rf.py"):
        Path(os.fsdecode(folder + b"/" + name)).write_text("import mlflow\nmlflow.autolog()\n")
    json.dumps(judge(facts_of(tmp_path), shipped())).encode("utf-8")


@pytest.mark.parametrize("data", [b"", b"DIRC", b"DIRC" + b"\xff" * 100, b"DIRC\0\0\0\2\0\0\0\5" + b"a" * 80])
def test_a_broken_index_is_no_index(tmp_path, data):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/index").write_bytes(data)
    with Checkout(str(tmp_path)) as checkout:
        assert tracked_files(checkout) is None


def test_a_head_that_points_elsewhere_tells_nothing(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("ref: refs/../../../etc/passwd\n")
    with Checkout(str(tmp_path)) as checkout:
        assert head(checkout) == ("", "")
