"""vCard files (2.1, 3.0, 4.0; one card or many) as contact drafts."""

from collections.abc import Iterator
from pathlib import Path

from coterie.errors import invalid
from coterie.model.imports import ContactDraft, RowError
from coterie.vcard.cards import BrokenCard, read_cards
from coterie.vcard.read import read_card
from coterie.vcard.stream import read_lines


def read(path: Path) -> Iterator[ContactDraft | RowError]:
    """A draft or error for each card of a file, in order, read as it is consumed.

    Nothing in a file raises: a card that cannot be read is a RowError with its reason, as is an empty file.
    """
    count = 0
    with path.open("rb") as stream:
        for card in read_cards(stream):
            count += 1
            yield RowError(card.reason, card.source) if isinstance(card, BrokenCard) else read_card(card)
    if not count:
        yield RowError("the file contains no vCard")


def check_vcard(path: Path) -> None:
    """Raises Invalid if a file contains no vCard. Reads up to the first card."""
    if path.is_file():
        with path.open("rb") as stream:
            if any(line is not None and line.strip().upper() == b"BEGIN:VCARD" for line in read_lines(stream)):
                return
    raise invalid("file", "contains no vCard")
