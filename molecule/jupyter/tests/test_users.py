"""What several users find after the role jupyter."""

from __future__ import annotations

import json
import shlex
import time
from pathlib import Path

import pytest

PYTHON = "/opt/anaconda/envs/jupyter/bin/python"
SETTINGS = "/etc/mlops-workbench/jupyter"
PORTS = {"ubuntu": 8888, "ann": 8889, "bob": 8890}
BOBS = "a-token-of-bobs-own-0123456789"
KERNEL = (Path(__file__).resolve().parents[2] / "shared/run_in_kernel.py").read_text()
# Subscribes to everything on every loopback port that somebody listens on, for four seconds, and prints what it hears.
SUBSCRIBE = r"""
import time, zmq
ports = {int(line.split()[1].split(":")[1], 16) for line in open("/proc/net/tcp") if line.split()[3] == "0A"}
channel = zmq.Context().socket(zmq.SUB)
channel.subscribe(b"")
for port in ports:
    channel.connect(f"tcp://127.0.0.1:{port}")
print(len(ports), "ports", flush=True)
end = time.monotonic() + 4
while (left := end - time.monotonic()) > 0:
    if channel.poll(left * 1000):
        print(channel.recv_multipart())
"""
# Asks the kernel of a connection file for its debugger, as JupyterLab does.
DEBUG = r"""
import sys
from jupyter_client import BlockingKernelClient
client = BlockingKernelClient(connection_file=sys.argv[1])
client.load_connection_file()
client.start_channels(hb=False)
client.wait_for_ready(timeout=30)
for command in ("initialize", "attach"):
    request = {"type": "request", "seq": 1, "command": command, "arguments": {"clientID": "test", "adapterID": ""}}
    client.control_channel.send(client.session.msg("debug_request", request))
    print(client.get_control_msg(timeout=30)["content"]["success"])
"""


@pytest.fixture(autouse=True)
def _here(host):
    if host.backend.hostname != "jupyter-users":
        pytest.skip("another host's")


def url(user, scheme="https", name="127.0.0.1"):
    return f"{scheme}://{name}:{PORTS[user]}"


def code(host, address, *arguments):
    words = [
        "curl",
        "--silent",
        "--insecure",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}",
        *arguments,
        address,
    ]
    return host.run(shlex.join(words)).stdout


def with_token(token):
    return ("--header", f"Authorization: token {token}")


def in_bobs_kernel(host, program, kernel="python3"):
    """Return the lines that a program printed in a kernel of bob's, the kernel's id first."""
    arguments = shlex.join([PYTHON, "-c", KERNEL, url("bob"), BOBS, "bob", kernel, program])
    answer = host.run(f"sudo -u bob {arguments}")
    assert answer.rc == 0, answer.stderr
    return answer.stdout.splitlines()


@pytest.mark.parametrize("user", PORTS)
def test_nobody_gets_in_without_a_token_or_a_password(host, user):
    assert code(host, f"{url(user)}/api/status") == "403"
    assert code(host, f"{url(user)}/api/status", *with_token("wrong")) == "403"
    assert code(host, f"{url(user)}/api/status", *with_token("")) == "403"


def test_each_token_opens_its_own_server_and_no_other(host):
    ubuntus = host.check_output(f"sudo cat {SETTINGS}/ubuntu/token")
    found = {
        (user, token): code(host, f"{url(user)}/api/status", *with_token(token))
        for user in PORTS
        for token in (ubuntus, BOBS)
    }
    assert {pair for pair, answer in found.items() if answer == "200"} == {("ubuntu", ubuntus), ("bob", BOBS)}


@pytest.mark.parametrize(
    ("password", "login", "status"), [("wrong", "401", "403"), ("the secret of ann", "302", "200")]
)
def test_the_password_opens_and_a_wrong_one_does_not(host, password, login, status):
    jar = host.check_output("mktemp")
    cookies = ("--cookie", jar, "--cookie-jar", jar)
    code(host, f"{url('ann')}/login", *cookies)
    xsrf = host.check_output(f"awk '/_xsrf/ {{print $7}}' {jar}")
    form = ("--data-urlencode", f"password={password}", "--data-urlencode", f"_xsrf={xsrf}")
    assert code(host, f"{url('ann')}/login", *cookies, *form) == login
    assert code(host, f"{url('ann')}/api/status", *cookies) == status


@pytest.mark.parametrize("user", PORTS)
def test_only_tls_is_spoken_and_the_certificate_names_the_host(host, user):
    assert code(host, f"{url(user, 'http')}/api") == "000"
    for name in ("localhost", host.check_output("hostname")):
        known = f"sudo curl --silent --fail --cacert {SETTINGS}/{user}/tls.crt {url(user, name=name)}/api"
        assert "version" in host.check_output(known)
    assert host.run(f"curl --silent --fail {url(user)}/api").rc == 60, "nobody else knows who made the certificate"


@pytest.mark.parametrize("user", PORTS)
def test_the_server_runs_as_its_user_on_all_addresses(host, user):
    assert host.socket(f"tcp://0.0.0.0:{PORTS[user]}").is_listening
    pid = host.check_output(f"systemctl show --value --property MainPID jupyter-{user}")
    assert host.check_output(f"stat --format %U /proc/{pid}") == user


@pytest.mark.parametrize(
    ("user", "names"), [("ann", ["jupyter_server_config.json", "tls.key"]), ("bob", ["token", "tls.key"])]
)
def test_secrets_are_their_users_alone(host, user, names):
    others = set(PORTS) - {user}
    for name in names:
        assert host.run(f"sudo -u {user} cat {SETTINGS}/{user}/{name}").rc == 0
        assert [other for other in others if host.run(f"sudo -u {other} cat {SETTINGS}/{user}/{name}").rc == 0] == []


def test_a_token_shows_up_nowhere_else(host):
    for command in (
        "ps -ef",
        "journalctl --no-pager --unit jupyter-bob",
        "systemctl show jupyter-bob",
        "sh -c 'cat /proc/[0-9]*/environ 2>/dev/null || true'",
    ):
        assert BOBS not in host.check_output(f"sudo {command}"), command
    found = host.run(f"sudo grep -rl -- {BOBS} /etc /home/ubuntu /root /tmp /var/lib").stdout
    assert found.split() == [f"{SETTINGS}/bob/token"]


def test_a_notebook_runs_in_the_chosen_environment(host):
    program = "import shutil, sys, os; print(sys.prefix, shutil.which('python'), os.environ['CONDA_PREFIX'])"
    taxi = "/opt/anaconda/envs/taxi"
    assert in_bobs_kernel(host, program, "taxi")[1] == f"{taxi} {taxi}/bin/python {taxi}"


def test_no_socket_of_the_hosts_services_can_be_reached_not_even_one_that_is_made_later(host):
    make = "import socket; socket.socket(socket.AF_UNIX).bind('/run/docker.sock')"
    host.run_test(f"sudo rm -f /run/docker.sock; sudo python3 -c {shlex.quote(make)}")
    program = "import os, socket; print(os.listdir('/run'), socket.getaddrinfo('localhost', 80)[0][4][0])"
    seen = in_bobs_kernel(host, program)[1]
    host.run("sudo rm /run/docker.sock")
    assert "jupyter-bob" in seen and "127.0.0.1" in seen
    assert "docker.sock" not in seen and "dbus" not in seen


def test_nobody_else_hears_what_a_notebook_prints(host):
    kernel = in_bobs_kernel(host, "")[0]
    program = "import time\nfor _ in range(15):\n    print('the secret of bob', flush=True)\n    time.sleep(0.1)"
    cell = shlex.join(["sudo", "-u", "bob", PYTHON, "-c", KERNEL, url("bob"), BOBS, "bob", kernel, program])
    spy = shlex.join(["sudo", "-u", "ann", PYTHON, "-c", SUBSCRIBE])
    script = f"{spy} > heard 2>&1 & until grep -q ports heard; do sleep 0.1; done; {cell}; wait; echo; cat heard"
    printed, _empty, heard = host.check_output(f"cd $(mktemp -d); {script}").partition("\n\n")
    assert printed.splitlines() == [kernel, *["the secret of bob"] * 15]
    assert [line for line in heard.splitlines() if not line.endswith(" ports")] == []


def test_the_debugger_of_a_kernel_answers(host):
    kernel = in_bobs_kernel(host, "")[0]
    words = [PYTHON, "-c", DEBUG, f"/run/jupyter-bob/kernel-{kernel}.json"]
    assert host.check_output(f"sudo -u bob {shlex.join(words)}").split() == ["True", "True"]


def test_modules_in_a_users_home_reach_the_kernels_and_no_server(host):
    assert in_bobs_kernel(host, "import rides; print(rides.rides)")[1] == "42"
    assert code(host, f"{url('ann')}/api") == "200"  # see prepare.yml for what lies in ann's home


def test_a_notebook_has_its_limits_and_is_ended_when_it_is_idle(host):
    server = "systemctl show --value --property MainPID,NRestarts jupyter-bob"
    before = host.check_output(server)
    anns = host.check_output("systemctl show --value --property MainPID jupyter-ann")
    program = f"""
import os, subprocess, sys, time
print(os.path.exists("/proc/self"), os.path.exists("/proc/{anns}"))
for folder in ("/home/bob", "/home/bob/notebooks", "/srv/data", "/srv/other", "/tmp"):
    try:
        open(folder + "/try", "w").close()
        print("yes", folder)
    except OSError as error:
        print(error.strerror, folder)
end, start = time.perf_counter() + 2, time.process_time()
while time.perf_counter() < end:
    pass
print("all of a CPU" if time.process_time() - start > 1.7 else "a part of a CPU")
print(subprocess.run([sys.executable, "-c", "print(len(b'x' * 10**9))"]).returncode)
"""
    kernel, *printed = in_bobs_kernel(host, program)
    assert printed == [
        "True False",
        "yes /home/bob",
        "yes /home/bob/notebooks",
        "yes /srv/data",
        "Read-only file system /srv/other",
        "yes /tmp",
        "a part of a CPU",
        "-9",  # what asked for too much memory was killed
    ]
    assert host.check_output(server) == before
    address = f"{url('bob')}/api/kernels/{kernel}"
    assert code(host, address, *with_token(BOBS)) == "200"
    until = time.monotonic() + 60
    while code(host, address, *with_token(BOBS)) != "404":
        assert time.monotonic() < until, "the kernel is still there"
        time.sleep(1)
    host.run("sudo rm /home/bob/try /home/bob/notebooks/try /srv/data/try")


def test_notebooks_behind_a_link_to_another_disk_are_served_and_the_link_stays(host):
    assert host.check_output("sudo readlink /home/bob/notebooks") == "/mnt/disk/bob"
    assert host.check_output("sudo stat --format '%U %a' /mnt/disk/bob") == "bob 700"
    host.check_output("echo mine | sudo -u bob tee /mnt/disk/bob/there.txt")
    ask = shlex.join(["curl", "--silent", "--insecure", *with_token(BOBS), f"{url('bob')}/api/contents/there.txt"])
    assert json.loads(host.check_output(ask))["content"] == "mine\n"
    host.check_output("sudo rm /mnt/disk/bob/there.txt")


def test_there_are_no_terminals(host):
    assert code(host, f"{url('bob')}/api/terminals", "--request", "POST", *with_token(BOBS)) == "404"


@pytest.mark.parametrize(
    ("origin", "allowed"), [("https://lab.example.org", True), ("https://evil.example.org", False)]
)
def test_the_named_web_site_may_call_and_no_other(host, origin, allowed):
    ask = ["curl", "--silent", "--insecure", "--dump-header", "-", *with_token(BOBS), "--header", f"Origin: {origin}"]
    headers = host.check_output(shlex.join([*ask, f"{url('bob')}/api/status"])).lower()
    assert (f"access-control-allow-origin: {origin}" in headers) is allowed


def test_the_doctor_finds_all_of_them_ready(host):
    answer = host.ansible("mlops.workbench.workbench_info", "expect=jupyter", become=True, check=False)
    found = [check for check in answer["workbench"]["checks"] if check["role"] == "jupyter"]
    assert [check for check in found if not check["ok"]] == []
    assert {check["subject"] for check in found} == {"jupyter", *PORTS}
