"""The child processes of `coterie serve`: the worker and additional web processes.

A child that exits is restarted. Each child exits when the parent does, however the parent ends: it reads a pipe whose
other end the parent holds.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time

from coterie.settings import Settings

STOP_SECONDS = 10
PAUSE_SECONDS_MIN = 0.5
PAUSE_SECONDS_MAX = 30.0
# after running this long, a child counts as healthy and its pause is reset
HEALTHY_SECONDS = 60.0
log = logging.getLogger(__name__)


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment from which another process loads the same settings."""
    return os.environ | {"COTERIE_DATA": settings.data, "COTERIE_DATABASE_URL": settings.database_url}


def child_command(*arguments: str) -> list[str]:
    """The command of another process of the instance. -P: a module in the current folder is not one of Coterie's."""
    return [sys.executable, "-P", "-m", "coterie.cli.child", *arguments]


class Child:
    """One child: its command, and when it may be restarted."""

    def __init__(self, command: list[str]) -> None:
        self.command = command
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.not_before = 0.0
        self.pause = PAUSE_SECONDS_MIN

    def exited(self) -> None:
        """Schedules the restart. The pause doubles, so a child that cannot start does not hog the machine."""
        now = time.monotonic()
        if now - self.started_at > HEALTHY_SECONDS:
            self.pause = PAUSE_SECONDS_MIN
        self.not_before = now + self.pause
        self.pause = min(self.pause * 2, PAUSE_SECONDS_MAX)
        self.process = None


class Children:
    """The child processes: a worker and the web processes."""

    def __init__(self, settings: Settings, listener: socket.socket, web_processes: int) -> None:
        self._fd = listener.fileno()
        self._environment = environment_of(settings)
        self._children = [Child(["worker"]), *(Child(["web", str(self._fd)]) for _ in range(web_processes))]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="children", daemon=True)

    def start(self) -> None:
        """Starts and supervises them in a thread; returns at once."""
        self._thread.start()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            for child in self._children:
                if child.process is not None and child.process.poll() is not None:
                    log.error(
                        "process ended", extra={"command": child.command[0], "exit_code": child.process.returncode}
                    )
                    child.exited()
                if child.process is None and time.monotonic() >= child.not_before:
                    child.started_at = time.monotonic()
                    child.process = self._spawn(child.command)
            self._stopping.wait(0.2)

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603
            # our own interpreter and module; no shell
            child_command(*command),
            stdin=subprocess.PIPE,
            pass_fds=[self._fd] if command[0] == "web" else [],
            env=self._environment,
            # Ctrl-C in a terminal then reaches the parent only, which stops its children
            start_new_session=True,
        )

    def stop(self) -> None:
        """Sends SIGTERM, waits up to STOP_SECONDS, then kills those still running."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdin:
                process.stdin.close()
