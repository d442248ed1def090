"""The write lock of SQLite: of the threads of a process, then of the processes of a machine.

Between processes it is a blocking file lock, which the kernel passes on at once and releases when its process ends. A
process that is stopped (SIGSTOP, Ctrl-Z) keeps it until it continues; so the file holds the process id of the holder,
and Ctrl-Z has to wait for the end of a transaction.
"""

import fcntl
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_PID_BYTES = 20
_STOP = (signal.SIGTSTP,)


class WriteLock:
    """The lock of one database. waiting_since: when the current wait began (time.monotonic), or None."""

    def __init__(self, path: str) -> None:
        self._threads = threading.Lock()
        self._file = private_file(path)
        self._pid = f"{os.getpid():<{_PID_BYTES}}".encode()
        self.waiting_since: float | None = None

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Waits for the lock and holds it during the block."""
        with self._threads, _stop_signal_blocked():
            self.waiting_since = time.monotonic()
            fcntl.flock(self._file, fcntl.LOCK_EX)
            self.waiting_since = None
            try:
                os.pwrite(self._file, self._pid, 0)
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    @contextmanager
    def hold_in_process(self) -> Iterator[None]:
        """Excludes the other threads of this process, but no other process."""
        with self._threads:
            yield

    def holder(self) -> int | None:
        """The process id of the process that holds the lock, or held it last."""
        text = os.pread(self._file, _PID_BYTES, 0).strip()
        return int(text) if text.isdigit() else None

    def close(self) -> None:
        os.close(self._file)


@contextmanager
def _stop_signal_blocked() -> Iterator[None]:
    """Delays Ctrl-Z of a command until the end of the block, provided that its other threads block it too."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def block_stop_signal() -> None:
    """Leaves Ctrl-Z to the main thread; called by each background thread."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)


def private_file(path: str) -> int:
    """Opens a file that only its owner may read, and creates it if it is missing."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
