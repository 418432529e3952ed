"""The whole workbench as its user finds it, after the converge and again after a reboot."""

TOKEN = "/etc/mlops-workbench/jupyter/ubuntu/token"


def test_a_login_shell_is_in_conda(host):
    assert host.check_output("bash --login -c 'which python'") == "/opt/anaconda/bin/python"


def test_jupyter_answers_with_the_token_only(host):
    ask = "curl --silent --output /dev/null --write-out %{http_code} --retry 30 --retry-connrefused --retry-delay 1 "
    status = "http://127.0.0.1:8888/api/status"
    assert host.check_output(ask + status) == "403"
    assert host.check_output(f'{ask} --header "Authorization: token $(cat {TOKEN})" {status}') == "200"


def test_the_doctor_finds_it_ready(host):
    answer = host.ansible("mlops.workbench.workbench_info", become=True, check=False)
    assert answer["workbench"]["ready"], answer["workbench"]["checks"]
