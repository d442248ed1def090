"""Ids in a path: int32, as the published document types them."""

import re

from coterie.errors import NotFound

ID_MAX = 2**31 - 1
_DIGITS = re.compile(r"[0-9]{1,19}")


def read_id(text: str, noun: str) -> int:
    """The id as a number. Raises NotFound if it is not an int32 above 0."""
    if _DIGITS.fullmatch(text) and 0 < int(text) <= ID_MAX:
        return int(text)
    raise NotFound(f"{noun} not found")
