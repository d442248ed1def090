"""The rows of one noun of the archive: checks them, writes the missing ones, undoes them.

Guarantees. Existing rows are not changed. A row is skipped if its id exists here, or if its contact existed before the
import and has an equal row. A row with an unresolved reference is reported and not written. Ids, times and deleted rows
stay as exported. Undo deletes a row only if it was not edited later.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from coterie.actions.events import EventRow, record_events, row_of
from coterie.model import times
from coterie.model.events import CHANGES_CONTACTS
from coterie.model.organizations import Caller
from coterie.model.portable import PortableRow, PortableRows
from coterie.portable.references import References, load_references
from coterie.store import events as event_store
from coterie.store import portable_import as store
from coterie.store.contacts import uuids_of
from coterie.store.database import Tx
from coterie.store.merges import find_survivors
from coterie.store.portable import NOUNS, REFERENCES, fields_of

Columns = dict[str, Any]
# the primary key of a written row, and its updated_at (None if the table has no such column)
WrittenKey = tuple[list[Any], str | None]
# why a row is not written: a code and data, as model.import_reasons.left_out takes them
SkipReason = tuple[str, ...]


class Unresolved(Exception):
    """A row cannot be written here. Its arguments are a SkipReason."""


class RowToWrite(NamedTuple):
    """A row and its columns in this organization."""

    row: PortableRow
    columns: Columns


class Checked(Struct):
    """entries: rows to write, as far as can be seen without their keys. skipped: why other rows are not written."""

    entries: list[RowToWrite]
    skipped: list[SkipReason]


class WrittenRows(Struct):
    keys: list[WrittenKey]
    skipped: list[SkipReason]


def decode_rows(rows: PortableRows) -> list[PortableRow]:
    """The rows of an import's row. The reader has checked each line."""
    return [msgspec.json.decode(line, type=NOUNS[rows.noun].row) for line in rows.lines]


class RecordSet:
    """The rows of a noun, which subclasses in nouns.py adapt. One set serves one batch of rows."""

    def __init__(self, tx: Tx, caller: Caller, name: str) -> None:
        self.tx, self.caller, self.name, self.noun = tx, caller, name, NOUNS[name]
        self.references = References(caller)
        # contacts this import created: whatever they have came with it
        self.created: set[int] = set()

    def check(self, rows: Sequence[PortableRow]) -> Checked:
        """Resolves references and drops rows that contacts already have. Reads only."""
        self.references = load_references(self.tx, self.caller, rows)
        checked = Checked([], [])
        for row in rows:
            try:
                checked.entries.append(RowToWrite(row, self.columns_of(row)))
            except Unresolved as error:
                checked.skipped.append(error.args)
        contact_ids = {i for entry in checked.entries for i in (*self.contacts_of(entry), *self.shown_with(entry))}
        self.created = event_store.list_created_by(
            self.tx, self.caller.organization_id, self.caller.import_id or "", contact_ids
        )
        self.drop_existing(checked)
        return checked

    def count_missing(self, rows: Sequence[PortableRow]) -> int:
        """How many rows write would add, including rows about contacts that the same file will create."""
        checked = self.check(rows)
        return sum(not self.exists(entry) for entry in checked.entries) + len(checked.skipped)

    def write(self, rows: Sequence[PortableRow]) -> WrittenRows:
        """Inserts the missing rows, updates derived values and records the events."""
        checked = self.check(rows)
        entries = [entry for entry in checked.entries if self.insert(entry)]
        self.after_write(entries)
        record_events(self.tx, self.caller, self.events(entries))
        # what came with the import keeps its updated_at
        imported = {i for entry in entries for i in self.shown_with(entry) if i in self.created}
        record_events(self.tx, self.caller, self.parts_imported(imported), moves_updated_at=False)
        keys = [([e.columns[name] for name in self.noun.key], getattr(e.row, "updated_at", None)) for e in entries]
        return WrittenRows(keys, checked.skipped)

    def undo(self, keys: Sequence[WrittenKey]) -> int:
        """Deletes rows that write inserted. Returns how many stay because they were edited since or are in use."""
        results, changed = [], set[int]()
        keys = self._as_merged(keys)
        for key, updated_at in reversed(keys):
            contact_ids = self.shown_with_key(key) if self._moves_revisions else set()
            results.append(self.delete(key, updated_at))
            if results[-1]:
                changed |= contact_ids
        self.after_undo(keys, results.count(True))
        existing = uuids_of(self.tx, self.caller.organization_id, changed)
        record_events(self.tx, self.caller, self.parts_imported(set(existing)))
        return results.count(False)

    def _as_merged(self, keys: Sequence[WrittenKey]) -> Sequence[WrittenKey]:
        """The keys of rows whose contact was merged since: they are the survivor's."""
        if self.noun.key[0] != "contact_id":
            return keys
        survivors = find_survivors(self.tx, self.caller.organization_id, {key[0] for key, _ in keys})
        return [([survivors.get(key[0], key[0]), *key[1:]], updated_at) for key, updated_at in keys]

    # What nouns may adapt

    def columns_of(self, row: PortableRow) -> Columns:
        """The columns of a row here. Raises Unresolved if it refers to something that does not exist."""
        columns: Columns = {}
        for name in fields_of(self.noun):
            if name not in REFERENCES:
                columns[name] = getattr(row, name)
                continue
            resolved = self.references.resolve(name, row)
            is_optional = name == "author" and not getattr(row, "is_personal", False)
            if resolved is None and getattr(row, name) is not None and not is_optional:
                raise Unresolved("missing", name, str(getattr(row, name))[:100])
            columns[REFERENCES[name].column] = resolved
        return columns

    def contacts_of(self, entry: RowToWrite) -> list[int]:
        """The contacts that the row is about."""
        ids = [entry.columns.get(name) for name in ("contact_id", "first_contact_id")]
        return [contact_id for contact_id in ids if contact_id is not None]

    def drop_existing(self, checked: Checked) -> None:
        """Drops rows whose contact was here before the import and has the same already (noun.same)."""
        same = self.noun.same
        compared = {id(e): e for e in checked.entries if not self.created.intersection(self.contacts_of(e))}
        if not same or not compared:
            return
        values = {entry.columns[same[0]] for entry in compared.values()}
        existing = store.list_same_values(self.tx, self.caller.organization_id, self.noun, values)
        checked.entries = [
            entry for entry in checked.entries
            if id(entry) not in compared or tuple(entry.columns[name] for name in same) not in existing
        ]  # fmt: skip

    def exists(self, entry: RowToWrite) -> bool:
        """Whether the row's key exists."""
        return store.has_row(self.tx, self.caller.organization_id, self.noun, entry.columns)

    def insert(self, entry: RowToWrite) -> bool:
        """Inserts the row unless its key exists. Returns whether it did."""
        return store.insert_row(self.tx, self.caller.organization_id, self.noun.table, entry.columns)

    def after_write(self, entries: Sequence[RowToWrite]) -> None:
        """Updates the values derived from the written rows: cached counts, summaries."""

    def events(self, entries: Sequence[RowToWrite]) -> list[EventRow]:
        """One event for each written row, unless it is deleted or its contact came with this import.

        Contacts that were here before and have no such event are named together.
        """
        events, others, now = [], set[int](), times.now()
        for entry in entries:
            is_deleted = getattr(entry.row, "deleted_at", None) is not None
            if self.noun.event and not is_deleted and not self.created.intersection(self.contacts_of(entry)):
                subject, named = self.subject_of(entry), self.shown_with(entry)
                events.append(row_of(self.caller, self.noun.event, subject, contact_ids=named, now=now))
            else:
                others.update(self.shown_with(entry))
        return events + self.parts_imported(others - self.created)

    def shown_with(self, entry: RowToWrite) -> set[int]:
        """The contacts with which others see the row: of a personal note none."""
        if getattr(entry.row, "is_personal", False):
            return set()
        others = [entry.columns.get(name) for name in ("second_contact_id", "second_owner_id")]
        return {*self.contacts_of(entry), *(each for each in others if each is not None)}

    def shown_with_key(self, key: list[Any]) -> set[int]:
        """The same of a written row, by its key."""
        return store.list_contacts_of_row(self.tx, self.caller.organization_id, self.noun, key)

    def parts_imported(self, contact_ids: set[int]) -> list[EventRow]:
        """The event that names contacts whose parts have no event of their own."""
        if not contact_ids or not self._moves_revisions:
            return []
        subject = self.caller.import_id or ""
        return [row_of(self.caller, "contact.parts_imported", subject, contact_ids=contact_ids)]

    @property
    def _moves_revisions(self) -> bool:
        return self.noun.event in CHANGES_CONTACTS or self.name in ("properties", "cards", "card_states")

    def subject_of(self, entry: RowToWrite) -> str | int:
        """The subject of the row's event."""
        subject: str | int = entry.columns[self.noun.key[-1]]
        return subject

    def delete(self, key: list[Any], updated_at: str | None) -> bool | None:
        """Deletes a row unless it was edited later. Returns whether it was deleted; None if it does not exist."""
        return store.delete_row(self.tx, self.caller.organization_id, self.noun, key, updated_at)

    def after_undo(self, keys: Sequence[WrittenKey], deleted_count: int) -> None:
        """Updates the values derived from the deleted rows."""
