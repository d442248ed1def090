"""coterie serve: the web process, the worker beside it, more web processes when asked for.

This process binds the socket, migrates, starts the others and answers requests itself. Others are started again when
they end; they end when this one does, however it ends (they hold the far end of a pipe to it).
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Annotated

import structlog
import typer
import uvicorn

from coterie.app import create_app
from coterie.cli.common import DataOption, prepare
from coterie.errors import Unavailable
from coterie.observe import configure_logging
from coterie.settings import Settings
from coterie.store.database import open_database
from coterie.store.migrate import migrate

STOP_SECONDS = 10
RESTART_SECONDS_MAX = 30.0
log = structlog.get_logger()


def register(application: typer.Typer) -> None:
    application.command("serve")(serve)
    application.command("web", hidden=True)(web)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Web processes.", min=1, max=64)] = 1,
    data: DataOption = None,
) -> None:
    """Serve the instance: web and worker. Ctrl-C or SIGTERM finishes what runs and stops."""
    settings = prepare(data)
    configure_logging(settings.log_level)
    listener = _bind(host, port)
    children = Children(settings, listener, workers)
    # uvicorn raises the signal again once it has stopped; by then it means nothing more
    signal.signal(signal.SIGTERM, _ignore)
    signal.signal(signal.SIGINT, _ignore)
    try:
        _run(settings, listener, announce=True, on_migrated=children.start)
    finally:
        children.stop()
        listener.close()


def web(fd: int, data: DataOption = None) -> None:
    """A further web process on a socket that is bound already."""
    from coterie.cli.worker import stop_with_parent  # lazy: only this command needs it

    settings = prepare(data)
    configure_logging(settings.log_level)
    signal.signal(signal.SIGTERM, _ignore)
    signal.signal(signal.SIGINT, _ignore)
    stop_with_parent(lambda: os.kill(os.getpid(), signal.SIGTERM))
    _run(settings, socket.socket(fileno=fd), announce=False)


def _run(
    settings: Settings,
    listener: socket.socket,
    *,
    announce: bool,
    on_migrated: Callable[[], None] | None = None,
) -> None:
    database = open_database(settings)
    try:
        for name in migrate(database):
            log.info("migrated", migration=name)
        if on_migrated:
            on_migrated()
        config = uvicorn.Config(
            create_app(database, settings),
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        if announce:
            host, port = listener.getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            log.info("listening", url=f"http://{shown}:{port}")
        asyncio.set_event_loop_policy(None)
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        database.close()


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        raise Unavailable(f"cannot listen on {host}:{port}: {error.strerror or error}") from None
    return listener


def _ignore(signal_number: int, frame: FrameType | None) -> None:
    return None


class Children:
    """The processes beside this one, started again when they end."""

    def __init__(self, settings: Settings, listener: socket.socket, workers: int) -> None:
        self._fd = listener.fileno()
        self._environment = os.environ | {
            "COTERIE_DATA": settings.data,
            "COTERIE_DATABASE_URL": settings.database_url,
        }
        self._commands = [["worker", "--with-parent"], *[["web", str(self._fd)]] * (workers - 1)]
        self._processes: list[subprocess.Popen[bytes] | None] = [None] * len(self._commands)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="children", daemon=True)

    def start(self) -> None:
        """Start them and watch over them."""
        self._thread.start()

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603: our own interpreter and module, no shell
            [sys.executable, "-m", "coterie", *command],
            stdin=subprocess.PIPE,
            pass_fds=[self._fd] if command[0] == "web" else [],
            env=self._environment,
            # Ctrl-C in a terminal reaches this process, which tells them
            start_new_session=True,
        )

    def _watch(self) -> None:
        pauses = [0.5] * len(self._commands)
        not_before = [0.0] * len(self._commands)
        while not self._stopping.is_set():
            for position, command in enumerate(self._commands):
                process = self._processes[position]
                if process is not None and process.poll() is not None:
                    log.error("process ended", command=command[0], exit_code=process.returncode)
                    not_before[position] = time.monotonic() + pauses[position]
                    pauses[position] = min(pauses[position] * 2, RESTART_SECONDS_MAX)
                    self._processes[position] = process = None
                if process is None and time.monotonic() >= not_before[position]:
                    self._processes[position] = self._spawn(command)
            self._stopping.wait(0.2)

    def stop(self) -> None:
        """Ask them to stop, wait, and end the one that does not."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        running = [process for process in self._processes if process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdin:
                process.stdin.close()
