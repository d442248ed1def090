"""An error of the disk and a fault of ours are presented alike by every door."""

import json
from errno import EACCES, ENOSPC
from typing import Any

import pytest
from client import Client

from coterie.app import create_app
from coterie.errors import DiskFull, NotFound
from coterie.http.errors import Unexpected, known_error
from coterie.logs import JsonFormatter
from coterie.settings import Settings
from coterie.store.database import Database

FORM = {"content-type": "application/x-www-form-urlencoded"}
REQUESTS = {
    "contract": ("GET", "/api/hub/v1/contacts", {"authorization": "Bearer x"}, b""),
    "page": ("GET", "/sign-in", {"cookie": "coterie=x; __Host-coterie=x"}, b""),
    "carddav": ("PROPFIND", "/dav/", {"authorization": "Basic YTpi"}, b""),
    "mcp": ("POST", "/mcp", {"authorization": "Bearer x", "content-type": "application/json",
                             "accept": "application/json, text/event-stream"},
            b'{"jsonrpc":"2.0","id":1,"method":"ping"}'),
    "oauth": ("POST", "/oauth/token", FORM, b"grant_type=refresh_token&client_id=c&refresh_token=t"),
}  # fmt: skip


class Failing:
    """A database whose every transaction fails."""

    def __init__(self, database: Database, error: Exception) -> None:
        self.engine, self.settings, self._error = database.engine, database.settings, error

    async def run_read(self, work: Any) -> Any:
        raise self._error

    run_slow = run_write = run_search = run_read

    def read(self) -> Any:
        raise self._error

    write = read

    def close(self) -> None: ...


def test_other_errors_become_known_ones(caplog: pytest.LogCaptureFixture) -> None:
    known = NotFound("There is no contact 1")
    assert known_error(known, "r") is known
    assert isinstance(known_error(OSError(ENOSPC, "No space left on device"), "r"), DiskFull)
    assert caplog.records == []
    for fault in (ValueError("secret"), OSError(EACCES, "secret")):
        error = known_error(fault, "r-1")
        assert isinstance(error, Unexpected) and error.message == "r-1"


@pytest.mark.parametrize("door", REQUESTS)
@pytest.mark.parametrize(("error", "status"), [(OSError(ENOSPC, "secret"), 503), (RuntimeError("secret"), 500)])
def test_each_door_presents_them_alike(
    database: Database, settings: Settings, caplog: pytest.LogCaptureFixture, door: str, error: Exception, status: int
) -> None:
    method, path, headers, body = REQUESTS[door]
    client = Client(create_app(Failing(database, error), settings))  # type: ignore[arg-type]
    response = client.call(method, path, headers={"x-request-id": "fault-1", **headers}, body=body)
    client.close()
    assert response.status == status
    assert b"secret" not in response.body
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    faults = [line["request_id"] for line in lines if line["event"] == "unexpected error"]
    assert faults == (["fault-1"] if status == 500 else [])
