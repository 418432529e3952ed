"""The role anaconda where things go wrong, and in the homes of users."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_host import Host

pytestmark = pytest.mark.xdist_group("anaconda")
PREFIX = "/opt/anaconda"
ZSHRC = "# mine, and the last line has no end"

Converge = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def converge(host: Host, tmp_path: Path) -> Converge:
    """Run the role with some settings."""
    play = tmp_path / "play.yml"
    play.write_text(json.dumps([{"hosts": "all", "become": True, "gather_facts": False, "roles": ["anaconda"]}]))

    def run(**settings: Any) -> subprocess.CompletedProcess[str]:
        return host.play(str(play), "--diff", "-e", json.dumps(settings))

    return run


def test_a_disk_that_is_full_is_told_before_anything_happens(host: Host, converge: Converge) -> None:
    host.shell(f"sudo mkdir -p {PREFIX}; sudo mount -t tmpfs -o size=60m none {PREFIX}")
    refused = converge()
    assert refused.returncode == 2
    assert "anaconda_min_free_mb" in refused.stdout, refused.stdout[-3000:]


def test_a_disk_that_fills_up_on_the_way_leaves_nothing_that_counts_as_whole(host: Host, converge: Converge) -> None:
    failed = converge(anaconda_min_free_mb=1)
    assert failed.returncode == 2
    assert re.search("(?i)not enough free disk space|no space left", failed.stdout), failed.stdout[-3000:]
    host.shell(f"sudo umount {PREFIX}")
    settings = {"anaconda_init_users": ["ubuntu"], "anaconda_init_shells": ["bash", "zsh"]}
    made = converge(anaconda_channels=["http://mirror/conda"], anaconda_min_free_mb=1, **settings)
    assert made.returncode == 0, made.stdout[-4000:]
    assert host.shell(f"{PREFIX}/bin/conda config --show channels").split()[2:] == ["http://mirror/conda"]
    assert host.shell(f"{PREFIX}/bin/conda --version").startswith("conda ")


def test_a_channel_that_is_down_is_named_and_the_next_run_goes_on(host: Host, converge: Converge) -> None:
    wanted = {"name": "course", "packages": ["python", "six"], "imports": ["six"]}
    failed = converge(anaconda_environments=[{**wanted, "channels": ["http://mirror/no-such-channel"]}])
    assert failed.returncode == 2
    assert "A channel cannot be reached" in failed.stdout
    assert host.shell(f"ls -A {PREFIX}/envs") == ""
    # And it goes on through a proxy, for which the lab's web server is enough: nobody else knows the channel's name.
    there = {**wanted, "channels": ["http://conda.invalid/conda"]}
    made = converge(anaconda_environments=[there], anaconda_proxy={"http_proxy": "http://mirror"})
    assert made.returncode == 0, made.stdout[-4000:]
    assert host.shell(f"{PREFIX}/envs/course/bin/python -c 'import six; print(six.__name__)'") == "six\n"


def test_a_run_with_nothing_to_do_is_short(converge: Converge) -> None:
    settled = {"anaconda_environments": [{"name": "course", "packages": ["python", "six"], "imports": ["six"]}]}
    again = converge(**settled)
    assert "changed=0" in again.stdout, again.stdout[-4000:]
    assert int(re.search(r"ok=(\d+)", again.stdout)[1]) <= 12  # type: ignore[index]


def test_a_setting_that_conda_does_not_have_is_told_before_anything_changes(host: Host, converge: Converge) -> None:
    known = {"changeps1": False, "denylist_channels": [], "aggressive_update_packages": []}
    refused = converge(anaconda_condarc={**known, "surprise": 1})
    assert refused.returncode == 2
    assert re.search("(?i)unknown key[^.]*surprise", refused.stdout), refused.stdout[-3000:]
    assert not re.search("(?i)unknown key[^.]*changeps1", refused.stdout)
    assert "changed=0" in refused.stdout


def test_what_a_user_has_in_his_files_stays(host: Host, converge: Converge) -> None:
    host.shell(f"cp /etc/skel/.bashrc ~/.bashrc; printf %s {ZSHRC!r} > ~/.zshrc; chmod 600 ~/.zshrc")
    host.shell("printf '# \\351t\\351, a secret\\n' >> ~/.bashrc; cp ~/.bashrc ~/kept")  # no UTF-8
    settings = {"anaconda_init_users": ["ubuntu"], "anaconda_init_shells": ["bash", "zsh"]}
    put = converge(**settings)
    assert put.returncode == 0, put.stdout[-4000:]
    assert "a secret" not in put.stdout, "what stands in a user's file is shown"
    assert "'shell.zsh' 'hook'" in host.shell("cat ~/.zshrc")
    assert host.shell("stat -c '%a %U' ~/.zshrc") == "600 ubuntu\n"
    assert converge().returncode == 0
    assert host.shell("cmp ~/.bashrc ~/kept; cat ~/.zshrc").strip() == ZSHRC


def test_a_file_that_its_user_took_away_is_no_trouble(host: Host, converge: Converge) -> None:
    assert converge(anaconda_init_users=["ubuntu"], anaconda_init_shells=["zsh"]).returncode == 0
    host.shell("rm ~/.zshrc")
    taken = converge()
    assert taken.returncode == 0, taken.stdout[-4000:]
    host.shell("test ! -e ~/.zshrc")


def test_the_way_back(host: Host, converge: Converge) -> None:
    refused = converge(anaconda_state="absent", ansible_python_interpreter=f"{PREFIX}/bin/python")
    assert refused.returncode == 2
    assert "ansible_python_interpreter" in refused.stdout, refused.stdout[-3000:]
    assert "changed=0" in refused.stdout
    assert converge(anaconda_state="absent").returncode == 0
    assert host.shell(f"ls -d {PREFIX} /etc/profile.d/mlops-workbench-conda.sh 2>/dev/null || true") == ""
