"""Serves stored pictures at their signed addresses (graph/picture_links.py).

Guarantees. Only pictures are served, never another file. A picture that was replaced, or whose contact is deleted or
erased, is gone. Every failure is the same 404.
"""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from coterie.graph.picture_links import EXTENSIONS, FOLDER, read_token
from coterie.http.asgi import Receive, Scope, Send
from coterie.http.files import open_file, send_file
from coterie.http.responses import FileBody
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
    """The endpoint from which Meta reads pictures, at PATH."""

    async def picture(request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("Method Not Allowed", 405, headers=_HEADERS | {"Allow": "GET, HEAD"})
        ids = read_token(settings, request.path_params["token"])
        file = await database.run_read(lambda tx: find_picture(tx, *ids)) if ids is not None else None
        body = await asyncio.to_thread(_find, settings, *file) if file is not None else None
        if file is None or body is None:
            return PlainTextResponse("Not Found", 404, headers=_HEADERS | {"Cache-Control": "no-store"})
        return _Picture(body, file[1])

    return picture


class _Picture(Response):
    """Sends a file piece by piece."""

    def __init__(self, body: FileBody, media_type: str) -> None:
        headers = {"Cache-Control": "private, max-age=3600", "Content-Length": str(body.byte_count)}
        super().__init__(media_type=media_type, headers=_HEADERS | headers)
        self._file = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = await open_file(self._file)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send_file(file, 0 if scope["method"] == "HEAD" else self._file.byte_count, send)


def _find(settings: Settings, digest: str, media_type: str) -> FileBody | None:
    path = file_path(settings.data_folder, digest)
    try:
        return FileBody(path, path.stat().st_size) if media_type in EXTENSIONS else None
    except OSError:
        return None
