"""A web process: serves the application on a socket that is already bound, until a signal stops it."""

import logging
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn

from coterie.actions.set_up import create_set_up_link
from coterie.app import App, create_app
from coterie.cli.protocol import Protocol, limit_connections
from coterie.cli.stopping import stop_early
from coterie.settings import Settings
from coterie.store.database import Database, open_database
from coterie.store.migrate import migrate

STOP_SECONDS = 10
log = logging.getLogger(__name__)


def run_web(
    settings: Settings,
    listener: socket.socket,
    *,
    metrics_folder: Path | None = None,
    on_migrated: Callable[[], None] | None = None,
    announce: bool = False,
) -> None:
    """Serves until SIGTERM or SIGINT, then answers the requests in progress for up to STOP_SECONDS.

    metrics_folder: as create_app. on_migrated is called once the database is migrated and other processes may use it.
    announce logs the URL.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop_early)
    limit_connections(settings.connections_max)
    database = open_database(settings)
    try:
        if applied := migrate(database):
            # a new database has all of them, which nobody reads
            is_new = applied[0].startswith("0001_")
            log.info(
                "database created" if is_new else "migrated", extra={"migrations": applied[-1:] if is_new else applied}
            )
        server = _server(create_app(database, settings, metrics_folder=metrics_folder))

        def stop(signal_number: int, frame: FrameType | None) -> None:
            server.should_exit = True

        # uvicorn installs its own handlers while it runs; these cover the moment before, and the signal it raises
        # again after it has stopped
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        if on_migrated:
            on_migrated()
        if announce:
            _announce(database, settings, listener)
        server.run(sockets=[listener])
    finally:
        database.close()


def _server(application: App) -> uvicorn.Server:
    config = uvicorn.Config(
        application,
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
    return uvicorn.Server(config)


def _announce(database: Database, settings: Settings, listener: socket.socket) -> None:
    """Logs the URL, and the link by which a browser sets up an instance that has no organization."""
    host, port = listener.getsockname()[:2]
    host_in_url = f"[{host}]" if ":" in host else host
    url = f"http://{host_in_url}:{port}"
    log.info("listening", extra={"url": url, "pid": os.getpid()})
    with database.write() as tx:
        code = create_set_up_link(tx)
    if code is not None:
        link = f"{settings.base_url or url}/set-up?code={code}"
        log.warning("not set up yet: open this link, it works once", extra={"set_up": link})
