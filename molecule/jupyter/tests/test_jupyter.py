"""What the user finds after the role jupyter."""

import json
import re

import pytest

TOKEN = "/etc/mlops-workbench/jupyter/ubuntu/token"
STATUS = "http://127.0.0.1:8888/api/status"


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


def test_a_kernel_of_the_environment_reads_parquet_and_writes_to_the_notebooks_folder(host, token):
    program = """
import json, sys, urllib.request, uuid
from jupyter_client import KernelManager
manager = KernelManager(kernel_name="python3")
manager.start_kernel()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)
code = "import pandas; pandas.DataFrame({'a': [40, 2]}).to_parquet('trip.parquet'); print(pandas.read_parquet('trip.parquet').a.sum())"
client.execute_interactive(code, timeout=60, output_hook=lambda m: print(m["content"].get("text", ""), end=""))
manager.shutdown_kernel(now=True)
"""
    answer = host.run("cd ~/notebooks && /opt/anaconda/envs/jupyter/bin/python -c %s", program)
    host.run("rm -f ~/notebooks/trip.parquet")
    assert answer.stdout.strip() == "42", answer.stderr


def test_the_servers_own_kernel_starts(host, token):
    started = host.check_output(
        f"curl --silent --fail --request POST {with_token(token)} http://127.0.0.1:8888/api/kernels"
    )
    kernel = json.loads(started)["id"]
    assert code(host, "--request DELETE", with_token(token), f"http://127.0.0.1:8888/api/kernels/{kernel}") == "204"


def test_nobody_but_root_can_change_the_programs_that_the_server_runs(host):
    assert host.check_output("find /opt/anaconda/envs/jupyter ! -user root") == ""
    assert host.check_output("find /opt/anaconda/envs/jupyter ! -type l -perm /go=w") == ""


def test_it_runs_as_the_user_and_not_as_root(host):
    assert {process.user for process in host.process.filter(comm="jupyter-lab")} == {"ubuntu"}


def test_a_crashed_server_comes_back(host):
    before = host.check_output("systemctl show --value --property MainPID jupyter-ubuntu")
    host.run_test("sudo kill -KILL %s", before)
    host.run_test(
        "timeout 60 sh -c 'until curl --silent --fail --output /dev/null http://127.0.0.1:8888/api; do sleep 1; done'"
    )
    assert host.check_output("systemctl show --value --property MainPID jupyter-ubuntu") not in (before, "0")


def test_it_comes_back_at_every_boot(host):
    assert host.service("jupyter-ubuntu").is_enabled
