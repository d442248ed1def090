"""Static files: their path carries the digest of all of them, so that browsers may store each for a year."""

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path

from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

FOLDER = Path(str(resources.files("coterie.web") / "static"))
_IMMUTABLE = [
    (b"cache-control", b"public, max-age=31536000, immutable"),
    (b"cross-origin-resource-policy", b"same-origin"),
]


@cache
def digest() -> str:
    """Twelve hexadecimal digits that change with any static file."""
    total = hashlib.sha256()
    for path in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        total.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:12]


def asset(name: str) -> str:
    """The path of a static file, such as "app.css". The digest is in front, so relative imports of modules have it."""
    return f"/static/{digest()}/{name}"


class ImmutableFiles(StaticFiles):
    """Serves the files below /static/<digest>/."""

    def __init__(self) -> None:
        super().__init__(directory=str(FOLDER))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_immutable(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                message["headers"] = [*message["headers"], *_IMMUTABLE]  # type: ignore[misc]
            await send(message)

        await super().__call__(scope, receive, send_immutable)  # type: ignore[arg-type]
