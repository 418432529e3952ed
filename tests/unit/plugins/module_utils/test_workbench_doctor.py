# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the doctor concludes, on a made-up host: everything in order, then one thing broken at a time."""

from __future__ import annotations

import http.client
import json

import pytest
from ansible_collections.mlops.workbench.plugins.module_utils._host.accounts import Account
from ansible_collections.mlops.workbench.plugins.module_utils._host.files import PrivateFile
from ansible_collections.mlops.workbench.plugins.module_utils._host.network import Listener
from ansible_collections.mlops.workbench.plugins.module_utils._host.programs import Outcome
from ansible_collections.mlops.workbench.plugins.module_utils._host.system import Disk
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.doctor import examine
from ansible_collections.mlops.workbench.plugins.module_utils._workbench.roles import SITE_ROLES

TOKEN = "5ecre7" * 8
TOKEN_FILE = "/etc/mlops-workbench/jupyter/ubuntu/token"
DOCKER_GROUP = 998
UBUNTU = Account("ubuntu", 1000, 1000, (1000, DOCKER_GROUP), "/home/ubuntu", "/bin/bash")
ROOT = Account("root", 0, 0, (0,), "/root", "/bin/bash")

RECEIPTS = {
    **{role: {} for role in SITE_ROLES},
    "docker_group": {"users": ["ubuntu"]},
    "compose": {"version": "2.26.1"},
    "anaconda": {
        "prefix": "/opt/anaconda",
        "distribution": "anaconda",
        "version": "2025.12-2",
        "login_users": ["ubuntu"],
        "environments": [{"prefix": "/opt/anaconda/envs/x", "imports": ["pandas"]}],
    },
    "project": {
        "checkouts": ["/home/ubuntu/notebooks/taxi"],
        "environments": ["/home/ubuntu/.conda/envs/taxi"],
    },
    "jupyter": {
        "instances": [
            {
                "user": "ubuntu",
                "address": "127.0.0.1",
                "port": 8888,
                "token_file": TOKEN_FILE,
                "prefix": "/opt/anaconda/envs/jupyter",
            }
        ]
    },
}

LOGIN = """Welcome!
workbench-python=/opt/anaconda/bin/python
workbench-conda=/opt/anaconda/bin/conda
workbench-version=conda 25.9.1
"""


class FakeHost:
    """A host that is in order; tests change what they break."""

    def __init__(self):
        self.files = {
            f"/var/lib/misc/mlops-workbench-{role}.json": json.dumps({"schema": 1, "role": role, **receipt})
            for role, receipt in RECEIPTS.items()
        }
        self.private = {TOKEN_FILE: PrivateFile(TOKEN + "\n", 1000, 0o600)}
        self.accounts = {"root": ROOT, "ubuntu": UBUNTU}
        self.groups = {"docker": DOCKER_GROUP}
        self.disks = {"/var/lib/docker": Disk(1, 0, 5000)}
        self.owners = {
            "/opt/anaconda/bin/python": ROOT,
            "/opt/anaconda/bin/conda": ROOT,
            "/opt/anaconda/envs/x/bin/python": UBUNTU,
            "/home/ubuntu/.conda/envs/taxi/bin/python": UBUNTU,
            "/home/ubuntu/notebooks/taxi/.git": UBUNTU,
        }
        self.programs = {
            "docker version": Outcome(0, "26.1.5\n", ""),
            "docker run": Outcome(0, "\nHello from Docker!\n", ""),
            "docker info": Outcome(0, "/var/lib/docker\n", ""),
            "docker compose": Outcome(0, "2.26.1-4\n", ""),
            "docker-compose version": Outcome(0, "v2.26.1\n", ""),
            "/opt/anaconda/bin/python --version": Outcome(0, "Python 3.12.1\n", ""),
            "/opt/anaconda/bin/conda --version": Outcome(0, "conda 25.9.1\n", ""),
            "/opt/anaconda/bin/conda config": Outcome(0, '{"channels": ["defaults"]}\n', ""),
            "/bin/bash -l": Outcome(0, LOGIN, "no job control\n"),
            "/opt/anaconda/envs/x/bin/python -I": Outcome(0, "", ""),
            "/home/ubuntu/.conda/envs/taxi/bin/python --version": Outcome(0, "Python 3.12.1\n", ""),
        }
        self.answers = {TOKEN: 200}
        self.tls = False
        self.troubles = []
        self.sockets = [Listener("127.0.0.1", 1000, "1")]
        self.ran = []

    def read(self, path):
        if path not in self.files:
            raise FileNotFoundError(2, "No such file or directory")
        if isinstance(self.files[path], Exception):
            raise self.files[path]
        return self.files[path]

    def read_private(self, path):
        if path not in self.private:
            raise FileNotFoundError(2, "No such file or directory")
        return self.private[path]

    def disk(self, path):
        return self.disks[path]

    def account(self, name):
        return self.accounts.get(name)

    def exists(self, path):
        return path in self.owners

    def owner(self, path):
        if path not in self.owners:
            raise FileNotFoundError(2, "No such file or directory")
        if self.owners[path] is None:
            raise KeyError(path)
        return self.owners[path]

    def group_id(self, name):
        return self.groups.get(name)

    def user_name(self, uid):
        return {account.uid: name for name, account in self.accounts.items()}.get(uid, str(uid))

    def run(self, argv, account=None):
        self.ran.append((" ".join(argv[:2]), account.name if account else "root"))
        return self.programs[" ".join(argv[:2])]

    def http_status(self, address, port, path, token, tls):
        assert (address, port, path, tls) == ("127.0.0.1", 8888, "/api/status", self.tls)
        for trouble in self.troubles:
            raise trouble
        return self.answers.get(token, self.answers.get("anybody" if token else None, 403))

    def listeners(self, port):
        assert port == 8888
        return self.sockets

    def receipt(self, role, text):
        self.files[f"/var/lib/misc/mlops-workbench-{role}.json"] = text

    def change(self, role, **changes):
        self.receipt(role, json.dumps({"schema": 1, "role": role, **RECEIPTS[role], **changes}))

    def forget(self, *roles):
        for role in roles:
            del self.files[f"/var/lib/misc/mlops-workbench-{role}.json"]


SITE = "ansible-playbook -i my-hosts.yml site.yml --limit node1"


@pytest.fixture(name="host")
def fixture_host():
    return FakeHost()


def wrong(host, expect=tuple(SITE_ROLES)):
    """Return what failed, as {id: check}, after looking at what must hold of every result."""
    result = examine(host, expect, SITE)
    assert result["schema"] == 1
    assert result["ready"] == all(check["ok"] for check in result["checks"])
    assert TOKEN not in json.dumps(result)
    for check in result["checks"]:
        assert check["id"].startswith(f"{check['role']}.")
        assert check["subject"] and check["detail"]
        assert check["detail"].isprintable()
        assert bool(check["remedy"]) != check["ok"]
    return {check["id"]: check for check in result["checks"] if not check["ok"]}


def only(host, identifier):
    """Return the detail and remedy of the one check that failed."""
    failed = wrong(host)
    assert list(failed) == [identifier]
    return failed[identifier]["detail"], failed[identifier]["remedy"]


def test_a_host_in_order_is_ready(host):
    checks = {
        "anaconda": [
            ("anaconda.python", "/opt/anaconda"),
            ("anaconda.conda", "/opt/anaconda"),
            ("anaconda.channels", "/opt/anaconda"),
            ("anaconda.login_shell", "ubuntu"),
            ("anaconda.imports", "/opt/anaconda/envs/x"),
        ],
        "docker": [
            ("docker.engine", "engine"),
        ],
        "docker_group": [
            ("docker_group.hello_world", "ubuntu"),
        ],
        "compose": [
            ("compose.plugin", "docker compose"),
            ("compose.command", "docker-compose"),
        ],
        "project": [
            ("project.checkout", "/home/ubuntu/notebooks/taxi"),
            ("project.python", "/home/ubuntu/.conda/envs/taxi"),
        ],
        "jupyter": [
            ("jupyter.token_file", "ubuntu"),
            ("jupyter.with_token", "ubuntu"),
            ("jupyter.without_token", "ubuntu"),
            ("jupyter.wrong_token", "ubuntu"),
            ("jupyter.address", "ubuntu"),
            ("jupyter.process", "ubuntu"),
        ],
    }
    result = examine(host, SITE_ROLES, SITE)
    assert result["ready"]
    assert [(check["id"], check["subject"]) for check in result["checks"]] == [
        check for role in SITE_ROLES for check in [(f"{role}.receipt", role), *checks.get(role, [])]
    ]


def test_programs_run_as_whom_they_are_for(host):
    wrong(host)
    ran = dict(host.ran)
    assert ran["docker version"] == "root"
    assert ran["docker run"] == "ubuntu"
    assert ran["/bin/bash -l"] == "ubuntu"
    assert ran["/opt/anaconda/bin/conda --version"] == "root"
    assert ran["/opt/anaconda/envs/x/bin/python -I"] == "ubuntu"


def test_the_same_host_gives_the_same_result(host):
    assert examine(host, SITE_ROLES, SITE) == examine(host, SITE_ROLES, SITE)


# Receipts


def test_a_bare_host_is_not_ready(host):
    host.files = {}
    failed = wrong(host, expect=[])
    assert list(failed) == ["workbench.receipts"]
    assert SITE in failed["workbench.receipts"]["remedy"]


def test_an_expected_role_that_is_not_there(host):
    host.forget("compose", "docker")
    assert list(wrong(host, expect=["base", "compose"])) == ["compose.receipt"]


def test_a_role_that_nobody_expects_is_checked_when_it_is_there(host):
    host.programs["docker version"] = Outcome(1, "", "no\n")
    assert list(wrong(host, expect=[])) == ["docker.engine"]


@pytest.mark.parametrize(
    ("role", "text", "says"),
    [
        ("base", "", "half written"),
        ("base", '{"schema": 1, "ro', "half written"),
        ("base", UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "half written"),
        ("base", PermissionError(13, "Permission denied"), "Permission denied"),
        ("base", "[]", "not a receipt"),
        ("base", '{"schema": 2, "role": "base"}', "schema 1"),
        ("docker", '{"schema": 1, "role": "base"}', "not a receipt of role docker"),
        ("docker_group", '{"schema": 1, "role": "docker_group"}', "no 'users'"),
        ("docker_group", '{"schema": 1, "role": "docker_group", "users": "ubuntu"}', "not a list"),
        ("docker_group", '{"schema": 1, "role": "docker_group", "users": ["a\\u0000"]}', "not a list of texts"),
        ("compose", '{"schema": 1, "role": "compose"}', "no 'version'"),
        ("compose", '{"schema": 1, "role": "compose", "version": 2.2}', "not text"),
        ("anaconda", '{"schema": 1, "role": "anaconda"}', "no 'prefix'"),
        ("anaconda", '{"schema": 1, "role": "anaconda", "prefix": "/a", "environments": {}}', "not a list of mappings"),
        (
            "anaconda",
            '{"schema": 1, "role": "anaconda", "prefix": "/a", "login_users": [], "environments": ["x"]}',
            "not a list of mappings",
        ),
        ("jupyter", '{"schema": 1, "role": "jupyter", "instances": {}}', "not a list of mappings"),
        ("jupyter", '{"schema": 1, "role": "jupyter", "instances": [{"address": "everywhere"}]}', "IP address"),
        ("jupyter", '{"schema": 1, "role": "jupyter", "instances": [{"address": "::1", "port": 0}]}', "TCP port"),
        ("jupyter", '{"schema": 1, "role": "jupyter", "instances": [{"address": "::1", "port": true}]}', "TCP port"),
        (
            "jupyter",
            '{"schema": 1, "role": "jupyter", "instances": [{"address": "::1", "port": 8888, "tls": "no"}]}',
            "neither true nor false",
        ),
    ],
)
def test_a_broken_receipt_is_a_failed_check(host, role, text, says):
    host.receipt(role, text)
    failed = wrong(host)
    check = failed[f"{role}.receipt"]
    assert says in check["detail"]
    assert f"/var/lib/misc/mlops-workbench-{role}.json" in check["detail"]
    assert f"--tags {role}" in check["remedy"]
    assert list(failed) == [f"{role}.receipt"]


# Docker


NO_DAEMON = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n"


def test_the_engine_is_down(host):
    host.programs["docker version"] = Outcome(1, "\n", NO_DAEMON)
    host.programs["docker run"] = Outcome(125, "", f"docker: {NO_DAEMON}")
    failed = wrong(host)
    assert list(failed) == ["docker.engine", "docker_group.hello_world"]
    assert {check["detail"] for check in failed.values()} == {"the engine does not answer"}
    assert "systemctl restart docker" in failed["docker.engine"]["remedy"]


def test_there_is_no_docker_command(host):
    host.programs["docker version"] = Outcome(127, "", "docker: No such file or directory")
    assert only(host, "docker.engine")[0] == "there is no docker command"


def test_the_engine_fails_in_some_other_way(host):
    host.programs["docker version"] = Outcome(1, "", "one thing\nanother thing\n")
    assert only(host, "docker.engine")[0] == "another thing"


def test_root_tries_a_container_where_no_user_may(host):
    host.forget("docker_group")
    roles = [role for role in SITE_ROLES if role != "docker_group"]
    assert not wrong(host, roles)
    assert ("docker run", "root") in host.ran


def test_the_user_is_not_in_the_group(host):
    host.accounts["ubuntu"] = Account("ubuntu", 1000, 1000, (1000,), "/home/ubuntu", "/bin/bash")
    detail, remedy = only(host, "docker_group.hello_world")
    assert detail == "ubuntu is not in the group docker"
    assert "--tags docker_group" in remedy


def test_there_is_no_group(host):
    host.groups = {}
    assert only(host, "docker_group.hello_world")[0] == "the group docker does not exist"


def test_a_user_that_does_not_exist(host):
    host.change("docker_group", users=["ubuntu", "nobody-here"])
    detail, remedy = only(host, "docker_group.hello_world")
    assert detail == "user nobody-here does not exist"
    assert "docker_group_users" in remedy


def test_the_socket_refuses_a_member_of_the_group(host):
    said = (
        "docker: permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock\n"
    )
    host.programs["docker run"] = Outcome(126, "", said)
    detail, remedy = only(host, "docker_group.hello_world")
    assert detail == "the engine's socket refuses ubuntu"
    assert "docker.socket" in remedy


@pytest.mark.parametrize(
    "said",
    [
        "docker: Error response from daemon: Get registry: dial tcp: lookup registry: no such host.",
        "docker: Error response from daemon: pull access denied for hello-world.",
        "no answer within 30 s",
    ],
)
def test_the_image_cannot_be_pulled(host, said):
    hint = "See 'docker run --help'."
    host.programs["docker run"] = Outcome(
        125, "", f"Unable to find image 'hello-world:latest' locally\n{said}\n{hint}\n"
    )
    detail, remedy = only(host, "docker_group.hello_world")
    assert detail == f"the image hello-world cannot be pulled: {said}"
    assert "registry" in remedy


def test_a_full_disk_is_no_trouble_of_the_registry(host):
    host.disks["/var/lib/docker"] = Disk(1, 0, 0)
    said = "Unable to find image 'hello-world:latest' locally\nGet registry: dial tcp: lookup registry: no such host.\n"
    host.programs["docker run"] = Outcome(125, "", said)
    detail, remedy = only(host, "docker_group.hello_world")
    assert detail == "the disk of /var/lib/docker is full: 0 MB are free"
    assert "Make room in /var/lib/docker" in remedy


def test_the_image_is_pulled_but_does_not_run(host):
    said = "Unable to find image 'hello-world:latest' locally\nStatus: Downloaded newer image\nexec format error\n"
    host.programs["docker run"] = Outcome(1, "", said)
    assert only(host, "docker_group.hello_world")[0] == "exec format error"


def test_another_image_of_that_name(host):
    host.programs["docker run"] = Outcome(0, "hi\n", "")
    assert "without its greeting" in only(host, "docker_group.hello_world")[0]


# Compose


@pytest.mark.parametrize(
    ("err", "says"),
    [
        ("docker: 'compose' is not a docker command.\nSee 'docker --help'\n", "docker has no such plugin"),
        ("unknown flag: --short\nSee 'docker --help'.\n\nUsage: docker\nTo get more help", "docker has no such plugin"),
        ("exec format error\n", "exec format error"),
    ],
)
def test_the_plugin_does_not_answer(host, err, says):
    host.programs["docker compose"] = Outcome(1, "", err)
    detail, remedy = only(host, "compose.plugin")
    assert detail == f"docker compose does not answer: {says}"
    assert "--tags compose" in remedy


@pytest.mark.parametrize("said", ["1.29.2", "2.26.10", "2.26.1.1", "12.26.1", ""])
def test_another_release(host, said):
    host.programs["docker-compose version"] = Outcome(0, f"{said}\n", "")
    assert only(host, "compose.command")[0] == f"docker-compose is {said}, not 2.26.1"


def test_compose_of_some_users_answers_in_their_shells(host):
    host.change("compose", scope="user", owners=["ubuntu"])
    host.programs["/bin/bash -l"] = Outcome(0, LOGIN + "2.26.1\n", "no job control\n")
    host.ran.clear()
    assert not [name for name in wrong(host, expect=["compose"]) if name.startswith("compose")]
    assert [ran for ran in host.ran if "bash" in ran[0]].count(("/bin/bash -l", "ubuntu")) >= 2


def test_compose_of_a_user_whose_shell_does_not_find_it(host):
    host.change("compose", scope="user", owners=["ubuntu"])
    found = wrong(host)
    assert "docker-compose of ubuntu is 25.9.1, not 2.26.1" in str(found["compose.command"])


@pytest.mark.parametrize("said", [Outcome(127, "", "command not found"), Outcome(0, "25.9.1\n", "")])
def test_compose_of_a_user_whose_shell_does_not_read_bashrc_has_a_remedy_of_its_own(host, said):
    host.change("compose", scope="user", owners=["ubuntu"])
    host.accounts["ubuntu"] = Account("ubuntu", 1000, 1000, (1000, DOCKER_GROUP), "/home/ubuntu", "/usr/bin/zsh")
    host.programs["/usr/bin/zsh -l"] = said
    remedy = wrong(host)["compose.command"]["remedy"]
    assert "zsh does not read ~/.bashrc" in remedy
    assert 'export PATH="${HOME}/soft:${PATH}"' in remedy
    assert "~/.zshrc" in remedy
    assert "--tags" not in remedy


def test_compose_of_a_user_that_is_gone(host):
    host.change("compose", scope="user", owners=["nobody-here"])
    assert "compose_users" in str(wrong(host)["compose.command"])


@pytest.mark.parametrize(("said", "fine"), [("2.26.1-4", True), ("5.0.0", True), ("12.1.0", True), ("1.29.2", False)])
def test_any_compose_from_2_on_will_do_where_the_distribution_decides(host, said, fine):
    host.change("compose", source="distro", version="")
    host.programs["docker-compose version"] = Outcome(0, f"{said}\n", "")
    assert ("compose.command" not in wrong(host)) == fine


# Anaconda


@pytest.mark.parametrize("program", ["python", "conda"])
def test_a_program_of_the_prefix_fails(host, program):
    host.programs[f"/opt/anaconda/bin/{program} --version"] = Outcome(1, "", "Traceback\nModuleNotFoundError: conda\n")
    detail, remedy = only(host, f"anaconda.{program}")
    assert detail == f"/opt/anaconda/bin/{program} does not run: ModuleNotFoundError: conda"
    assert "--tags anaconda" in remedy


def test_the_prefix_is_gone(host):
    host.owners = {path: owner for path, owner in host.owners.items() if not path.startswith("/opt/anaconda")}
    assert list(wrong(host)) == ["anaconda.python", "anaconda.conda", "anaconda.channels", "anaconda.imports"]


def test_the_prefix_belongs_to_nobody(host):
    host.owners["/opt/anaconda/bin/conda"] = None
    found = wrong(host)
    assert list(found) == ["anaconda.conda", "anaconda.channels"]
    assert "belongs to a user that does not exist" in found["anaconda.conda"]["detail"]


def test_a_conda_without_channels_is_not_ready(host):
    host.programs["/opt/anaconda/bin/conda config"] = Outcome(0, '{\n  "channels": []\n}\n', "")
    detail, remedy = only(host, "anaconda.channels")
    assert detail == "conda has no channel, so it can install nothing"
    assert "--tags anaconda" in remedy
    assert "anaconda_condarc" in remedy


@pytest.mark.parametrize("out", ["no JSON", "[]", '{"channels": null}'])
def test_what_conda_says_of_its_channels_cannot_be_read(host, out):
    host.programs["/opt/anaconda/bin/conda config"] = Outcome(0, out, "")
    assert only(host, "anaconda.channels")[0] == "conda has no channel, so it can install nothing"


def test_conda_cannot_read_its_settings(host):
    host.programs["/opt/anaconda/bin/conda config"] = Outcome(1, "", "ConfigurationLoadError: /root/.condarc\n")
    assert (
        only(host, "anaconda.channels")[0] == "conda cannot read its settings: ConfigurationLoadError: /root/.condarc"
    )


@pytest.mark.parametrize(
    ("out", "says"),
    [
        (LOGIN.replace("/opt/anaconda/bin/python", "/usr/bin/python"), "python is /usr/bin/python,"),
        (LOGIN.replace("/opt/anaconda/bin/python", ""), "python is not found,"),
        (LOGIN.replace("/opt/anaconda/bin/conda", "/opt/anaconda2/bin/conda"), "conda is /opt/anaconda2/bin/conda,"),
        ("workbench-python=\nworkbench-version=\n", "python is not found and conda is not found,"),
        (LOGIN.replace("conda 25.9.1", ""), "conda --version fails"),
    ],
)
def test_a_login_shell_finds_something_else(host, out, says):
    host.programs["/bin/bash -l"] = Outcome(0, out, "")
    assert says in only(host, "anaconda.login_shell")[0]


@pytest.mark.parametrize("python", ["/usr/bin/python", ""])
def test_where_base_is_not_chosen_a_login_shell_need_not_find_its_python(host, python):
    host.change("anaconda", login_base=False)
    host.programs["/bin/bash -l"] = Outcome(0, LOGIN.replace("/opt/anaconda/bin/python", python), "")
    assert wrong(host) == {}


def test_where_base_is_not_chosen_a_login_shell_must_find_conda(host):
    host.change("anaconda", login_base=False)
    host.programs["/bin/bash -l"] = Outcome(0, "workbench-python=\nworkbench-conda=\nworkbench-version=\n", "")
    assert (
        only(host, "anaconda.login_shell")[0]
        == "in a login shell of ubuntu conda is not found, outside of /opt/anaconda"
    )


def test_a_zsh_that_does_not_find_conda_has_a_remedy_of_its_own(host):
    host.accounts["ubuntu"] = Account("ubuntu", 1000, 1000, (1000, DOCKER_GROUP), "/home/ubuntu", "/usr/bin/zsh")
    host.programs["/usr/bin/zsh -l"] = Outcome(0, "workbench-python=\nworkbench-version=\n", "")
    remedy = only(host, "anaconda.login_shell")[1]
    assert "anaconda_init_users: [ubuntu] and anaconda_init_shells: [zsh]" in remedy


def test_a_login_shell_that_does_not_work(host):
    host.programs["/bin/bash -l"] = Outcome(1, "This account is currently not available.\n", "")
    detail, remedy = only(host, "anaconda.login_shell")
    assert detail == "the login shell of ubuntu does not work: This account is currently not available."
    assert "/home/ubuntu" in remedy


def test_a_login_user_that_does_not_exist(host):
    host.change("anaconda", login_users=["nobody-here"])
    assert only(host, "anaconda.login_shell")[0] == "user nobody-here does not exist"


def test_an_environment_without_a_module(host):
    said = "cannot import pandas (ModuleNotFoundError)"
    host.programs["/opt/anaconda/envs/x/bin/python -I"] = Outcome(1, "", f"{said}\n")
    assert only(host, "anaconda.imports")[0] == said


def test_an_installation_without_environments(host):
    host.receipt("anaconda", '{"schema": 1, "role": "anaconda", "prefix": "/opt/anaconda", "login_users": []}')
    assert not wrong(host)


def test_what_a_program_says_is_made_one_short_line(host):
    host.programs["/opt/anaconda/envs/x/bin/python -I"] = Outcome(1, "", "\x1b[31m" + "x" * 1000)
    detail = only(host, "anaconda.imports")[0]
    assert detail.endswith("x...")
    assert len(detail) < 400


# Jupyter


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (None, "cannot be read: No such file or directory"),
        (PrivateFile(TOKEN, 1000, 0o644), "has mode 0644, not 0600"),
        (PrivateFile(TOKEN, 0, 0o600), "belongs to root, not to ubuntu"),
        (PrivateFile(TOKEN, 4242, 0o600), "belongs to 4242, not to ubuntu"),
        (PrivateFile("\n", 1000, 0o600), "holds no token"),
        (PrivateFile(f"{TOKEN}\r\nX-Other: 1", 1000, 0o600), "holds no token"),
    ],
)
def test_a_token_file_that_is_not_private(host, file, says):
    host.private = {} if file is None else {TOKEN_FILE: file}
    failed = wrong(host)
    assert list(failed) == ["jupyter.token_file", "jupyter.with_token"]
    assert says in failed["jupyter.token_file"]["detail"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "does not answer: Connection refused"),
        (TimeoutError("timed out"), "does not answer: timed out"),
        (http.client.BadStatusLine("SSH-2.0"), "does not speak HTTP: BadStatusLine"),
    ],
)
def test_nothing_answers(host, answer, says):
    host.troubles = [answer]
    failed = wrong(host)
    assert list(failed) == ["jupyter.with_token", "jupyter.without_token", "jupyter.wrong_token"]
    assert all(f"127.0.0.1:8888 {says}" == check["detail"] for check in failed.values())


def test_the_server_has_another_token(host):
    host.answers = {}
    assert only(host, "jupyter.with_token")[0] == "127.0.0.1:8888 answers 403 with the token, not 200"


def test_anybody_gets_in_without_a_token(host):
    host.answers[None] = 200
    detail, remedy = only(host, "jupyter.without_token")
    assert detail == "127.0.0.1:8888 answers 200 without a token, not 403"
    assert "systemctl stop" in remedy


def test_any_token_opens(host):
    host.answers["anybody"] = 200
    assert "with a wrong token" in only(host, "jupyter.wrong_token")[0]


def test_a_kernel_that_was_promised_is_not_offered_where_its_user_cannot_read_it(host):
    host.change("jupyter", kernels=["taxi"])
    host.programs["/usr/bin/test -r"] = Outcome(0, "", "")
    assert wrong(host) == {}
    assert ("/usr/bin/test -r", "ubuntu") in host.ran
    host.programs["/usr/bin/test -r"] = Outcome(1, "", "")
    detail, remedy = only(host, "jupyter.kernel")
    assert "ubuntu cannot read /opt/anaconda/envs/jupyter/share/jupyter/kernels/taxi/kernel.json" in detail
    assert "--tags jupyter" in remedy


@pytest.mark.parametrize(
    ("program", "check"),
    [
        ("/opt/anaconda/envs/x/bin/python -I", "anaconda.imports"),
        ("/opt/anaconda/bin/python --version", "anaconda.python"),
        ("/opt/anaconda/bin/conda config", "anaconda.channels"),
        ("/bin/bash -l", "anaconda.login_shell"),
        ("/home/ubuntu/.conda/envs/taxi/bin/python --version", "project.python"),
        ("docker-compose version", "compose.command"),
        ("docker version", "docker.engine"),
    ],
)
def test_a_program_that_was_not_waited_for_long_enough_is_not_to_be_installed_again(host, program, check):
    host.programs[program] = Outcome(124, "", "\nno answer within 120 s")
    detail, remedy = only(host, check)
    assert "no answer within 120 s" in detail
    assert "doctor_timeout" in remedy and "site.yml" not in remedy


@pytest.mark.parametrize("other", ["0.0.0.0", "::", "10.0.0.5"])
def test_the_port_is_open_elsewhere(host, other):
    host.sockets.append(Listener(other, 1000, "2"))
    assert only(host, "jupyter.address")[0] == f"port 8888 is open on {other} as well"


def test_the_port_is_open_everywhere_instead(host):
    host.sockets = [Listener("0.0.0.0", 1000, "1")]
    assert list(wrong(host)) == ["jupyter.address", "jupyter.process"]


def test_the_server_runs_as_root(host):
    host.sockets = [Listener("127.0.0.1", 0, "1")]
    assert only(host, "jupyter.process")[0] == "the server on 127.0.0.1:8888 runs as root, not as ubuntu"


def instance(**changes):
    return {**RECEIPTS["jupyter"]["instances"][0], **changes}


def test_a_server_that_speaks_tls_is_asked_in_tls(host):
    host.change("jupyter", instances=[instance(tls=True)])
    host.tls = True
    assert wrong(host) == {}


def test_a_server_with_a_password_has_no_token_to_try_but_still_keeps_others_out(host):
    host.change("jupyter", instances=[instance(token_file="")])
    host.private = {}
    checks = [check["id"] for check in examine(host, SITE_ROLES, SITE)["checks"] if check["role"] == "jupyter"]
    assert checks == [
        "jupyter.receipt",
        "jupyter.without_token",
        "jupyter.wrong_token",
        "jupyter.address",
        "jupyter.process",
    ]
    assert wrong(host) == {}
    host.answers[None] = 200
    assert only(host, "jupyter.without_token")[0] == "127.0.0.1:8888 answers 200 without a token, not 403"


def test_the_servers_of_all_users_are_looked_at(host):
    host.change(
        "jupyter", instances=[instance(), instance(user="ann", token_file="/etc/mlops-workbench/jupyter/ann/token")]
    )
    host.accounts["ann"] = Account("ann", 1001, 1001, (1001,), "/home/ann", "/bin/bash")
    failed = wrong(host)
    assert {check["subject"] for check in failed.values()} == {"ann"}
    assert "jupyter.token_file" in failed


def test_a_checkout_that_is_gone(host):
    del host.owners["/home/ubuntu/notebooks/taxi/.git"]
    (found,) = wrong(host).values()
    assert (found["id"], found["subject"]) == ("project.checkout", "/home/ubuntu/notebooks/taxi")
    assert "--tags project" in found["remedy"]


def test_an_environment_of_a_project_whose_python_does_not_start(host):
    host.programs["/home/ubuntu/.conda/envs/taxi/bin/python --version"] = Outcome(127, "", "no such file")
    (found,) = wrong(host).values()
    assert found["id"] == "project.python"
