"""Short ways to read what a test writes down."""

import io

from coterie.model.imports import ContactDraft
from coterie.vcard.cards import BrokenCard, Card, read_cards
from coterie.vcard.lines import Property
from coterie.vcard.read import read_card


def cards_of(text: str | bytes) -> list[Card | BrokenCard]:
    return list(read_cards(io.BytesIO(text if isinstance(text, bytes) else text.encode())))


def card_of(*lines: str | bytes, version: str = "3.0") -> Card:
    """The one card with these content lines."""
    inner = [line if isinstance(line, bytes) else line.encode() for line in lines]
    whole = [b"BEGIN:VCARD", b"VERSION:" + version.encode(), *inner, b"END:VCARD", b""]
    (card,) = cards_of(b"\r\n".join(whole))
    assert isinstance(card, Card), card
    return card


def property_of(*lines: str | bytes, version: str = "3.0") -> Property:
    """The one property beside VERSION that these lines make."""
    _, entry = card_of(*lines, version=version).properties
    return entry


def draft_of(*lines: str | bytes, version: str = "3.0") -> ContactDraft:
    """The draft of one card with these content lines and, unless they name somebody, a name."""
    named = any(str(line).lstrip("b'").startswith(("FN", "N:", "N;")) for line in lines)
    draft = read_card(card_of(*lines, *([] if named else ["N:Silva;Ana;;;", "FN:Ana Silva"]), version=version))
    assert isinstance(draft, ContactDraft), draft
    return draft
