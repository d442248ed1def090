"""Postal addresses of a card. PO box and extended address become lines below the street.

LABEL, a property of 2.1 and 3.0 and a parameter of 4.0, is the text of an address. It usually repeats the parts; lines
that contain more become lines of the note, and the text of another address becomes a second address.
"""

import re

from coterie.model.imports import AddressDraft
from coterie.vcard import values
from coterie.vcard.lines import Property
from coterie.vcard.reading import Reading

_WORD = re.compile(r"[^\W_]+")


def read_address(reading: Reading, entry: Property) -> None:
    """Adds the address; a preferred one before the others. Its LABEL parameter waits for the whole card."""
    box, extended, street, *rest = values.components(entry.value, 7)
    lines = [line for piece in (street, extended, box) for line in _lines(_text(piece))]
    locality, region, postcode, country = [values.list_line(piece, ", ") for piece in rest]
    text, label = values.unescape(entry.first("LABEL")), reading.label(entry)
    if not any((*lines, locality, region, postcode, country)):
        lines, text = _lines(text), ""
        if not lines:
            return
    place = {"locality": locality, "region": region, "postcode": postcode, "country": country}
    address = AddressDraft(**_named(lines), **place, label=label)
    is_preferred = entry.first("PREF") == "1" or any(t.lower() == "pref" for t in entry.parameters.get("TYPE", ()))
    reading.draft.addresses.insert(0 if is_preferred else len(reading.draft.addresses), address)
    if text:
        reading.address_labels.append((label, text))


def read_address_label(reading: Reading, entry: Property) -> None:
    if text := values.text(entry.value):
        reading.address_labels.append((reading.label(entry), text))


def finish_addresses(reading: Reading) -> None:
    """Compares each LABEL with the addresses. Needs the whole card."""
    addresses, name = reading.draft.addresses, reading.draft.full_name or reading.formatted or ""
    for label, text in reading.address_labels:
        lines = _lines(text)
        same = [address for address in addresses if address.label == label] or addresses
        new = [(_not_in(lines, f"{_text_of(address)} {name}"), address) for address in same]
        rest = min((each for each, _ in new), key=len, default=lines)
        if rest and len(rest) == len(_not_in(lines, name)):
            addresses.append(AddressDraft(**_named(lines), label=label))
        elif rest:
            reading.add_extra(f"Address{f' ({label})' if label else ''}: {', '.join(rest)}")


def _text(component: str) -> str:
    """The text of a component, which may be a list and have several lines."""
    pieces = [values.unescape(piece).strip() for piece in values.split(component, ",")]
    return ", ".join(piece for piece in pieces if piece)


def _lines(text: str) -> list[str]:
    return [piece.strip() for piece in text.split("\n") if piece.strip()]


def _named(lines: list[str]) -> dict[str, str | None]:
    first, second, *below = [*lines, "", ""]
    third = ", ".join([piece for piece in below if piece])
    return {"address_line_1": first or None, "address_line_2": second or None, "address_line_3": third or None}


def _text_of(address: AddressDraft) -> str:
    return " ".join(getattr(address, name) or "" for name in address.__struct_fields__ if name != "label")


def _not_in(lines: list[str], text: str) -> list[str]:
    """The lines that have a word the text lacks."""
    words = set(_WORD.findall(text.casefold()))
    return [line for line in lines if not set(_WORD.findall(line.casefold())) <= words]
