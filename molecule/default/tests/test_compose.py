"""What somebody can do with Compose after the role."""

from __future__ import annotations

import pytest

IMAGE = "hello-world"  # the registry's is busybox
# The writer fills the volume, the server gives it out once it is healthy, the client asks for it by the service's name.
PROJECT = f"""
services:
  server:
    image: {IMAGE}
    command: [/busybox, sh, -c, "echo Hello from a volume! > /www/index.html && exec /busybox httpd -f -h /www -p 8080"]
    volumes: [pages:/www]
    networks: [inside]
    ports: ["127.0.0.1:18080:8080"]
    stop_grace_period: 0s
    healthcheck:
      test: [CMD, /busybox, wget, -q, -O, /dev/null, http://127.0.0.1:8080/]
      interval: 1s
      retries: 20
  client:
    image: {IMAGE}
    command: [/busybox, sleep, "600"]
    networks: [inside]
    stop_grace_period: 0s
    depends_on:
      server: {{condition: service_healthy}}
volumes:
  pages:
networks:
  inside:
"""


@pytest.fixture(scope="module")
def compose(host):
    """Run a command of Compose in a project's folder, with a user's rights and sudo."""
    folder = host.check_output("mktemp --directory")
    host.run_test("printf %s > %s/compose.yaml", PROJECT, folder)

    def run(words, spelling="docker compose"):
        return host.run(f"cd {folder} && sudo {spelling} --project-name shop {words}")

    yield run
    run("down --volumes")
    host.run(f"rm -r {folder}")


def left(host, kind):
    return host.check_output(f"sudo docker {kind} ls --quiet --filter label=com.docker.compose.project=shop")


@pytest.mark.parametrize("command", ["docker compose", "docker-compose"])
def test_both_spellings_answer(host, command):
    answer = host.run(f"{command} version --short")
    assert answer.rc == 0, answer.stderr
    assert answer.stdout.startswith("2.")


@pytest.mark.parametrize("spelling", ["docker compose", "docker-compose"])
def test_a_project_comes_up_answers_and_goes_down(host, compose, spelling):
    up = compose("up --detach --wait --wait-timeout 60", spelling)
    assert up.rc == 0, up.stderr
    from_outside = host.run("curl --silent http://127.0.0.1:18080/")
    from_inside = compose("exec -T client /busybox wget -q -O - http://server:8080/", spelling)
    health = compose("ps --format json server", spelling)
    down = compose("down --volumes", spelling)
    assert from_outside.stdout == "Hello from a volume!\n", from_outside.stderr
    assert from_inside.stdout == "Hello from a volume!\n", from_inside.stderr
    assert '"Health":"healthy"' in health.stdout
    assert down.rc == 0, down.stderr
    assert {kind: left(host, kind) for kind in ("container", "network", "volume")} == {
        "container": "",
        "network": "",
        "volume": "",
    }
