"""A web process: the application on a socket that is bound already, until a signal ends it."""

import os
import signal
import socket
from collections.abc import Callable
from types import FrameType

import msgspec
import structlog
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from coterie.app import create_app
from coterie.settings import Settings
from coterie.store.database import open_database
from coterie.store.migrate import migrate

STOP_SECONDS = 10
log = structlog.get_logger()
_NO_HTTP = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
)


class Protocol(HttpToolsProtocol):
    """What comes before any contract answers in the words all of them share."""

    def send_400_response(self, msg: str) -> None:
        """To what is no HTTP/1.1, or has an address of more than 64 KB."""
        body = msgspec.json.encode({"error": msg})
        self.transport.write(_NO_HTTP % (len(body), body))
        self.transport.close()


def stop_early(signal_number: int, frame: FrameType | None) -> None:
    """Before anything is served, a signal simply ends the process, and with it what it has begun."""
    raise SystemExit(0)


def run_web(
    settings: Settings,
    listener: socket.socket,
    *,
    on_migrated: Callable[[], None] | None = None,
    announce: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT; requests that run are answered, for so long as STOP_SECONDS.

    on_migrated is called when the database may be used by others as well.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop_early)
    database = open_database(settings)
    try:
        for name in migrate(database):
            log.info("migrated", migration=name)
        config = uvicorn.Config(
            create_app(database, settings),
            loop="uvloop",
            http=Protocol,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        server = uvicorn.Server(config)

        def stop(signal_number: int, frame: FrameType | None) -> None:
            server.should_exit = True

        # uvicorn has handlers of its own while it runs; these are for just before, and for the signal it raises again
        # once it has stopped
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        if on_migrated:
            on_migrated()
        if announce:
            host, port = listener.getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            log.info("listening", url=f"http://{shown}:{port}", pid=os.getpid())
        server.run(sockets=[listener])
    finally:
        database.close()
