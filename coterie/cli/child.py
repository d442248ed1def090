"""What `coterie serve` starts beside itself: python -m coterie.cli.child worker, or web and the number of a socket.

Not a command for people, and so without the library that reads a command line: 7 MB of each process.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

from coterie.cli.instance import opened, prepare
from coterie.observe import configure_logging
from coterie.settings import Settings


def main() -> None:
    """Be the process that the arguments name; the settings are in the environment."""
    settings = prepare()
    configure_logging(settings.log_level)
    if sys.argv[1] == "web":
        _web(settings, int(sys.argv[2]))
    else:
        run_worker(settings, with_parent=True)


def _web(settings: Settings, fd: int) -> None:
    from coterie.cli.web_process import run_web  # lazy: the worker does without the web framework

    _stop_with_parent(lambda: os.kill(os.getpid(), signal.SIGTERM))
    run_web(settings, socket.socket(fileno=fd))


def run_worker(settings: Settings, *, with_parent: bool) -> None:
    """Work off what waits in the background until SIGTERM or SIGINT, or until the parent is gone."""
    from coterie.worker.handlers import HANDLERS  # lazy: likewise
    from coterie.worker.instagram_profiles import HANDLERS as GRAPH_HANDLERS  # lazy: a web process has no use for it
    from coterie.worker.loop import Worker  # lazy: likewise

    with opened(settings) as database:
        running = Worker(database, settings, HANDLERS | GRAPH_HANDLERS)

        def stop(signal_number: int, frame: FrameType | None) -> None:
            running.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        if with_parent:
            _stop_with_parent(running.stop)
        running.run()


def _stop_with_parent(stop: Callable[[], None]) -> None:
    """Call stop when the parent process is gone: it holds the other end of standard input and never writes."""

    def watch() -> None:
        # not sys.stdin: its buffer's lock would be held when the interpreter ends
        while os.read(0, 4096):
            pass
        stop()

    threading.Thread(target=watch, name="parent", daemon=True).start()


if __name__ == "__main__":
    main()
