"""The write lock of SQLite: of the threads of a process, then of the processes of a machine.

Between processes it is a blocking file lock, which the kernel passes on at once and releases when its process ends. A
process that is stopped (SIGSTOP, Ctrl-Z) keeps it until it continues; so the file holds the process id of the holder,
and Ctrl-Z has to wait for the end of a transaction. After the process id the file holds the time at which a writer last
began to wait, so that long work can end its transaction early (is_waited_for).

A process that writes one transaction after another lets others write between two of them, however busy the machine is.
A lock alone does not ensure that: on a busy machine a waiting process runs only after the other has the lock again. So
there are two. A writer first takes the turn, waits with it for the lock, and then passes the turn on. Threads have such
a pair too.
"""

import fcntl
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_PID_BYTES = _TIME_BYTES = 20
_STOP = (signal.SIGTSTP,)


class WriteLock:
    """The lock of one database. waiting_since: when the current wait began (time.monotonic), or None."""

    def __init__(self, path: str) -> None:
        self._threads, self._thread_turn = threading.Lock(), threading.Lock()
        self._file, self._turn_file = private_file(path), private_file(f"{path}-turn")
        self._pid = f"{os.getpid():<{_PID_BYTES}}".encode()
        self.waiting_since: float | None = None
        # when the present holder began to wait for the lock
        self._began = 0.0

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Waits for the lock and holds it during the block."""
        with self._hold_in_process(), _stop_signal_blocked():
            self._wait_for_processes()
            try:
                os.pwrite(self._file, self._pid, 0)
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def is_waited_for(self) -> bool:
        """Whether another writer began to wait after the present holder did. Called by the holder."""
        text = os.pread(self._file, _TIME_BYTES, _PID_BYTES).strip()
        # a time after now is from before the machine was started
        return bool(text) and self._began < float(text) <= time.monotonic()

    @contextmanager
    def _hold_in_process(self) -> Iterator[None]:
        began = self._acquire(self._thread_turn, None)
        try:
            began = self._acquire(self._threads, began)
        finally:
            self._thread_turn.release()
        self._began = began or time.monotonic()
        try:
            yield
        finally:
            self._threads.release()

    def _acquire(self, lock: threading.Lock, began: float | None) -> float | None:
        """Waits for a lock of threads; returns when the wait began, which may have been before, or None."""
        if not lock.acquire(blocking=False):
            began = began or self._announce()
            lock.acquire()
        return began

    def _wait_for_processes(self) -> None:
        try:
            for file in (self._turn_file, self._file):
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if self.waiting_since is None:
                        self._began = self.waiting_since = self._announce()
                    fcntl.flock(file, fcntl.LOCK_EX)
        finally:
            self.waiting_since = None
            fcntl.flock(self._turn_file, fcntl.LOCK_UN)

    def _announce(self) -> float:
        """Writes down, and returns, when this writer begins to wait."""
        # the monotonic clock is that of the machine, the same for all processes
        text = f"{time.monotonic():<{_TIME_BYTES}.9f}"
        os.pwrite(self._file, text.encode(), _PID_BYTES)
        return float(text)

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
        os.close(self._turn_file)


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
