"""The pages and the operator's endpoints: start, reference, OpenAPI documents, health, metrics."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from importlib import resources
from typing import Any

import msgspec
from msgspec import Struct
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from coterie import __version__
from coterie.errors import CoterieError
from coterie.http.asgi import headers_of
from coterie.http.authentication import Authentication
from coterie.http.request_metrics import RequestMetrics
from coterie.http.requests import RecordedApp, RequestRecorder
from coterie.http.responses import base_url
from coterie.model.ids import NUMBER_DIGITS_MAX
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.job_reports import count_dead
from coterie.store.migrate import is_current
from coterie.store.organizations import any_organization
from coterie.web.assets import ImmutableFiles, digest
from coterie.web.cookies import SESSION, read_cookies
from coterie.web.dispatch import PageApp
from coterie.web.metrics import metrics_endpoint
from coterie.web.pages import render
from coterie.web.policy import PAGE_HEADERS
from coterie.web.reference import reference_page
from coterie.web.start import start_page
from coterie.web.table import PAGES


class Document(Struct, frozen=True):
    """An OpenAPI document. name: in /openapi/{name}.json.

    make: builds it for a base URL, and whether it leaves out the forms a body may be sent as instead of JSON.
    """

    name: str
    title: str
    make: Callable[[str, bool], dict[str, Any]]


Endpoint = Callable[[Request], Awaitable[Response]]

STATIC = StaticFiles(directory=str(resources.files("coterie.web") / "static"))


class _Number(Convertor[int]):
    """Converts numbers in paths, of at most 18 digits; Starlette's own converter fails above 4,300 digits."""

    regex = f"[0-9]{{1,{NUMBER_DIGITS_MAX}}}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("int", _Number())
# placeholder for the base URL in texts that are built once
_PLACEHOLDER = "http://address-of-this-instance.invalid"


def page_routes(
    database: Database, settings: Settings, documents: Sequence[Document], metrics: RequestMetrics
) -> list[Route]:
    """Every route outside the contracts and Instagram."""
    return [
        Route("/", _start(database, settings, documents)),
        Route("/reference", _reference(settings, documents)),
        Route("/openapi/{name}.json", _document(settings, documents)),
        Route("/healthz", _healthy),
        Route("/readyz", _ready(database)),
        Route("/metrics", metrics_endpoint(database, settings, metrics)),
    ]


def app_routes(
    database: Database, settings: Settings, authentication: Authentication, recorder: RequestRecorder
) -> list[BaseRoute]:
    """The pages of the web app, and the static files."""
    routes: list[BaseRoute] = []
    for page in PAGES:
        application = RecordedApp(PageApp(page, database, settings, authentication), page.path, recorder)
        routes.append(Route(page.path, application, methods=[page.method]))
    files = ImmutableFiles()
    return [*routes, Mount(f"/static/{digest()}", files), Mount("/static", STATIC, name="static")]


def _start(database: Database, settings: Settings, documents: Sequence[Document]) -> Endpoint:
    links = [(document.title, f"/openapi/{document.name}.json") for document in documents]

    async def start(request: Request) -> Response:
        headers = headers_of(request.scope)
        if read_cookies(headers, settings, request.scope["scheme"]).get(SESSION):
            return RedirectResponse("/sign-in", 303, headers=PAGE_HEADERS)
        is_set_up = await database.run_read(any_organization)
        return HTMLResponse(start_page(__version__, is_set_up, links), headers=PAGE_HEADERS)

    return start


def _with_base_url(text: str, request: Request, settings: Settings) -> str:
    return text.replace(_PLACEHOLDER, base_url(settings, request.scope, headers_of(request.scope)))


def _reference(settings: Settings, documents: Sequence[Document]) -> Endpoint:
    """The page is built once, in a thread, because it takes half a second."""

    @cache
    def make() -> str:
        return reference_page([document.make(_PLACEHOLDER, False) for document in documents])

    async def reference(request: Request) -> Response:
        page = await asyncio.to_thread(make)
        return HTMLResponse(_with_base_url(page, request, settings), headers=PAGE_HEADERS)

    return reference


def _document(settings: Settings, documents: Sequence[Document]) -> Endpoint:
    """The document; with ?bodies=json, the one for generators of clients."""
    named = {document.name: document for document in documents}

    @cache
    def make(name: str, json_only: bool) -> str:
        return msgspec.json.format(msgspec.json.encode(named[name].make(_PLACEHOLDER, json_only))).decode()

    async def document(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in named:
            return PlainTextResponse("Not Found", 404)
        bodies = request.query_params.get("bodies", "all")
        if bodies not in ("all", "json"):
            return PlainTextResponse("bodies must be all or json", 400)
        body = _with_base_url(await asyncio.to_thread(make, name, bodies == "json"), request, settings)
        return Response(body, media_type="application/json", headers={"X-Content-Type-Options": "nosniff"})

    return document


async def unavailable(request: Request, error: Exception) -> Response:
    """The response of a page whose query failed. The reason is not shown."""
    return PlainTextResponse("Not available now; try again later", 503, headers={"Retry-After": "5"})


async def missing(request: Request, error: Exception) -> Response:
    """The response of an address that no page has: a page for a browser, text for a program."""
    if request.method in ("GET", "HEAD") and b"text/html" in headers_of(request.scope).get(b"accept", b""):
        return HTMLResponse(render("missing.html"), 404, headers=PAGE_HEADERS)
    return PlainTextResponse("Not Found", 404)


async def _healthy(request: Request) -> Response:
    """Says that the process responds, without a look at the database."""
    return JSONResponse({"status": "ok"})


def _ready(database: Database) -> Endpoint:
    """Ready if the database responds, is migrated and can be written. Names the number of dead jobs, if there are."""

    async def ready(request: Request) -> Response:
        try:
            is_ready = await database.run_read(is_current) and database.problem() is None
            dead = await database.run_read(count_dead) if is_ready else 0
        except CoterieError:
            is_ready, dead = False, 0
        details = {"dead_jobs": dead} if dead else {}
        return JSONResponse({"status": "ready" if is_ready else "not ready", **details}, 200 if is_ready else 503)

    return ready
