"""Why the Docker engine refuses its settings; the lines are those of 26.1.5."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.workbench.plugins.filter.engine_complaints import engine_complaints

CONFLICT = (
    "unable to configure the Docker daemon with file /etc/docker/daemon.json: the following directives are specified both as a flag and in "
    "the configuration file: log-driver: (from flag: journald, from file: json-file)"
)
SECRET = "s3" + "cret"
SWARM = "Error starting cluster component: --live-restore daemon configuration is incompatible with swarm mode"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([f'time="2026-11-27T03:37:54Z" level=error msg="{CONFLICT}"'], [CONFLICT]),
        ([CONFLICT, "docker.service: Failed with result 'exit-code'.", CONFLICT], [CONFLICT]),
        (
            [
                'time="2026-11-27T03:38:05Z" level=info msg="Loading containers: start."',
                'time="2026-11-27T03:38:05Z" level=error msg="Handler for POST /containers/create returned error: no such image"',
                f'time="2026-11-27T03:38:06Z" level=fatal msg="{SWARM}"',
                "docker.service: Main process exited, code=exited, status=1/FAILURE",
            ],
            [SWARM],
        ),
        (
            ['time="2026-11-27T03:38:06Z" level=error msg="cannot \\"x\\"" error="no such file" spanID=7'],
            ['cannot "x": no such file'],
        ),
        (["failed to start daemon: Error initializing network controller: invalid pools size"], None),
        (
            ['time="2026-11-27T03:38:06Z" level=fatal msg="https://ann:' + SECRET + '@proxy is no address"'],
            ["https://proxy is no address"],
        ),
        (['time="2026-11-27T03:37:54Z" level=info msg="error"', "Started docker.service."], []),
    ],
)
def test_the_engines_own_words(lines, told):
    assert engine_complaints("\n".join(lines)) == (lines if told is None else told)
