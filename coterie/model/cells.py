"""Cells of a CSV file, in both directions: what a spreadsheet takes for a formula, and lists within a cell."""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9][0-9 ().]*|--[0-9]{2}-[0-9]{2}")
_TO_ESCAPE = re.compile(r"[\\;,]|:(?=:)")
# an escaped character stands for itself
_SEPARATOR = re.compile(r"\\([\\;,:])|:::|[;,\n]")


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it (OWASP, CSV
    injection). A plain number, such as +12125550123, and a date without a year are none."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def plain_cell(cell: str) -> str:
    """The text of which safe_cell made this cell; any other cell as it is."""
    return cell[1:] if cell.startswith("'") and safe_cell(cell[1:]) == cell else cell


def join_list(items: list[str]) -> str:
    """Texts as one cell, with semicolons between them; a separator within one gets a backslash before it."""
    return ";".join(_TO_ESCAPE.sub(lambda match: f"\\{match[0]}", item) for item in items)


def split_list(cell: str) -> list[str]:
    """The items of a cell, between semicolons, commas, line ends or three colons; blank ones are left out."""
    items: list[str] = []
    pieces: list[str] = []
    begin = 0
    for match in _SEPARATOR.finditer(cell):
        pieces += (cell[begin : match.start()], match[1] or "")
        begin = match.end()
        if not match[1]:
            items.append("".join(pieces).strip())
            pieces = []
    items.append("".join((*pieces, cell[begin:])).strip())
    return [item for item in items if item]
