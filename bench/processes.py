"""Starts programs for the benches, and ends them however a bench ends.

Guarantee. A program started here has ended when its block is left, also if the block is left because of SIGTERM or
SIGINT (see end_by_exception).
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec

from bench.data import Data

ROOT = Path(__file__).parent.parent
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 15.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def end_by_exception() -> None:
    """From here on SIGTERM and SIGINT raise SystemExit in the main thread, once, so that every block is left."""

    def stop(number: int, frame: FrameType | None) -> None:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for number in _SIGNALS:
        signal.signal(number, stop)


@contextmanager
def running(command: Sequence[str], core: int | None = None, **options: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """A program while the block runs. core: the one it may use. options: those of Popen."""
    # a signal during Popen would leave a program that nobody knows: it waits until the program can be ended
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        process = subprocess.Popen(command, cwd=ROOT, preexec_fn=_prepare(core), **options)
    except BaseException:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        raise
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        yield process
    finally:
        _end(process)


def _prepare(core: int | None) -> Callable[[], None]:
    """The function that the child calls before it becomes the program."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []

    def prepare() -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        if core is not None and len(cores) > 1:
            os.sched_setaffinity(0, {cores[core % len(cores)]})

    return prepare


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Server:
    """A running server."""

    def __init__(self, name: str, port: int, token: str, process: "subprocess.Popen[bytes]") -> None:
        self.name = name
        self.port = port
        self.process = process
        self.headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and decoded body of one request on a new connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            headers = self.headers | ({"Content-Type": "application/json"} if body is not None else {})
            connection.request(method, path, msgspec.json.encode(body) if body is not None else None, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        return response.status, msgspec.json.decode(content) if content else None


def free_port() -> int:
    """A port that no program listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def coterie_environment(**settings: str) -> dict[str, str]:
    """The environment of a Coterie process: these settings, no others, and stored bytecode as in an installation."""
    ours = ("COTERIE_", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return environment | {f"COTERIE_{name.upper()}": value for name, value in settings.items()}


def coterie_command(data: str, port: int, *options: str) -> list[str]:
    """The command that serves a data folder."""
    return [sys.executable, "-m", "coterie", "serve", "--data", data, "--port", str(port), *options]


@contextmanager
def serving(
    name: str, token: str, command: Callable[[int], list[str]], core: int | None = None, **settings: str
) -> Iterator[Server]:
    """A server on loopback that responds already, while the block runs. command: made for a port."""
    port = free_port()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with running(command(port), core, env=coterie_environment(**settings), **quiet) as process:
        server = Server(name, port, token, process)
        _wait(server)
        yield server


def _wait(server: Server) -> None:
    """Returns at the first response of any status. Raises RuntimeError if the process ends or a minute is over."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise RuntimeError(f"{server.name} ended with {server.process.returncode} before it responded")
        try:
            server.call("GET", "/api/v1/contact?id=1")
        except (OSError, http.client.HTTPException):
            time.sleep(0.005)
        except msgspec.DecodeError:  # another server's pages
            return
        else:
            return
    raise RuntimeError(f"{server.name} did not respond within {START_SECONDS_MAX:.0f} s")


@contextmanager
def serving_coterie(data: Data, *options: str, core: int | None = None) -> Iterator[Server]:
    """Coterie as an operator runs it: web, worker, all logs, default settings."""
    command = lambda port: coterie_command(data.folder, port, *options)  # noqa: E731
    with serving("coterie", data.token, command, core) as server:
        yield server


@contextmanager
def serving_module(name: str, data: Data, core: int | None = None) -> Iterator[Server]:
    """bench.floor or bench.twin over the same file."""
    command = lambda port: [sys.executable, "-m", f"bench.{name}", data.file, str(port)]  # noqa: E731
    with serving(name, data.token, command, core) as server:
        yield server
