"""What the login user can do after the role docker_group."""


def test_the_login_user_runs_a_container_without_sudo(host):
    assert host.user().name == "ubuntu"
    answer = host.run("docker run --rm hello-world")
    assert answer.rc == 0, answer.stderr
    assert "Hello from Docker!" in answer.stdout


def test_the_primary_group_is_as_before(host):
    assert host.user("ubuntu").group == "ubuntu"


def test_the_other_groups_are_as_before(host):
    assert set(host.user("ubuntu").groups) == {"ubuntu", "docker"}
