"""Postal addresses of a table: their parts, and texts of a whole address that may say more than the parts."""

from collections.abc import Iterable, Mapping

from coterie.model.imports import AddressDraft
from coterie.model.text import words

WHOLE = ""
_LINES = ("line_1", "line_2", "line_3")
_PLACE = ("locality", "region", "postcode", "country")


def address_of(parts: Mapping[str, str], label: str | None) -> AddressDraft | None:
    """The address of a row; None if it is blank.

    parts: WHOLE for a text of the whole address, line_1 to line_3, locality, region, postcode, country. A whole
    address adds what the parts do not say: lines before line_2 if there is no line_1, otherwise lines after the others.
    """
    place = {name: parts[name] for name in _PLACE if parts.get(name)}
    lines = [parts.get(name) or "" for name in _LINES]
    if number := parts.get("house_number"):
        lines[0] = f"{lines[0]} {number}".strip()
    whole = _split(parts.get(WHOLE, ""))
    if place or any(lines):
        whole = _without_repeated(whole, [*lines, *place.values()])
    if whole or any("\n" in line for line in lines):
        lines = [piece for line in lines for piece in _split(line)]
        lines = [*lines, *whole] if parts.get("line_1") else [*whole, *lines]
        lines = fit_lines(lines)
    if not place and not any(lines):
        return None
    first, second, third = lines
    return AddressDraft(first or None, second or None, third or None, **place, label=label)


def fit_lines(lines: list[str]) -> list[str]:
    """Three lines; all lines from the third on are joined."""
    padded = [*lines, "", "", ""]
    return [*padded[:2], ", ".join(line for line in padded[2:] if line)]


def _split(text: str) -> list[str]:
    return [line for line in (line.strip(" ,") for line in text.splitlines()) if line]


def _without_repeated(lines: Iterable[str], others: Iterable[str]) -> list[str]:
    """The lines without the pieces, between commas, that only repeat other parts of the address."""
    repeated = {word for text in others for word in words(text)}
    rest = [
        ", ".join(piece.strip() for piece in line.split(",") if not set(words(piece)) <= repeated) for line in lines
    ]
    return [line for line in rest if line]
