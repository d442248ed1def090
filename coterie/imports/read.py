"""The rows of a file as staging needs them: identified by a digest, normalized, with the facts to match them by."""

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from coterie.drafts.facts import Facts, person_of_draft
from coterie.drafts.normalize import normalize_draft
from coterie.errors import invalid
from coterie.imports.formats.readers import READERS
from coterie.model.imports import DRAFT_SOURCE, ContactDraft, RowError
from coterie.settings import Settings
from coterie.store.candidates import find_owners_of_external_ids
from coterie.store.database import Tx, open_database

BATCH = 500
# more rejected rows than this, and than others: a file of another kind, or made to fill the database
REJECTED_MAX = 10_000
PICTURES_MAX = 5
Reads = Callable[[], AbstractContextManager[Tx]]


class ReadRow(Struct):
    """One row of a file: an error, or a draft and what follows from it alone.

    digest identifies what the file says in this row; contact_id is the contact it was applied to before, in which case
    the draft is not normalized. encoded is the draft as JSON, or None while it holds bytes of pictures. Between
    processes the draft is not sent: it is decoded again for the few rows that need it.
    """

    number: int
    error: RowError | None = None
    digest: str = ""
    contact_id: int | None = None
    draft: ContactDraft | None = None
    encoded: str | None = None
    person: Facts | None = None

    def decoded(self) -> ContactDraft:
        """The draft."""
        if self.draft is None:
            self.draft = msgspec.json.decode(self.encoded or "{}", type=ContactDraft)
        return self.draft


class Source(Struct, frozen=True):
    """A file and for whom it is read: options are the reader's, country completes national telephone numbers."""

    organization_id: int
    file_format: str
    path: Path
    options: dict[str, Any]
    country: str | None


def read_rows(read: Reads, source: Source) -> Generator[list[ReadRow], None, None]:
    """The rows of a file in batches, numbered from 1. read opens a transaction, in which known rows are looked up.

    Raises what the format's reader raises, and Invalid if more than 10,000 rows and more than half cannot be read.
    """
    items = enumerate(READERS[source.file_format](source.path, source.options), 1)
    rejected = 0
    while batch := [_row(number, item) for number, item in islice(items, BATCH)]:
        rejected += sum(row.error is not None for row in batch)
        if rejected > REJECTED_MAX and rejected * 2 > batch[-1].number:
            reason = f"has more than {REJECTED_MAX:,} rows that cannot be read, and fewer that can"
            raise invalid("file", f"{reason}: it is not a {source.file_format} file")
        digests = [row.digest for row in batch if row.digest]
        with read() as tx:
            applied = find_owners_of_external_ids(tx, source.organization_id, DRAFT_SOURCE, digests)
        for row in batch:
            row.contact_id = applied.get(row.digest)
            _finish(row, source.country)
        yield batch


def read_rows_elsewhere(settings: Settings, source: Source) -> Iterator[list[ReadRow]]:
    """read_rows for a process of its own, with a database of its own; what it yields can be sent."""
    database = open_database(settings)
    try:
        for batch in read_rows(database.read, source):
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
    return ReadRow(number, digest=digest, draft=item)


def _finish(row: ReadRow, country: str | None) -> None:
    """Normalizes the draft, unless the row was applied before."""
    if row.draft is None or row.draft.portable_rows is not None:
        return
    if row.contact_id is not None:
        row.draft.pictures = []
        row.encoded = _encode_unchanged(row.draft)
    if row.encoded is None:
        row.draft = normalize_draft(row.draft, country)
        del row.draft.pictures[PICTURES_MAX:]
        row.person = person_of_draft(row.draft)
        row.encoded = None if any(picture.data for picture in row.draft.pictures) else encode_draft(row.draft)


def _encode_unchanged(draft: ContactDraft) -> str | None:
    """A draft that is not normalized as JSON; None if no database can store it."""
    try:
        encoded = encode_draft(draft)
    except UnicodeEncodeError:
        return None
    return None if "\\u0000" in encoded else encoded


def _digest(draft: ContactDraft) -> str:
    """Identifies what the file says in a row. The reader's warnings are no part of it."""
    warnings, draft.warnings = draft.warnings, []
    try:
        encoded = msgspec.json.encode(draft)
    except UnicodeEncodeError:
        encoded = repr(draft).encode("utf-8", "surrogatepass")
    draft.warnings = warnings
    return blake2b(encoded, digest_size=16).hexdigest()


def encode_draft(draft: ContactDraft) -> str:
    """A draft as the JSON that is stored."""
    return msgspec.json.encode(draft).decode()
