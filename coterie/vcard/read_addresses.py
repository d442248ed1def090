"""Postal addresses of a card. PO box and extended address become lines below the street."""

from coterie.model.imports import AddressDraft
from coterie.vcard import read_others, values
from coterie.vcard.lines import Property
from coterie.vcard.reading import Reading


def read_address(reading: Reading, entry: Property) -> None:
    box, extended, street, *rest = values.components(entry.value, 7)
    lines = _lines(values.unescape(", ".join(values.split(street, ","))))
    lines += [piece for piece in (values.list_line(extended, ", "), values.list_line(box, ", ")) if piece]
    locality, region, postcode, country = [values.list_line(piece, ", ") for piece in rest]
    if not any((*lines, locality, region, postcode, country)):
        lines = _lines(values.unescape(entry.first("LABEL")))
        if not lines:
            return
    first, second, *below = [*lines, "", ""]
    reading.draft.addresses.append(
        AddressDraft(
            address_line_1=first or None,
            address_line_2=second or None,
            address_line_3=", ".join([piece for piece in below if piece]) or None,
            locality=locality,
            region=region,
            postcode=postcode,
            country=country,
            label=reading.label(entry),
        )
    )


def _lines(text: str) -> list[str]:
    return [piece.strip() for piece in text.split("\n") if piece.strip()]


def read_address_label(reading: Reading, entry: Property) -> None:
    """LABEL of 2.1 and 3.0: the text of an address, which usually repeats the ADR before it."""
    if not reading.draft.addresses:
        read_others.read_other(reading, entry)
