"""The contacts of new rows, computed before the transaction that writes them, so that other writers wait half as long.

A large import computes them in a second process, which stays a little ahead. A small one computes them between two
transactions, and only while others write.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from coterie.actions.new_contacts import PlannedContact, prepare_contact
from coterie.errors import CoterieError
from coterie.imports.engine import Run
from coterie.imports.formats.names import COTERIE
from coterie.imports.other_writers import CHUNK
from coterie.imports.pictures import draft_of
from coterie.imports.read_ahead import read_ahead
from coterie.model.imports import CREATE, Import, StagedRow
from coterie.settings import Settings
from coterie.store import import_rows as row_store
from coterie.store.database import open_database

# new rows for which a second process is worth its start
ROWS_MIN = 2_000
# for the next 100 rows, which take 30 ms: a transaction waits for them, so a process that stalls must not have minutes
NEXT_SECONDS = 5.0


class PreparedRow(Struct, array_like=True):
    """The contact of a row that had this draft."""

    row_number: int
    draft: str
    contact: PlannedContact


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[PreparedRow]).decode


def is_new(row: StagedRow) -> bool:
    """Whether staging found neither a contact nor an earlier row for it."""
    return row.outcome == CREATE and row.decision is None and not row.needs_rematch


def prepare_rows(folder: Path, rows: Sequence[StagedRow]) -> list[PreparedRow]:
    """The contacts of the new rows among these; a row whose contact cannot be computed is left out."""
    prepared = []
    for row in filter(is_new, rows):
        try:
            draft = draft_of(folder, row.draft)
            if draft.portable is None:
                prepared.append(PreparedRow(row.row_number, row.draft or "", prepare_contact(draft)))
        except Exception:  # noqa: S112  it is computed, and rejected, when it is written
            continue
    return prepared


def prepare_elsewhere(
    settings: Settings, folder: Path, organization_id: int, import_id: str, after: int
) -> Iterator[tuple[int, bytes]]:
    """For a separate process: (number of the last row, its prepared rows) of each 100 rows after a number."""
    database = open_database(settings, maps_file=False)
    try:
        while True:
            with database.read() as tx:
                rows = row_store.list_rows_to_apply(tx, organization_id, import_id, after=after, limit=CHUNK)
            if not rows:
                return
            after = rows[-1].row_number
            yield after, _encode(prepare_rows(folder, rows))
    finally:
        database.close()


class PreparedRows:
    """The prepared rows of an import that is being applied, up to the row `through`.

    chunks: those of prepare_elsewhere, or None to prepare rows in this process.
    """

    def __init__(self, run: Run, chunks: Iterator[tuple[int, bytes]] | None) -> None:
        self.through = 0
        self._run = run
        self._chunks = chunks
        self._rows: dict[int, PreparedRow] = {}

    @property
    def is_elsewhere(self) -> bool:
        """Whether a second process prepares rows."""
        return self._chunks is not None

    def prepare(self, after: int, limit: int) -> None:
        """Prepares the next rows after a number, unless they are. Called between two transactions."""
        if self.through > after:
            return
        if self._chunks is not None:
            self._receive()
            return
        run = self._run
        with run.database.read() as tx:
            rows = row_store.list_rows_to_apply(tx, run.organization_id, run.import_id, after=after, limit=limit)
        self._rows = {each.row_number: each for each in prepare_rows(run.folder, rows)}
        self.through = rows[-1].row_number if rows else after

    def take(self, rows: Sequence[StagedRow], *, waits: bool) -> dict[int, PlannedContact]:
        """row number -> its contact, once, for those of the rows that are prepared. waits: until the second process has
        prepared them."""
        while waits and self._chunks is not None and self.through < rows[-1].row_number:
            self._receive()
        found = ((row, self._rows.pop(row.row_number, None)) for row in rows)
        return {row.row_number: each.contact for row, each in found if each and each.draft == row.draft}

    def _receive(self) -> None:
        assert self._chunks is not None
        try:
            self.through, chunk = next(self._chunks)
        except (StopIteration, CoterieError):  # it was killed or stalls: the rest is computed where it is written
            self._chunks = None
            return
        self._rows.update((each.row_number, each) for each in _decode(chunk))


@contextmanager
def preparing(run: Run, import_: Import) -> Iterator[PreparedRows]:
    """The prepared rows of an import while the block runs, with a second process if it has many new rows."""
    if import_.created_count < ROWS_MIN or import_.format == COTERIE:
        yield PreparedRows(run, None)
        return
    arguments = (run.database.settings, run.folder, run.organization_id, run.import_id, import_.applied_row)
    with closing(read_ahead(prepare_elsewhere, *arguments, next_seconds=NEXT_SECONDS)) as chunks:
        yield PreparedRows(run, chunks)
