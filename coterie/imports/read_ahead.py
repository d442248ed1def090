"""Runs a generator in a second process, which stays a little ahead of its reader.

Reading and normalizing rows costs as much as saving them, so each runs on its own processor. The second process has no
state to lose: it exits when its reader closes the pipe, for any reason including kill -9.
"""

import fcntl
import gc
import os
import pickle  # between a process and its own child, over a private pipe
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from typing import IO, Any, TypeVar

from coterie.errors import Unavailable, invalid

T = TypeVar("T")
PIPE_BYTES = 1_048_576
# for the next item
SECONDS_MAX = 120.0
_LENGTH_BYTES = 8
_ITEM, _ERROR, _END = "item", "error", "end"


def read_ahead(
    function: Callable[..., Iterator[T]], *arguments: Any, next_seconds: float = SECONDS_MAX
) -> Generator[T, None, None]:
    """Yields the items of function(*arguments) in order; its errors are raised here.

    The function must be at the top of a module; arguments, items and errors must be picklable. A consumer that stops
    early closes the iterator. Raises Unavailable if the other process was killed, and Invalid if it yields no item for
    two minutes: the file was made to be read without end. next_seconds: the limit for each item after the first.
    """
    process = subprocess.Popen(
        # our own interpreter and module, no shell
        [sys.executable, "-m", "coterie.imports.read_ahead"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        # Ctrl-C in a terminal is for the reader. No session of its own: Linux shares processors among sessions first
        # (autogroup), and nice would have no effect
        process_group=0,
    )
    assert process.stdin is not None and process.stdout is not None
    pipe = _Pipe(process.stdout)
    try:
        with suppress(OSError, AttributeError):  # a larger pipe, where the system allows it
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        with suppress(BrokenPipeError):
            process.stdin.write(pickle.dumps((function, arguments)))
            process.stdin.close()
        message = pipe.receive(SECONDS_MAX)
        while message[0] == _ITEM:
            yield message[1]
            message = pipe.receive(next_seconds)
        if message[0] == _ERROR:
            raise message[1]
    finally:
        process.stdout.close()
        process.kill()
        process.wait()


class _Pipe:
    """The messages from the second process, each after its length in eight bytes. No thread watches the clock: to start
    one for each message takes as long as to decode it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._poll = select.poll()
        self._poll.register(stream, select.POLLIN)

    def receive(self, seconds: float) -> tuple[str, Any]:
        """The next message. Raises Unavailable at the end of the pipe, and Invalid if the message is late."""
        deadline = time.monotonic() + seconds
        length = int.from_bytes(self._read(_LENGTH_BYTES, deadline))
        if length and (data := self._read(length, deadline)):
            message: tuple[str, Any] = pickle.loads(data)  # noqa: S301
            return message
        raise invalid("file", f"has a row that takes longer than {seconds:.0f} seconds to read")

    def _read(self, count: int, deadline: float) -> bytes:
        """So many bytes; none if they do not come before the deadline, a moment of time.monotonic()."""
        data = bytearray()
        while len(data) < count:
            if not self._poll.poll(max(0.0, deadline - time.monotonic()) * 1_000):
                return b""
            if not (part := self._stream.read(count - len(data))):
                raise Unavailable("The process that reads the file was killed")
            data += part
        return bytes(data)


def main() -> None:
    """The second process: reads the function and its arguments from standard input, writes items to standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # a terminal may be set to stop such a process that writes to it
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    # requests have priority; a sandbox may forbid it
    with suppress(OSError):
        os.nice(5)
    stream = os.fdopen(os.dup(1), "wb")
    # printed text must not mix with the items
    os.dup2(2, 1)
    function, arguments = pickle.load(sys.stdin.buffer)  # noqa: S301
    # hundreds of thousands of rows are created and freed, without reference cycles
    gc.disable()
    with suppress(BrokenPipeError):
        try:
            for item in function(*arguments):
                _send(stream, _ITEM, item)
        except BrokenPipeError:
            raise
        except Exception as error:
            _send(stream, _ERROR, error)
        else:
            _send(stream, _END, None)
    # a normal exit would try to write the rest to the closed pipe
    os._exit(0)


def _send(stream: Any, kind: str, value: Any) -> None:
    data = pickle.dumps((kind, value), pickle.HIGHEST_PROTOCOL)
    stream.write(len(data).to_bytes(_LENGTH_BYTES))
    stream.write(data)
    stream.flush()


if __name__ == "__main__":
    main()
