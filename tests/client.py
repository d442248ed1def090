"""Calls the application in this process, over ASGI, and checks every response against the contract's document."""

import asyncio
import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from openapi_checks import validate_response

from coterie.api.openapi import document
from coterie.api.route import Contract
from coterie.api.routing import Routes
from coterie.app import CONTRACTS, App
from coterie.errors import NotFound

ROUTES = Routes(CONTRACTS)


@dataclass(frozen=True)
class Response:
    status: int
    headers: dict[str, str]
    body: bytes
    set_cookies: tuple[str, ...] = ()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """A client of the application. with_token returns another of the same application."""

    def __init__(self, app: App, *, token: str | None = None, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.app = app
        self.token = token
        self._loop = loop or asyncio.new_event_loop()
        if loop is None:
            self._lifespan = _Lifespan(app)
            self._loop.run_until_complete(self._lifespan.start())

    def with_token(self, token: str | None) -> "Client":
        return Client(self.app, token=token, loop=self._loop)

    def close(self) -> None:
        self._loop.run_until_complete(self._lifespan.stop())
        self._loop.close()

    def get(self, path: str, **query: Any) -> Response:
        return self.call("GET", path, query=query)

    def post(self, path: str, body: Any = None) -> Response:
        return self.call("POST", path, json_body=body)

    def put(self, path: str, body: Any = None) -> Response:
        return self.call("PUT", path, json_body=body)

    def patch(self, path: str, body: Any = None) -> Response:
        return self.call("PATCH", path, json_body=body)

    def delete(self, path: str, **query: Any) -> Response:
        return self.call("DELETE", path, query=query)

    def call(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        json_body: Any = None,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Response:
        """Sends one request. query: added to that of the path; a list repeats its parameter. headers: override ours."""
        split = urlsplit(path)
        string = "&".join(part for part in (split.query, urlencode(query or {}, doseq=True)) if part)
        given, headers = headers or {}, {"host": "testserver"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        if json_body is not None:
            body = json.dumps(json_body).encode()
            headers["content-type"] = "application/json"
        headers |= given
        response = self._loop.run_until_complete(self._call(method, split.path, string, headers, body))
        check(method, split.path, response)
        return response

    async def _call(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Response:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("testserver", 80),
        }
        pieces = [body[start : start + 65_536] for start in range(0, len(body), 65_536)] or [b""]
        messages = [
            {"type": "http.request", "body": piece, "more_body": number < len(pieces) - 1}
            for number, piece in enumerate(pieces)
        ]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        start, *rest = sent
        return Response(
            start["status"],
            {name.decode(): value.decode() for name, value in start["headers"]},
            b"".join(message.get("body", b"") for message in rest),
            tuple(value.decode() for name, value in start["headers"] if name == b"set-cookie"),
        )


def check(method: str, path: str, response: Response) -> None:
    """Raises AssertionError if the document of the contract forbids the response; other paths are not checked."""
    try:
        match = ROUTES.find(path)
    except NotFound:
        return
    compiled = match.routes.get(method)
    if compiled is None:
        return
    media_type = response.headers.get("content-type", "").split(";")[0]
    validate_response(
        contract_document(compiled.contract.name), method, compiled.template, response.status, media_type, response.body
    )


@cache
def contract_document(name: str) -> dict[str, Any]:
    contract: Contract = next(contract for contract in CONTRACTS if contract.name == name)
    return document(contract, "")


class _Lifespan:
    """Starts and stops the application as a server does."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._messages: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._responses: asyncio.Queue[Any] = asyncio.Queue()

    async def start(self) -> None:
        self._task = asyncio.ensure_future(
            self._app({"type": "lifespan", "asgi": {"version": "3.0"}}, self._messages.get, self._responses.put)
        )
        await self._messages.put({"type": "lifespan.startup"})
        response = await self._responses.get()
        assert response["type"] == "lifespan.startup.complete", response

    async def stop(self) -> None:
        await self._messages.put({"type": "lifespan.shutdown"})
        await self._responses.get()
        await self._task
