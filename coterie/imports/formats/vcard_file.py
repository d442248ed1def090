"""vCard files (2.1, 3.0, 4.0; one card or many) as contact drafts."""

from collections.abc import Iterator
from pathlib import Path

from coterie.errors import invalid
from coterie.model.imports import ContactDraft, RowError
from coterie.vcard.cards import BrokenCard, read_cards
from coterie.vcard.read import read_card
from coterie.vcard.stream import read_lines


def read(path: Path) -> Iterator[ContactDraft | RowError]:
    """One draft or error for each card of a file, in their order; the file is read as it is consumed.

    Nothing a file holds raises: what cannot be read is a RowError with its reason, as is an empty file.
    """
    count = 0
    with path.open("rb") as stream:
        for card in read_cards(stream):
            count += 1
            yield RowError(card.reason, card.source) if isinstance(card, BrokenCard) else read_card(card)
    if not count:
        yield RowError("the file holds no vCard")


def check_vcard(path: Path) -> None:
    """Refuses (Invalid) what was called a vCard file and holds none; it is read as far as the first card."""
    if path.is_file():
        with path.open("rb") as stream:
            if any(line is not None and line.strip().upper() == b"BEGIN:VCARD" for line in read_lines(stream)):
                return
    raise invalid("file", "holds no vCard")
