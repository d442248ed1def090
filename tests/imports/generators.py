"""Generators for a second process to run."""

import os
import time
from collections.abc import Iterator

from coterie.errors import invalid


def count_to(last: int, size: int = 10) -> Iterator[tuple[int, str]]:
    for number in range(last):
        yield number, "x" * size


def refuse_after(count: int) -> Iterator[int]:
    yield from range(count)
    raise invalid(("contact", "phone"), "is no number", kind="choice")


def stall_after(count: int) -> Iterator[int]:
    yield from range(count)
    time.sleep(600)


def tell_process() -> Iterator[int]:
    print("nothing printed may come between the items")
    yield os.getpid()
    yield from range(1_000_000)


def tell_place() -> Iterator[tuple[int, int, int]]:
    yield os.getsid(0), os.getpgid(0), os.nice(0)
