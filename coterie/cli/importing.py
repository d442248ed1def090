"""Importing a program's modules at its start."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """Imports modules without the garbage collector, which ignores them from then on.

    Modules hold no garbage, and looking for it takes a tenth of a start and some of every later collection.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
