"""UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds, then a counter and random bits, so ids sort by creation."""

import hashlib
import itertools
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# a random digit -> the digit that has the variant bits
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
NUMBER_DIGITS_MAX = 18
_lock = threading.Lock()
_last = 0
_named: ContextVar[Iterator[str] | None] = ContextVar("named ids", default=None)


def parse_number(text: str) -> int | None:
    """The number of 1 to 18 digits of ASCII, which both databases can store; None for any other text."""
    return int(text) if len(text) <= NUMBER_DIGITS_MAX and text.isascii() and text.isdigit() else None


def new_id() -> str:
    """A new UUIDv7 as text. Within one process each is greater than the last, but for those of named_ids."""
    global _last
    if (named := _named.get()) is not None:
        return next(named)
    value = (time.time_ns() // 1_000_000) << 80 | 7 << 76 | int.from_bytes(os.urandom(10)) & ((1 << 76) - 1)
    # the variant bits; the 12 bits above are random, and take the carry when the same millisecond repeats
    value = value & ~(0b11 << 62) | 0b10 << 62
    with _lock:
        if value <= _last:
            value = _last + 1
            if value >> 62 & 0b11 != 0b10 or value >> 76 & 0b1111 != 7:
                value = ((_last >> 80) + 1) << 80 | 7 << 76 | 0b10 << 62
        _last = value
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def new_ids(count: int) -> list[str]:
    """New UUIDv7s in ascending order, each greater than any id before; for many, a fifth of the time of new_id."""
    global _last
    # the 12 hexadecimal digits of the milliseconds, the version, and 19 of which 18 and a half are random
    digits = os.urandom(10 * count).hex()
    with _lock:
        milliseconds = max(time.time_ns() // 1_000_000, (_last >> 80) + 1)
        head = f"{milliseconds:012x}"
        head = f"{head[:8]}-{head[8:]}-7"
        ids = sorted(
            f"{head}{digits[i : i + 3]}-{_VARIANT[digits[i + 3]]}{digits[i + 4 : i + 7]}-{digits[i + 7 : i + 19]}"
            for i in range(0, 20 * count, 20)
        )
        if ids:
            _last = int(ids[-1].replace("-", ""), 16)
    return ids


def iter_ids() -> Iterator[str]:
    """New ids without end, made 500 at a time: for the rows of one batch, which are written at once."""
    while True:
        yield from new_ids(500)


def named_id(name: str, number: int = 0) -> str:
    """The id that named_ids gives: always the same for a name and a number, in the form of a UUIDv7."""
    digits = hashlib.sha256(f"{name}:{number}".encode()).hexdigest()
    return f"01902a4e-{digits[:4]}-7{digits[4:7]}-{_VARIANT[digits[7]]}{digits[8:11]}-{digits[11:23]}"


@contextmanager
def named_ids(name: str) -> Iterator[None]:
    """Within the block, new_id() returns named_id(name, 0), named_id(name, 1) …: the ids of the demo are fixed."""
    token = _named.set(named_id(name, number) for number in itertools.count())
    try:
        yield
    finally:
        _named.reset(token)


def parse_id(text: str) -> str | None:
    """A UUID of any version in its canonical lower-case form, or None if the text is not one."""
    plain = text.strip().lower()
    return plain if _CANONICAL.fullmatch(plain) else None
