"""Endpoints of webhooks for bench/webhooks.py, all on one port: python -m bench.receiver PORT FILE.

A request to /fast/NAME is answered at once, one to /hanging/NAME never. Each event id goes to FILE as a line
"NAME EVENT_ID".
"""

import asyncio
import re
import sys
from pathlib import Path

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_EVENT_ID = re.compile(rb'"event_id":(\d+)')
_ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


async def serve(port: int, path: str) -> None:
    """Serves until the process ends."""
    with Path(path).open("ab", buffering=0) as file:

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while head := await reader.readuntil(b"\r\n\r\n"):
                    length = _LENGTH.search(head)
                    body = await reader.readexactly(int(length[1]) if length else 0)
                    _, kind, name = head.split(b" ", 2)[1].split(b"/")
                    if kind == b"hanging":
                        await asyncio.Event().wait()
                    event_id = _EVENT_ID.search(body)
                    file.write(name + b" " + (event_id[1] if event_id else b"0") + b"\n")
                    writer.write(_ANSWER)
                    await writer.drain()
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", port)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
