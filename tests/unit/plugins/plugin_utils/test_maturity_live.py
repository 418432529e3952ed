# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a server's word changes what the checkout shows; the servers themselves are in tests/e2e/maturity_live.py."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from textwrap import dedent

import pytest
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.judge import judge
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_live.client import LiveOptionError
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_live.live import apply_live

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from maturity_trees import TRAIN, facts_of, shipped, write

TRACKED = "import mlflow\n" + dedent(TRAIN).replace("    return", "    mlflow.log_metric('a', 1)\n    return")
PARTS = {
    f"{name}/{file}": text
    for name in ("taxi", "tides", "churn")
    for file, text in (("train.py", TRACKED), ("pyproject.toml", ""))
}
EXPERIMENTS = {"experiments": [{"experiment_id": "1", "name": "taxi"}]}
TODAY = "2026-11-27"
NOON = 1795780800  # on that day


def run(days=0, source="train.py"):
    tags = [{"key": "mlflow.source.name", "value": source}]
    return {
        "info": {"end_time": (NOON - days * 86400) * 1000},
        "data": {"params": [{"key": "a"}], "metrics": [{"key": "b"}], "tags": tags},
    }


def version(number, days=0, made_by="r"):
    made = (NOON - days * 86400) * 1000
    return {"name": "taxi", "version": str(number), "creation_timestamp": made, "status": "READY", "run_id": made_by}


def flow_run(days=0, state="COMPLETED", **more):
    end = datetime.fromtimestamp(NOON - days * 86400, timezone.utc).isoformat().replace("+00:00", "Z")
    return {"deployment_id": "d", "state_type": state, "end_time": end, "auto_scheduled": False, **more}


RUN = run()
MODEL = {"name": "taxi", "latest_versions": [{"version": "1"}]}
DEPLOYMENT = {"id": "d", "flow_id": "f", "name": "weekly", "paused": False, "schedules": [{"active": True}]}


class Server(ThreadingHTTPServer):
    """Answers each path with what a test says, and notes what it was asked."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.asked = {}, []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        self.server.asked.append((self.command, self.path, self.headers.get("Authorization"), body))
        status, headers, text = 404, {}, b"{}"
        if path in self.server.answers:
            answer = self.server.answers[path]
            answer = answer(body) if callable(answer) else answer
            status, headers, text = answer if isinstance(answer, tuple) else (200, {}, json.dumps(answer).encode())
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = answer  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_args):
        pass


@pytest.fixture
def server():
    with Server() as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield running
        running.shutdown()


def mlflow(server, runs=(), models=(), failed=(), versions=()):
    def search(body):
        return {"runs": list(runs if b"FINISHED" in body else failed)}

    server.answers.update(
        {
            "/api/2.0/mlflow/experiments/search": EXPERIMENTS,
            "/api/2.0/mlflow/runs/search": search,
            "/api/2.0/mlflow/registered-models/search": {"registered_models": list(models)},
            "/api/2.0/mlflow/model-versions/search": {"model_versions": list(versions)},
        }
    )


def prefect(server, deployments=(), runs=(), automations=()):
    server.answers.update(
        {
            "/api/flows/filter": [{"id": "f", "name": "train"}],
            "/api/deployments/filter": list(deployments),
            "/api/flow_runs/filter": list(runs),
            "/api/automations/filter": list(automations),
        }
    )


def entry(identifier, status):
    evidence = [{"file": "train.py", "line": 1, "symbol": "x"}] if status in ("met", "partial") else []
    return {"id": identifier, "status": status, "strength": 3, "evidence": evidence, "reason": "", "level": 2}


def judged(identifier, status, kind, **options):
    given = entry(identifier, status)
    before = json.dumps(given)
    (found,), warnings = apply_live([given], {kind: options}, TODAY)
    assert warnings == []
    assert json.dumps(given) == before
    return found


@pytest.mark.parametrize("status", ["met", "partial"])
def test_what_the_checkout_shows_is_confirmed(server, status):
    mlflow(server, [RUN], [MODEL])
    found = judged("model_registry", status, "mlflow", url=server.url)
    assert (found["status"], found["strength"]) == ("met", 5)
    assert [each["file"] for each in found["evidence"]] == ["train.py", "MLflow"]
    assert judged("experiment_tracking", status, "mlflow", url=server.url)["strength"] == 5


@pytest.mark.parametrize(
    ("identifier", "why"),
    [("model_registry", "MLflow: no model is registered"), ("experiment_tracking", "MLflow: no run was tracked")],
)
def test_what_never_ran_is_lowered(server, identifier, why):
    mlflow(server)
    found = judged(identifier, "met", "mlflow", url=server.url)
    assert (found["status"], found["reason"]) == ("partial", why)
    assert judged(identifier, "not_met", "mlflow", url=server.url)["status"] == "not_met"


def test_only_named_things_raise(server):
    mlflow(server, [RUN], [MODEL])
    assert judged("model_registry", "not_met", "mlflow", url=server.url)["status"] == "not_met"
    assert judged("model_registry", "unknown", "mlflow", url=server.url, models=["taxi"])["status"] == "met"
    assert judged("model_registry", "met", "mlflow", url=server.url, models=["other"])["status"] == "partial"
    assert judged("experiment_tracking", "not_met", "mlflow", url=server.url, experiments=["taxi"])["status"] == "met"


def test_a_component_has_what_is_named_for_it(server, tmp_path):
    mlflow(server, [RUN])
    options = {
        "url": server.url,
        "components": {"taxi": {"experiments": ["taxi"]}, "tides": {"experiments": ["tides"]}},
    }
    found = judge(facts_of(write(tmp_path, PARTS)), shipped(), live={"mlflow": options})
    seen = {
        part["path"]: next(item for item in part["criteria"] if item["id"] == "experiment_tracking")
        for part in found["components"]
    }
    # The server has runs of taxi's; of what is named for tides it has none, and for churn nothing was named.
    assert {path: (item["status"], item["strength"]) for path, item in seen.items()} == {
        "taxi": ("met", 5),
        "tides": ("partial", 4),
        "churn": ("met", 4),
    }


@pytest.mark.parametrize("status", ["attested", "waived", "not_applicable"])
def test_what_people_said_is_left_alone(server, status):
    mlflow(server)
    found = judged("model_registry", status, "mlflow", url=server.url)
    assert {key: value for key, value in found.items() if key != "live"} == entry("model_registry", status)


def test_it_is_told_how_often_it_ran_how_it_ended_and_when_last(server):
    mlflow(server, [run(20), run(13), run(6, "ipykernel_launcher.py")], failed=[{"info": {"end_time": NOON * 1000}}])
    (told,) = judged("experiment_tracking", "met", "mlflow", url=server.url)["live"]
    assert told == {
        "source": "MLflow",
        "seen": True,
        "detail": "runs with parameters and metrics",
        "runs": 4,
        "succeeded": 3,
        "last": "within a day",
        "last_outcome": "failed",
        "last_success": "within a week",
        "how_often": "weekly",
    }
    # A notebook's run is none of a program, and a run says which it was.
    (told,) = judged("training_pipeline", "met", "mlflow", url=server.url)["live"]
    assert (told["runs"], told["last_success"]) == (2, "within a month")
    assert judged("training_pipeline", "not_met", "mlflow", url=server.url)["status"] == "not_met"


@pytest.mark.parametrize(
    ("days", "age", "seen"),
    [
        (1, "within a day", True),
        (8, "within a month", True),
        (91, "within three months", True),
        (400, "over a year ago", False),
    ],
)
def test_what_succeeded_long_ago_is_not_seen(server, days, age, seen):
    mlflow(server, [RUN], [MODEL], versions=[version(1, days)])
    found = judged("model_registry", "met", "mlflow", url=server.url)
    (told,) = found["live"]
    assert (found["status"], told["seen"], told["last"], told["how_often"]) == ("met", seen, age, "once")


def test_a_schedule_that_has_started_nothing_is_declared_and_not_seen(server):
    url = f"{server.url}/api"
    for runs, seen in (
        ([flow_run()], False),
        ([flow_run(auto_scheduled=True, state="FAILED")], False),
        ([flow_run(auto_scheduled=True, deployment_id="other")], False),
        ([flow_run(auto_scheduled=True)], True),
    ):
        prefect(server, [DEPLOYMENT], runs)
        found = judged("scheduled_training", "met", "prefect", url=url)
        assert found["status"] == "met"
        assert [item["seen"] for item in found["live"]] == [seen]


def test_retraining_was_seen_where_the_automation_has_started_a_run(server):
    automation = {"enabled": True, "actions": [{"type": "run-deployment", "deployment_id": "d"}]}
    options = {"url": f"{server.url}/api", "deployments": ["train/weekly"]}
    for created_by, seen in ((None, False), ({"type": "DEPLOYMENT"}, False), ({"type": "AUTOMATION"}, True)):
        prefect(server, [DEPLOYMENT], [flow_run(created_by=created_by)], [automation])
        (told,) = judged("automated_retraining", "met", "prefect", **options)["live"]
        assert told["seen"] is seen


def test_an_alias_confirms_promotion_where_there_was_a_choice_among_what_runs_made(server):
    promoted = {**MODEL, "aliases": [{"alias": "champion", "version": 1}]}
    for versions, seen in (
        ([version(1)], False),
        ([version(1), version(2)], True),
        ([version(1, made_by=""), version(2)], False),
    ):
        mlflow(server, [RUN], [promoted], versions=versions)
        found = judged("automated_promotion", "met", "mlflow", url=server.url)
        assert any(item["seen"] for item in found.get("live", ())) is seen
        assert judged("automated_promotion", "not_met", "mlflow", url=server.url)["status"] == "not_met"


def levels(server, tmp_path, files, live, **more):
    found = judge(facts_of(write(tmp_path, files)), shipped(), live=live, today=TODAY, **more)
    return found.get("live"), found


def test_a_level_that_only_the_checkout_shows_is_told_apart_from_one_that_was_seen(server, tmp_path):
    files = {
        "train.py": TRACKED,
        "flow.py": """
            from prefect import flow, task
            from train import train
            fit = task(train)
            @flow
            def weekly():
                fit()
            if __name__ == "__main__":
                weekly.serve(name="weekly", cron="0 3 * * 1")
        """,
        "register.py": 'import mlflow\nmlflow.register_model("runs:/x/model", "taxi")\n',
        "requirements.txt": "mlflow==3.1.0\nprefect==3.4.0\nscikit-learn==1.7.0\n",
    }
    live = {"mlflow": {"url": server.url}, "prefect": {"url": f"{server.url}/api"}}
    mlflow(server, [RUN], [MODEL], versions=[version(1)])
    prefect(server, [DEPLOYMENT], [flow_run(auto_scheduled=True)])
    told, found = levels(server, tmp_path, files, live)
    assert told["declared"]["practice_level"] == told["seen"]["practice_level"] == found["practice_level"] == 2
    # The schedule is on, and nothing has run for a year.
    mlflow(server, [run(400)], [MODEL], versions=[version(1, 400)])
    prefect(server, [DEPLOYMENT], [flow_run(400, auto_scheduled=True)])
    told, found = levels(server, tmp_path, files, live)
    assert (told["declared"]["practice_level"], told["seen"]["practice_level"], found["practice_level"]) == (2, 0, 2)
    assert json.dumps(found) == json.dumps(levels(server, tmp_path, files, live)[1])


def test_without_an_answer_nothing_changes(server, tmp_path):
    live = {"mlflow": {"url": server.url}}
    told, found = levels(server, tmp_path, {"train.py": TRACKED}, live)
    plain = judge(facts_of(tmp_path), shipped(), today=TODAY)
    assert told is None
    assert {**found, "warnings": []} == {**plain, "warnings": []}
    assert len(found["warnings"]) == 1


def test_a_schedule_is_confirmed_or_lowered(server):
    prefect(server, [DEPLOYMENT], [flow_run()])
    url = f"{server.url}/api"
    assert judged("scheduled_training", "met", "prefect", url=url)["strength"] == 5
    assert judged("orchestration", "partial", "prefect", url=url)["status"] == "met"
    for change in ({"paused": True}, {"schedules": [{"active": False}]}):
        prefect(server, [{**DEPLOYMENT, **change}])
        found = judged("scheduled_training", "met", "prefect", url=url)
        assert (found["status"], found["reason"]) == ("partial", "Prefect: every schedule is paused")
    assert judged("orchestration", "met", "prefect", url=url)["reason"] == "Prefect: no run of a deployment completed"


def test_an_automation_of_a_named_deployment_retrains(server):
    action = {"type": "run-deployment", "deployment_id": "d"}
    prefect(server, [DEPLOYMENT], [flow_run()], [{"enabled": True, "actions": [action]}])
    url = f"{server.url}/api"
    found = judged("automated_retraining", "not_met", "prefect", url=url, deployments=["train/weekly"])
    assert found["status"] == "met"
    assert judged("automated_retraining", "not_met", "prefect", url=url)["status"] == "not_met"
    prefect(server, [DEPLOYMENT], [flow_run()], [{"enabled": False, "actions": [action]}])
    found = judged("automated_retraining", "met", "prefect", url=url, deployments=["train/weekly"])
    assert found["status"] == "met"
    assert found["strength"] == 3


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((500, {}, b"{}"), "answers 500"),
        ((401, {}, b"{}"), "answers 401"),
        ((302, {"Location": "http://127.0.0.1:9/"}, b""), "answers 302"),
        ((200, {}, b"<html>"), "something else than JSON"),
        ((200, {}, b"[1]"), "not MLflow's"),
        ((200, {}, b"[" * 200_000), "something else than JSON"),
        ((200, {}, b'{"experiments": "' + b"x" * 1000 + b'"}'), "not MLflow's"),
    ],
)
def test_a_server_that_does_not_answer_well_changes_nothing(server, answer, why):
    mlflow(server)
    server.answers["/api/2.0/mlflow/experiments/search"] = answer
    criteria, warnings = apply_live([entry("model_registry", "met")], {"mlflow": {"url": server.url}})
    assert criteria == [entry("model_registry", "met")]
    assert len(warnings) == 1
    assert why in warnings[0]


def test_nobody_there():
    password = "secret"
    live = {"mlflow": {"url": f"http://ann:{password}@127.0.0.1:9/"}, "prefect": None}
    criteria, warnings = apply_live([entry("model_registry", "met")], live)
    assert criteria == [entry("model_registry", "met")]
    assert "does not answer" in warnings[0]
    assert password not in warnings[0]


def test_credentials_go_along(server):
    mlflow(server)
    apply_live([], {"mlflow": {"url": server.url, "token": "t"}})
    assert {asked[2] for asked in server.asked} == {"Bearer t"}
    server.asked.clear()
    apply_live([], {"mlflow": {"url": server.url, "username": "ann", "password": "p"}})
    assert {asked[2] for asked in server.asked} == {"Basic " + base64.b64encode(b"ann:p").decode()}


def test_pages_are_followed(server):
    mlflow(server)
    server.answers["/api/2.0/mlflow/registered-models/search"] = {"registered_models": [], "next_page_token": "more"}
    apply_live([], {"mlflow": {"url": server.url}})
    pages = [path for _method, path, *_rest in server.asked if "registered-models" in path]
    assert len(pages) == 50
    assert pages[1].endswith("page_token=more")


@pytest.mark.parametrize(
    ("live", "why"),
    [
        ({"wandb": {"url": "http://x"}}, "there is no 'wandb'; known are mlflow, prefect"),
        ({"mlflow": {"url": "http://x", "model": ["a"]}}, "mlflow has no model"),
        ({"mlflow": {"models": ["a"]}}, "needs a url"),
        ({"mlflow": {"url": "file:///etc/passwd"}}, "no address"),
    ],
)
def test_a_wrong_option_is_refused(live, why):
    with pytest.raises(LiveOptionError, match=why):
        apply_live([], live)


ROOT = Path(__file__).resolve().parents[4]
TRAINING = """
import mlflow
from sklearn.linear_model import Ridge

with mlflow.start_run():
    model = Ridge().fit([[1]], [1])
    mlflow.log_metric("rmse", 1.0)
"""


def asked_by_ansible(project, url):
    """What a user sees who asks for live evidence: the criteria by id, the warnings, and all that was printed."""
    options = json.dumps({"path": str(project), "live": {"mlflow": {"url": url, "token": "s3cret-token"}}})
    command = [
        Path(sys.executable).parent / "ansible",
        "localhost",
        "-vvv",
        "-m",
        "mlops.workbench.maturity_info",
        "-a",
        options,
    ]
    environment = {**os.environ, "ANSIBLE_CALLBACK_RESULT_FORMAT": "json", "ANSIBLE_NOCOLOR": "1"}
    run = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    result = json.JSONDecoder().raw_decode(run.stdout[run.stdout.index("SUCCESS => ") + len("SUCCESS => ") :])[0][
        "maturity"
    ]
    return {found["id"]: found for found in result["criteria"]}, result["warnings"], run.stdout + run.stderr


@pytest.fixture
def project(tmp_path):
    (tmp_path / "train.py").write_text(TRAINING)
    return tmp_path


@pytest.mark.skipif("ansible_collections" in ROOT.parts, reason="ansible-test has no ansible command of its own here")
def test_the_module_asks_the_server_and_keeps_its_token_to_itself(server, project):
    mlflow(server, [RUN], [MODEL])
    criteria, warnings, printed = asked_by_ansible(project, server.url)
    assert (criteria["experiment_tracking"]["status"], criteria["experiment_tracking"]["strength"]) == ("met", 5)
    assert warnings == []
    assert {authorization for _method, _path, authorization, _body in server.asked} == {"Bearer s3cret-token"}
    assert "s3cret-token" not in printed


@pytest.mark.skipif("ansible_collections" in ROOT.parts, reason="ansible-test has no ansible command of its own here")
def test_the_module_lowers_what_never_ran(server, project):
    mlflow(server)
    assert asked_by_ansible(project, server.url)[0]["experiment_tracking"]["status"] == "partial"
