"""Cleans text of people outside the organization before an assistant reads it.

Characters that people do not see can carry orders to a model: controls, tag characters, variation selectors beyond
those of letters and emoji, invisible operators, and overrides of the writing direction. Joiners stay, because Persian,
Hindi and emoji need them.
"""

import re
from typing import Any

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def clean(value: Any) -> Any:
    """JSON data with every text in it, keys too, without characters that people do not see."""
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else _INVISIBLE.sub("", value)
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return value


def cut(text: str, length: int) -> str:
    """The text, or its beginning with an ellipsis if it is longer."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
