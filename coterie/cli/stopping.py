"""How a process of the command line ends early."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from coterie.errors import CoterieError


def stop_early(signal_number: int, frame: FrameType | None) -> None:
    """The signal handler until requests are served: exits at once."""
    raise SystemExit(0)


@contextmanager
def exiting_on_errors() -> Iterator[None]:
    """A CoterieError in the block is one line on standard error, and the process exits with 1."""
    try:
        yield
    except CoterieError as error:
        print(f"coterie: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from None
