"""What the release checks share: the collection at the path that its name asks for, and the Pythons of this machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pythons import interpreters

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
# ansible-test makes its virtual environments with a script of pip's that it downloads from a server of its own. This says
# the same with what every Python carries, so that the checks need no more than the package index.
GET_PIP = """\
import subprocess
import sys

asked = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
subprocess.check_call([sys.executable, "-m", "ensurepip"])
subprocess.check_call([sys.executable, "-m", "pip", "install", "-q", *asked])
"""


@pytest.fixture(scope="session")
def collection(tmp_path_factory) -> Path:
    """A copy of this checkout in …/ansible_collections/mlops/workbench, as ansible-test wants it."""
    folder = tmp_path_factory.mktemp("release") / "ansible_collections" / "mlops" / "workbench"
    folder.mkdir(parents=True)
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    present = b"\0".join(name for name in files.split(b"\0") if name and (ROOT / os.fsdecode(name)).exists())
    packed = subprocess.run(
        ["tar", "-c", "--null", "-T", "-"], cwd=ROOT, input=present, capture_output=True, check=True
    )
    subprocess.run(["tar", "-x"], cwd=folder, input=packed.stdout, check=True)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="session")
def ansible_test(collection):
    """A function that runs ansible-test in the copy, with all Pythons of this machine at hand."""
    home = collection.parents[2] / "home"
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True)
    wanted = subprocess.run(
        [sys.executable, "-c", "from ansible_test._internal import python_requirements as r; print(r.__file__)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    for version in set(re.findall(r"pip='([\d.]+)'", Path(wanted).read_text())):
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(GET_PIP)
    path = ":".join([str(BIN), *(str(program.parent) for program in interpreters().values()), "/usr/bin", "/bin"])

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BIN / "ansible-test", *arguments, "--color", "no"],
            cwd=collection,
            env={**os.environ, "HOME": str(home), "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )

    return run
