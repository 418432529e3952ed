"""What the user finds after the role jupyter."""

import re
import shlex
from pathlib import Path

import pytest

TOKEN = "/etc/mlops-workbench/jupyter/ubuntu/token"
STATUS = "http://127.0.0.1:8888/api/status"
KERNEL = (Path(__file__).resolve().parents[2] / "shared/run_in_kernel.py").read_text()
# As roles/jupyter/README.md states it. Raise it with care: it was 3.5 once.
EXPOSURE = 20


def code(host, *arguments):
    return host.check_output("curl --silent --output /dev/null --write-out %{http_code} " + " ".join(arguments))


def with_token(token):
    return f"--header 'Authorization: token {token}'"


@pytest.fixture
def token(host):
    return host.check_output(f"cat {TOKEN}")


def test_the_right_token_gets_in(host, token):
    assert code(host, with_token(token), STATUS) == "200"


@pytest.mark.parametrize("arguments", [[], [with_token("wrong")], [with_token("")]])
def test_everybody_else_stays_out(host, arguments):
    assert code(host, *arguments, STATUS) == "403"


def test_it_listens_on_loopback_and_on_nothing_else(host):
    listeners = host.check_output("ss --no-header --listening --tcp --numeric 'sport = :8888'").splitlines()
    assert [line.split()[3] for line in listeners] == ["127.0.0.1:8888"]


def test_the_token_is_the_users_alone(host, token):
    file = host.file(TOKEN)
    assert (file.user, file.mode) == ("ubuntu", 0o600)
    assert re.fullmatch("[0-9a-f]{48}", token)


def test_the_token_shows_up_nowhere(host, token):
    assert token not in host.check_output("ps -ef")
    assert token not in host.check_output("sudo journalctl --no-pager --unit jupyter-ubuntu")
    assert token not in host.check_output("systemctl show jupyter-ubuntu")


def in_kernel(host, token, program):
    """Return the lines that a program printed in a kernel of the server's, whose id comes first."""
    words = [
        "/opt/anaconda/envs/jupyter/bin/python",
        "-c",
        KERNEL,
        "http://127.0.0.1:8888",
        token,
        "ubuntu",
        "python3",
        program,
    ]
    answer = host.run(shlex.join(words))
    assert answer.rc == 0, answer.stderr
    kernel, *lines = answer.stdout.splitlines()
    assert code(host, "--request DELETE", with_token(token), f"http://127.0.0.1:8888/api/kernels/{kernel}") == "204"
    return lines


def test_a_notebook_reads_parquet_and_writes_to_the_notebooks_folder(host, token):
    program = """
import pandas
pandas.DataFrame({'a': [40, 2]}).to_parquet('trip.parquet')
print(pandas.read_parquet('/home/ubuntu/notebooks/trip.parquet').a.sum())
"""
    assert in_kernel(host, token, program) == ["42"]
    host.run("rm -f ~/notebooks/trip.parquet")


def test_a_notebook_keeps_what_the_hardening_could_cost_it(host, token):
    program = """
import mmap, multiprocessing, socket, subprocess
print(sum(multiprocessing.get_context('fork').Pool(2).map(abs, [-40, -2])))
print(len(mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)))
print(socket.getaddrinfo('localhost', 80)[0][4][0])
print(subprocess.check_output('ls /dev/null', shell=True, text=True))
"""
    assert in_kernel(host, token, program)[:4] == ["42", "4096", "127.0.0.1", "/dev/null"]


def test_there_are_terminals(host, token):
    assert code(host, "--request POST", with_token(token), "http://127.0.0.1:8888/api/terminals") == "200"


def test_the_unit_is_no_less_hardened_than_the_readme_says(host):
    answer = host.run(f"systemd-analyze security --no-pager --threshold={EXPOSURE} jupyter-ubuntu.service")
    assert answer.rc == 0, answer.stdout.splitlines()[-1]


def test_nobody_but_root_can_change_the_programs_that_the_server_runs(host):
    assert host.check_output("find /opt/anaconda/envs/jupyter ! -user root") == ""
    assert host.check_output("find /opt/anaconda/envs/jupyter ! -type l -perm /go=w") == ""


def test_it_runs_as_the_user_and_not_as_root(host):
    server = host.check_output("systemctl show --value --property MainPID jupyter-ubuntu")
    assert host.check_output("stat --format %%U /proc/%s", server) == "ubuntu"


@pytest.mark.parametrize("how", ["kill", "shut down"])
def test_a_server_that_ended_comes_back(host, token, how):
    before = host.check_output("systemctl show --value --property MainPID jupyter-ubuntu")
    if how == "kill":
        host.run_test("sudo kill -KILL %s", before)
    else:
        assert code(host, "--request POST", with_token(token), "http://127.0.0.1:8888/api/shutdown") == "200"
    host.run_test(f"timeout 60 sh -c 'while test -e /proc/{before}; do sleep 0.2; done'")
    host.run_test(
        "timeout 60 sh -c 'until curl --silent --fail --output /dev/null http://127.0.0.1:8888/api; do sleep 1; done'"
    )
    assert host.check_output("systemctl show --value --property MainPID jupyter-ubuntu") not in (before, "0")


def test_it_comes_back_at_every_boot(host):
    assert host.service("jupyter-ubuntu").is_enabled
