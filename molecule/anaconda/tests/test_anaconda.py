"""What somebody finds on a host that the role anaconda has visited; the scenario of the site looks at these, too."""

import pytest

PREFIX = "/opt/anaconda"


def shell(host, command):
    """Run a command as somebody who logs in does."""
    return host.run("bash --login -c '%s'" % command)


def is_host(host, name):
    return host.check_output("hostname") == "anaconda-" + name


def test_a_login_shell_finds_python_and_conda(host):
    if is_host(host, "miniconda"):
        assert shell(host, "command -v conda").rc != 0
        return
    answer = shell(
        host,
        "command -v conda > /dev/null && conda --version && echo ${CONDA_DEFAULT_ENV:-none} && command -v python || true",
    )
    assert answer.rc == 0, answer.stderr
    conda, environment, *python = answer.stdout.splitlines()
    assert conda.startswith("conda ")
    assert (environment, python) == (("none", []) if is_host(host, "miniforge") else ("base", [f"{PREFIX}/bin/python"]))


def test_an_interactive_shell_of_a_named_user_finds_conda(host):
    found = host.run("bash -ic 'command -v conda; echo $CONDA_DEFAULT_ENV' 2>/dev/null")
    if is_host(host, "miniconda"):
        assert found.stdout.split() == ["conda", "base"]
        reversed_by_conda = host.run(f"{PREFIX}/bin/conda init --reverse --dry-run bash")
        assert ["modified", "/home/ubuntu/.bashrc"] in [line.split() for line in reversed_by_conda.stdout.splitlines()]
    else:
        assert found.stdout.split() == []


def test_the_settings_are_condas(host):
    told = host.check_output(f"{PREFIX}/bin/conda config --show channel_priority")
    assert told == "channel_priority: %s" % ("strict" if is_host(host, "miniforge") else "flexible")


def test_the_channels_are_the_distributions(host):
    told = host.check_output(f"{PREFIX}/bin/conda config --show channels").split()
    assert told == ["channels:", "-", "conda-forge" if is_host(host, "miniforge") else "defaults"]
    planned = host.run(f"{PREFIX}/bin/conda create --yes --quiet --json --dry-run --name planned six")
    assert planned.rc == 0, planned.stdout


def test_an_ordinary_user_makes_an_environment_of_his_own(host):
    if is_host(host, "miniconda") or is_host(host, "miniforge"):
        return
    made = shell(host, "conda create --yes --quiet --name mine python pandas pyarrow")
    assert made.rc == 0, made.stdout + made.stderr
    program = "import pandas; pandas.DataFrame({'a': [1, 2]}).to_parquet('/tmp/a'); print(pandas.read_parquet('/tmp/a').a.sum())"
    used = host.run('bash --login -c "conda activate mine && python -c \\"%s\\""' % program)
    shell(host, "conda env remove --yes --name mine; rm -rf ~/.conda /tmp/a")
    assert used.stdout.strip() == "3", used.stderr


def test_an_ordinary_user_cannot_break_base(host):
    answer = host.run(f"{PREFIX}/bin/conda install --yes --quiet --name base pandas")
    assert answer.rc != 0
    assert "EnvironmentNotWritableError" in answer.stderr


@pytest.mark.parametrize("what", ["! -user root", "! -group root", "! -type l -perm /go=w"])
def test_nobody_but_root_can_change_it(host, what):
    assert host.check_output(f"find {PREFIX} {what}") == ""


def test_everybody_may_read_all_of_it(host):
    # Copies of the channels' indexes are their writer's; other users' condas keep their own.
    assert host.check_output(f"find {PREFIX} -path {PREFIX}/pkgs/cache -prune -o ! -type l ! -readable -print") == ""


def test_no_installer_is_left_on_the_disk(host):
    assert host.check_output("find /var/cache /tmp /root -name '*.sh' -size +1M 2>/dev/null || true") == ""
