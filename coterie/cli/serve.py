"""coterie serve: runs the instance: a web process, a worker and, on request, more web processes.

This process binds the socket, migrates the database, starts the others (cli/children.py) and answers requests too.
"""

import logging
import shutil
import signal
import socket
from typing import Annotated

import typer

from coterie.cli.children import Children
from coterie.cli.metrics_folder import create_metrics_folder
from coterie.cli.open_instance import prepare_data_folder
from coterie.cli.options import DataOption
from coterie.cli.web_process import run_web, stop_early
from coterie.errors import Unavailable
from coterie.logs import configure_logging

EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104
log = logging.getLogger(__name__)


def register(application: typer.Typer) -> None:
    application.command("serve")(serve)


def serve(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address to listen on; 0.0.0.0 listens on all.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="PORT", help="Port to listen on; 0 picks a free one.", min=0, max=65535)
    ] = 8000,
    workers: Annotated[int, typer.Option(metavar="N", help="Number of web processes.", min=1, max=64)] = 1,
    data: DataOption = None,
) -> None:
    """Run the instance: web and worker.

    Ctrl-C or SIGTERM answers the requests in progress and stops.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop_early)
    settings = prepare_data_folder(data)
    configure_logging(settings.log_level)
    listener = _bind(host, port)
    if host in EVERYWHERE:
        log.warning(
            "listening on all addresses without TLS: put a reverse proxy in front (docs/operating.md)",
            extra={"host": host},
        )
    metrics_folder = create_metrics_folder(settings.data_folder) if workers > 1 else None
    children = Children(settings, listener, workers - 1)
    try:
        run_web(settings, listener, metrics_folder=metrics_folder, on_migrated=children.start, announce=True)
    finally:
        children.stop()
        if metrics_folder:
            shutil.rmtree(metrics_folder, ignore_errors=True)
        listener.close()


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a host name"
        raise Unavailable(f"cannot listen on {host}:{port}: {reason or error}") from None
    return listener
