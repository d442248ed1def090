"""The pages and the operator's endpoints: start, reference, documents, health, metrics."""

import hmac
import ipaddress
from collections.abc import Awaitable, Callable, Sequence
from importlib import resources
from typing import Any

import msgspec
from msgspec import Struct
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from coterie import __version__
from coterie.errors import CoterieError
from coterie.observe import RequestMetrics
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.migrate import is_current
from coterie.store.organizations import any_organization
from coterie.web.reference import reference_page
from coterie.web.start import start_page


class Document(Struct, frozen=True):
    """An OpenAPI document: its name in /openapi/{name}.json, its title, how it is made for a base address."""

    name: str
    title: str
    make: Callable[[str], dict[str, Any]]


Endpoint = Callable[[Request], Awaitable[Response]]

STATIC = StaticFiles(directory=str(resources.files("coterie.web") / "static"))
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self';"
    " font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def page_routes(
    database: Database, settings: Settings, documents: Sequence[Document], metrics: RequestMetrics
) -> list[Route]:
    """Every route outside the contracts."""
    registry = CollectorRegistry()
    registry.register(metrics)
    return [
        Route("/", _start(database, documents)),
        Route("/reference", _reference(settings, documents)),
        Route("/openapi/{name}.json", _document(settings, documents)),
        Route("/healthz", _healthy),
        Route("/readyz", _ready(database)),
        Route("/metrics", _metrics(settings, registry)),
    ]


def _start(database: Database, documents: Sequence[Document]) -> Endpoint:
    links = [(document.title, f"/openapi/{document.name}.json") for document in documents]

    async def start(request: Request) -> Response:
        is_set_up = await database.run_read(any_organization)
        return HTMLResponse(start_page(__version__, is_set_up, links), headers=_HEADERS)

    return start


def _base_url(request: Request, settings: Settings) -> str:
    return settings.base_url or str(request.base_url).rstrip("/")


def _reference(settings: Settings, documents: Sequence[Document]) -> Endpoint:
    async def reference(request: Request) -> Response:
        made = [document.make(_base_url(request, settings)) for document in documents]
        return HTMLResponse(reference_page(made), headers=_HEADERS)

    return reference


def _document(settings: Settings, documents: Sequence[Document]) -> Endpoint:
    async def document(request: Request) -> Response:
        for named in documents:
            if named.name == request.path_params["name"]:
                body = msgspec.json.format(msgspec.json.encode(named.make(_base_url(request, settings))))
                headers = {"X-Content-Type-Options": "nosniff"}
                return Response(body, media_type="application/json", headers=headers)
        return PlainTextResponse("Not Found", 404)

    return document


async def _healthy(request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


def _ready(database: Database) -> Endpoint:
    """The database answers and is migrated."""

    async def ready(request: Request) -> Response:
        try:
            is_ready = await database.run_read(is_current)
        except CoterieError:
            is_ready = False
        return JSONResponse({"status": "ready" if is_ready else "not ready"}, 200 if is_ready else 503)

    return ready


def _metrics(settings: Settings, registry: CollectorRegistry) -> Endpoint:
    """For loopback only, or for whoever holds the token where one is set."""

    async def metrics(request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if settings.metrics_token:
            is_allowed = hmac.compare_digest(token.encode(), settings.metrics_token.encode())
        else:
            is_allowed = request.client is not None and _is_loopback(request.client.host)
        if not is_allowed:
            return PlainTextResponse("Not Found", 404)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return metrics


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
