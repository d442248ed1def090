"""Sends files piece by piece, so that memory does not grow with their size or with slow clients."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from coterie.http.asgi import Send
from coterie.http.responses import FileBody

T = TypeVar("T")
CHUNK_BYTES = 131_072
# disks are slow at times: they must not keep the event loop, nor the threads of the database
_threads = ThreadPoolExecutor(4, thread_name_prefix="files")


async def open_file(body: FileBody) -> BinaryIO:
    """The file, opened in a thread. Raises OSError."""
    return await _in_thread(_open, body.path)


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


async def send_file(file: BinaryIO, byte_count: int, send: Send) -> None:
    """Sends that many bytes as the rest of a response, and closes the file. Raises OSError if there are fewer."""
    try:
        left = byte_count
        async for chunk in _chunks(file, byte_count):
            left -= len(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": left > 0})
    finally:
        file.close()


async def _chunks(file: BinaryIO, byte_count: int) -> AsyncIterator[bytes]:
    left = byte_count
    while True:
        chunk = await _in_thread(file.read, min(CHUNK_BYTES, left))
        if left and not chunk:
            raise OSError("the file is shorter than it was")
        left -= len(chunk)
        yield chunk
        if not left:
            return


async def _in_thread(function: Callable[..., T], *arguments: Any) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads, function, *arguments)
