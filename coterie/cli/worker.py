"""coterie worker: the background process; `coterie serve` starts it by itself."""

import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

import typer

from coterie.cli.common import DataOption, opened, prepare
from coterie.observe import configure_logging
from coterie.worker.loop import Worker


def register(application: typer.Typer) -> None:
    application.command("worker", hidden=True)(worker)


def worker(data: DataOption = None, with_parent: bool = False) -> None:
    """Work off what waits in the background until stopped."""
    settings = prepare(data)
    configure_logging(settings.log_level)
    with opened(settings) as database:
        running = Worker(database, settings)

        def stop(signal_number: int, frame: FrameType | None) -> None:
            running.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        if with_parent:
            stop_with_parent(running.stop)
        running.run()


def stop_with_parent(stop: Callable[[], None]) -> None:
    """Call stop when the parent process is gone: it holds the other end of standard input and never writes."""

    def watch() -> None:
        sys.stdin.buffer.read()
        stop()

    threading.Thread(target=watch, name="parent", daemon=True).start()
