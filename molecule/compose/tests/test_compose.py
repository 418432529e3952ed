"""What somebody can do with Compose after the role."""

import pytest

PROJECT = """
services:
  greeting:
    image: hello-world
"""


@pytest.mark.parametrize("command", ["docker compose", "docker-compose"])
def test_both_spellings_answer(host, command):
    answer = host.run(f"{command} version --short")
    assert answer.rc == 0, answer.stderr
    assert answer.stdout.startswith("2.")


def test_a_project_comes_up_and_goes_down(host):
    folder = host.check_output("mktemp --directory")
    host.run_test("printf %s > %s/compose.yaml", PROJECT, folder)
    up = host.run(f"cd {folder} && sudo docker compose up --no-color")
    down = host.run(f"cd {folder} && sudo docker compose down && sudo docker ps --all --quiet")
    assert up.rc == 0, up.stderr
    assert "Hello from Docker!" in up.stdout
    assert down.rc == 0, down.stderr
    assert down.stdout.strip() == ""
