"""The writer thread of SQLite: queued units of work, up to 64 of them in one transaction, a savepoint each.

Guarantees. A unit that raises rolls back its own savepoint and nothing else. A commit that fails fails every unit of
its transaction. A result is delivered only after the commit. A unit that waits longer than its deadline fails without
having begun: another process holds the write lock.
"""

import asyncio
import queue
import threading
import time
from typing import Any

from coterie.errors import DiskFull, Unavailable
from coterie.store.database import T, Work
from coterie.store.sqlite.connection import IMMEDIATE, Connection, SqliteTx, transaction, translate
from coterie.store.sqlite.lock import WriteLock
from coterie.store.sqlite.watch import Watch

GROUP_MAX = 64


class TransactionEnded(Exception):
    """SQLite rolled the whole transaction back by itself, as it does at a deadline or on a full disk."""


class Unit:
    """A unit of work in the writer's queue, and the future its caller awaits."""

    __slots__ = ("_claim", "future", "loop", "outcome", "work")

    def __init__(self, work: Work[Any], future: asyncio.Future[Any], loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.future = future
        self.loop = loop
        self.outcome: tuple[Any, BaseException | None] = (None, None)
        self._claim = threading.Lock()

    def claim(self) -> bool:
        """Whether the caller of this method decides about the unit: the writer, or the deadline of its wait."""
        return self._claim.acquire(blocking=False)

    def run(self, tx: SqliteTx) -> None:
        """Runs the work in a savepoint and stores its outcome."""
        try:
            tx.units.clear()
            with tx.savepoint():
                self.outcome = (self.work(tx), None)
        except Exception as error:
            self.outcome = (None, translate(error))


class WriterThread:
    """The queue and its thread, which starts with the first unit.

    seconds: the deadline of a unit, for its wait and again for its work.
    """

    def __init__(self, connection: Connection, lock: WriteLock, watch: Watch, seconds: float) -> None:
        self._connection = connection
        self._lock = lock
        self._watch = watch
        self._seconds = seconds
        self._units: queue.SimpleQueue[Unit | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, work: Work[T]) -> T:
        """The result of one unit of work, once it is committed."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._write_units, name="writer", daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        unit = Unit(work, loop.create_future(), loop)
        self._units.put(unit)
        deadline = loop.call_later(self._seconds, self._abandon, unit)
        try:
            result: T = await unit.future
        finally:
            deadline.cancel()
        return result

    def _abandon(self, unit: Unit) -> None:
        if unit.claim() and not unit.future.done():
            unit.future.set_exception(Unavailable(self._watch.problem() or "Too many changes are waiting; try again"))

    def close(self) -> None:
        """Writes the queued units, then ends the thread."""
        self._units.put(None)
        if self._thread is not None:
            self._thread.join()

    def _write_units(self) -> None:
        while (first := self._units.get()) is not None:
            group = [first]
            is_last = False
            while len(group) < GROUP_MAX and not self._units.empty():
                unit = self._units.get_nowait()
                if unit is None:
                    is_last = True
                    break
                group.append(unit)
            self._write_group(group)
            if is_last:
                return

    def _write_group(self, group: list[Unit]) -> None:
        waiting, is_claimed = group, False
        while waiting:
            current = None
            try:
                with self._lock.hold(), transaction(self._connection, IMMEDIATE, float("inf")) as tx:
                    if not is_claimed:
                        waiting, is_claimed = [unit for unit in waiting if unit.claim()], True
                    for current in waiting:
                        self._connection.deadline = time.monotonic() + self._seconds
                        current.run(tx)
                        if not self._connection.apsw.in_transaction:
                            raise TransactionEnded
                    self._connection.deadline = float("inf")
                waiting = []
            except TransactionEnded:  # nothing of the group is saved: the other units run again without this one
                waiting = [unit for unit in waiting if unit is not current]
                if current is not None and current.outcome[1] is None:  # the unit has caught the error
                    current.outcome = (None, Unavailable("The change could not be saved"))
            except BaseException as error:  # the commit failed: no unit is saved
                for unit in waiting:
                    unit.outcome = (None, error)
                waiting = []
        self._watch.is_full = any(isinstance(unit.outcome[1], DiskFull) for unit in group)
        for loop in {unit.loop for unit in group}:
            try:
                loop.call_soon_threadsafe(_deliver, [unit for unit in group if unit.loop is loop])
            except RuntimeError:
                pass  # the loop is closed, and its callers are gone


def _deliver(units: list[Unit]) -> None:
    for unit in units:
        if unit.future.done():
            continue  # its request was cancelled
        result, error = unit.outcome
        if error is not None:
            unit.future.set_exception(error)
        else:
            unit.future.set_result(result)
