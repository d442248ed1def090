"""The write lock of SQLite: of the threads of a process, then of the processes of a machine.

Between processes it is a blocking file lock, which the kernel passes on at once and releases when its process ends. A
process that is stopped (SIGSTOP, a paused container) keeps it until it continues; so the file has the process id of its
last holder, for messages, and Ctrl-Z waits for the end of a transaction. After the process id the file has the time at
which a writer last began to wait, so that long work can end its transaction early (is_waited_for).

A process that writes one transaction after another lets others write between two of them, however busy the machine is.
A lock alone does not ensure that: on a busy machine a waiting process runs only after the other has the lock again. So
there are two. A writer first takes the turn, waits with it for the lock, and then passes the turn on. A process that is
stopped while it has the turn therefore blocks the others as one that has the lock does, and its file has its process id
too. Threads have such a pair as well.
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
        # opened again, because a lock belongs to what was opened
        self._probe = private_file(path)
        # the file of the current wait
        self._awaited = self._file
        self._pid = f"{os.getpid():<{_PID_BYTES}}".encode()
        self.waiting_since: float | None = None
        # when the present holder began to wait for the lock with the turn
        self._began = 0.0
        # whether the thread that has the turn of threads waits
        self._does_thread_wait = False

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
        """Whether another writer waits for the present holder. Called by the holder."""
        if self._does_thread_wait:
            return True
        text = os.pread(self._file, _TIME_BYTES, _PID_BYTES).strip()
        # a time after now is from before the machine was started
        return bool(text) and self._began < float(text) <= time.monotonic()

    @contextmanager
    def _hold_in_process(self) -> Iterator[None]:
        with self._thread_turn:
            if not self._threads.acquire(blocking=False):
                self._does_thread_wait = True
                self._threads.acquire()
                self._does_thread_wait = False
        try:
            yield
        finally:
            self._threads.release()

    def _wait_for_processes(self) -> None:
        try:
            self._wait_for(self._turn_file)
            os.pwrite(self._turn_file, self._pid, 0)
            # only who has the turn announces a wait: after the present holder began, and one at a time
            self._began = time.monotonic()
            self._wait_for(self._file)
        finally:
            self.waiting_since = None
            fcntl.flock(self._turn_file, fcntl.LOCK_UN)

    def _wait_for(self, file: int) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._awaited = file
            self.waiting_since = self.waiting_since or time.monotonic()
            if file == self._file:
                self._began = self._announce()
            fcntl.flock(file, fcntl.LOCK_EX)

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

    def describe_wait(self) -> str:
        """Which process this process waits for: the one that has the lock, or, if none has, the one with the turn."""
        if self._awaited == self._turn_file and self._is_free():
            return f"Process {_read_pid(self._turn_file)} is the next to write to the database, but does not continue"
        return f"Process {_read_pid(self._file)} does not release the write lock of the database"

    def _is_free(self) -> bool:
        try:
            fcntl.flock(self._probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        fcntl.flock(self._probe, fcntl.LOCK_UN)
        return True

    def close(self) -> None:
        for file in (self._file, self._turn_file, self._probe):
            os.close(file)


def _read_pid(file: int) -> str:
    """The process id of the process that locked the file last."""
    return os.pread(file, _PID_BYTES, 0).decode().strip()


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
