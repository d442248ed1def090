"""The web application: mounts every HTTP door."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, request_response

from coterie.api import openapi
from coterie.api.dispatch import ContractApp
from coterie.api.hub.routes import HUB
from coterie.api.inro.routes import INRO
from coterie.api.r0.routes import R0
from coterie.api.route import Contract
from coterie.calendar import door as calendar_door
from coterie.carddav.urls import is_for_carddav
from coterie.errors import CoterieError
from coterie.http.asgi import Application, HeaderList, Message, Receive, Scope, Send, TrustedProxies
from coterie.http.authentication import Authentication
from coterie.http.background import BackgroundWrites
from coterie.http.requests import RecordedApp, RequestRecorder
from coterie.instagram import picture_door, webhook
from coterie.mcp.urls import is_for_mcp, is_for_oauth
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.web.routes import Document, app_routes, missing, page_routes, unavailable

if TYPE_CHECKING:
    from coterie.carddav.app import CardDavApp
    from coterie.mcp.app import McpApp
    from coterie.mcp.oauth_app import OAuthApp

_HEADERS: HeaderList = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
_HSTS = (b"strict-transport-security", b"max-age=31536000")
CONTRACTS: Sequence[Contract] = (INRO, R0, HUB)


class App:
    """Sends /api/ to the contracts, CardDAV and MCP to their doors, all else to the pages (docs/decisions/0022)."""

    def __init__(
        self,
        contracts: ContractApp,
        *,
        carddav: Callable[[], Application],
        mcp: Callable[[], Application],
        oauth: Callable[[], Application],
        pages: Starlette,
        settings: Settings,
    ) -> None:
        self._contracts = contracts
        self._carddav = carddav
        self._mcp = mcp
        self._oauth = oauth
        self._pages = pages
        self._proxies = TrustedProxies(settings.trusted_proxies)
        is_https = settings.base_url.startswith("https://")
        self._headers = [*_HEADERS, _HSTS] if is_https else _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope = self._proxies.scope_behind(scope)
        door: Application = self._pages
        if scope["type"] == "http":
            if scope["path"].startswith("/api/"):
                door = self._contracts
            elif is_for_carddav(scope):
                door = self._carddav()
            elif is_for_mcp(scope):
                door = self._mcp()
            elif is_for_oauth(scope):
                door = self._oauth()
        await door(scope, receive, self._with_headers(send))

    def _with_headers(self, send: Send) -> Send:
        """Adds the headers that every response has, unless it has them."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in message.get("headers", ())}
                missing = [header for header in self._headers if header[0] not in names]
                message["headers"] = [*message.get("headers", ()), *missing]
            await send(message)

        return send_with_headers


def create_app(database: Database, settings: Settings, *, metrics_folder: Path | None = None) -> App:
    """The application on an open, migrated database, which it closes when it stops.

    metrics_folder: of all web processes of the instance; None if this is the only one.
    """
    recorder = RequestRecorder(log_requests=settings.log_requests, metrics_folder=metrics_folder)
    writes = BackgroundWrites(database)
    authentication = Authentication(writes, settings)
    contracts = ContractApp(database, settings, CONTRACTS, authentication, recorder)

    @cache
    def carddav() -> "CardDavApp":
        from coterie.carddav.app import CardDavApp  # lazy: 8 MB with vCards, which many instances never need

        return CardDavApp(database, settings, writes, recorder)

    @cache
    def mcp() -> "McpApp":
        from coterie.mcp.app import McpApp  # lazy: many instances never need it

        return McpApp(database, settings, authentication, recorder)

    @cache
    def oauth() -> "OAuthApp":
        from coterie.mcp.oauth_app import OAuthApp  # lazy: as above

        return OAuthApp(database, settings, recorder)

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        await writes.started()
        yield
        await writes.stopped()
        recorder.flush()
        database.close()

    routes = _page_routes(database, settings, authentication, writes, recorder)
    pages = Starlette(routes=routes, lifespan=lifespan, exception_handlers={CoterieError: unavailable, 404: missing})
    # a redirect would repeat the Host of the request
    pages.router.redirect_slashes = False
    return App(contracts, carddav=carddav, mcp=mcp, oauth=oauth, pages=pages, settings=settings)


def _page_routes(
    database: Database,
    settings: Settings,
    authentication: Authentication,
    writes: BackgroundWrites,
    recorder: RequestRecorder,
) -> list[BaseRoute]:
    """The pages, and the doors among them that have one path each."""
    documents = [Document(contract.name, contract.title, partial(_make_document, contract)) for contract in CONTRACTS]

    def recorded(path: str, endpoint: Callable[[Request], Awaitable[Response]]) -> Route:
        return Route(path, RecordedApp(request_response(endpoint), path, recorder))

    return [
        *page_routes(database, settings, documents, recorder.metrics),
        recorded(webhook.PATH, webhook.webhook(database, settings)),
        recorded(calendar_door.PATH, calendar_door.calendar(database, settings, writes)),
        recorded(picture_door.PATH, picture_door.pictures(database, settings)),
        *app_routes(database, settings, authentication, recorder),
    ]


def _make_document(contract: Contract, base_url: str, json_only: bool) -> dict[str, Any]:
    return openapi.document(contract, base_url, json_only=json_only)
