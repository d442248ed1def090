"""The folded words of texts, in the form in which they are stored for filters.

Each text is a line that begins and ends with a line break, and each of its words has a space before it, as in
"\\n ann smith\\n". So "contains a word that begins with", "begins with" and "is" are LIKE patterns without special
characters.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from coterie.model.names import CJK
from coterie.model.text import words

_CJK = re.compile(f"[{CJK}]")


def stored_words(*texts: str | None) -> str:
    """The words of some texts; "" if none has any."""
    lines = dict.fromkeys([" " + " ".join(found) for text in texts if text and (found := words(text))])
    return "\n" + "\n".join(lines) + "\n" if lines else ""


def contains_patterns(text: str) -> list[str]:
    """LIKE patterns, all of which stored words match if each word of the text begins one of theirs.

    Words of Han, Kana or Hangul may be anywhere in one: these scripts have no spaces.
    """
    return [f"%{word}%" if _CJK.search(word) else f"% {word}%" for word in dict.fromkeys(words(text))]


def starts_pattern(text: str) -> str:
    """The LIKE pattern of stored words of a text that begins with this one."""
    return f"%\n {' '.join(words(text))}%"


def is_pattern(text: str) -> str:
    """The LIKE pattern of stored words of which one text is this one."""
    return f"%\n {' '.join(words(text))}\n%"


_ADDRESS = (
    "address_line_1", "address_line_2", "address_line_3", "locality", "region", "postcode", "country",
)  # fmt: skip


def _address(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "address_words": stored_words(*(row[name] for name in _ADDRESS)),
        **{f"{name}_words": stored_words(row[name]) for name in ("locality", "region", "postcode")},
    }


def _property(row: Mapping[str, Any]) -> dict[str, Any]:
    """The value is JSON. true and false are words, and numbers are both."""
    value = msgspec.json.decode(row["value"])
    items = value if isinstance(value, list) else [value]
    texts = [str(item).lower() if isinstance(item, bool) else str(item) for item in items]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return {"value_words": stored_words(*texts), "value_number": float(value) if is_number else None}


_WORDS_OF = {
    "postal_addresses": _address,
    "important_dates": lambda row: {"label_words": stored_words(row["label"])},
    "notes": lambda row: {"text_words": stored_words(row["text"])},
    "property_values": _property,
}


def with_words(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a table with its columns of words, if the table has any."""
    compute = _WORDS_OF.get(table)
    return {**row, **compute(row)} if compute else dict(row)
