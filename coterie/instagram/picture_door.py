"""Serves stored pictures at their signed addresses (graph/picture_links.py).

Guarantees. Only pictures are served, never another file. A picture that was replaced, or whose contact is deleted or
erased, is gone. Every failure is the same 404.
"""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from coterie.graph.picture_links import EXTENSIONS, FOLDER, read_token
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.files import file_path
from coterie.store.instagram_pictures import find_picture

PATH = FOLDER + "{token}"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
Endpoint = Callable[[Request], Awaitable[Response]]


def pictures(database: Database, settings: Settings) -> Endpoint:
    """The endpoint at PATH."""

    async def picture(request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("Method Not Allowed", 405, headers=_HEADERS | {"Allow": "GET, HEAD"})
        ids = read_token(settings, request.path_params["token"])
        file = await database.run_read(lambda tx: find_picture(tx, *ids)) if ids is not None else None
        body = await asyncio.to_thread(_read, settings, *file) if file is not None else None
        if file is None or body is None:
            return PlainTextResponse("Not Found", 404, headers=_HEADERS | {"Cache-Control": "no-store"})
        return Response(body, media_type=file[1], headers=_HEADERS | {"Cache-Control": "private, max-age=3600"})

    return picture


def _read(settings: Settings, digest: str, media_type: str) -> bytes | None:
    if media_type not in EXTENSIONS:
        return None
    try:
        return file_path(settings.data_folder, digest).read_bytes()
    except OSError:
        return None
