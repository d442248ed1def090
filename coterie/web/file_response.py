"""A response that is a stored file, sent piece by piece."""

from pathlib import Path

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from coterie.http.files import open_file, send_file
from coterie.http.responses import FileBody


class StoredFileResponse(Response):
    """A file, whose size is known when the response is made. Raises OSError if it cannot be read."""

    def __init__(self, path: Path, media_type: str, headers: dict[str, str]) -> None:
        self._body = FileBody(path, path.stat().st_size)
        super().__init__(media_type=media_type, headers=headers | {"content-length": str(self._body.byte_count)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = await open_file(self._body)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send_file(file, self._body.byte_count, send)
