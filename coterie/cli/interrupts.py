"""Ctrl-C and SIGTERM during long work: the first one stops it after the current batch, a second one at once."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
REASON = "interrupted"


@contextmanager
def stop_on_signal() -> Iterator[Callable[[], bool]]:
    """Yields a function that tells whether a signal has come. The former handlers return after the first signal."""
    former = {number: signal.getsignal(number) for number in SIGNALS}
    has_come = False

    def restore() -> None:
        for number, handler in former.items():
            signal.signal(number, handler)

    def note(signal_number: int, frame: FrameType | None) -> None:
        nonlocal has_come
        has_come = True
        restore()

    for number in SIGNALS:
        signal.signal(number, note)
    try:
        yield lambda: has_come
    finally:
        restore()
