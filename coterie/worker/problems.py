"""Why the worker cannot work, logged once although several of its threads notice it."""

import logging
import threading

log = logging.getLogger(__name__)


class WorkFailed(Exception):
    """Recurring work failed for a reason that the message says in full: no traceback is logged."""


class Problems:
    """The problem of each thread that has one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: dict[str, str] = {}

    def report(self, thread: str, problem: str | None) -> None:
        """Logs a problem when it begins, and that the worker continues once no thread has one."""
        with self._lock:
            if problem:
                if problem not in self._of.values():
                    log.error("the worker waits", extra={"problem": problem})
                self._of[thread] = problem
            elif self._of.pop(thread, None) and not self._of:
                log.info("the worker continues")
