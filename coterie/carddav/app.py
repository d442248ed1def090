"""The door: finds the device, the resource and the method of a request, and sends the response piece by piece.

Reads run as they suit the engine; listings and reports in a thread, a few hundred cards at a time, so that memory stays
flat and no card is rendered twice. A PUT is one unit of work, answered after its commit.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from msgspec import Struct

from coterie.carddav.books import is_stale, refresh_stale
from coterie.carddav.cards import DavResponse, delete, get_card, get_collection, put_card, read_card, refuse
from coterie.carddav.conditions import check_if
from coterie.carddav.context import Context, Request
from coterie.carddav.devices import DeviceLogins
from coterie.carddav.errors import DavError
from coterie.carddav.mkcol import mkcol
from coterie.carddav.moving import copy, move
from coterie.carddav.options import ALLOWED, DAV_HEADER, METHODS, REFUSED
from coterie.carddav.propfind import propfind
from coterie.carddav.proppatch import proppatch
from coterie.carddav.reports import Report, report
from coterie.carddav.urls import WELL_KNOWN, WELL_KNOWN_FOLDER, Resource, path_of, resource_of
from coterie.carddav.xml_output import CLOSE, OPEN, error_body, propstats, response
from coterie.cards.changing import store_pictures
from coterie.errors import Forbidden, Invalid, NotFound, TooLarge, Unauthorized
from coterie.http.asgi import HeaderList, Headers, Receive, Scope, Send, client_of, headers_of
from coterie.http.background import BackgroundWrites
from coterie.http.basic import CHALLENGE
from coterie.http.body import read_bytes
from coterie.http.errors import MethodNotAllowed, error_headers, known_error, status_of
from coterie.http.requests import RequestRecorder, read_request_id
from coterie.http.responses import base_url
from coterie.model.carddav_accounts import ROOT_PATH
from coterie.model.cards import ALL_CONTACTS
from coterie.model.countries import load_names
from coterie.model.phones import load_library
from coterie.settings import Settings
from coterie.store.database import Database, Tx
from coterie.store.devices import Login
from coterie.vcard.raw import RawLine

T = TypeVar("T")
BODY_BYTES_MAX = 16 * 1024 * 1024
# a body that is read on the writer's thread
PROPPATCH_BYTES_MAX = 1024 * 1024
# a card beyond this is read in a thread
LARGE_BYTES = 65_536
XML_TYPE = (b"content-type", b'application/xml; charset="utf-8"')
TEXT_TYPE = (b"content-type", b"text/plain; charset=utf-8")
_PIECE_CHARS = 65_536


class StreamedResponse(Struct):
    """A response: bytes, or pieces of a multistatus."""

    status: int
    headers: HeaderList
    body: bytes = b""
    pieces: AsyncIterator[str] | None = None


class CardDavApp:
    """The ASGI application of /dav/, /.well-known/carddav, and of the WebDAV methods of /."""

    def __init__(
        self, database: Database, settings: Settings, writes: BackgroundWrites, recorder: RequestRecorder
    ) -> None:
        self._database, self._settings, self._recorder = database, settings, recorder
        self._logins = DeviceLogins(database, writes)
        # otherwise the first card would load them in its transaction
        load_library()
        load_names()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, headers = time.perf_counter(), headers_of(scope)
        request_id = read_request_id(headers)
        try:
            sent = await self._respond(scope, headers, receive)
        except Exception as error:
            sent = _present(error, request_id)
        sent.headers += [(b"x-request-id", request_id.encode()), (b"dav", DAV_HEADER), (b"cache-control", b"no-store")]
        await _send(sent, scope["method"], send)
        method = scope["method"] if scope["method"] in METHODS else "(other)"
        self._recorder.record(
            method=method,
            route=ROOT_PATH,
            status=sent.status,
            started=started,
            request_id=request_id,
            client=client_of(scope),
        )

    async def _respond(self, scope: Scope, headers: Headers, receive: Receive) -> StreamedResponse:
        if scope["path"] == WELL_KNOWN_FOLDER:
            return _well_known_folder(scope["method"])
        if scope["path"].rstrip("/") == WELL_KNOWN:
            address = base_url(self._settings, scope, headers) + ROOT_PATH
            return StreamedResponse(301, [(b"location", address.encode("latin-1", "replace"))])
        source = client_of(scope)
        login = await self._logins.find(headers, source, is_checked_again=scope["method"] == "PUT")
        resource = resource_of(path_of(scope))
        if resource is None:
            raise NotFound("There is no such resource")
        method = scope["method"]
        if method not in ALLOWED[resource.kind] and method not in REFUSED:
            raise MethodNotAllowed(ALLOWED[resource.kind])
        if headers.get(b"content-encoding", b"identity").strip().lower() not in (b"identity", b""):
            return StreamedResponse(415, [(b"accept-encoding", b"identity")])
        body = await _read_body(method, resource, headers, receive)
        request = Request(method, resource, headers, body, self._settings.data_folder)
        return await self._run(login, request)

    async def _run(self, login: Login, request: Request) -> StreamedResponse:
        method, is_card = request.method, request.resource.kind == "card"
        if method == "OPTIONS":
            return StreamedResponse(200, [(b"allow", ", ".join(ALLOWED[request.resource.kind]).encode())])
        if method in ("GET", "HEAD", "PROPFIND", "REPORT"):
            await self._refresh(login, request)
        if method in ("GET", "HEAD"):
            response = await self._read(login, request, get_card if is_card else get_collection)
            return _plain(response)
        if method == "PUT" and is_card:
            lines = await self._read_card(login, request)
            return _plain(await self._write(login, request, lambda context: put_card(context, lines)))
        if method == "PROPPATCH":
            return await self._proppatch(login, request)
        if method in REFUSED:
            is_allowed = method in ALLOWED[request.resource.kind] or method == "MKCOL"
            work = _CHANGES.get(method, refuse) if is_allowed else refuse
            return _plain(await self._write(login, request, work))
        if method == "PROPFIND":
            return await self._propfind(login, request)
        return await self._report(login, request)

    async def _read(self, login: Login, request: Request, work: Callable[[Context], DavResponse]) -> DavResponse:
        return await self._database.run_read(lambda tx: work(Context(tx, login, request)))

    async def _refresh(self, login: Login, request: Request) -> None:
        """Computes the members of the books and groups that a request reads, if they may have changed."""
        has_groups = login.device.shows_groups
        if request.resource.kind not in ("home", "book", "card"):
            return
        if request.resource.book == ALL_CONTACTS and not has_groups:
            return
        if await self._database.run_read(lambda tx: is_stale(Context(tx, login, request))):
            await self._database.run_write(lambda tx: refresh_stale(Context(tx, login, request)))

    async def _write(self, login: Login, request: Request, work: Callable[[Context], DavResponse]) -> DavResponse:
        """A unit of work with the device as it is then: it may have been revoked while the body was on its way."""
        return await self._database.run_write(
            lambda tx: _change(Context(tx, self._logins.again(tx, login), request), work)
        )

    async def _read_card(self, login: Login, request: Request) -> list[RawLine]:
        """The card of a PUT; its pictures are stored in a thread, before the transaction."""
        is_large = len(request.body) > LARGE_BYTES
        lines = await asyncio.to_thread(read_card, request) if is_large else read_card(request)
        if not login.device.is_read_only and any(line.name == "PHOTO" for line in lines):
            await asyncio.to_thread(store_pictures, request.folder, lines)
        return lines

    async def _proppatch(self, login: Login, request: Request) -> StreamedResponse:
        if len(request.body) > PROPPATCH_BYTES_MAX:
            raise TooLarge(f"A propertyupdate has at most {PROPPATCH_BYTES_MAX} bytes")
        text = await self._database.run_write(
            lambda tx: _change(Context(tx, self._logins.again(tx, login), request), proppatch)
        )
        return _multistatus(_pieces([text], iter(())))

    async def _propfind(self, login: Login, request: Request) -> StreamedResponse:
        heads, cards = await self._database.run_slow(lambda tx: propfind(Context(tx, login, request)))
        self._logins.seen(login, request.header(b"user-agent"))
        return _multistatus(_pieces(heads, cards), _applied(request))

    async def _report(self, login: Login, request: Request) -> StreamedResponse:
        result = await self._database.run_slow(lambda tx: report(Context(tx, login, request)))
        self._logins.seen(login, request.header(b"user-agent"), result.seen)
        if result.document:
            return StreamedResponse(200, [XML_TYPE], result.document.encode())
        return _multistatus(self._report_pieces(login, request, result), _applied(request))

    async def _report_pieces(self, login: Login, request: Request, result: Report) -> AsyncIterator[str]:
        yield result.head
        for piece in result.pieces():
            yield await self._database.run_slow(partial(_in_context, login, request, piece))
        yield result.tail


async def _read_body(method: str, resource: Resource, headers: Headers, receive: Receive) -> bytes:
    """Raises TooLarge over 16 MiB; DavError (413, max-resource-size) if it is a card (RFC 6352, section 6.3.2.1)."""
    try:
        return await read_bytes(headers, receive, BODY_BYTES_MAX)
    except TooLarge as error:
        if method == "PUT" and resource.kind == "card":
            raise DavError(413, "C:max-resource-size", str(error)) from None
        raise


def _change(context: Context, work: Callable[[Context], T]) -> T:
    check_if(context)
    return work(context)


def _in_context(login: Login, request: Request, piece: Callable[[Context], str], tx: Tx) -> str:
    return piece(Context(tx, login, request))


_CHANGES: Mapping[str, Callable[[Context], DavResponse]] = {
    "DELETE": delete,
    "MOVE": move,
    "COPY": copy,
    "MKCOL": mkcol,
}


async def _pieces(heads: Sequence[str], cards: Iterator[str]) -> AsyncIterator[str]:
    texts, length = list(heads), 0
    for text in cards:
        texts.append(text)
        length += len(text)
        if length > _PIECE_CHARS:
            yield "".join(texts)
            texts, length = [], 0
    yield "".join(texts)


def _multistatus(pieces: AsyncIterator[str], headers: HeaderList | None = None) -> StreamedResponse:
    return StreamedResponse(207, [XML_TYPE, *(headers or ())], pieces=pieces)


def _applied(request: Request) -> HeaderList:
    """Which preferences the listing or report follows (RFC 8144)."""
    names = [name for name in ("return=minimal", "depth-noroot") if request.prefers(name)]
    return [(b"preference-applied", ", ".join(names).encode())] if names else []


def _well_known_folder(method: str) -> StreamedResponse:
    """The folder that has the address for discovery, which some clients look into first."""
    if method in ("GET", "HEAD"):
        return StreamedResponse(200, [(b"content-type", b"text/plain; charset=utf-8")], b"carddav\n")
    if method != "PROPFIND":
        raise MethodNotAllowed(("GET", "HEAD", "PROPFIND"))
    found = propstats({200: ["<D:resourcetype><D:collection/></D:resourcetype>"]})
    return _multistatus(_pieces([response(WELL_KNOWN_FOLDER, found)], iter(())))


def _plain(response: DavResponse) -> StreamedResponse:
    headers = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in response.headers]
    return StreamedResponse(response.status, headers, response.body)


def _present(error: Exception, request_id: str) -> StreamedResponse:
    """An error as a response: its condition as XML, where it has one."""
    error = known_error(error, request_id)
    headers = [(name.lower().encode(), value.encode()) for name, value in error_headers(error)]
    if isinstance(error, Unauthorized):
        return StreamedResponse(401, [CHALLENGE])
    if isinstance(error, DavError):
        etag = [(b"etag", error.etag.encode())] if error.etag else []
        if error.condition:
            return StreamedResponse(error.status, [XML_TYPE, *etag], error_body(error))
        return StreamedResponse(error.status, [TEXT_TYPE, *etag], error.message.encode())
    if isinstance(error, Invalid) and any(problem.kind == "quota" for problem in error.problems):
        # RFC 4331, section 6
        return StreamedResponse(507, [XML_TYPE], error_body(DavError(507, "D:quota-not-exceeded", error.message)))
    if isinstance(error, Invalid | Forbidden):
        return StreamedResponse(403, [XML_TYPE], error_body(DavError(403, "C:valid-address-data", error.message)))
    return StreamedResponse(status_of(error), headers)


async def _send(sent: StreamedResponse, method: str, send: Send) -> None:
    """Sends a response; a multistatus as its pieces become ready, without a length."""
    has_body = sent.status not in (204, 304)
    if sent.pieces is None and has_body:
        sent.headers.append((b"content-length", str(len(sent.body)).encode()))
    await send({"type": "http.response.start", "status": sent.status, "headers": sent.headers})
    if sent.pieces is None:
        await send({"type": "http.response.body", "body": sent.body if has_body and method != "HEAD" else b""})
        return
    await send({"type": "http.response.body", "body": OPEN.encode(), "more_body": True})
    async for piece in sent.pieces:
        if piece:
            await send({"type": "http.response.body", "body": piece.encode(), "more_body": True})
    await send({"type": "http.response.body", "body": CLOSE.encode()})
