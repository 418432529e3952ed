"""Wrong settings are refused before anything is changed, in words that name the host, the variable and the remedy."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from lab_host import INVENTORY, LAB, Host

from lab.common import PREFIX

pytestmark = pytest.mark.xdist_group("bad_input")
HEADING = "Case: "

# Role, settings, the variable that the message must name, and a part of the remedy.
MISTAKES = {
    "a misspelt variable": (
        "docker",
        {"docker_registry_miror": []},
        "docker_registry_miror",
        "did you mean docker_registry_mirrors",
    ),
    "a variable of the wrong type": ("base", {"base_packages": {"git": 1}}, "base_packages", "list"),
    "a state that there is not": ("docker", {"docker_state": "latest"}, "docker_state", "present, absent"),
    "a registry mirror over plain HTTP": (
        "docker",
        {"docker_registry_mirrors": ["http://elsewhere:5000"]},
        "docker_registry_mirrors",
        "name them in docker_insecure_registries",
    ),
    "a text for a list, and what it would let through": (
        "docker",
        {"docker_registry_mirrors": "http://elsewhere:5000"},
        """write ["http://elsewhere:5000"], on the command line as -e '{"docker_registry_mirrors": ["http://elsewhere:5000"]}'""",
        "name them in docker_insecure_registries",
    ),
    "a text for a list that is added to another": (
        "jupyter",
        {"jupyter_packages": "jupyterlab"},
        "jupyter_packages: it is not a list",
        """write ["jupyterlab"]""",
    ),
    "insecure registries by another way": (
        "docker",
        {"docker_daemon_options": {"insecure-registries": ["x:5000"]}},
        "docker_daemon_options",
        "name them there",
    ),
    "an engine that listens on the network": (
        "docker",
        {"docker_daemon_options": {"hosts": ["tcp://0.0.0.0:2375"]}},
        "docker_daemon_options",
        "leave hosts out",
    ),
    "all registries insecure": (
        "docker",
        {"docker_insecure_registries": ["0.0.0.0/0"]},
        "docker_insecure_registries",
        "name single registries",
    ),
    "a time that never comes": (
        "docker",
        {"docker_prune_schedule": "now and then"},
        "docker_prune_schedule",
        "systemd.time(7)",
    ),
    "a version that moves, for Docker": (
        "docker",
        {"docker_version": "latest"},
        "docker_version",
        "such as 23.0.6",
    ),
    "a fingerprint with spaces": (
        "docker",
        {"docker_key_fingerprint": "9DC8 5822 9FC7 DD38 854A E2D8 8D81 803C 0EBF CD88"},
        "docker_key_fingerprint",
        "without spaces",
    ),
    "a data folder that is none": ("docker", {"docker_data_root": "data/"}, "docker_data_root", "absolute path"),
    "too little memory": ("base", {"base_min_memory_mb": 9_000_000}, "base_min_memory_mb", "use a larger machine"),
    "too little disk": ("base", {"base_min_free_mb": 900_000_000}, "base_min_free_mb", "free or add disk space"),
    "an unknown user": (
        "docker_group",
        {"docker_group_users": ["nobody-there", "ubuntu", "nobody-here"]},
        "docker_group_users: no such user on this host: nobody-there, nobody-here",
        "create the account first",
    ),
    "an unknown group of users": (
        "docker_group",
        {"docker_group_users": ["ubuntu", "@no-such-team"]},
        "docker_group_users: no such group on this host: no-such-team",
        "create the group first",
    ),
    "an unaccepted licence": (
        "anaconda",
        {"anaconda_accept_license": False},
        "anaconda_accept_license",
        "anaconda_distribution to miniforge",
    ),
    "a version that moves": (
        "anaconda",
        {"anaconda_version": "latest", "anaconda_sha256": "0" * 64},
        "anaconda_version",
        "changes overnight",
    ),
    "a version that the role does not know": (
        "anaconda",
        {"anaconda_version": "1.0", "anaconda_sha256": ""},
        "anaconda_version",
        "choose one of these",
    ),
    "a prefix that is a system folder": (
        "anaconda",
        {"anaconda_prefix": "/usr"},
        "anaconda_prefix",
        "set anaconda_prefix to",
    ),
    "a prefix that holds other files": (
        "anaconda",
        {"anaconda_prefix": "/usr/share"},
        "anaconda_prefix",
        "a folder of its own",
    ),
    "an address without a checksum": (
        "anaconda",
        {"anaconda_url": "http://mirror/x.sh", "anaconda_sha256": ""},
        "anaconda_sha256",
        "checksum",
    ),
    "an unknown release of Compose": (
        "compose",
        {"compose_version": "9.9.9", "compose_sha256": ""},
        "compose_version",
        "set compose_sha256",
    ),
    "an address of Compose without a checksum": (
        "compose",
        {"compose_url": "http://mirror/compose", "compose_sha256": ""},
        "compose_sha256",
        "checksum",
    ),
    "an unknown user of Compose": (
        "compose",
        {"compose_users": ["nobody-here"]},
        "compose_users",
        "create the account first",
    ),
    "the distribution's Compose for one user": (
        "compose",
        {"compose_users": ["ubuntu"], "compose_source": "distro"},
        "compose_users",
        "set compose_source to release",
    ),
    "an unknown user for Jupyter": (
        "jupyter",
        {"jupyter_user": "nobody-here"},
        "jupyter_user",
        "create the account first",
    ),
    "Jupyter as root": ("jupyter", {"jupyter_user": "root"}, "jupyter_user", "ordinary user"),
    "a port below 1024": ("jupyter", {"jupyter_port": 80}, "jupyter_port", "1024 to 65535"),
    "a port that is taken": ("jupyter", {"jupyter_port": 8899}, "jupyter_port", "set jupyter_port to a free port"),
    "a key of a user's entry that is misspelt": (
        "jupyter",
        {"jupyter_users": [{"name": "ubuntu", "prot": 8889}]},
        "jupyter_users",
        "notebook_dir",
    ),
    "Jupyter without conda": (
        "jupyter",
        {"jupyter_conda_prefix": "/opt/nothing"},
        "jupyter_conda_prefix",
        "install it first",
    ),
    "a kind of taxi that there is not": (
        "project",
        {"project_taxi": [{"kind": "blue", "months": ["2021-01"]}]},
        "project_taxi",
        "set kind of each entry of project_taxi to green",
    ),
    "a month that there is not": (
        "project",
        {"project_taxi": [{"kind": "green", "months": ["2021-01", "2021-13"]}]},
        "project_taxi",
        "such as 2021-01",
    ),
    "data whose checksum is none": (
        "project",
        {"project_data": [{"url": "http://mirror/zones.csv", "sha256": "latest"}]},
        "project_data",
        "64 digits",
    ),
    "a password for everybody to read": (
        "project",
        {"project_repo": f"https://ann:{'x' * 3}@example.com/taxi.git"},
        "project_repo",
        "credential helper",
    ),
    "a token for everybody to read": (
        "compose",
        {"compose_mirror": "https://s3cret@mirror.example"},
        "compose_mirror: an address holds",
        "without what stands before the @",
    ),
    "a data file that is a folder": (
        "project",
        {"project_data": [{"url": "http://mirror/x", "name": "..", "sha256": "0" * 64}]},
        "project_data",
        "set name of each entry",
    ),
    "a release of Compose that is not one": (
        "compose",
        {"compose_version": "v2.26", "compose_sha256": ""},
        "compose_version: the role knows no checksum of the release v2.26",
        "set compose_sha256 as well",
    ),
    "an environment of no project": (
        "project",
        {"project_environment_file": "environment.yml"},
        "project_repo",
        "leave project_environment_file out",
    ),
}


# Settings of Jupyter and, for each mistake in them, the variable and what is said of it.
MISTAKES_AT_ONCE = {
    "a port, a user and a misspelt variable": (
        {"jupyter_port": 80, "jupyter_user": "nobody-here", "jupyter_prot": 1},
        [("jupyter_port", ""), ("jupyter_user", ""), ("jupyter_prot", "")],
    ),
    "one server": (
        {
            "jupyter_user": "nobody",
            "jupyter_token": "letmein",
            "jupyter_password_hash": "letmein",
            "jupyter_memory_max": "8 GB",
            "jupyter_address": "203.0.113.7",
            "jupyter_kernels": ["taxi", "/srv/bare"],
            "jupyter_notebook_dir": "/data/my notebooks",
            "jupyter_allow_origin": "*",
        },
        [
            ("jupyter_user", "mkhomedir_helper nobody"),
            ("jupyter_token", "openssl rand -hex 24"),
            ("jupyter_token", "set only one of them"),
            ("jupyter_password_hash", "starts with argon2:"),
            ("jupyter_memory_max", "a size such as 8G"),
            ("jupyter_address", "jupyter_allow_plain_http"),
            ("jupyter_address", "203.0.113.7 is not an IP address of this host"),
            ("jupyter_kernels", "/opt/anaconda/envs/taxi is not an environment"),
            ("jupyter_kernels", "conda install --prefix /srv/bare ipykernel"),
            ("jupyter_notebook_dir", "no spaces"),
            ("jupyter_allow_origin", "such as https://lab.example.org"),
        ],
    ),
    "several servers": (
        {
            "jupyter_users": [
                {"name": "ubuntu", "port": 8899},
                {"name": "nobody-here", "port": 8899},
                {"name": "root"},
            ],
            "jupyter_token": "0123456789abcdef",
            "jupyter_certificate": "/srv/tls/crt",
            "jupyter_certificate_key": "/srv/tls/key",
            "jupyter_self_signed": True,
        },
        [
            ("jupyter_users[ubuntu].port", "port 8899 is taken"),
            ("jupyter_users", "a number of its own"),
            ("jupyter_users", "no such user on this host: nobody-here"),
            ("jupyter_users[root]", "an ordinary user"),
            ("jupyter_users", "into the entries"),
            ("jupyter_certificate", "make it readable for ubuntu"),
            ("jupyter_self_signed", "choose one of them"),
        ],
    ),
    "a certificate without its key": (
        {"jupyter_certificate": "/srv/tls/crt"},
        [("jupyter_certificate_key", "or neither"), ("jupyter_certificate", "a certificate and its key")],
    ),
}

# Role, settings, what is wrong with the host, how it is put right, which fails where the role has touched it, and a part of the refusal.
BROKEN = {
    "a host without root rights": ("docker", {"ansible_become": False}, "", "", "set `become: true`"),
    "an unsupported system": (
        "base",
        {},
        "cp /usr/lib/os-release /tmp; sed -i 's/^ID=.*/ID=fedora/; s/^VERSION_ID=.*/VERSION_ID=40/' /usr/lib/os-release",
        "cp /tmp/os-release /usr/lib/os-release; rm /tmp/os-release",
        "fedora-40 is not supported. Remedy: use Debian 12",
    ),
    "a broken daemon.json": (
        "docker",
        {},
        "mkdir -p /etc/docker; echo '{broken' > /etc/docker/daemon.json",
        "grep -qx '{broken' /etc/docker/daemon.json; rm -r /etc/docker",
        "/etc/docker/daemon.json is not JSON",
    ),
    **{
        f"a wrong checksum for {role}": (
            role,
            {f"{role}_sha256": "0" * 64},
            "",
            "test -z \"$(find /usr/local /opt /var/cache -name 'docker-compose*' -o -name '*naconda*')\"",
            "checksum",
        )
        for role in ("compose", "anaconda")
    },
}


@pytest.fixture(scope="module")
def snapshot(host: Host) -> list[str]:
    """How the host looks before all the mistakes.

    Somebody listens on port 8899, root has a certificate for itself, and there is an environment with a Python and nothing else.
    """
    host.shell("setsid python3 -m http.server --bind 127.0.0.1 8899 </dev/null >/dev/null 2>&1 & sleep 1")
    host.shell("sudo mkdir -p /srv/tls /srv/bare/bin; sudo ln -s /usr/bin/python3 /srv/bare/bin/python")
    host.shell("sudo openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout /srv/tls/key -out /srv/tls/crt 2>&1")
    return host.snapshot()


def case(name: str, role: str, settings: dict[str, Any], before: str = "", after: str = "") -> dict[str, Any]:
    """Return the tasks that let a role refuse some settings and go on."""
    tasks = {"block": [{"name": HEADING + name, "ansible.builtin.include_role": {"name": role}, "vars": settings}]}
    if before:
        tasks["block"].insert(0, {"ansible.builtin.shell": f"set -e; {before}", "changed_when": False})
    tasks["rescue"] = [{"ansible.builtin.meta": "noop"}]
    if after:
        tasks["always"] = [{"ansible.builtin.shell": f"set -e; {after}", "changed_when": False}]
    return tasks


@pytest.fixture(scope="module")
def refusals(host: Host, snapshot: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each case printed, all of them in one play."""
    tasks = [
        *(case(name, role, settings) for name, (role, settings, *_told) in MISTAKES.items()),
        *(case(name, "jupyter", settings) for name, (settings, _told) in MISTAKES_AT_ONCE.items()),
        *(case(name, *rest) for name, (*rest, _told) in BROKEN.items()),
    ]
    path = tmp_path_factory.mktemp("play") / "play.yml"
    path.write_text(json.dumps([{"hosts": "all", "become": True, "gather_facts": False, "tasks": tasks}]))
    run = host.play(str(path))
    _before, *sections = re.split(rf"TASK \[{HEADING}(.*?)\] \*+", run.stdout)
    return dict(zip(sections[::2], sections[1::2], strict=True))


def refused(host: Host, section: str) -> str:
    """Return, on one line, what a case said that was refused before anything was changed."""
    assert re.search(rf"^(fatal|failed): \[{host.name}\]", section, re.MULTILINE), section
    assert f"changed: [{host.name}]" not in section, section
    return " ".join(section.split())


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_refused(host: Host, refusals: dict[str, str], name: str) -> None:
    *_case, variable, remedy = MISTAKES[name]
    said = refused(host, refusals[name])
    assert variable in said
    assert remedy in said
    assert "s3cret" not in said


@pytest.mark.parametrize("name", MISTAKES_AT_ONCE)
def test_all_the_mistakes_in_the_settings_of_jupyter_are_told(host: Host, refusals: dict[str, str], name: str) -> None:
    refused(host, refusals[name])
    problems = [" ".join(line.split()) for line in refusals[name].split("\n") if line.strip().startswith("- ")]
    for variable, remedy in MISTAKES_AT_ONCE[name][1]:
        assert any(line.startswith(f"- {variable}: ") and remedy in line for line in problems), (variable, problems)


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_with_the_host_is_told(host: Host, refusals: dict[str, str], name: str) -> None:
    assert BROKEN[name][-1] in refused(host, refusals[name])


@pytest.mark.parametrize("role", ["compose", "anaconda"])
def test_a_wrong_checksum_leaves_nothing_behind(host: Host, refusals: dict[str, str], role: str) -> None:
    said = refused(host, refusals[f"a wrong checksum for {role}"])
    assert "http://mirror/" in said
    assert "0" * 64 in said
    assert f"{role}_sha256 to its checksum" in said
    assert "RETRYING" not in said


# What a newcomer may write for five roles, and what is said of it. The text for a list is taken as the list that it means.
FIRST_INVENTORY = {
    "base_min_memory_mb": ("9000000", "use a larger machine"),
    "anaconda_distribution": ("mamba", "one of anaconda, miniconda, miniforge"),
    "docker_registry_mirrors": ("http://elsewhere:5000", "name them in docker_insecure_registries"),
    "docker_group_users": ("ubuntu, student", "no such user on this host: student"),
    "jupyter_prot": (8889, "did you mean jupyter_port"),
    "jupyter_memory_max": ("8 GB", "a size such as 8G"),
}


def test_one_run_tells_all_the_mistakes_of_a_first_inventory(host: Host, snapshot, tmp_path: Path) -> None:
    """On a machine of one's own, which says nothing of its Python; nothing is changed for a start."""
    settings = {name: setting for name, (setting, _remedy) in FIRST_INVENTORY.items()}
    inventory = yaml.safe_load(INVENTORY.format(name=host.name, prefix=PREFIX, lab=LAB))
    inventory["all"]["vars"] = {**settings, "anaconda_accept_license": True, "project_id": "taxi"}
    (tmp_path / "hosts.yml").write_text(json.dumps(inventory))
    run = Host(host.name, tmp_path).play("site.yml")
    problems = [" ".join(line.split()) for line in run.stdout.split("\n") if line.strip().startswith("- ")]
    assert run.returncode == 2, run.stdout
    for variable, (_setting, remedy) in FIRST_INVENTORY.items():
        assert any(line.startswith(f"- {variable}: ") and remedy in line for line in problems), (variable, run.stdout)
    assert len(set(problems)) == len(FIRST_INVENTORY), problems
    assert "changed=0 " in run.stdout
    assert "interpreter" not in run.stdout + run.stderr
    assert len(run.stdout.split("fatal: ")[1].splitlines()) < 20, "a refusal is followed by nothing but the problems"


def test_nothing_has_changed_after_all_of_this(host: Host, refusals: dict[str, str], snapshot: list[str]) -> None:
    *_earlier, last = refusals.values()
    assert "changed=0 " in last.split("PLAY RECAP")[1]
    assert host.snapshot() == snapshot
