"""coterie serve: runs the instance: a web process, a worker and, on request, more web processes.

This process binds the socket and becomes the instance (cli/child.py), which migrates the database, starts the others
(cli/children.py) and answers requests.
"""

import logging
import os
import signal
import socket
import sys
from typing import Annotated

import typer

from coterie.cli.children import child_command, environment_of
from coterie.cli.open_instance import prepare_data_folder
from coterie.cli.options import DataOption
from coterie.cli.stopping import stop_early
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
    if settings.backup_folder and not os.access(settings.backup_folder, os.W_OK | os.X_OK):
        log.warning(
            "COTERIE_BACKUP_FOLDER does not exist or is not writable: no backup is saved",
            extra={"folder": settings.backup_folder},
        )
    listener.set_inheritable(True)
    # the command-line library takes 15 MB, which a running instance does without
    command = child_command("instance", str(listener.fileno()), str(workers - 1))
    os.execve(sys.executable, command, environment_of(settings))  # noqa: S606  our own interpreter and module


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
