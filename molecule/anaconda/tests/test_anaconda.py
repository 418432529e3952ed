"""What somebody finds on a host that the role anaconda has visited."""

PREFIX = "/opt/anaconda"


def test_a_login_shell_finds_python_and_conda(host):
    answer = host.run("bash --login -c 'command -v python && conda --version && echo $CONDA_DEFAULT_ENV'")
    assert answer.rc == 0, answer.stderr
    python, conda, environment = answer.stdout.splitlines()
    assert python == f"{PREFIX}/bin/python"
    assert conda.startswith("conda ")
    assert environment == "base"


def test_an_ordinary_user_makes_an_environment_of_his_own(host):
    made = host.run("bash --login -c 'conda create --yes --quiet --name mine python pandas pyarrow'")
    assert made.rc == 0, made.stdout + made.stderr
    program = "import pandas; pandas.DataFrame({'a': [1, 2]}).to_parquet('/tmp/a'); print(pandas.read_parquet('/tmp/a').a.sum())"
    used = host.run('bash --login -c "conda activate mine && python -c \\"%s\\""' % program)
    host.run("bash --login -c 'conda env remove --yes --name mine'; rm -rf ~/.conda /tmp/a")
    assert used.stdout.strip() == "3", used.stderr


def test_an_ordinary_user_cannot_break_base(host):
    answer = host.run("bash --login -c 'conda install --yes --quiet --name base pandas'")
    assert answer.rc != 0
    assert not host.file(f"{PREFIX}/lib/python3.11/site-packages/pandas").exists


def test_nobody_but_root_can_change_it(host):
    assert host.check_output(f"find {PREFIX} ! -user root") == ""
    assert host.check_output(f"find {PREFIX} ! -type l -perm /go=w") == ""


def test_everybody_may_read_all_of_it(host):
    assert host.check_output(f"find {PREFIX} ! -type l ! -readable") == ""


def test_no_installer_is_left_on_the_disk(host):
    assert host.check_output("find /var/cache /tmp /root -name '*.sh' -size +1M 2>/dev/null || true") == ""
