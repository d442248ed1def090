"""A process of an instance: python -m coterie.cli.child with one of

* instance FD N: what `coterie serve` becomes: a web process on this inherited socket, with a worker and N web processes
  more as its children;
* web FD, or worker: one of these children.

Not meant for people, so it does without the command-line library, which takes 15 MB per process.
"""

import logging
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

from coterie.cli.children import Children
from coterie.cli.importing import importing
from coterie.cli.metrics_folder import create_metrics_folder, metrics_folder_of
from coterie.cli.open_instance import open_migrated, prepare_data_folder
from coterie.cli.stopping import exiting_on_errors, stop_early
from coterie.logs import configure_logging
from coterie.settings import Settings

# A thread that writes needs the interpreter again after each statement. With Python's default of 5 ms, another that
# computes (a comparison of the book, the event loop) makes a transaction of twenty statements last 50 ms, for which all
# other writers wait. With 0.1 ms, threads that compute together take 5 % more CPU.
SWITCH_SECONDS = 0.0001
log = logging.getLogger("coterie.cli.child")


def main() -> None:
    """Runs as instance, web process or worker. The settings come from the environment."""
    share_interpreter()
    with exiting_on_errors():
        settings = prepare_data_folder()
        configure_logging(settings.log_level)
        if sys.argv[1] == "instance":
            _instance(settings, socket.socket(fileno=int(sys.argv[2])), web_processes=int(sys.argv[3]))
    # errors of a child process go into the log of the instance
    with exiting_on_errors(lambda message: log.error("cannot start", extra={"problem": message})):
        if sys.argv[1] == "web":
            _web(settings, int(sys.argv[2]))
        elif sys.argv[1] == "worker":
            run_worker(settings, with_parent=True)


def share_interpreter() -> None:
    """Lets the threads of this process take turns after 0.1 ms."""
    sys.setswitchinterval(SWITCH_SECONDS)


def _instance(settings: Settings, listener: socket.socket, *, web_processes: int) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop_early)
    with importing():
        from coterie.cli.web_process import run_web  # lazy: the worker needs no web framework

    metrics_folder = create_metrics_folder(settings.data_folder) if web_processes else None
    children = Children(settings, listener, web_processes)
    try:
        run_web(settings, listener, metrics_folder=metrics_folder, on_migrated=children.start, announce=True)
    finally:
        children.stop()
        if metrics_folder:
            shutil.rmtree(metrics_folder, ignore_errors=True)
        listener.close()


def _web(settings: Settings, fd: int) -> None:
    with importing():
        from coterie.cli.web_process import run_web  # lazy: the worker needs no web framework

    _stop_with_parent(lambda: os.kill(os.getpid(), signal.SIGTERM))
    folder = metrics_folder_of(settings.data_folder, os.getppid())
    run_web(settings, socket.socket(fileno=fd), metrics_folder=folder)


def run_worker(settings: Settings, *, with_parent: bool) -> None:
    """Runs jobs until SIGTERM or SIGINT; with_parent: also until the parent process ends."""
    with importing():
        from coterie.worker.loop import Worker  # lazy: a web process needs no worker

    # a worker reads whole books: mapped, they would take up to 256 MB without being faster
    with open_migrated(settings, maps_file=False) as database:
        worker = Worker(database, settings)

        def stop(signal_number: int, frame: FrameType | None) -> None:
            worker.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        if with_parent:
            _stop_with_parent(worker.stop)
        worker.run()


def _stop_with_parent(stop: Callable[[], None]) -> None:
    """Calls stop when the parent has ended: it holds the other end of standard input and never writes."""

    def watch() -> None:
        # not sys.stdin: the lock of its buffer would block the exit of the interpreter
        while os.read(0, 4096):
            pass
        stop()

    threading.Thread(target=watch, name="parent", daemon=True).start()


if __name__ == "__main__":
    main()
