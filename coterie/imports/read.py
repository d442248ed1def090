"""Reads the rows of a file for staging: identified by a digest, normalized, with the facts to match them by."""

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from coterie.drafts.facts import Facts, facts_of_draft
from coterie.drafts.normalize import normalize_draft
from coterie.errors import invalid
from coterie.imports.formats.readers import READERS
from coterie.model.imports import DRAFT_SOURCE, ContactDraft, RowError, decode_draft
from coterie.settings import Settings
from coterie.store.candidates import find_owners_of_external_ids
from coterie.store.database import Tx, open_database

BATCH = 500
# more rejected rows than this and than others: a file of another kind, or one made to fill the database
REJECTED_MAX = 10_000
PICTURES_MAX = 5
Reads = Callable[[], AbstractContextManager[Tx]]


class ReadRow(Struct):
    """One row of a file: an error, or a draft with values computed from it.

    digest: identifies the content of the row. contact_id: the contact it was applied to before; its draft is not
    normalized. encoded: the draft as JSON, or None while it holds bytes of pictures. Between processes the draft is
    not sent; it is decoded again for the few rows that need it. is_last: whether it is known that no row follows.
    """

    number: int
    error: RowError | None = None
    digest: str = ""
    contact_id: int | None = None
    draft: ContactDraft | None = None
    encoded: str | None = None
    facts: Facts | None = None
    is_last: bool = False

    def decoded(self) -> ContactDraft:
        if self.draft is None:
            self.draft = decode_draft(self.encoded or "{}")
        return self.draft


class Source(Struct, frozen=True):
    """A file and its organization. options: those of the reader. country: completes national telephone numbers."""

    organization_id: int
    file_format: str
    path: Path
    options: dict[str, Any]
    country: str | None


def read_rows(read: Reads, source: Source) -> Generator[list[ReadRow], None, None]:
    """The rows of a file in batches, numbered from 1. read opens the transaction that looks up applied rows.

    Raises Invalid if more than 10,000 rows and more than half cannot be read; errors of the reader propagate.
    """
    items = enumerate(READERS[source.file_format](source.path, source.options), 1)
    rejected = 0
    while batch := [_row(number, item) for number, item in islice(items, BATCH)]:
        rejected += sum(row.error is not None and not row.error.group for row in batch)
        if rejected > REJECTED_MAX and rejected * 2 > batch[-1].number:
            reason = f"has more than {REJECTED_MAX:,} rows that cannot be read, and fewer that can"
            raise invalid("file", f"{reason}: it is not a {source.file_format} file")
        digests = [row.digest for row in batch if row.digest]
        with read() as tx:
            applied = find_owners_of_external_ids(tx, source.organization_id, DRAFT_SOURCE, digests)
        for row in batch:
            row.contact_id = applied.get(row.digest)
            _finish(row, source.country)
        batch[-1].is_last = len(batch) < BATCH
        yield batch


def read_rows_elsewhere(settings: Settings, source: Source) -> Iterator[list[ReadRow]]:
    """read_rows for a separate process: opens the database itself and yields rows that can be pickled."""
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
    if row.draft is None or not row.digest:  # rows of the portable archive other than contacts have none
        return
    if row.contact_id is not None:
        row.draft.pictures = []
        row.encoded = _encode_unchanged(row.draft)
    if row.encoded is None:
        row.draft = normalize_draft(row.draft, country)
        del row.draft.pictures[PICTURES_MAX:]
        facts = facts_of_draft(row.draft)
        # no contact has the digest: a row that was applied before is not matched
        row.facts = replace(facts, external_ids=facts.external_ids - {(DRAFT_SOURCE, row.digest)})
        row.encoded = None if any(picture.data for picture in row.draft.pictures) else encode_draft(row.draft)


def _encode_unchanged(draft: ContactDraft) -> str | None:
    """A draft that is not normalized as JSON; None if no database can store it."""
    try:
        encoded = encode_draft(draft)
    except UnicodeEncodeError:
        return None
    return None if "\\u0000" in encoded else encoded


def _digest(draft: ContactDraft) -> str:
    """Identifies the content of a row, without the warnings of the reader."""
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
