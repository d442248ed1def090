"""The rejected cards of a vCard file as a vCard file: their lines as in the file, with X-COTERIE-REASON.

A card is cut at 16 MiB.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from coterie.imports.rejected_rows import pick_rejected, reason_of
from coterie.model.imports import StagedRow
from coterie.vcard import values
from coterie.vcard.cards import read_records

REASON_PROPERTY = b"X-COTERIE-REASON"


def write_cards(path: Path, rows: Iterator[StagedRow]) -> Iterator[bytes]:
    """The file of rejected cards, card by card."""
    is_empty = True
    with path.open("rb") as stream:
        for row, lines in pick_rejected(read_records(stream), rows):
            is_empty = False
            yield _card(reason_of(row), lines)
    if is_empty:
        for row in rows:  # the file contains no card
            yield _card(reason_of(row), [])


def _card(reason: str, lines: list[bytes]) -> bytes:
    lines = list(_without_reason(lines))
    # VERSION must be first (RFC 6350, section 6.7.9); the reason follows it, since the last line of a broken card may
    # continue in the next one
    position = 1 if lines and lines[0][:7].upper() == b"VERSION" else 0
    lines.insert(position, REASON_PROPERTY + b":" + values.escape(reason).encode("utf-8", "replace"))
    return b"\r\n".join([b"BEGIN:VCARD", *lines, b"END:VCARD", b""])


def _without_reason(lines: Iterable[bytes]) -> Iterator[bytes]:
    is_reason = False
    for line in lines:
        is_reason = line.upper().startswith(REASON_PROPERTY + b":") or (is_reason and line[:1] in (b" ", b"\t"))
        if not is_reason:
            yield line
