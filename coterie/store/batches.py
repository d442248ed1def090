"""Long work in batches: each batch is one transaction, and between two of them other writers get their turn.

Guarantees. A batch is committed as a whole, together with how far the work is, so that work that was stopped or
killed continues after its last batch. Work stops only between batches. On PostgreSQL a batch that was ended by a
deadlock or a serialization failure is run again.

The work is a generator that yields functions of a transaction and receives what each returned; its own code runs
between transactions:

    def erase(...) -> Batches[int, None]:
        after = 0
        while after < row_count:
            after = yield partial(erase_batch, organization_id, after=after)
"""

import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing
from typing import Any, TypeVar

from msgspec import Struct

from coterie.errors import Unavailable
from coterie.store.database import Tx

# a moment for other threads and writers between two batches
PAUSE_SECONDS = 0.002
ATTEMPTS = 5
Result = TypeVar("Result")
Value = TypeVar("Value")
Writes = Callable[[], AbstractContextManager[Tx]]
Batch = Callable[[Tx], Result]
Batches = Generator[Callable[[Tx], Result], Result, Value]


class Stopped(Exception):
    """The work was stopped by its control. Started again, it continues after its last batch."""


class Control(Struct, frozen=True):
    """should_stop is called between two batches; save in the transaction of each batch, with its result."""

    should_stop: Callable[[], bool] = lambda: False
    save: Callable[[Tx, Any], None] = lambda tx, result: None


UNCONTROLLED = Control()


def run_batches(write: Writes, batches: Batches[Result, Value], control: Control = UNCONTROLLED) -> Value:
    """Runs each batch in a transaction that write opens (database.write); returns what the generator returns.

    An exception of a batch is raised in the generator, at its yield. Raises Stopped between two batches if control says
    so; there is always a first one.
    """
    with closing(batches):
        try:
            batch = next(batches)
            while True:
                try:
                    result = _run_batch(write, batch, control)
                except Exception as error:
                    batch = batches.throw(error)
                else:
                    time.sleep(PAUSE_SECONDS)
                    batch = batches.send(result)
                    if control.should_stop():
                        raise Stopped
        except StopIteration as end:
            value: Value = end.value
            return value


def _run_batch(write: Writes, batch: Batch[Result], control: Control) -> Result:
    attempt = 1
    while True:
        try:
            with write() as tx:
                result = batch(tx)
                control.save(tx, result)
            return result
        except Unavailable:  # PostgreSQL aborted this transaction in favor of another
            if attempt == ATTEMPTS:
                raise
            attempt += 1
