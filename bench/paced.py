"""Requests at a fixed rate, whatever the responses take.

A closed loop, where each client waits for its response before the next request, drives a server into saturation and
then measures the queue. Here request n is due n / rate seconds after the start, and its latency counts from then, so a
server that falls behind cannot hide it.
"""

import asyncio
import time
from collections.abc import Callable, Iterator

from bench.processes import Server

Request = Callable[[], tuple[str, str, bytes]]  # (method, path, JSON body)
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Paced:
    """The latencies in milliseconds of the requests that got a 2xx, and how many others there were."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self.failures = 0


def run_paced(server: Server, request: Request, *, rate: float, count: int, connections: int = 16) -> Paced:
    """Sends that many requests, rate of them per second, on kept-alive connections."""
    return asyncio.run(pace(server, request, rate=rate, count=count, connections=connections))


async def pace(server: Server, request: Request, *, rate: float, count: int, connections: int) -> Paced:
    """run_paced on a running event loop. A connection that is lost is a failure, and is opened again."""
    paced = Paced()
    started = time.perf_counter()
    due = iter([started + number / rate for number in range(count)])
    await asyncio.gather(*(_client(server, request, due, paced) for _ in range(connections)))
    return paced


async def _client(server: Server, request: Request, due: Iterator[float], paced: Paced) -> None:
    streams: Streams | None = None
    headers = "".join(f"{name}: {value}\r\n" for name, value in server.headers.items())
    for at in due:
        await asyncio.sleep(max(at - time.perf_counter(), 0))
        method, path, body = request()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Content-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        try:
            reader, writer = streams = streams or await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(head.encode() + body)
            status = await _read_response(reader)
        except (OSError, asyncio.IncompleteReadError):
            status, streams = 0, None
        if status // 100 == 2:
            paced.latencies.append((time.perf_counter() - at) * 1000)
        else:
            paced.failures += 1
    if streams:
        streams[1].close()


async def _read_response(reader: asyncio.StreamReader) -> int:
    """The status; the body is read and dropped."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    length = next((int(line[15:]) for line in head if line.lower().startswith("content-length:")), 0)
    await reader.readexactly(length)
    return int(head[0].split(" ")[1])
