# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Live evidence from the real MLflow and Prefect servers.

Not part of `make test`, since installing the two takes minutes: `pytest tests/e2e/maturity_live.py`. Their environments are kept in .lab/live.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

import pytest
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_live.live import apply_live

# Prefect 3.8.8 allows newer releases of FastAPI than it starts with, and of SQLAlchemy than its scheduler inserts runs with.
PACKAGES = {"mlflow": ["mlflow==3.17.2"], "prefect": ["prefect==3.8.8", "fastapi==0.140.13", "sqlalchemy<2.1"]}
KEPT = Path(__file__).resolve().parents[2] / ".lab" / "live"

TRACK = """
import mlflow

mlflow.set_experiment("taxi")
with mlflow.start_run():
    mlflow.log_param("depth", 3)
    mlflow.log_metric("rmse", 5.1)
try:
    with mlflow.start_run():
        raise ValueError
except ValueError:
    pass
"""
REGISTER = """
from mlflow import MlflowClient

client = MlflowClient()
client.create_registered_model("taxi")
"""
VERSION = """
from mlflow import MlflowClient

client = MlflowClient()
(run,) = client.search_runs([client.get_experiment_by_name("taxi").experiment_id], "attributes.status = 'FINISHED'")
client.create_model_version("taxi", source=run.info.artifact_uri, run_id=run.info.run_id)
"""
ALIAS = """
from mlflow import MlflowClient

MlflowClient().set_registered_model_alias("taxi", "champion", "2")
"""
DEPLOY = """
import asyncio
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.schedules import CronSchedule


@flow
def train():
    pass


async def main():
    async with get_client() as client:
        schedule = DeploymentScheduleCreate(schedule=CronSchedule(cron="0 3 * * 1"), active=True)
        await client.create_deployment(await client.create_flow(train), "weekly", schedules=[schedule])


asyncio.run(main())
"""
RUN = """
import asyncio
from prefect.client.orchestration import get_client
from prefect.states import Completed


async def main():
    async with get_client() as client:
        deployment = await client.read_deployment_by_name("train/weekly")
        await client.create_flow_run_from_deployment(deployment.id, state=Completed())


asyncio.run(main())
"""
SCHEDULED = """
import asyncio
from prefect.client.orchestration import get_client
from prefect.states import Completed, Failed


async def main():
    async with get_client() as client:
        for _second in range(60):
            runs = [run for run in await client.read_flow_runs() if run.auto_scheduled]
            if len(runs) > 1:
                break
            await asyncio.sleep(1)
        await client.set_flow_run_state(runs[0].id, Completed(), force=True)
        await client.set_flow_run_state(runs[1].id, Failed(), force=True)


asyncio.run(main())
"""
PAUSE = """
import asyncio
from prefect.client.orchestration import get_client


async def main():
    async with get_client() as client:
        deployment = await client.read_deployment_by_name("train/weekly")
        await client.pause_deployment(deployment.id)


asyncio.run(main())
"""


class Service:
    """A real server in an environment of its own, with a store that ends with the test."""

    def __init__(self, package, folder, arguments, health):
        self.python = self.environment(package)
        self.address = f"http://127.0.0.1:{free_port()}"
        port = self.address.rpartition(":")[2]
        self.variables = {
            **os.environ,
            "PATH": f"{self.python.parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "MLFLOW_TRACKING_URI": self.address,
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "PREFECT_API_URL": f"{self.address}/api",
            "PREFECT_HOME": str(folder),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2",
            "DO_NOT_TRACK": "1",
        }
        command = [str(self.python.parent / package), *arguments, "--host", "127.0.0.1", "--port", port]
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, env=self.variables, stdout=log, stderr=log, start_new_session=True
            )
        self.wait(f"{self.address}/{health}")

    @staticmethod
    def environment(package):
        python = KEPT / package / "bin" / "python"
        if not (python.parent / package).exists():
            print(f"Installing {package} into {KEPT / package}")
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(KEPT / package)], check=True)
            subprocess.run(
                [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *PACKAGES[package]],
                check=True,
            )
        return python

    def wait(self, url):
        for _second in range(120):
            try:
                with urllib.request.urlopen(url, timeout=5):
                    return
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
                time.sleep(1)
        raise AssertionError(self.log.read_text())

    def run(self, program):
        run = subprocess.run(
            [str(self.python), "-c", program], env=self.variables, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stderr

    def stop(self):
        os.killpg(self.process.pid, 15)
        self.process.wait(30)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def mlflow(tmp_path):
    store = f"sqlite:///{tmp_path}/mlflow.db"
    arguments = ["server", "--backend-store-uri", store, "--artifacts-destination", str(tmp_path), "--workers", "1"]
    service = Service("mlflow", tmp_path, arguments, "health")
    yield service
    service.stop()


@pytest.fixture
def prefect(tmp_path):
    service = Service("prefect", tmp_path, ["server", "start"], "api/health")
    yield service
    service.stop()


def found_of(status, identifier, live):
    entry = {"id": identifier, "level": 2, "status": status, "strength": 3, "evidence": [], "reason": ""}
    (found,), warnings = apply_live([entry], live, datetime.now(timezone.utc).date().isoformat())
    assert warnings == []
    return found


def judged(status, identifier, live):
    found = found_of(status, identifier, live)
    return found["status"], found["strength"], found["reason"]


def told(identifier, live):
    """What the first server shows of a criterion: whether it was seen, the runs, those that succeeded, the last, how often."""
    found = found_of("met", identifier, live).get("live", [{"seen": None}])[0]
    return tuple(found.get(key) for key in ("seen", "runs", "succeeded", "last", "how_often"))


def test_mlflow(mlflow):
    live = {"mlflow": {"url": mlflow.address}}
    named = {"mlflow": {"url": mlflow.address, "experiments": ["taxi"], "models": ["taxi"]}}
    assert judged("met", "experiment_tracking", live) == ("partial", 3, "MLflow: no run was tracked")
    assert judged("met", "model_registry", live) == ("partial", 3, "MLflow: no model is registered")

    mlflow.run(TRACK)
    assert judged("met", "experiment_tracking", live) == ("met", 5, "")
    assert judged("not_met", "experiment_tracking", live) == ("not_met", 3, "")
    assert judged("not_met", "experiment_tracking", named) == ("met", 5, "")
    assert told("experiment_tracking", named) == (True, 2, 1, "within a day", "hourly or more often")
    assert told("training_pipeline", live)[0] is True

    mlflow.run(REGISTER)
    assert judged("met", "model_registry", named) == ("partial", 3, "MLflow: registered models have no version (taxi)")
    mlflow.run(VERSION)
    assert judged("partial", "model_registry", live) == ("met", 5, "")
    assert judged("not_met", "model_registry", named) == ("met", 5, "")
    assert told("model_registry", named) == (True, 1, 1, "within a day", "once")
    mlflow.run(VERSION)
    assert told("automated_promotion", live)[0] is None
    mlflow.run(ALIAS)
    assert told("automated_promotion", live)[0] is True


def test_prefect(prefect):
    live = {"prefect": {"url": f"{prefect.address}/api"}}
    named = {"prefect": {"url": f"{prefect.address}/api", "deployments": ["train/weekly"]}}
    assert judged("met", "orchestration", live) == ("partial", 3, "Prefect: there is no such deployment")
    assert judged("met", "scheduled_training", live) == ("partial", 3, "Prefect: no deployment has a schedule")

    prefect.run(DEPLOY)
    assert judged("met", "orchestration", live) == ("partial", 3, "Prefect: no run of a deployment completed")
    assert judged("partial", "scheduled_training", live) == ("met", 5, "")
    assert judged("not_met", "scheduled_training", named) == ("met", 5, "")

    prefect.run(RUN)
    assert judged("met", "orchestration", live) == ("met", 5, "")
    assert told("orchestration", named) == (True, 1, 1, "within a day", "once")
    assert told("scheduled_training", named)[:3] == (False, 0, 0)

    prefect.run(SCHEDULED)
    assert told("scheduled_training", named)[:3] == (True, 2, 1)

    prefect.run(PAUSE)
    said = ("partial", 3, "Prefect: every schedule is paused (train/weekly)")
    assert judged("met", "scheduled_training", named) == said
