"""Runs writes: prepare, the handler as one unit of work, finish.

Only here is an Idempotency-Key taken and its response stored.
"""

from functools import partial
from typing import Any

from msgspec import Struct, structs

from coterie.api import idempotency
from coterie.api.call import Call
from coterie.api.callers import Callers
from coterie.api.etags import check_if_match
from coterie.api.idempotency import Key
from coterie.api.route import Request, Route
from coterie.errors import CoterieError, Forbidden
from coterie.http.responses import Encoded, encode_response
from coterie.model.organizations import Caller
from coterie.model.webhooks import USER_AGENT
from coterie.store.database import Database, Tx
from coterie.store.turns import Turns

UPLOAD_THREADS, UPLOADS_OF_ORGANIZATION_MAX = 3, 2
_WEBHOOK = USER_AGENT.encode()


class _Unfinished(Struct, frozen=True):
    """A committed unit of work whose route has a finish: its caller, and the result of the handler."""

    caller: Caller
    result: Any


class Writes:
    """Runs the writes of all contracts."""

    def __init__(self, database: Database, callers: Callers) -> None:
        self._database = database
        self._callers = callers
        self._uploads = Turns("uploads", threads=UPLOAD_THREADS, organization_max=UPLOADS_OF_ORGANIZATION_MAX)

    async def admit(self, call: Call) -> Caller:
        """The caller of a write whose body is still to be read. Raises Forbidden if a webhook sent it."""
        caller = await self._callers.find_writer(call)
        if call.headers.get(b"user-agent") == _WEBHOOK:
            raise Forbidden("A webhook must not change data of an instance: it would send the next one")
        return caller

    async def run(self, call: Call, caller: Caller) -> Encoded:
        """The response of a write whose body has been read, or the stored one if it was repeated with its key."""
        request, route = call.read_request(), call.route
        key = await self._read_key(call, caller)
        if key is not None:
            stored = await self._database.run_read(lambda tx: idempotency.find_response(tx, caller, key))
            if stored is not None:
                return stored
        request = await self._prepare(route, caller, request)
        outcome = await self._database.run_write(partial(self._write, call=call, request=request, key=key))
        return await self._finish(route, request, outcome, key) if isinstance(outcome, _Unfinished) else outcome

    async def _read_key(self, call: Call, caller: Caller) -> Key | None:
        """The Idempotency-Key of a write; None without one, or without a caller whose key it could be."""
        value = idempotency.read_key(call.headers) if caller.user_id else None
        if value is None:
            return None
        method, path = call.scope["method"], call.scope["path"]
        hash_ = partial(idempotency.hash_request, method, path, call.query, call.body, call.files)
        return Key(value, await self._uploads.run(caller.organization_id, hash_) if call.files else hash_())

    async def _prepare(self, route: Route, caller: Caller, request: Request) -> Request:
        """The request with the results of the route's prepare, in a thread, and check."""
        if route.prepare is not None:
            prepare = partial(route.prepare, self._database, caller, request)
            request = structs.replace(request, prepared=await self._uploads.run(caller.organization_id, prepare))
        if route.check is not None:
            request = structs.replace(request, prepared=await route.check(self._database, caller, request))
        return request

    def _write(self, tx: Tx, call: Call, request: Request, key: Key | None) -> Encoded | _Unfinished:
        """The unit of work. It authenticates again: the token may have been revoked while the body was on its way.

        If-Match is checked before the handler; for a repeated request it is not checked again.
        """
        route, caller = call.route, self._callers.authenticate(tx, call)
        stored = idempotency.begin(tx, caller, key) if key is not None else None
        if stored is not None:
            return stored
        check_if_match(tx, caller, call, request)
        result = route.handler(tx, caller, request)
        if route.finish is not None:
            return _Unfinished(caller, result)
        response = encode_response(result, route.status)
        if key is not None:
            idempotency.end(tx, caller, key, response)
        return response

    async def _finish(self, route: Route, request: Request, work: _Unfinished, key: Key | None) -> Encoded:
        """The response of the route's finish, which runs in a thread; a key gets it in a unit of its own."""
        assert route.finish is not None
        caller, database = work.caller, self._database
        finish = partial(route.finish, database, caller, request, work.result)
        try:
            response = encode_response(await self._uploads.run(caller.organization_id, finish), route.status)
        except CoterieError:
            if key is not None:
                await database.run_write(lambda tx: idempotency.release(tx, caller, key))
            raise
        if key is not None:
            await database.run_write(lambda tx: idempotency.end(tx, caller, key, response))
        return response
