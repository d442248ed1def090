"""UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds, then a counter and randomness, so ids sort by creation."""

import os
import re
import threading
import time

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A fresh UUIDv7 as text. Within one process each is greater than the one before."""
    global _last
    fresh = (time.time_ns() // 1_000_000) << 80 | 7 << 76 | int.from_bytes(os.urandom(10)) & ((1 << 76) - 1)
    # the variant bits; the 12 bits above them are random and take the carry when a millisecond repeats
    fresh = fresh & ~(0b11 << 62) | 0b10 << 62
    with _lock:
        if fresh <= _last:
            fresh = _last + 1
            if fresh >> 62 & 0b11 != 0b10 or fresh >> 76 & 0b1111 != 7:
                fresh = ((_last >> 80) + 1) << 80 | 7 << 76 | 0b10 << 62
        _last = fresh
    text = f"{fresh:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def parse_id(text: str) -> str | None:
    """A UUID of any version in its canonical lower-case form, or None where the text is none."""
    plain = text.strip().lower()
    return plain if _CANONICAL.fullmatch(plain) else None
