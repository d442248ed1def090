"""A handler sees the headers of its request."""

import asyncio
from typing import Any

from client import Client

from coterie.api.dispatch import ContractApp
from coterie.api.route import Contract, Request, Route
from coterie.http.authentication import Authentication
from coterie.http.background import BackgroundWrites
from coterie.http.requests import RequestRecorder
from coterie.http.responses import Response
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store.database import Database, Tx


def echo(tx: Tx, caller: Caller, request: Request) -> list[str | None]:
    return [request.header("If-Match"), request.header("x-nothing"), caller.via]


def test_a_handler_reads_a_header_by_its_name_in_any_case(database: Database, settings: Settings) -> None:
    routes = tuple(
        Route(method, "/echo", echo, None, mode, "Echo", response=Any)
        for method, mode in (("GET", "read"), ("PUT", "write"), ("POST", "slow"))
    )
    contract = Contract("small", "Small", "1", "/small/v1", "", routes, lambda error: Response(str(error), 500))
    writes = BackgroundWrites(database)
    authentication = Authentication(writes, settings)
    app: Any = ContractApp(database, settings, [contract], authentication, RequestRecorder(log_requests=False))
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(writes.started())
        client = Client(app, loop=loop)
        for method in ("GET", "PUT", "POST"):
            response = client.call(method, "/small/v1/echo", headers={"if-match": '"7"'})
            assert (response.status, response.json) == (200, ['"7"', None, "small"])
    finally:
        loop.close()
