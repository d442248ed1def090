"""What a reader yields, as staging wants it: known by a digest, prepared, and told apart as a person."""

from collections.abc import Generator, Iterator, Mapping
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from coterie.actions.prepare import prepare
from coterie.identity.matching import Person, person_of_draft
from coterie.imports.readers import READERS
from coterie.model.imports import DRAFT_SOURCE, ContactDraft, RowError

BATCH = 500
PICTURES_MAX = 5


class ReadRow(Struct):
    """One row of a file: error, or a draft and everything that follows from it alone.

    digest names what stood in the row; it is among the draft's outside ids. encoded is the prepared draft as JSON,
    where it can be kept as it is. Between processes only encoded goes, which is decoded for the few rows of which
    more has to be known.
    """

    number: int
    error: RowError | None = None
    digest: str = ""
    draft: ContactDraft | None = None
    encoded: str | None = None
    person: Person | None = None

    def the_draft(self) -> ContactDraft:
        """The prepared draft."""
        if self.draft is None:
            self.draft = msgspec.json.decode(self.encoded or "{}", type=ContactDraft)
        return self.draft


def read_rows(
    file_format: str, path: Path, options: Mapping[str, Any], country: str | None
) -> Generator[list[ReadRow], None, None]:
    """The rows of a file in batches, numbered from 1. Raised: what the format's reader raises."""
    items = enumerate(READERS[file_format](path, options), 1)
    while batch := [_row(number, item, country) for number, item in islice(items, BATCH)]:
        yield batch


def read_rows_elsewhere(*arguments: Any) -> Iterator[list[ReadRow]]:
    """The same, fit to be sent to another process."""
    for batch in read_rows(*arguments):
        yield [replace(row, draft=None) if row.encoded else row for row in batch]


def _row(number: int, item: ContactDraft | RowError, country: str | None) -> ReadRow:
    if isinstance(item, RowError):
        return ReadRow(number, item)
    if item.rows is not None:
        return ReadRow(number, draft=item)
    digest = _digest(item)
    item.outside_ids.append((DRAFT_SOURCE, digest))
    draft = prepare(item, country)
    del draft.pictures[PICTURES_MAX:]
    encoded = None if any(picture.data for picture in draft.pictures) else encode(draft)
    return ReadRow(number, None, digest, draft, encoded, person_of_draft(draft))


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
