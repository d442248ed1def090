"""The plumbing under every contract: route, token, input, handler, answer.

A request passes here in this order: its route is found; its token becomes a Caller (a read); its query and body are
read into the Structs the route names; the handler runs with a transaction in the way the route's mode says; what it
returns is encoded. Whatever is raised on the way is presented in the words of the contract the path belongs to.

This is a plain ASGI application over the route tables and not a framework's router: it is most of what a request
costs beside its queries (docs/decisions/0022).
"""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from coterie.actions.organizations import hash_token
from coterie.api.route import Contract, Request, Response, Route
from coterie.errors import CoterieError, Forbidden, Invalid, NotFound, Unauthorized, invalid
from coterie.http.asgi import HeaderList, Receive, Scope, Send
from coterie.http.body import read_body, read_upload
from coterie.http.fields import reader
from coterie.http.forms import Upload, parse_form, remove_uploads
from coterie.http.requests import RequestRecorder, read_request_id
from coterie.model import times
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store import organizations as organization_store
from coterie.store.database import Database, Tx

# The last use of a token is written down once in a minute: the first 16 characters of a moment
_MINUTE = 16
_BASE_HEADERS: HeaderList = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]
_JSON = "application/json"
_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
# keys of the tree that no segment of a path can be
_PARAMETER, _END = object(), object()
_encode = msgspec.json.Encoder().encode
log = logging.getLogger(__name__)


class MethodNotAllowed(CoterieError):
    """The path exists, the method does not; allowed are those that do. OPTIONS asks for nothing else."""

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__("405 Not Allowed")
        self.allowed = ", ".join(allowed)


class NotAcceptable(CoterieError):
    """An output format that is not JSON was asked for by ?format=."""


class Unexpected(CoterieError):
    """A fault of ours; the message is the id under which it was logged."""


class Found(Struct, frozen=True):
    """What a path led to."""

    contract: Contract
    routes: Mapping[str, "CompiledRoute"]
    path: dict[str, str]


class CompiledRoute(Struct, frozen=True):
    """A route with what is worked out once."""

    route: Route
    contract: Contract
    template: str
    read_query: Callable[[Mapping[str, Any]], Any] | None
    read_body: Callable[[Mapping[str, Any]], Any] | None

    def read(self, query: dict[str, Any], body: dict[str, Any]) -> tuple[Any, Any]:
        """Body and query as the Structs the route names; a DELETE may say in its query what a body would."""
        fields: Any = body
        if self.read_body is not None:
            fields = self.read_body(body | query if self.route.method == "DELETE" else body)
        return fields, self.read_query(query) if self.read_query is not None else query


class Routes:
    """The route tables of all contracts as one tree of path segments; a {parameter} takes any one segment."""

    def __init__(self, contracts: Sequence[Contract]) -> None:
        self._root: dict[Any, Any] = {}
        self._contracts: dict[str, Contract] = {}
        self._default = contracts[0]
        for contract in contracts:
            for route in contract.routes:
                self._add(contract, route)

    def _add(self, contract: Contract, route: Route) -> None:
        template = contract.prefix + route.path
        segments = template.strip("/").split("/")
        # the segment after the prefix tells whose words an unknown path is answered in
        self._contracts.setdefault("/".join(segments[: contract.prefix.count("/") + 1]), contract)
        node, names = self._root, []
        for key in segments:
            segment: Any = key
            if segment.startswith("{"):
                names.append(segment[1:-1])
                segment = _PARAMETER
            parent, node = node, node.setdefault(segment, {})
            for other in contract.spellings.get(key, ()):
                parent[other] = node
        routes, _ = node.setdefault(_END, ({}, names))
        if route.method in routes:
            raise ValueError(f"{route.method} {template} is there twice")
        routes[route.method] = CompiledRoute(
            route,
            contract,
            template,
            reader(route.query) if route.query else None,
            reader(route.body) if route.body else None,
        )

    def find(self, path: str) -> Found:
        """Where a path leads; NotFound where nowhere."""
        segments = path.removesuffix(".json").strip("/").split("/")
        values: list[str] = []
        node: Any = self._root
        for segment in segments:
            child = node.get(segment)
            if child is None:
                child = node.get(_PARAMETER) if segment else None
                if child is None:
                    raise NotFound("Not Found")
                values.append(segment)
            node = child
        if _END not in node:
            raise NotFound("Not Found")
        routes, names = node[_END]
        contract = next(iter(routes.values())).contract
        return Found(contract, routes, dict(zip(names, values, strict=True)))

    def contract_of(self, path: str) -> Contract:
        """In whose words a path is answered."""
        key = "/".join(path.strip("/").split("/")[:3])
        return self._contracts.get(key.removesuffix(".json"), self._default)


class ContractApp:
    """The ASGI application of every REST contract."""

    def __init__(
        self, database: Database, settings: Settings, contracts: Sequence[Contract], recorder: RequestRecorder
    ) -> None:
        self._database = database
        self._settings = settings
        self._routes = Routes(contracts)
        self._recorder = recorder
        self._background: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        headers = dict(scope["headers"])
        request_id = read_request_id(headers)
        method: str = scope["method"]
        template = "(none)"
        try:
            found = self._routes.find(scope["path"])
            compiled = found.routes.get("GET" if method == "HEAD" else method)
            if compiled is None:
                raise MethodNotAllowed([*found.routes, *(["HEAD"] if "GET" in found.routes else []), "OPTIONS"])
            template = compiled.template
            status, answer_headers, body = await self._run(compiled, found.path, scope, headers, receive)
        except Exception as error:
            status, answer_headers, body = self._present(error, scope, request_id)
        answer_headers += [*_BASE_HEADERS, (b"x-request-id", request_id.encode())]
        if status != 204:
            answer_headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": answer_headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
        self._recorder.record(method=method, route=template, status=status, started=started, request_id=request_id)

    async def _run(
        self,
        compiled: CompiledRoute,
        path: dict[str, str],
        scope: Scope,
        headers: dict[bytes, bytes],
        receive: Receive,
    ) -> tuple[int, HeaderList, bytes]:
        """Read what a request brings, then run its handler in the way the route's mode says."""
        route = compiled.route
        query = _query(scope["query_string"])
        token = _token(headers, query if compiled.contract.token_query else {})

        def authenticate(tx: Tx) -> Caller:
            return self._caller(tx, compiled, token, path.get("org_id"))

        if route.mode == "write":
            # a bad token is turned away here, before its body is read or the writer is troubled
            caller = await self._database.run_read(authenticate)
        body, files = await self._body(compiled, headers, receive)
        base_url = self._settings.base_url or _base_url(scope, headers)

        def read_request() -> Request:
            fields, parameters = compiled.read(query, body)
            return Request(path, parameters, fields, files, base_url, self._settings)

        def answer(tx: Tx) -> tuple[int, HeaderList, bytes]:
            # of a read the token is looked at here, in the same transaction, and before its parameters
            return _encoded(route.handler(tx, authenticate(tx), read_request()), route)

        try:
            if route.mode == "write":
                return await self._write(route, caller, read_request())
            run = self._database.run_read if route.mode == "read" else self._database.run_slow
            return await run(answer)
        finally:
            if files:
                remove_uploads(files)

    async def _body(
        self, compiled: CompiledRoute, headers: dict[bytes, bytes], receive: Receive
    ) -> tuple[dict[str, Any], dict[str, Upload]]:
        """The fields and files of a body, of a route that reads one."""
        if compiled.route.uploads:
            return await read_upload(headers, receive, self._settings)
        if compiled.read_body is not None:
            return await read_body(headers, receive, compiled.route.body_bytes_max), {}
        return {}, {}

    async def _write(self, route: Route, caller: Caller, request: Request) -> tuple[int, HeaderList, bytes]:
        """Run what the route prepares in a thread, then its handler as one unit of work."""
        prepare = route.prepare
        if prepare is not None:
            prepared = await self._database.run_slow(lambda tx: prepare(tx, caller, request))
            request = msgspec.structs.replace(request, prepared=prepared)
        return await self._database.run_write(lambda tx: _encoded(route.handler(tx, caller, request), route))

    def _caller(self, tx: Tx, compiled: CompiledRoute, token: str | None, org_uuid: str | None) -> Caller:
        """Who a token speaks for. Another organization in the path does not exist, unless the token spans it."""
        route, via = compiled.route, compiled.contract.name
        if route.scope is None and token is None:
            return Caller.anonymous(via)
        now = times.now()
        known = organization_store.find_caller(tx, hash_token(token), via, now) if token else None
        if known is None:
            if route.scope is None:
                return Caller.anonymous(via)
            raise Unauthorized("Unauthorized")
        caller, spans, last_used_at = known
        if last_used_at is None or last_used_at[:_MINUTE] != now[:_MINUTE]:
            self._touch(caller, now)
        if org_uuid is not None and org_uuid.lower() != caller.organization_uuid:
            caller = _caller_in(tx, caller, org_uuid.lower(), spans=spans)
        if route.scope is not None and not caller.may(route.scope):
            raise Forbidden(f"This token may not do this: it lacks {route.scope}")
        return caller

    def _touch(self, caller: Caller, now: str) -> None:
        """Write the last use of a token down, later and without anyone waiting for it."""
        token_id = caller.token_id
        if token_id is None:
            return

        def work(tx: Tx) -> None:
            organization_store.touch_access_token(tx, caller.organization_id, token_id, now)

        async def touch() -> None:
            try:
                await self._database.run_write(work)
            except CoterieError:
                pass  # the last use of a token is not worth an error

        def start() -> None:
            task = self._loop.create_task(touch())
            self._background.add(task)
            task.add_done_callback(self._background.discard)

        self._loop.call_soon_threadsafe(start)

    async def started(self) -> None:
        """Must be awaited once on the loop the application runs on."""
        self._loop = asyncio.get_running_loop()

    async def stopped(self) -> None:
        """Waits up to 5 seconds for what runs in the background."""
        if self._background:
            await asyncio.wait(self._background, timeout=5)

    def _present(self, error: Exception, scope: Scope, request_id: str) -> tuple[int, HeaderList, bytes]:
        if not isinstance(error, CoterieError):
            log.error("unexpected error", extra={"request_id": request_id}, exc_info=error)
            error = Unexpected(request_id)
        contract = self._routes.contract_of(scope["path"])
        answer = contract.present_error(error)
        if isinstance(error, MethodNotAllowed):
            extra = (("Allow", error.allowed),)
            answer = (
                Response(status=204, headers=extra)
                if scope["method"] == "OPTIONS"
                else msgspec.structs.replace(answer, headers=(*answer.headers, *extra))
            )
        return _encoded(answer, None)


def _caller_in(tx: Tx, caller: Caller, org_uuid: str, *, spans: bool) -> Caller:
    organization = organization_store.find_organization_by_uuid(tx, org_uuid) if spans else None
    if organization is None or caller.user_id is None:
        raise NotFound("Organization not found")
    if organization_store.find_membership(tx, organization.id, caller.user_id) is None:
        raise NotFound("Organization not found")
    return Caller.for_organization(organization, via=caller.via, user_id=caller.user_id, scopes=caller.scopes)


def _encoded(result: Any, route: Route | None) -> tuple[int, HeaderList, bytes]:
    status = route.status if route else 200
    if not isinstance(result, Response):
        if result is None and status == 204:
            return status, [], b""
        return status, [(b"content-type", b"application/json")], _encode(result)
    status = result.status or status
    headers = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in result.headers]
    if status == 204:
        return status, headers, b""
    body = bytes(result.body) if isinstance(result.body, bytes) else _encode(result.body)
    headers.append((b"content-type", (result.media_type or _JSON).encode()))
    return status, headers, body


def _query(query_string: bytes) -> dict[str, Any]:
    """The parameters after the question mark. Refused: what is no query string, a format that is not JSON."""
    if not query_string:
        return {}
    try:
        query = parse_form(query_string)
    except Invalid:
        raise invalid("query", "cannot be read: it is not well-formed or not UTF-8") from None
    if query.get("format", "json") != "json":
        raise NotAcceptable(f"The requested format '{str(query['format'])[:40]}' is not supported.")
    return query


def _token(headers: Mapping[bytes, bytes], query: Mapping[str, Any]) -> str | None:
    value = headers.get(b"authorization", b"")
    if value[:7].lower() == b"bearer ":
        return value[7:].strip().decode("latin-1")
    in_query = query.get("access_token")
    return in_query if isinstance(in_query, str) and in_query else None


def _base_url(scope: Scope, headers: Mapping[bytes, bytes]) -> str:
    host = headers.get(b"host", b"").decode("latin-1")
    # it becomes part of addresses in answers: whatever is no host's name is not repeated
    return f"{scope['scheme']}://{host if _HOST.fullmatch(host) else 'localhost'}"
