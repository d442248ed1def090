"""Answers every contract: route, token, input, handler, response.

A request passes these steps in order: its route is found; its query and token are read (call.py); the token becomes a
Caller (callers.py); the body is read; query and body become the Structs of the route; the handler runs with a
transaction in the route's mode (a write as writes.py says); its result is encoded. The contract of the path presents
any error raised on the way.

This is a plain ASGI application over the route tables and not a framework's router, because dispatch is most of what a
request costs in addition to its queries (docs/decisions/0022).
"""

import time
from collections.abc import Sequence
from typing import BinaryIO

from coterie.api.call import Call, start_call
from coterie.api.callers import Callers
from coterie.api.etags import with_etag
from coterie.api.route import Contract
from coterie.api.routing import Routes
from coterie.api.writes import Writes
from coterie.http.asgi import HeaderList, Receive, Scope, Send, client_of, headers_of
from coterie.http.authentication import Authentication
from coterie.http.errors import MethodNotAllowed, error_headers, known_error
from coterie.http.files import open_file, send_file
from coterie.http.multipart import remove_uploads
from coterie.http.rate_limits import RateLimits
from coterie.http.requests import RequestRecorder, read_request_id
from coterie.http.responses import BASE_HEADERS, Encoded, FileBody, Response, encode_response
from coterie.settings import Settings
from coterie.store.database import Database, Tx


class ContractApp:
    """The ASGI application of all REST contracts."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        contracts: Sequence[Contract],
        authentication: Authentication,
        recorder: RequestRecorder,
    ) -> None:
        self._database = database
        self._settings = settings
        self._routes = Routes(contracts)
        self._recorder = recorder
        self._rate_limits = RateLimits(settings.rate_per_minute)
        self._callers = Callers(database, authentication)
        self._writes = Writes(database, self._callers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        headers = headers_of(scope)
        request_id = read_request_id(headers)
        method: str = scope["method"]
        template = "(none)"
        limits: HeaderList = []
        file = None
        try:
            found = self._routes.find(scope["path"])
            compiled = found.routes.get("GET" if method == "HEAD" else method)
            if compiled is None:
                raise MethodNotAllowed(found.allowed_methods())
            template = compiled.template
            call = start_call(compiled, found, scope, headers=headers, settings=self._settings)
            if call.token is not None:
                self._rate_limits.take(call.token, limits)
            response = with_etag(call, await self._run(call, receive))
            if isinstance(response[2], FileBody):
                file = await open_file(response[2])
        except Exception as error:
            response = self._present(error, scope, request_id)
        response[1].extend([*limits, (b"x-request-id", request_id.encode())])
        await _send(send, response, file, is_head=method == "HEAD")
        self._recorder.record(
            method=method,
            route=template,
            status=response[0],
            started=started,
            request_id=request_id,
            client=client_of(scope),
        )

    async def _run(self, call: Call, receive: Receive) -> Encoded:
        """Reads the body of a call and runs its handler in the route's mode."""
        writer = await self._writes.admit(call) if call.route.mode == "write" else None
        await call.read_body(receive)
        try:
            if writer is not None:
                return await self._writes.run(call, writer)
            return await self._search(call) if call.route.is_search is not None else await self._read(call)
        finally:
            if call.files:
                remove_uploads(call.files)

    async def _read(self, call: Call) -> Encoded:
        """A read checks its token in its own transaction, and before its parameters."""
        route = call.route

        def respond(tx: Tx) -> Encoded:
            caller = self._callers.authenticate(tx, call)
            return encode_response(route.handler(tx, caller, call.read_request()), route.status)

        return await (self._database.run_read if route.mode == "read" else self._database.run_slow)(respond)

    async def _search(self, call: Call) -> Encoded:
        """Authenticates a read that may be a search first, because its parameters say in which threads it runs."""
        route = call.route
        caller = await self._database.run_read(lambda tx: self._callers.authenticate(tx, call))
        request = call.read_request()

        def respond(tx: Tx) -> Encoded:
            return encode_response(route.handler(tx, caller, request), route.status)

        assert route.is_search is not None
        if route.is_search(request.query):
            return await self._database.run_search(caller.organization_id, respond)
        return await self._database.run_read(respond)

    def _present(self, error: Exception, scope: Scope, request_id: str) -> Encoded:
        error = known_error(error, request_id)
        if isinstance(error, MethodNotAllowed) and scope["method"] == "OPTIONS":
            return encode_response(Response(status=204, headers=error_headers(error)))
        contract = self._routes.contract_of(scope["path"])
        response = contract.present_error(error)
        if contract.add_request_id is not None:
            contract.add_request_id(response.body, request_id)
        return encode_response(response)


async def _send(send: Send, response: Encoded, file: BinaryIO | None, *, is_head: bool) -> None:
    """Sends a response with the headers that all have. file: its body, if that is a file."""
    status, headers, body = response
    given = {name for name, _ in headers}
    headers += [header for header in BASE_HEADERS if header[0] not in given]
    byte_count = body.byte_count if isinstance(body, FileBody) else len(body)
    if status not in (204, 304):
        headers.append((b"content-length", str(byte_count).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if file is not None:
        await send_file(file, 0 if is_head else byte_count, send)
    else:
        await send({"type": "http.response.body", "body": b"" if is_head else body})
