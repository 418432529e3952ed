"""A Jupyter server over time: converges, crashes, broken settings, upgrades that fail and that do not, a reboot."""

from __future__ import annotations

import base64
import io
import json
import shlex
import zipfile
from pathlib import Path

import pytest
from lab_host import ROOT, Host

pytestmark = pytest.mark.xdist_group("jupyter")

PREFIX = "/opt/anaconda/envs/jupyter"
SETTINGS = "/etc/mlops-workbench/jupyter/ubuntu"
KERNEL = (ROOT / "molecule/shared/run_in_kernel.py").read_text()
# conda is in the hands of a user, and the login user's home lies in wait: each trap writes down who went into it.
OWNER = "carla"
HOME_TRAPS = """
sudo useradd --create-home carla
sudo install -m 0666 /dev/null /srv/record
for name in json secrets sqlite3 ssl venv pip; do
    echo "open('/srv/record', 'a').write('%d $name.py\\n' % __import__('os').geteuid())" > ~/$name.py
done
"""
CONDA_TRAPS = """
rm ~/json.py ~/secrets.py ~/sqlite3.py ~/ssl.py ~/venv.py
sudo -u carla sh -e <<'END'
cd /opt/anaconda
for packages in lib/python3*/site-packages; do
    echo "import os; open('/srv/record', 'a').write('%d trap.pth\\n' % os.geteuid())" > $packages/trap.pth
done
echo 'echo "$(id -u) conda.sh" >> /srv/record' >> etc/profile.d/conda.sh
mv bin/conda bin/conda.real
printf '#!/bin/sh\\necho "$(id -u) conda" >> /srv/record\\nexec /opt/anaconda/bin/python /opt/anaconda/bin/conda.real "$@"\\n' > bin/conda
chmod 0755 bin/conda
END
"""
# Little enough that an environment is quickly made.
PACKAGES = {"jupyter_packages": ["jupyterlab==4.6.6", "ipykernel==7.4.0"]}
MORE = {"jupyter_extensions": ["py-rattler==0.28.0"], "jupyter_pip_packages": ["/tmp/rides-1.0-py3-none-any.whl"]}
ANSWERS = "curl --silent --output /dev/null --write-out %{http_code} --max-time 20 --retry 20 --retry-connrefused --retry-delay 1 --retry-max-time 60 http://127.0.0.1:PORT/api/status"


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A playbook that runs the role."""
    path = tmp_path_factory.mktemp("play") / "play.yml"
    path.write_text(json.dumps([{"hosts": "all", "become": True, "gather_facts": False, "roles": ["jupyter"]}]))
    return path


@pytest.fixture(scope="module", autouse=True)
def server(host: Host) -> None:
    """The host of all these tests has a server."""
    host.shell(HOME_TRAPS)
    settings = {
        **PACKAGES,
        "anaconda_owner": OWNER,
        "anaconda_environments": [{"name": "probe", "packages": ["python"]}],
    }
    run = host.play(str(ROOT / "site.yml"), "--tags", "anaconda,jupyter", "-e", json.dumps(settings))
    assert run.returncode == 0, run.stdout[-6000:]
    host.shell(CONDA_TRAPS)


def converge(host: Host, play: Path, **settings: object) -> str:
    """Run the role again with these settings; what Ansible printed."""
    run = host.play(str(play), "-e", json.dumps({**PACKAGES, **settings}))
    assert run.returncode == 0, run.stdout[-6000:]
    return run.stdout


def answer(host: Host, port: int = 8888) -> str:
    """Return the status that the server answers with who has no token."""
    return host.shell(ANSWERS.replace("PORT", str(port)) + " || true")


def in_kernel(host: Host, kernel: str, program: str, port: int = 8888) -> list[str]:
    """Run a program in a kernel of the user's; the kernel's id and the lines it printed."""
    arguments = shlex.join([f"{PREFIX}/bin/python", "-c", KERNEL, f"http://127.0.0.1:{port}"])
    return host.shell(f'{arguments} "$(cat {SETTINGS}/token)" ubuntu {shlex.join([kernel, program])}').splitlines()


def small_wheel() -> str:
    """Return a wheel with one empty module, in base64."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as wheel:
        wheel.writestr("rides.py", "")
        wheel.writestr("rides-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: rides\nVersion: 1.0\n")
        wheel.writestr("rides-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("rides-1.0.dist-info/RECORD", "")
    return base64.b64encode(file.getvalue()).decode()


def process(host: Host) -> str:
    """Return the process of the server."""
    return host.shell("systemctl show --value --property MainPID jupyter-ubuntu").strip()


def test_an_open_kernel_survives_a_second_run(host: Host, play: Path) -> None:
    before = process(host)
    kernel = in_kernel(host, "python3", "rides = 41")[0]
    assert "changed=0" in converge(host, play)
    assert in_kernel(host, kernel, "rides += 1; print(rides)") == [kernel, "42"]
    assert process(host) == before != "0"


def test_new_settings_reach_the_server(host: Host, play: Path) -> None:
    host.shell("echo mine > ~/notebooks/kept.txt")
    converge(host, play, jupyter_port=8899)
    assert answer(host, 8899) == "403"
    assert host.shell("ss --no-header --listening --tcp --numeric 'sport = :8888'") == ""


def test_broken_settings_or_an_empty_token_start_no_server_and_the_role_makes_lost_ones_anew(
    host: Host, play: Path
) -> None:
    files = [f"{SETTINGS}/{name}" for name in ("jupyter_server_config.json", "token")]
    for file in files:
        host.shell(
            f"sudo cp --preserve {file} /root/kept; sudo truncate --size=0 {file}; sudo systemctl restart jupyter-ubuntu || true; sleep 3"
        )
        assert host.shell("sudo ss --no-header --listening --tcp --processes | grep python || true") == "", file
        host.shell(f"sudo mv /root/kept {file}")
    host.shell(f"sudo rm {' '.join(files)}")
    converge(host, play)
    assert answer(host) == "403"


def test_a_server_is_back_as_soon_as_what_stopped_it_is_put_right(host: Host) -> None:
    # So many starts that systemd would give it up, if it counted them.
    host.shell(
        f"sudo mv {SETTINGS}/token /root/token; "
        "for attempt in 1 2 3 4 5 6 7; do sudo systemctl restart jupyter-ubuntu || true; done; "
        f"sudo mv /root/token {SETTINGS}/token"
    )
    assert answer(host) == "403"


@pytest.mark.full
def test_an_upgrade_that_fails_leaves_the_server_as_it_was(host: Host, play: Path) -> None:
    before = process(host)
    run = host.play(str(play), "-e", json.dumps({"jupyter_packages": ["jupyterlab==99.99.99"]}))
    assert run.returncode == 2, run.stdout
    assert "jupyterlab" in run.stdout
    assert in_kernel(host, "python3", "import jupyterlab; print('here')")[1:] == ["here"]
    assert "changed=0" in converge(host, play)
    assert process(host) == before
    assert host.shell("ls /opt/anaconda/envs").split() == ["jupyter", "probe"]


@pytest.mark.full
def test_an_upgrade_brings_the_packages_and_restarts_the_server(host: Host, play: Path) -> None:
    before = process(host)
    host.shell(f"echo {small_wheel()} | base64 --decode > /tmp/rides-1.0-py3-none-any.whl")
    converge(host, play, **MORE)
    assert process(host) != before
    assert in_kernel(host, "python3", "import rattler, rides; print('there')")[1:] == ["there"]
    assert host.shell("ls /opt/anaconda/envs").split() == ["jupyter", "probe"]
    assert "changed=0" in converge(host, play, **MORE)


@pytest.mark.full
def test_an_environment_that_is_broken_is_made_anew(host: Host, play: Path) -> None:
    # A stopped process is as good as a server in its restart loop: systemd calls it active, and it answers nobody.
    host.shell(
        f"sudo rm -r {PREFIX}/lib/python3*/site-packages/jupyter_server; sudo systemctl kill --signal=STOP jupyter-ubuntu"
    )
    converge(host, play, **MORE)
    assert answer(host) == "403"


def test_a_link_in_a_home_gives_its_user_no_folder_of_the_systems(host: Host, play: Path) -> None:
    host.shell("ln -s /usr ~/work")
    run = host.play(str(play), "-e", json.dumps({**PACKAGES, **MORE, "jupyter_notebook_dir": "~/work/local"}))
    host.shell("rm ~/work")
    assert run.returncode == 2, run.stdout
    assert host.shell("stat --format %U:%a /usr/local") == "root:755\n"
    assert "jupyter_notebook_dir" in run.stdout


def test_root_went_into_no_trap(host: Host) -> None:
    settings = {
        **PACKAGES,
        "anaconda_owner": OWNER,
        "anaconda_environments": [{"name": "probe", "packages": ["python", "six"]}],
    }
    run = host.play(str(ROOT / "site.yml"), "--tags", "anaconda", "-e", json.dumps(settings))
    assert run.returncode == 0, run.stdout[-6000:]
    host.shell("sudo -i true")
    record = host.shell("sort --unique /srv/record").splitlines()
    assert "conda" in {line.split()[1] for line in record}, "nobody at all ran conda"
    assert [line for line in record if line.startswith("0 ")] == []


@pytest.mark.full
def test_a_server_that_cannot_start_says_why(host: Host, play: Path) -> None:
    host.shell("sudo mkdir -p /etc/systemd/system/jupyter-ubuntu.service.d")
    host.shell(
        "printf '[Service]\\nExecStartPre=/bin/sh -c \"echo the dog ate it; exit 1\"\\n' "
        "| sudo tee /etc/systemd/system/jupyter-ubuntu.service.d/x.conf; "
        "sudo systemctl daemon-reload; sudo systemctl stop jupyter-ubuntu"
    )
    run = host.play(str(play), "-e", json.dumps({**PACKAGES, **MORE}))
    host.shell(
        "sudo rm -r /etc/systemd/system/jupyter-ubuntu.service.d; sudo systemctl daemon-reload; sudo systemctl restart jupyter-ubuntu"
    )
    assert run.returncode == 2, run.stdout
    assert "the dog ate it" in run.stdout, run.stdout
    assert "journalctl --unit jupyter-ubuntu.service" in " ".join(run.stdout.split())


@pytest.mark.full
def test_the_server_is_back_after_a_reboot(host: Host, play: Path) -> None:
    boot = host.shell("cat /proc/1/stat | cut -d ' ' -f 22")
    run = host.play(str(ROOT / "molecule/shared/reboot.yml"))
    assert run.returncode == 0, run.stdout[-3000:]
    assert host.shell("cat /proc/1/stat | cut -d ' ' -f 22") != boot
    assert answer(host) == "403"
    assert in_kernel(host, "python3", "print(6 * 7)")[1:] == ["42"]


@pytest.mark.full
def test_a_server_of_another_user_takes_the_port_over_and_the_first_one_goes(host: Host, play: Path) -> None:
    host.shell("sudo useradd --create-home ann")
    converge(host, play, jupyter_user="ann", **MORE)
    assert answer(host) == "403"
    assert (
        host.shell("stat --format %U /proc/$(systemctl show --value --property MainPID jupyter-ann)").strip() == "ann"
    )
    assert host.shell("systemctl list-units --all --plain --no-legend 'jupyter-*'").split()[0] == "jupyter-ann.service"
    assert host.shell("ls /etc/mlops-workbench/jupyter").split() == ["ann"]
    assert host.shell("cat ~/notebooks/kept.txt") == "mine\n"
