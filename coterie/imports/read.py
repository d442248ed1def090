"""What a reader yields, as staging wants it: known by a digest, prepared, and told apart as a person."""

from collections.abc import Generator, Iterator
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from coterie.drafts.matching import Person, person_of_draft
from coterie.drafts.normalize import normalize_draft
from coterie.errors import invalid
from coterie.imports.formats.readers import READERS
from coterie.model.imports import DRAFT_SOURCE, ContactDraft, RowError
from coterie.settings import Settings
from coterie.store.candidates import find_owners_of_external_ids
from coterie.store.database import Database, open_database

BATCH = 500
# A file of another kind, or one made to fill the database: by then each of its rows would be kept with its reason
REJECTED_MAX = 10_000
PICTURES_MAX = 5


class ReadRow(Struct):
    """One row of a file: error, or a draft and everything that follows from it alone.

    digest names what stood in the row, and contact_id is whom it was applied to before. encoded is the draft as JSON,
    where it can be kept as it is; it is prepared, unless the row is known. Between processes only encoded goes, which
    is decoded for the few rows of which more has to be known.
    """

    number: int
    error: RowError | None = None
    digest: str = ""
    contact_id: int | None = None
    draft: ContactDraft | None = None
    encoded: str | None = None
    person: Person | None = None

    def the_draft(self) -> ContactDraft:
        """The draft."""
        if self.draft is None:
            self.draft = msgspec.json.decode(self.encoded or "{}", type=ContactDraft)
        return self.draft


class Source(Struct, frozen=True):
    """What is read, and for whom: options are the reader's, country is where telephone numbers are from."""

    organization_id: int
    file_format: str
    path: Path
    options: dict[str, Any]
    country: str | None


def read_rows(database: Database, source: Source) -> Generator[list[ReadRow], None, None]:
    """The rows of a file in batches, numbered from 1. Raised: what the format's reader raises; Invalid where more
    than 10,000 rows, and more than half of them, cannot be read."""
    items = enumerate(READERS[source.file_format](source.path, source.options), 1)
    rejected = 0
    while batch := [_row(number, item) for number, item in islice(items, BATCH)]:
        rejected += sum(row.error is not None for row in batch)
        if rejected > REJECTED_MAX and rejected * 2 > batch[-1].number:
            reason = f"has more than {REJECTED_MAX:,} rows that cannot be read, and fewer that can"
            raise invalid("file", f"{reason}: that is no file of the format {source.file_format}")
        digests = [row.digest for row in batch if row.digest]
        with database.read() as tx:
            known = find_owners_of_external_ids(tx, source.organization_id, DRAFT_SOURCE, digests)
        for row in batch:
            row.contact_id = known.get(row.digest)
            _finish(row, source.country)
        yield batch


def read_rows_elsewhere(settings: Settings, source: Source) -> Iterator[list[ReadRow]]:
    """The same for a process of its own, which opens the database itself; fit to be sent."""
    database = open_database(settings)
    try:
        for batch in read_rows(database, source):
            yield [replace(row, draft=None) if row.encoded else row for row in batch]
    finally:
        database.close()


def _row(number: int, item: ContactDraft | RowError) -> ReadRow:
    if isinstance(item, RowError):
        return ReadRow(number, item)
    if item.portable_rows is not None:
        return ReadRow(number, draft=item)
    digest = _digest(item)
    item.external_ids.append((DRAFT_SOURCE, digest))
    return ReadRow(number, None, digest, None, item)


def _finish(row: ReadRow, country: str | None) -> None:
    """What is known already is not looked at again."""
    if row.draft is None or row.draft.portable_rows is not None:
        return
    if row.contact_id is not None:
        row.draft.pictures = []
        row.encoded = _encode_as_it_is(row.draft)
    if row.encoded is None:
        row.draft = normalize_draft(row.draft, country)
        del row.draft.pictures[PICTURES_MAX:]
        row.person = person_of_draft(row.draft)
        row.encoded = None if any(picture.data for picture in row.draft.pictures) else encode(row.draft)


def _encode_as_it_is(draft: ContactDraft) -> str | None:
    """A draft as JSON, or None where it holds what no database keeps."""
    try:
        encoded = encode(draft)
    except UnicodeEncodeError:
        return None
    return None if "\\u0000" in encoded else encoded


def _digest(draft: ContactDraft) -> str:
    """Names what stood in a row. What a reader warned of is no part of it."""
    warnings, draft.warnings = draft.warnings, []
    try:
        encoded = msgspec.json.encode(draft)
    except UnicodeEncodeError:
        encoded = repr(draft).encode("utf-8", "surrogatepass")
    draft.warnings = warnings
    return blake2b(encoded, digest_size=16).hexdigest()


def encode(draft: ContactDraft) -> str:
    """A prepared draft as JSON."""
    return msgspec.json.encode(draft).decode()
