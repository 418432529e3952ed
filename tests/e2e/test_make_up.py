"""A newcomer's first minutes, as README.md and docs/quickstart.md have them typed: clone, `make up`, look around, `make up` again, `make down`."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


def page(name: str, heading: str, kind: str = "sh") -> list[str]:
    """Return the lines of the first block of a kind below a heading of a page."""
    below = (ROOT / name).read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(rf"```{kind}\n(.*?)```", below, re.DOTALL)[0].splitlines()


CLONE, UP, LOOK, DOWN = page("README.md", "Start")
MINE = page("docs/quickstart.md", "A machine of yours")

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("make_up")]


def typed(clone: Path, line: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a line in the clone, as its own user would: nothing of this run's environment leaks into it."""
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "PYTEST", "VIRTUAL_ENV"))
    }
    return subprocess.run(
        ["bash", "-c", line],
        cwd=clone,
        env=environment | more,
        text=True,
        capture_output=True,
        timeout=900,
        check=False,
    )


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A fresh clone of what is committed."""
    path = tmp_path_factory.mktemp("newcomer") / "workbench"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(path)], check=True)
    yield path
    typed(path, DOWN)


@pytest.fixture(scope="module")
def up(clone: Path) -> str:
    """What the first `make up` printed."""
    run = typed(clone, UP)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    return run.stdout


def ssh(clone: Path, command: str) -> str:
    """Run a command on the workbench as its user."""
    words = ["ssh", "-F", str(clone / ".lab/ssh_config"), "workbench", command]
    return subprocess.run(words, text=True, capture_output=True, timeout=120, check=True).stdout


def test_the_doctor_is_green(up: str) -> None:
    assert "1 of 1 hosts ready" in up


def test_what_stands_in_for_the_vendors_is_said_or_nothing_does(up: str, clone: Path) -> None:
    index = (clone / ".lab/mirror/index.json").read_text()
    assert ('"stand_in": true' in index) == ("stand-in    anaconda" in up or "stand-in    compose" in up)


def test_the_printed_address_opens_jupyter_on_this_machine(up: str) -> None:
    url = re.search(r"http://127\.0\.0\.1:\d+/\S+", up)
    assert url, up[-3000:]
    with urllib.request.urlopen(url[0], timeout=60) as answer:
        assert b"JupyterLab" in answer.read()
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url[0].split("/lab")[0] + "/api/status", timeout=60)


def test_docker_works_without_sudo(up: str, clone: Path) -> None:
    assert "Hello from Docker!" in typed(clone, LOOK).stdout


def test_compose_answers_in_both_spellings(up: str, clone: Path) -> None:
    assert ssh(clone, "docker compose version") == ssh(clone, "docker-compose version")


def test_a_login_shell_is_in_conda(up: str, clone: Path) -> None:
    python, conda = ssh(clone, "bash -lc 'which python; conda --version'").splitlines()
    assert python == "/opt/anaconda/bin/python"
    assert conda.startswith("conda ")


def test_a_second_make_up_changes_nothing(up: str, clone: Path) -> None:
    run = typed(clone, UP)
    assert run.returncode == 0, run.stdout[-6000:]
    assert re.search(r"workbench +: ok=\d+ +changed=0 ", run.stdout), run.stdout[-6000:]


def test_the_quickstart_is_the_same_and_leads_a_machine_of_ones_own_there(
    up: str, clone: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert page("docs/quickstart.md", "A container on this machine") == [CLONE, UP, LOOK, DOWN]
    # The machine is the workbench by its address, the home is empty, and what is downloaded comes from the lab's mirror.
    (machine,) = docker("ps", "--quiet", "--filter", f"label=mlops.workbench={clone}", "--filter", "name=-workbench$")
    (address,) = docker("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", machine)
    inventory = yaml.safe_load("\n".join(page("docs/quickstart.md", "A machine of yours", "yaml")))
    inventory["all"]["hosts"]["workbench"] = {
        "ansible_host": address,
        "ansible_user": "ubuntu",
        "ansible_ssh_private_key_file": f"{clone}/.lab/id_ed25519",
    }
    (clone / "my-hosts.yml").write_text(yaml.safe_dump(inventory))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # A short path: SSH puts a socket below it, whose path may have 108 characters.
    home = tmp_path_factory.mktemp("home")
    known = f"-o UserKnownHostsFile={home}/known -o StrictHostKeyChecking=accept-new"
    user = {"HOME": str(home), "ANSIBLE_SSH_EXTRA_ARGS": known, "WORKBENCH_LAB": f"{clone}/.lab"}
    first, deps, site, names, login = MINE
    assert first == CLONE
    lab = {site: "-e @inventories/lab/group_vars/all.yml", names: f"-e ssh_config_local_port={port}"}
    for line in (site, names):
        run = typed(clone, f"{deps} && {line} {lab[line]}", **user)
        assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
        assert line == names or "1 of 1 hosts ready" in run.stdout
    mine = login.replace("ssh ", f"ssh -F {home}/.ssh/config {known} -o BatchMode=yes ")
    (token,) = page("docs/quickstart.md", "Open the notebook")
    told = typed(clone, token.replace(login, mine), **user).stdout.strip()
    assert told and told in up


def docker(*words: str) -> list[str]:
    """Return the lines that the docker command prints."""
    return subprocess.check_output(["docker", *words], text=True).splitlines()


def test_make_down_leaves_nothing(up: str, clone: Path) -> None:
    mine = ("--quiet", "--filter", f"label=mlops.workbench={clone}")
    template = '{{range .Mounts}}{{if eq .Type "volume"}}{{println .Name}}{{end}}{{end}}'
    volumes = set(filter(None, docker("inspect", "--format", template, *docker("ps", "--all", *mine))))
    assert volumes
    assert typed(clone, DOWN).returncode == 0
    assert docker("ps", "--all", *mine) == []
    assert docker("network", "ls", *mine) == []
    assert not volumes & set(docker("volume", "ls", "--quiet"))
    assert str(clone) not in subprocess.check_output(["ps", "-e", "-o", "args="], text=True)
