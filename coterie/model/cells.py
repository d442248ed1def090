"""Cells of a CSV file, in both directions: protection against formulas, and lists within a cell."""

import re

# full-width signs too: spreadsheets in East Asia run them
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?[0-9][0-9 ().]*|--[0-9]{2}-[0-9]{2}")
_TO_ESCAPE = re.compile(r'[\\;,"]|:(?=:)')
# an escaped character stands for itself; an item may be in quotes, as Mailchimp writes all of them
_SEPARATOR = re.compile(
    r"""\\(?P<escaped>[\\;,:"])|(?:\A|(?<=[;,\n])) *"(?P<quoted>[^"\\\n]+)"(?= *(?:[;,\n]|\Z))|:::|[;,\n]"""
)


def safe_cell(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet would run it as a formula (OWASP, CSV Injection).

    Plain numbers, such as +12125550123, and dates without a year stay as they are.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def plain_cell(cell: str) -> str:
    """The inverse of safe_cell; other cells are returned unchanged."""
    return cell[1:] if cell.startswith("'") and safe_cell(cell[1:]) == cell else cell


def join_list(items: list[str]) -> str:
    """Texts as one cell, separated by semicolons; separators and quotes in a text are escaped with a backslash."""
    return ";".join(_TO_ESCAPE.sub(lambda match: f"\\{match[0]}", item) for item in items)


def split_list(cell: str) -> list[str]:
    """The items of a cell, separated by semicolons, commas, line ends or three colons, without the quotes around one.
    Blank items are skipped."""
    items: list[str] = []
    pieces: list[str] = []
    begin = 0
    for match in _SEPARATOR.finditer(cell):
        text = match["escaped"] or match["quoted"]
        pieces += (cell[begin : match.start()], text or "")
        begin = match.end()
        if not text:
            items.append("".join(pieces).strip())
            pieces = []
    items.append("".join((*pieces, cell[begin:])).strip())
    return [item for item in items if item]
