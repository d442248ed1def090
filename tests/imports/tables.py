"""Tables of one row, as the tests of their columns read them."""

from pathlib import Path

from coterie.imports.formats.any_csv import read
from coterie.imports.formats.detect import detect_format
from coterie.model.imports import ContactDraft


def draft_of(folder: Path, text: str, encoding: str = "utf-8") -> ContactDraft:
    """The draft of the only row of a table."""
    path = folder / "table.csv"
    path.write_text(text, encoding)
    assert detect_format(path) == "csv"
    (draft,) = read(path)
    assert isinstance(draft, ContactDraft)
    return draft
