"""Finds the encoding of text in a file that does not declare it, or declares it wrongly."""

_SAMPLE_BYTES = 4096


def find_utf_16(head: bytes) -> str | None:
    """The encoding "utf-16-le" or "utf-16-be" if the beginning of a file is UTF-16 without a byte order mark.

    Most characters of a table or card are ASCII, so every second byte is zero, and only every second.
    """
    sample = head[: _SAMPLE_BYTES - _SAMPLE_BYTES % 2]
    if len(sample) < 4:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if even == 0 and odd * 4 > len(sample) // 2:
        return "utf-16-le"
    if odd == 0 and even * 4 > len(sample) // 2:
        return "utf-16-be"
    return None
