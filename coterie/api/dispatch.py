"""Answers every contract: route, token, input, handler, response.

A request passes these steps in order: its route is found; its token becomes a Caller (a read); its query and body are
read into the Structs of the route; the handler runs with a transaction in the route's mode; its result is encoded. The
contract of the path presents any error raised on the way.

This is a plain ASGI application over the route tables and not a framework's router, because dispatch is most of what a
request costs in addition to its queries (docs/decisions/0022).
"""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from coterie.api import idempotency
from coterie.api.etags import check_if_match, has_condition, with_etag
from coterie.api.idempotency import Key
from coterie.api.query_string import parse_query
from coterie.api.route import Contract, Request, Route
from coterie.api.routing import CompiledRoute, FoundPath, Routes
from coterie.errors import CoterieError, Forbidden
from coterie.http.asgi import HeaderList, Headers, Receive, Scope, Send, client_of, headers_of
from coterie.http.authentication import Authentication, read_bearer_token, require_scope
from coterie.http.body import read_body, read_upload
from coterie.http.errors import MethodNotAllowed, error_headers, known_error
from coterie.http.files import open_file, send_file
from coterie.http.multipart import Upload, remove_uploads
from coterie.http.rate_limits import RateLimits
from coterie.http.recent import Recent
from coterie.http.requests import RequestRecorder, read_request_id
from coterie.http.responses import BASE_HEADERS, Encoded, FileBody, Response, base_url, encode_response
from coterie.model.access_tokens import hash_token
from coterie.model.organizations import Caller
from coterie.model.webhooks import USER_AGENT
from coterie.settings import Settings
from coterie.store.database import Database, Tx
from coterie.store.turns import Turns

UPLOAD_THREADS, UPLOADS_OF_ORGANIZATION_MAX = 3, 2


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
        self._authentication = authentication
        self._recorder = recorder
        self._recent = Recent[Caller]()
        self._rate_limits = RateLimits(settings.rate_per_minute)
        self._uploads = Turns("uploads", threads=UPLOAD_THREADS, organization_max=UPLOADS_OF_ORGANIZATION_MAX)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        headers = headers_of(scope)
        request_id = read_request_id(headers)
        method: str = scope["method"]
        template = "(none)"
        limits: HeaderList = []
        try:
            found = self._routes.find(scope["path"])
            compiled = found.routes.get("GET" if method == "HEAD" else method)
            if compiled is None:
                raise MethodNotAllowed(found.allowed_methods())
            template = compiled.template
            response = await self._run(compiled, found, scope, headers, receive, limits=limits)
            status, response_headers, body = with_etag(compiled.contract, compiled.route, headers, response)
            file = await open_file(body) if isinstance(body, FileBody) else None
        except Exception as error:
            file = None
            status, response_headers, body = self._present(error, scope, request_id)
        response_headers += limits
        given = {name for name, _ in response_headers}
        response_headers += [header for header in BASE_HEADERS if header[0] not in given]
        response_headers.append((b"x-request-id", request_id.encode()))
        byte_count = body.byte_count if isinstance(body, FileBody) else len(body)
        if status not in (204, 304):
            response_headers.append((b"content-length", str(byte_count).encode()))
        await send({"type": "http.response.start", "status": status, "headers": response_headers})
        if file is not None:
            await send_file(file, 0 if method == "HEAD" else byte_count, send)
        else:
            await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
        self._recorder.record(
            method=method,
            route=template,
            status=status,
            started=started,
            request_id=request_id,
            client=client_of(scope),
        )

    async def _run(
        self,
        compiled: CompiledRoute,
        found: FoundPath,
        scope: Scope,
        headers: Headers,
        receive: Receive,
        *,
        limits: HeaderList,
    ) -> Encoded:
        """Reads the request and runs its handler in the route's mode. limits: gets the headers of rate limits."""
        route, path, get = compiled.route, found.path, found.routes.get("GET")
        query = parse_query(compiled.contract, scope["query_string"])
        token = _read_token(headers, query if compiled.contract.token_query else {})
        if token is not None:
            self._rate_limits.take(token, limits)

        def authenticate(tx: Tx) -> Caller:
            try:
                return self._authenticate(tx, compiled, token, path.get("org_id"))
            except CoterieError:
                self._recent.forget(_credentials(compiled, token, path.get("org_id")))
                raise

        if route.mode == "write":
            caller = await self._find_writer(compiled, (token, path.get("org_id")), headers, authenticate)
            if headers.get(b"user-agent") == USER_AGENT.encode():
                raise Forbidden("A webhook must not change data of an instance: it would send the next one")
        body, files = await self._read_body(compiled, headers, receive)

        def read_request() -> Request:
            fields, parameters = compiled.read(query, body)
            url = base_url(self._settings, scope, headers)
            return Request(
                path, parameters, fields, headers=headers, files=files, base_url=url, settings=self._settings,
                source=client_of(scope),
            )  # fmt: skip

        def respond(tx: Tx) -> Encoded:
            # a read checks its token in its own transaction, and before its parameters
            return encode_response(route.handler(tx, authenticate(tx), read_request()), route.status)

        try:
            if route.mode == "write":
                request = read_request()
                key = await self._read_key(caller, scope, headers, (query, body, files))
                check = None
                if get is not None and has_condition(get, headers):
                    check = partial(
                        check_if_match, get=get, request=request, fields=body if route.is_located_by_body else query
                    )
                return await self._write(route, caller, request, authenticate, key=key, check=check)
            if route.is_search is not None:
                return await self._search(route, await self._database.run_read(authenticate), read_request())
            run = self._database.run_read if route.mode == "read" else self._database.run_slow
            return await run(respond)
        finally:
            if files:
                remove_uploads(files)

    async def _find_writer(
        self,
        compiled: CompiledRoute,
        token: tuple[str | None, str | None],
        headers: Headers,
        authenticate: Callable[[Tx], Caller],
    ) -> Caller:
        """The caller of a write: a bad token is rejected before the body is read and before the writer is involved.

        token: with the organization of the path. A recent caller will do for a request that does everything in its unit
        of work, which authenticates again: one without an Idempotency-Key, prepare, check or finish.
        """
        route = compiled.route
        steps = (
            route.prepare,
            route.check,
            route.finish,
            route.uploads,
            headers.get(idempotency.HEADER.lower().encode()),
        )
        if any(steps) or token[0] is None or route.scope is None:
            return await self._database.run_read(authenticate)
        key = _credentials(compiled, *token)
        caller = self._recent.find(key)
        if caller is None:
            caller = await self._database.run_read(authenticate)
            self._recent.remember(key, caller)
        return caller

    def _authenticate(self, tx: Tx, compiled: CompiledRoute, token: str | None, org_uuid: str | None) -> Caller:
        scope, via = compiled.route.scope, compiled.contract.name
        caller = None
        if token:
            caller = self._authentication.find_caller(tx, token, via=via, organization_uuid=org_uuid)
        return (caller or Caller.anonymous(via)) if scope is None else require_scope(caller, scope)

    async def _read_body(
        self, compiled: CompiledRoute, headers: Headers, receive: Receive
    ) -> tuple[dict[str, Any], dict[str, Upload]]:
        """The fields and files of the body, if the route reads one."""
        if compiled.route.uploads:
            return await read_upload(headers, receive, self._settings, compiled.route.uploads(self._settings))
        if compiled.read_body is not None:
            bytes_max, reads_forms = compiled.route.body_bytes_max, compiled.contract.reads_forms
            return await read_body(headers, receive, bytes_max, reads_forms=reads_forms), {}
        return {}, {}

    async def _read_key(
        self, caller: Caller, scope: Scope, headers: Headers, request: tuple[dict[str, Any], ...]
    ) -> Key | None:
        """The Idempotency-Key of a write; None without one, or without a caller whose key it could be."""
        value = idempotency.read_key(headers) if caller.user_id else None
        if value is None:
            return None

        def hash_() -> str:
            return idempotency.hash_request(scope["method"], scope["path"], *request)

        files = request[-1]
        return Key(value, await self._uploads.run(caller.organization_id, hash_) if files else hash_())

    async def _write(
        self,
        route: Route,
        caller: Caller,
        request: Request,
        authenticate: Callable[[Tx], Caller],
        *,
        key: Key | None,
        check: Callable[[Tx, Caller], None] | None,
    ) -> Encoded:
        """Runs the route's prepare in a thread, its handler as one unit of work, and its finish in a thread.

        check: of If-Match, in the same unit, before the handler; a repeated request is not checked again. The unit
        authenticates again: the token may have been revoked while the body was on its way.
        """
        database, organization_id, prepare, finish = self._database, caller.organization_id, route.prepare, route.finish
        if key is not None:
            stored = await database.run_read(lambda tx: idempotency.find_response(tx, caller, key))
            if stored is not None:
                return stored
        if prepare is not None:
            prepared = await self._uploads.run(organization_id, lambda: prepare(database, caller, request))
            request = msgspec.structs.replace(request, prepared=prepared)
        if route.check is not None:
            prepared = await route.check(self._database, caller, request)
            request = msgspec.structs.replace(request, prepared=prepared)
        if finish is not None:
            return await self._write_and_finish(route, request, authenticate, key)

        def write(tx: Tx) -> Encoded:
            acting = authenticate(tx)
            stored = idempotency.begin(tx, acting, key) if key is not None else None
            if stored is not None:
                return stored
            if check is not None:
                check(tx, acting)
            response = encode_response(route.handler(tx, acting, request), route.status)
            if key is not None:
                idempotency.end(tx, acting, key, response)
            return response

        return await database.run_write(write)

    async def _write_and_finish(
        self, route: Route, request: Request, authenticate: Callable[[Tx], Caller], key: Key | None
    ) -> Encoded:
        """Commits the handler's work, then makes the response in a thread; a key gets it in a unit of its own."""
        database, finish = self._database, route.finish
        assert finish is not None

        def write(tx: Tx) -> tuple[Caller, Encoded | None, Any]:
            acting = authenticate(tx)
            stored = idempotency.begin(tx, acting, key) if key is not None else None
            return acting, stored, route.handler(tx, acting, request) if stored is None else None

        caller, stored, result = await database.run_write(write)
        if stored is not None:
            return stored
        work = partial(finish, database, caller, request, result)
        try:
            response = encode_response(await self._uploads.run(caller.organization_id, work), route.status)
        except CoterieError:
            if key is not None:
                await database.run_write(lambda tx: idempotency.release(tx, caller, key))
            raise
        if key is not None:
            await database.run_write(lambda tx: idempotency.end(tx, caller, key, response))
        return response

    async def _search(self, route: Route, caller: Caller, request: Request) -> Encoded:
        def work(tx: Tx) -> Encoded:
            return encode_response(route.handler(tx, caller, request), route.status)

        assert route.is_search is not None
        if route.is_search(request.query):
            return await self._database.run_search(caller.organization_id, work)
        return await self._database.run_read(work)

    def _present(self, error: Exception, scope: Scope, request_id: str) -> Encoded:
        error = known_error(error, request_id)
        if isinstance(error, MethodNotAllowed) and scope["method"] == "OPTIONS":
            return encode_response(Response(status=204, headers=error_headers(error)))
        contract = self._routes.contract_of(scope["path"])
        response = contract.present_error(error)
        if contract.add_request_id is not None:
            contract.add_request_id(response.body, request_id)
        return encode_response(response)


def _credentials(compiled: CompiledRoute, token: str | None, org_uuid: str | None) -> tuple[str | None, ...]:
    """What a recent caller is remembered by: a hash, so that no token stays in memory."""
    return compiled.contract.name, compiled.route.scope, hash_token(token or ""), org_uuid


def _read_token(headers: Headers, query: Mapping[str, Any]) -> str | None:
    """The token of the Authorization header, else of the parameter access_token."""
    token = read_bearer_token(headers)
    if token is not None:
        return token
    in_query = query.get("access_token")
    return in_query if isinstance(in_query, str) and in_query else None
