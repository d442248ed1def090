"""How a process of the command line ends early."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from coterie.errors import CoterieError, raising_disk_full


def stop_early(signal_number: int, frame: FrameType | None) -> None:
    """The signal handler until requests are served: exits at once."""
    raise SystemExit(0)


def _print_error(message: str) -> None:
    print(f"coterie: {message}", file=sys.stderr)  # noqa: T201


@contextmanager
def exiting_on_errors(report: Callable[[str], None] = _print_error) -> Iterator[None]:
    """A CoterieError, a full disk or a file of another user in the block is reported, by default as a line on standard
    error, and the process exits with 1."""
    try:
        with raising_disk_full():
            yield
    except CoterieError as error:
        report(str(error))
        raise SystemExit(1) from None
    except PermissionError as error:
        report(f"{error.filename or 'this'}: {error.strerror}")
        raise SystemExit(1) from None
