"""UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds, then a counter and random bits, so ids sort by creation."""

import os
import re
import threading
import time

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A new UUIDv7 as text. Within one process each is greater than the last."""
    global _last
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


def parse_id(text: str) -> str | None:
    """A UUID of any version in its canonical lower-case form, or None if the text is not one."""
    plain = text.strip().lower()
    return plain if _CANONICAL.fullmatch(plain) else None
