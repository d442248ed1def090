"""The door: one POST, one response. No session, no stream, no state between requests.

A request passes these steps: origin, token, envelope, method; of tools/call also the tool, its scope and arguments.
The tool then runs in its own mode, as routes of the contracts do.
"""

import time
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from coterie.errors import CoterieError, DiskFull, Forbidden, NotFound, Unauthorized
from coterie.http.asgi import HeaderList, Headers, Receive, Scope, Send, client_of, headers_of
from coterie.http.authentication import Authentication, read_bearer_token
from coterie.http.body import check_encoding, read_bytes
from coterie.http.errors import MethodNotAllowed
from coterie.http.fields import reader
from coterie.http.limits import BODY_BYTES_MAX
from coterie.http.rate_limits import RateLimits
from coterie.http.requests import METHODS, RequestRecorder, read_request_id
from coterie.http.responses import BASE_HEADERS, JSON, base_url
from coterie.mcp.completions import complete, read_reference
from coterie.mcp.elicitation import read_answer
from coterie.mcp.envelope import INVALID_PARAMS, NO_RESOURCE, Envelope, Id, RpcError, id_of, read_envelope, read_message
from coterie.mcp.limits import check_changes
from coterie.mcp.methods import MethodResult, find_tool, finish, run_method
from coterie.mcp.outputs import present
from coterie.mcp.refusals import present_refusal
from coterie.mcp.replies import InsufficientScope, Response, present_error, present_result
from coterie.mcp.resources import read_resource
from coterie.mcp.tool import READ, Call, Output, Tool
from coterie.mcp.undo import TOOL as UNDO
from coterie.mcp.undo import undo_of
from coterie.mcp.urls import MCP_PATH, METADATA_PATH
from coterie.model.oauth import LOOPBACK
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store.database import Database, Tx

VIA = "mcp"


class McpApp:
    """The ASGI application of /mcp."""

    def __init__(
        self, database: Database, settings: Settings, authentication: Authentication, recorder: RequestRecorder
    ) -> None:
        self._database, self._settings = database, settings
        self._authentication, self._recorder = authentication, recorder
        self._rate_limits = RateLimits(min(settings.rate_per_minute, settings.assistant_calls_per_minute))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, headers = time.perf_counter(), headers_of(scope)
        request_id = read_request_id(headers)
        limits: HeaderList = []

        def present(error: Exception, id_: Id = None) -> Response:
            metadata_url = base_url(self._settings, scope, headers) + METADATA_PATH
            has_token = read_bearer_token(headers) is not None
            return present_error(error, request_id, metadata_url, has_token=has_token, id_=id_)

        try:
            response = await self._respond(scope, headers, receive, limits, present)
        except Exception as error:
            response = present(error)
        await _send(response, [*limits, (b"x-request-id", request_id.encode())], send)
        self._recorder.record(
            method=scope["method"] if scope["method"] in METHODS else "(other)",
            route=MCP_PATH,
            status=response.status,
            started=started,
            request_id=request_id,
            client=client_of(scope),
        )

    async def _respond(
        self, scope: Scope, headers: Headers, receive: Receive, limits: HeaderList, present: Callable[..., Response]
    ) -> Response:
        """The response to a request. present: makes that of an error; one after the message was read has its id."""
        url = base_url(self._settings, scope, headers)
        check_origin(self._settings, headers, url)
        if scope["method"] != "POST":
            raise MethodNotAllowed(("POST",))
        token = read_bearer_token(headers)
        if not token:
            raise Unauthorized("Unauthorized")
        self._rate_limits.take(token, limits)
        caller = await self._database.run_read(lambda tx: self._find_caller(tx, token))
        check_encoding(headers)
        message = read_message(await read_bytes(headers, receive, BODY_BYTES_MAX))
        id_ = id_of(message)
        try:
            envelope = read_envelope(message, headers)
            if envelope.is_notification:
                return Response(202)
            result = await self._run(envelope, caller, token, url)
        except Exception as error:
            return present(error, id_)
        return present_result(id_, finish(envelope, result))

    def _find_caller(self, tx: Tx, token: str) -> Caller:
        caller = self._authentication.find_caller(tx, token, via=VIA)
        if caller is None:
            raise Unauthorized("Unauthorized")
        if not caller.may(READ):
            raise InsufficientScope(READ)
        return caller

    async def _run(self, envelope: Envelope, caller: Caller, token: str, url: str) -> MethodResult:
        if envelope.method == "resources/read":
            return await self._read_resource(envelope, Call(caller, None, self._settings, url))
        if envelope.method == "completion/complete":
            return await self._complete(envelope, Call(caller, None, self._settings, url))
        if envelope.method != "tools/call":
            return run_method(envelope, caller)
        tool = find_tool(envelope.params.get("name"))
        if not caller.may(tool.scope):
            raise InsufficientScope(tool.scope)
        given = envelope.params.get("arguments")
        given = {} if given is None else given
        if not isinstance(given, dict):
            raise RpcError(INVALID_PARAMS, "params.arguments must be an object")
        try:
            call = Call(caller, reader(tool.arguments)(given), self._settings, url, **read_answer(envelope))
            return present(await self._run_tool(tool, call, partial(self._find_caller, token=token)))
        except (Unauthorized, InsufficientScope, DiskFull):
            raise
        except CoterieError as error:
            return present_refusal(error, tool)

    async def _read_resource(self, envelope: Envelope, call: Call) -> MethodResult:
        uri = envelope.params.get("uri")
        try:
            return await self._database.run_slow(lambda tx: read_resource(tx, call, str(uri)))
        except NotFound as error:
            raise RpcError(INVALID_PARAMS if envelope.is_modern else NO_RESOURCE, error.message) from None

    async def _complete(self, envelope: Envelope, call: Call) -> MethodResult:
        target, typed = read_reference(envelope.params)
        organization_id = call.caller.organization_id
        return await self._database.run_search(organization_id, lambda tx: complete(tx, call, target, typed))

    async def _run_tool(self, tool: Tool, call: Call, find_caller: Callable[[Tx], Caller]) -> Output:
        def work(tx: Tx) -> Output:
            return tool.handler(tx, call)

        def write(tx: Tx) -> Output:
            # the token may have been revoked since
            acting = replace(call, caller=find_caller(tx))
            output = tool.handler(tx, acting)
            if tool is not UNDO:
                check_changes(tx, acting.caller, self._settings.assistant_changes_per_hour)
            return {**output, "undo": undo_of(tx, acting.caller)}

        if tool.mode == "write":
            return await self._database.run_write(write)
        if tool.mode == "search":
            return await self._database.run_search(call.caller.organization_id, work)
        return await (self._database.run_read if tool.mode == "read" else self._database.run_slow)(work)


def check_origin(settings: Settings, headers: Headers, url: str) -> None:
    """Raises Forbidden for a request of a web page of another site (DNS rebinding). url: of this instance.

    Without COTERIE_BASE_URL the header Host says where we are; it is believed on this computer only.
    """
    origin = headers.get(b"origin")
    if origin is None:
        return
    is_ours = bool(settings.base_url) or urlsplit(url).hostname in LOOPBACK
    if not is_ours or origin.decode("latin-1") != url:
        raise Forbidden("Requests of other web pages are not accepted")


async def _send(response: Response, more: HeaderList, send: Send) -> None:
    body = b"" if response.body is None else msgspec.json.encode(response.body)
    headers = [*BASE_HEADERS, *response.headers, *more, (b"content-length", str(len(body)).encode())]
    if body:
        headers.append((b"content-type", JSON.encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
