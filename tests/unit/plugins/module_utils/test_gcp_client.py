# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long calls to Google Cloud are repeated, and what is said when that is over."""

from __future__ import annotations

import json

import pytest

requests = pytest.importorskip("requests")
pytest.importorskip("google.auth")

from ansible_collections.mlops.workbench.plugins.module_utils._gcp.client import Client, CloudError  # noqa: E402


class Session:
    """Gives the answers that it was given, and then the last one for ever."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def request(self, method, url, **options):
        self.asked.append((method, url, options))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Clock:
    """Time that passes only by sleeping."""

    now = 0.0

    def sleep(self, seconds):
        self.now += seconds

    def __call__(self):
        return self.now


def answer(status, body):
    made = requests.Response()
    made.status_code = status
    made._content = json.dumps(body).encode()
    return made


def refused(status, reason, detail=""):
    details = [{"reason": detail}] if detail else []
    return answer(status, {"error": {"message": "No.", "errors": [{"reason": reason}], "details": details}})


def client(*answers, enabling=False):
    clock = Clock()
    session = Session(*answers)
    return Client(session, enabling, sleep=clock.sleep, clock=clock), session, clock


@pytest.mark.parametrize(
    "passing",
    [
        refused(429, "rateLimitExceeded"),
        refused(503, "backendError"),
        refused(403, "rateLimitExceeded"),
        refused(400, "resourceNotReady"),
        requests.exceptions.ConnectionError("lost"),
    ],
)
def test_what_passes_is_waited_for(passing):
    asked, session, clock = client(passing, passing, answer(200, {"id": "1"}))
    assert asked.call("GET", "https://x") == {"id": "1"}
    assert len(session.asked) == 3
    assert 1 < clock.now < 4


@pytest.mark.parametrize("lasting", [refused(403, "forbidden"), refused(400, "invalid"), refused(409, "alreadyExists")])
def test_what_lasts_is_said_at_once(lasting):
    asked, session, _clock = client(lasting)
    with pytest.raises(CloudError, match="No") as told:
        asked.call("POST", "https://x")
    assert (len(session.asked), told.value.status) == (1, lasting.status_code)


def test_patience_ends():
    asked, _session, clock = client(refused(503, "backendError"))
    with pytest.raises(CloudError, match="503"):
        asked.call("GET", "https://x")
    assert 90 < clock.now <= 120


def test_a_way_that_leads_nowhere_is_said_soon():
    asked, session, clock = client(requests.exceptions.ProxyError("refused"))
    with pytest.raises(CloudError, match="HTTPS_PROXY"):
        asked.call("GET", "https://x")
    assert (len(session.asked), clock.now < 10) == (4, True)


def test_an_interface_is_waited_for_only_where_it_was_enabled():
    disabled = refused(403, "accessNotConfigured", "SERVICE_DISABLED")
    with pytest.raises(CloudError):
        client(disabled)[0].call("GET", "https://x")
    assert client(disabled, answer(200, {}), enabling=True)[0].call("GET", "https://x") == {}


def test_nothing_there_is_no_error():
    assert client(refused(404, "notFound"))[0].get("https://x") is None


def test_a_call_repeated_after_a_lost_answer_is_the_same_call():
    done = answer(200, {"status": "DONE"})
    asked, session, _clock = client(requests.exceptions.ConnectionError("lost"), done)
    asked.change("POST", "https://x")
    (first, second) = [options["params"]["requestId"] for _method, _url, options in session.asked]
    assert first == second


def test_an_operation_is_waited_for_and_its_failure_told():
    operation = {
        "status": "RUNNING",
        "selfLink": "https://x/o",
        "operationType": "insert",
        "targetLink": "/projects/p/i",
    }
    failed = {**operation, "status": "DONE", "error": {"errors": [{"code": "QUOTA_EXCEEDED", "message": "CPUS"}]}}
    asked, session, _clock = client(answer(200, operation), answer(200, operation), answer(200, failed))
    with pytest.raises(CloudError, match="insert of p/i: QUOTA_EXCEEDED: CPUS"):
        asked.change("POST", "https://x")
    assert [url for _method, url, _options in session.asked] == ["https://x", "https://x/o/wait", "https://x/o/wait"]


def test_pages_are_followed_to_the_end():
    def page(name, **more):
        return answer(200, {"items": {"zones/a": {"instances": [name]}, "zones/b": {"warning": {}}}, **more})

    asked, session, _clock = client(page("one", nextPageToken="t"), page("two"))
    assert list(asked.aggregated("https://x", "instances", {"filter": "f"})) == ["one", "two"]
    assert [options["params"] for _method, _url, options in session.asked][1] == {"filter": "f", "pageToken": "t"}
