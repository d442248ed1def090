"""Starting servers as processes of their own and ending them."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from bench.data import Data

ROOT = Path(__file__).parent.parent
START_SECONDS_MAX = 60.0


class Server:
    """A running server: its name, its port, its process."""

    def __init__(self, name: str, port: int, token: str, process: subprocess.Popen[bytes]) -> None:
        self.name = name
        self.port = port
        self.process = process
        self.headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One request on a connection of its own: the status and the decoded body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            headers = self.headers | ({"Content-Type": "application/json"} if body is not None else {})
            connection.request(method, path, msgspec.json.encode(body) if body is not None else None, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        return answer.status, msgspec.json.decode(content) if content else None


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def pin(core: int | None) -> Callable[[], None] | None:
    """What a child process calls to stay on one core; nothing where there is only one."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if core is None or len(cores) < 2:
        return None
    return lambda: os.sched_setaffinity(0, {cores[core % len(cores)]})


def coterie_command(data: Data, port: int, *options: str) -> list[str]:
    """The command that serves a data set."""
    return [sys.executable, "-m", "coterie", "serve", "--data", data.folder, "--port", str(port), *options]


@contextmanager
def serving(name: str, data: Data, command: Callable[[int], list[str]], core: int | None = None) -> Iterator[Server]:
    """A server on loopback while the block runs. It is ended, whatever happens."""
    port = free_port()
    process = subprocess.Popen(
        command(port), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=pin(core)
    )
    server = Server(name, port, data.token, process)
    try:
        wait_until_it_answers(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_it_answers(server: Server) -> None:
    """Return at the first answer; raise when the process ends or a minute is over."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise RuntimeError(f"{server.name} ended with {server.process.returncode} before it answered")
        try:
            server.call("GET", "/api/v1/contact?id=1")
        except (OSError, http.client.HTTPException):
            time.sleep(0.005)
        else:
            return
    raise RuntimeError(f"{server.name} did not answer within {START_SECONDS_MAX:.0f} s")


@contextmanager
def serving_coterie(data: Data, *options: str, core: int | None = None) -> Iterator[Server]:
    """Coterie as an operator runs it: web, worker and all logs, with its default settings."""
    with serving("coterie", data, lambda port: coterie_command(data, port, *options), core) as server:
        yield server


@contextmanager
def serving_module(name: str, data: Data, core: int | None = None) -> Iterator[Server]:
    """bench.floor or bench.twin over the same file."""

    def command(port: int) -> list[str]:
        return [sys.executable, "-m", f"bench.{name}", data.file, str(port)]

    with serving(name, data, command, core) as server:
        yield server
