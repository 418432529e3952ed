"""Environments as declared state, with a real solver: what a user asks for is there, and what he did not ask for is not touched."""

from __future__ import annotations

import dataclasses
import http.server
import json
import os
import re
import shutil
import subprocess
import threading
import time
import zipfile
from functools import partial
from pathlib import Path

import conda_home
import pytest
import yaml
from lab_host import ROOT

pytestmark = pytest.mark.xdist_group("conda")


@pytest.fixture(scope="module")
def conda(tmp_path_factory: pytest.TempPathFactory) -> conda_home.Conda:
    return conda_home.install(tmp_path_factory.mktemp("conda-env"))


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    return tmp_path / "envs" / "test"


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with two small packages for pip; `outer` needs `inner`."""
    for name, needs in (("outer", "Requires-Dist: inner\n"), ("inner", "")):
        with zipfile.ZipFile(tmp_path / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
            info = f"{name}-1.0.dist-info"
            wheel.writestr(f"{name}.py", "value = 42\n")
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{needs}")
            wheel.writestr(
                f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            wheel.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return tmp_path


def python(prefix: Path, program: str) -> str:
    run = subprocess.run([prefix / "bin/python", "-c", program], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def without_conda(folder: Path) -> str:
    """A conda that nobody may start."""
    program = folder / "no-conda/bin/conda"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho conda was started >&2\nexit 99\n")
    program.chmod(0o755)
    return str(program)


def environment_file(folder: Path, **more: object) -> str:
    path = folder / "environment.yml"
    path.write_text(yaml.safe_dump({"name": "other", "dependencies": ["python"], **more}))
    return str(path)


def test_pandas_reads_a_parquet_file_in_a_new_environment(conda, prefix):
    asked = {"prefix": str(prefix), "python": "3", "packages": ["pandas", "pyarrow>=1"]}
    foreseen = conda.module(check=True, **asked)
    assert foreseen["changed"]
    assert not prefix.exists()
    made = conda.module(**asked)
    assert made["changed"], made
    assert made["added"] == foreseen["added"]
    assert not conda.module(**asked)["changed"]
    assert not conda.module(check=True, **asked)["changed"]
    trip = prefix.parent / "trip.parquet"
    python(prefix, f"import pandas; pandas.DataFrame({{'duration': [7.5, 12]}}).to_parquet({str(trip)!r})")
    assert python(prefix, f"import pandas; print(pandas.read_parquet({str(trip)!r}).duration.sum())") == "19.5"


def test_a_satisfied_environment_costs_no_solve_and_no_conda(conda, prefix, tmp_path):
    assert conda.module(prefix=str(prefix), packages=["python", "tornado"])["changed"]
    again = conda.module(prefix=str(prefix), packages=["tornado", "python>=3"], conda=without_conda(tmp_path))
    assert again.get("failed") is None, again
    assert not again["changed"]
    less = conda.module(prefix=str(prefix), packages=["tornado", "python=2"], conda=without_conda(tmp_path / "other"))
    assert "conda was started" in less["msg"]


def test_an_index_that_came_broken_and_was_kept_is_fetched_anew(conda, prefix, tmp_path):
    channel = tmp_path / "channel"
    shutil.copytree(conda.channel.removeprefix("file://"), channel, copy_function=os.symlink)
    indexes = {path: path.read_bytes() for path in channel.glob("*/repodata.json*")}
    serve = partial(http.server.SimpleHTTPRequestHandler, directory=channel)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        for part in (2, 1):  # half of it as if that were all, then the whole, which is said to be no newer
            for path, whole in indexes.items():
                path.unlink()
                path.write_bytes(whole[: len(whole) // part])
                os.utime(path, (1e9, 1e9))
            words = ("create", "--yes", "--dry-run", "--prefix", f"{prefix}-2", "--override-channels", "--channel", url)
            kept = conda.run(*words, "six").returncode
            # Newer genuine ones repair it themselves.
            assert kept or "CONDA" in os.environ, "conda keeps no index that came broken"
        made = conda.module(prefix=str(prefix), packages=["six"], channels=[url])
        server.shutdown()
    assert made.get("failed") is None, made
    assert made["changed"]


def test_packages_are_added_and_others_left_alone_until_they_are_pruned(conda, prefix):
    conda.module(prefix=str(prefix), packages=["python", "tornado"])
    added = conda.module(prefix=str(prefix), packages=["python", "six"])
    assert [line.split()[0] for line in added["added"]] == ["six"]
    assert added["removed"] == []
    asked = {"prefix": str(prefix), "packages": ["python", "six"], "prune": True}
    foreseen = conda.module(check=True, **asked)
    pruned = conda.module(**asked)
    assert foreseen["removed"] == pruned["removed"]
    assert [line.split()[0] for line in pruned["removed"]] == ["tornado"]
    assert not conda.module(**asked)["changed"]
    with pytest.raises(subprocess.CalledProcessError):
        python(prefix, "import tornado")
    assert python(prefix, "import six; print('there')") == "there"


def test_one_package_more_leaves_the_rest_at_its_version(conda, prefix, tmp_path):
    old = conda_home.channel(tmp_path / "old", "python 3.11.7", "pip 25.0", "six 1.16", "zoo 1.0 six")
    new = conda_home.channel(
        tmp_path / "new",
        *("python 3.11.7", "python 3.12.5", "pip 25.0", "six 1.16", "six 1.17", "tzdata 2026"),
        *("zoo 1.0 six", "old-fashioned 1.0 six<1.16", "six 1.15", "new-fashioned 1.0 six>=1.17"),
    )
    asked = {"prefix": str(prefix), "channels": [new]}
    assert conda.module(prefix=str(prefix), packages=["python", "six"], channels=[old])["changed"]
    foreseen = conda.module(check=True, packages=["python", "six", "tzdata"], **asked)
    added = conda.module(packages=["python", "six", "tzdata"], **asked)
    assert (added["added"], added["updated"], added["removed"]) == (["tzdata 2026 0"], [], [])
    assert foreseen["added"] == added["added"]
    assert foreseen["updated"] == []
    # What is there stays as asked for, though conda would have to change it for what is new; and it is changed where it may be.
    kept = conda.module(packages=["python", "six>=1.16", "old-fashioned"], **asked)
    assert "No set of packages satisfies" in kept["msg"]
    assert kept.get("changed") is not True
    moved = conda.module(packages=["python", "six>=1.16", "new-fashioned"], **asked)
    assert moved["updated"] == ["six 1.16 0 -> 1.17 0"], moved
    assert moved["packages"]["python"]["version"] == "3.11.7"


def test_what_an_earlier_run_asked_for_does_not_stand_in_the_way(conda, prefix, tmp_path):
    channel = conda_home.channel(tmp_path / "channel", "six 1.16", "six 1.17", "zoo 1.0 six>=1.17")
    asked = {"prefix": str(prefix), "channels": [channel]}
    conda.module(packages=["six=1.16"], **asked)
    moved = conda.module(packages=["six", "zoo"], **asked)
    assert moved.get("failed") is None, moved
    assert moved["updated"] == ["six 1.16 0 -> 1.17 0"]


def test_what_conda_alone_can_judge_is_asked_once(conda, prefix, tmp_path):
    """The name of a multichannel is not in the record's address."""
    conda_home.channel(tmp_path / "main", "six 1.16")
    settings = tmp_path / "condarc"
    settings.write_text(json.dumps({"default_channels": [f"file://{tmp_path}/main"], "channels": ["defaults"]}))
    known = dataclasses.replace(conda, settings={"CONDARC": str(settings)})
    asked = {"prefix": str(prefix), "packages": ["defaults::six"], "channels": []}
    made = known.module(**asked)
    assert made["changed"], made
    again = known.module(**asked, conda=without_conda(tmp_path))
    assert again.get("failed") is None, again
    assert not again["changed"]


def test_an_environment_file_with_its_pip_part_and_variables(conda, prefix, wheels):
    pip = ["--no-index", "--find-links .", "outer==1.0"]
    path = environment_file(wheels, dependencies=["python", "six", {"pip": pip}], variables={"STAGE": "test"})
    asked = {"prefix": str(prefix), "file": path, "prune": True}
    assert conda.module(check=True, **asked)["changed"]
    made = conda.module(**asked)
    assert made["changed"], made
    assert made["packages"]["inner"] == {"version": "1.0", "build": "pypi_0"}
    assert python(prefix, "import outer, six; print(outer.value)") == "42"
    ran = conda.run("run", "--prefix", str(prefix), "python", "-c", "import os; print(os.environ['STAGE'])")
    assert ran.stdout.strip() == "test"
    assert not conda.module(**asked)["changed"]
    environment_file(wheels, dependencies=["python", {"pip": [*pip[:2], "inner"]}], variables={"STAGE": "prod"})
    changed = conda.module(**asked)
    assert [line.split()[0] for line in changed["removed"]] == ["outer", "six"]
    assert not conda.module(**asked)["changed"]


def test_what_pip_lost_comes_back(conda, prefix, wheels):
    asked = {
        "prefix": str(prefix),
        "packages": ["python", "pip"],
        "pip": [f"--find-links {wheels}", "--no-index", "inner"],
    }
    assert conda.module(**asked)["changed"]
    subprocess.run([prefix / "bin/python", "-m", "pip", "uninstall", "-qy", "inner"], check=True)
    assert conda.module(**asked)["added"] == ["inner 1.0 pypi_0"]


def test_pip_that_fails_says_why_and_the_next_run_goes_on(conda, prefix, wheels):
    asked = {"prefix": str(prefix), "packages": ["python", "pip"]}
    failed = conda.module(**asked, pip=["--no-index", "no-such-package"])
    assert failed["failed"]
    assert "no-such-package" in failed["msg"]
    assert conda.module(**asked, pip=["--no-index", f"--find-links {wheels}", "inner"])["added"] == ["inner 1.0 pypi_0"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"packages": ["python", "no-such-package"]}, ["No set of packages satisfies", "no-such-package"]),
        ({"packages": ["python=2.7"]}, ["No set of packages satisfies", "python"]),
        (
            {"packages": ["python"], "channels": ["file:///no/such/channel"]},
            ["A channel cannot be reached", "/no/such/channel"],
        ),
        ({"packages": [">=3"]}, ["packages", "names no package"]),
        ({"packages": ["six"], "pip": ["outer"]}, ["needs a Python"]),
        ({"file": "/no/such/environment.yml"}, ["there is no file /no/such/environment.yml"]),
        ({"conda": "/no/such/conda", "packages": ["python"]}, ["/no/such/conda"]),
    ],
)
def test_what_cannot_be_had_is_a_clear_error_and_leaves_nothing(conda, prefix, more, words):
    failed = conda.module(prefix=str(prefix), **more)
    assert failed["failed"]
    assert all(word in failed["msg"] for word in words), failed["msg"]
    assert not prefix.exists()
    assert not prefix.parent.exists() or list(prefix.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dependencies:\n  - python\n - six\n", ["no valid YAML", "line 3"]),
        ("- python\n", ["describes no environment"]),
        ("dependencies:\n  - {conda: [six]}\n", ["a dependency is a package"]),
        ("packages: [python]\n", ["conda knows no packages"]),
    ],
)
def test_a_broken_environment_file_is_named_with_its_place(conda, prefix, tmp_path, text, words):
    path = tmp_path / "environment.yml"
    path.write_text(text)
    failed = conda.module(prefix=str(prefix), file=str(path))
    assert all(word in failed["msg"] for word in [str(path), *words]), failed["msg"]


def test_base_is_refused(conda):
    failed = conda.module(prefix=str(conda.program.parents[1]), packages=["six"])
    assert "base" in failed["msg"]


def test_a_folder_with_other_things_is_not_touched(conda, prefix):
    prefix.mkdir(parents=True)
    (prefix / "thesis.txt").write_text("years of work")
    failed = conda.module(prefix=str(prefix), packages=["python"])
    assert "is not empty" in failed["msg"]
    assert (prefix / "thesis.txt").read_text() == "years of work"


def test_a_run_that_was_killed_is_made_good(conda, prefix):
    """The solver's work and the linking take seconds; the process group dies in the middle of it."""
    asked = {"prefix": str(prefix), "packages": ["python", "pandas", "scikit-learn"]}
    given = conda.home / "killed.json"
    given.write_text(
        json.dumps({"ANSIBLE_MODULE_ARGS": {"conda": str(conda.program), "channels": [conda.channel], **asked}})
    )
    running = subprocess.Popen(
        [
            shutil.which("python3") or "python3",
            "-c",
            "import sys, runpy; runpy.run_module(sys.argv.pop(1), run_name='__main__')",
            conda_home.MODULE,
            str(given),
        ],
        cwd=ROOT / ".ansible/collections",
        env=conda.environment() | {"PYTHONPATH": ":".join(__import__("sys").path)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not (prefix / "conda-meta").is_dir() and time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.02)
    os.killpg(running.pid, 9)
    running.wait()
    assert (prefix / "conda-meta").is_dir()
    again = conda.module(**asked)
    assert again["rebuilt"], again
    assert python(prefix, "import pandas, sklearn; print('whole')") == "whole"
    assert not conda.module(**asked)["changed"]


def test_the_frozen_file_makes_the_same_environment(conda, prefix, tmp_path):
    lock = tmp_path / "lock.yml"
    made = conda.module(prefix=str(prefix), packages=["python", "tornado"], frozen=str(lock))
    assert not conda.module(prefix=str(prefix), packages=["python", "tornado"], frozen=str(lock))["changed"]
    twin = prefix.with_name("twin")
    assert conda.module(prefix=str(twin), file=str(lock))["packages"] == made["packages"]


def test_removal_leaves_nothing_and_is_done_once(conda, prefix):
    conda.module(prefix=str(prefix), packages=["six"])
    assert conda.module(check=True, prefix=str(prefix), state="absent")["changed"]
    assert (prefix / "conda-meta").is_dir()
    assert conda.module(prefix=str(prefix), state="absent")["removed"]
    assert list(prefix.parent.iterdir()) == []
    assert not conda.module(prefix=str(prefix), state="absent")["changed"]


def test_a_name_means_the_environment_of_that_name(conda):
    made = conda.module(name="by-name", packages=["six"])
    assert made["prefix"] in conda.ask("env", "list")["envs"]
    assert conda.module(name="by-name", state="absent")["changed"]


def test_an_environment_of_somebody_else_is_left_to_him(conda, prefix):
    conda.module(prefix=str(prefix), packages=["six"])
    ran = subprocess.run(
        [
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "sh",
            "-c",
            f'echo > "{prefix}/conda-meta/history"',
        ],
        capture_output=True,
        check=False,
    )
    assert ran.returncode != 0, "another user may write what this module made"


def test_the_examples_of_the_documentation_run(conda, tmp_path):
    examples = (ROOT / "plugins/modules/conda_env.py").read_text().split('EXAMPLES = r"""')[1].split('"""')[0]
    examples = examples.replace("/srv", str(tmp_path))
    (tmp_path / "ride-duration").mkdir()
    environment_file(tmp_path / "ride-duration", dependencies=["python", "six"])
    tasks = yaml.safe_load(examples)
    for task in tasks:
        told = conda.module(**task["mlops.workbench.conda_env"])
        assert not told.get("failed"), told
        assert told["changed"], task["name"]
    assert conda.module(name="ride-duration", state="absent")["changed"]


def test_the_documentation_names_what_the_module_returns(conda, prefix):
    told = conda.module(prefix=str(prefix), packages=["six"])
    text = (ROOT / "plugins/modules/conda_env.py").read_text().split('RETURN = r"""')[1].split('"""')[0]
    assert set(yaml.safe_load(text)) == set(told) - {"changed", "diff", "invocation"}
    assert re.search(r"^six \S+ \S+$", "\n".join(told["added"]), re.M)
