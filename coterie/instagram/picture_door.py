"""Where pictures that were kept can be seen, by whom has their address (picture_links.py).

Guarantees. Only pictures are given out, never another file; a picture that was replaced, or whose contact is deleted
or erased, is not there any more. Every refusal is the same 404.
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
    """A picture's bytes, for who has its address; to be reached at PATH."""

    async def picture(request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("Method Not Allowed", 405, headers=_HEADERS | {"Allow": "GET, HEAD"})
        named = read_token(settings, request.path_params["token"])
        found = await database.run_read(lambda tx: find_picture(tx, *named)) if named is not None else None
        body = await asyncio.to_thread(_read, settings, *found) if found is not None else None
        if found is None or body is None:
            return PlainTextResponse("Not Found", 404, headers=_HEADERS | {"Cache-Control": "no-store"})
        return Response(body, media_type=found[1], headers=_HEADERS | {"Cache-Control": "private, max-age=3600"})

    return picture


def _read(settings: Settings, digest: str, media_type: str) -> bytes | None:
    if media_type not in EXTENSIONS:
        return None
    try:
        return file_path(settings.data_folder, digest).read_bytes()
    except OSError:
        return None
