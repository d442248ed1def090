"""Cells of a table as text: what spreadsheets and databases add to a value, or write in place of one."""

import re

from coterie.model.cells import plain_cell
from coterie.model.handles import EMAIL, PHONE
from coterie.model.text import fold

# Excel keeps leading zeros and plus signs of ="01067"
_EXCEL_TEXT = re.compile(r'=\s*"((?:[^"]|"")*)"')
# the apostrophe that makes a number a text in a spreadsheet
_NUMBER_AS_TEXT = re.compile(r"'[+(]?[0-9][0-9 ()./-]{4,}")
_NO_VALUE = frozenset((
    "null", "(null)", "<null>", "#null!", "none", "(none)", "<none>", "nil", "nan", "undefined", "n/a", "n.a.", "#n/a",
    "not available", "(blank)", "(empty)", "k.a.", "k. a.", "keine angabe", "non renseigne", "s/d", "sin datos",
))  # fmt: skip
# the separators of several values; of links, what is before the next one
_SEVERAL = {
    EMAIL: re.compile(r"[;,\n]|:::"),
    PHONE: re.compile(r";(?!\s*ext=)|\n|:::", re.IGNORECASE),
    "link": re.compile(r"(?<![;,\s])[;,\s]+(?=https?://)", re.IGNORECASE),
}
_DASHES = re.compile(r"[-–—_.?*/]{1,5}")


def read_cell(cell: str) -> str:
    """The text of a cell, stripped; without the apostrophe before a formula or number and Excel's ="…" around text."""
    if cell[:1] not in ("'", "="):  # most cells, which nothing was added to
        return cell.strip()
    plain = plain_cell(cell)
    if plain == cell and plain.startswith("=") and (match := _EXCEL_TEXT.fullmatch(plain.strip())):
        plain = match[1].replace('""', '"')
    if _NUMBER_AS_TEXT.fullmatch(plain.strip()):
        plain = plain.strip()[1:]
    return plain.strip()


def is_no_value(text: str, *, is_name: bool = False) -> bool:
    """Whether a text means no value: NULL, N/A, "(none)", a dash. In a name column plain words can be names."""
    if len(text) > 20:
        return False
    if _DASHES.fullmatch(text):
        return True
    folded = fold(text)
    return folded in _NO_VALUE and not (is_name and folded.isalpha())


def split_values(kind: str, cell: str) -> list[str]:
    """The values of a cell, which may be several for e-mail addresses, phone numbers and links."""
    several = _SEVERAL.get(kind)
    return several.split(cell) if several else [cell]
