"""What Meta asks of the door is in the log and in the numbers like every request, without a secret or a body."""

import asyncio
import io
import json
from typing import Any

import pytest
from client import Client
from instagram_world import VERIFY_TOKEN, deliver, message, messaging, number
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import request_response

from coterie.app import App, create_app
from coterie.http.requests import FLUSH_SECONDS, RecordedApp, RequestRecorder
from coterie.settings import Settings
from coterie.store.database import Database

PATH = "/instagram/webhook"


class Watched:
    """The application with its log, which goes to standard error."""

    def __init__(self, client: Client, app: App, stream: io.StringIO) -> None:
        self.client = Client(app, loop=client._loop)
        self._stream = stream

    def text(self) -> str:
        self.client._loop.run_until_complete(asyncio.sleep(FLUSH_SECONDS * 1.5))
        return self._stream.getvalue()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def watched(client: Client, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Watched:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    app = create_app(database, replace(settings, log_requests=True))
    monkeypatch.undo()
    return Watched(client, app, stream)


def metric(watched: Watched, method: str, status: int) -> bool:
    text = watched.client.get("/metrics").body.decode()
    return f'coterie_requests_total{{method="{method}",route="{PATH}",status="{status}"}} 1.0' in text


def test_a_delivery_is_one_line_and_one_number_under_its_route(watched: Watched, account: str) -> None:
    response = deliver(
        watched.client, messaging(account, message(account, number(), "a secret text")), **{"x-request-id": "abc-1"}
    )
    assert (response.status, response.headers["x-request-id"]) == (200, "abc-1")
    (line,) = watched.lines()
    assert (line["event"], line["method"], line["route"], line["status"]) == ("request", "POST", PATH, 200)
    assert line["level"] == "info"
    assert (line["request_id"], line["milliseconds"] > 0) == ("abc-1", True)
    assert metric(watched, "POST", 200)


def test_neither_the_body_nor_the_token_nor_the_signature_is_in_the_log(watched: Watched, account: str) -> None:
    hub = {"hub.mode": "subscribe", "hub.challenge": "115820", "hub.verify_token": VERIFY_TOKEN}
    assert watched.client.get(PATH, **hub).status == 200
    delivery = messaging(account, message(account, number(), "a secret text"))
    assert deliver(watched.client, delivery, **{"x-hub-signature-256": "sha256=0badc0de"}).status == 403
    assert [line["status"] for line in watched.lines()] == [200, 403]
    for secret in (VERIFY_TOKEN, "115820", "a secret text", "0badc0de", account, "hub."):
        assert secret not in watched.text()


def test_what_is_refused_is_counted_too(watched: Watched) -> None:
    assert watched.client.get(PATH).status == 403
    response = watched.client.call("DELETE", PATH)
    assert (response.status, response.headers["allow"]) == (405, "GET, HEAD, POST")
    assert watched.client.call("BREW", PATH).status == 405
    assert [(line["method"], line["status"]) for line in watched.lines()] == [
        ("GET", 403), ("DELETE", 405), ("(other)", 405),
    ]  # fmt: skip
    assert metric(watched, "GET", 403)
    assert metric(watched, "(other)", 405)


def test_a_fault_of_ours_is_counted_and_answered_with_the_id_it_is_logged_under(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(request: Request) -> Response:
        raise ZeroDivisionError

    recorder = RequestRecorder(log_requests=False)
    app = RecordedApp(request_response(broken), "/broken", recorder)
    response = Client(app, loop=client._loop).call("GET", "/broken")
    assert (response.status, response.body) == (500, b"")
    assert [vars(record)["request_id"] for record in caplog.records] == [response.headers["x-request-id"]]
    (counted,) = next(recorder.metrics.collect()).samples
    assert (counted.labels, counted.value) == ({"method": "GET", "route": "/broken", "status": "500"}, 1)
