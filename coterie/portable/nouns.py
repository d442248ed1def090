"""The nouns of the archive that need more than their rows: cached counts, notes, values of properties, messages."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from coterie.actions.contact_rows import columns_to_save
from coterie.actions.quotas import room_for_files
from coterie.actions.touch_plans import refresh_many, refresh_plans
from coterie.model import times
from coterie.model.cadences import TARGET_KINDS, Target
from coterie.model.interactions import KINDS
from coterie.model.organizations import Caller
from coterie.model.portable import PortableRow
from coterie.model.portable_rows import NoteRow
from coterie.model.properties import still_fits
from coterie.model.terms import name_key
from coterie.portable.card_states import CardStateSet
from coterie.portable.record_sets import Checked, Columns, RecordSet, RowToWrite, Unresolved, WrittenKey
from coterie.portable.segments import SegmentSet
from coterie.search import index_messages
from coterie.store import cards as card_store
from coterie.store import contacts as contact_store
from coterie.store import duplicates as duplicate_store
from coterie.store import folders as folder_store
from coterie.store import interactions as interaction_store
from coterie.store import notes as note_store
from coterie.store import portable_import as store
from coterie.store import properties as property_store
from coterie.store.cadences import list_members
from coterie.store.card_states import add_to_book
from coterie.store.counters import add_to_count, next_number
from coterie.store.database import Tx
from coterie.store.revisions import next_changes
from coterie.store.touch_plans import list_planned


def record_set(tx: Tx, caller: Caller, name: str) -> RecordSet:
    """The record set of a noun."""
    return _KINDS.get(name, RecordSet)(tx, caller, name)


class DefinitionSet(RecordSet):
    """Folders, tags, expertises, properties. Undo leaves one that a contact has."""

    counter: str | None = None

    def after_write(self, entries: Sequence[RowToWrite]) -> None:
        if self.counter and entries:
            add_to_count(self.tx, self.caller.organization_id, self.counter, len(entries))

    def delete(self, key: list[Any], updated_at: str | None) -> bool | None:
        if store.is_used(self.tx, self.caller.organization_id, self.noun.table, key[0]):
            return False
        return super().delete(key, updated_at)

    def after_undo(self, keys: Sequence[WrittenKey], deleted_count: int) -> None:
        if self.counter and deleted_count:
            add_to_count(self.tx, self.caller.organization_id, self.counter, -deleted_count)


class AddressSet(RecordSet):
    """Addresses of contacts. A contact with one is on phones, as model.cards.is_on_phones decides."""

    def after_write(self, entries: Sequence[RowToWrite]) -> None:
        alive = [entry for entry in entries if getattr(entry.row, "deleted_at", None) is None]
        contact_ids = {contact_id for entry in alive for contact_id in self.contacts_of(entry)}
        add_to_book(self.tx, self.caller.organization_id, contact_ids)


class AttachmentSet(RecordSet):
    """Files of contacts; those for which the organization's quota has no room are skipped."""

    def drop_existing(self, checked: Checked) -> None:
        super().drop_existing(checked)
        room = room_for_files(self.tx, self.caller)
        if room is None:
            return
        entries, checked.entries = checked.entries, []
        for entry in entries:
            room -= entry.columns["byte_count"]
            if room < 0:
                checked.skipped.append(("files_full",))
            else:
                checked.entries.append(entry)


class FolderSet(DefinitionSet):
    """Folders have numbers, which each organization assigns itself."""

    counter = folder_store.COUNT

    def exists(self, entry: RowToWrite) -> bool:
        return False

    def insert(self, entry: RowToWrite) -> bool:
        entry.columns["id"] = next_number(self.tx, self.caller.organization_id, "folder_id")
        return super().insert(entry)


class TermSet(DefinitionSet):
    """Tags and expertises."""

    def columns_of(self, row: PortableRow) -> Columns:
        columns = super().columns_of(row)
        return columns | {"name_key": name_key(columns["name"])}


class PropertyDefinitionSet(DefinitionSet):
    counter = property_store.COUNT


class LinkSet(RecordSet):
    """A contact's folders, tags and expertises, whose contacts are counted."""

    @property
    def _table(self) -> str:
        return {"in_folders": "folders", "tagged": "tags", "skilled": "expertises"}[self.name]

    def _count(self, contact_id: int, target: Any, by: int) -> None:
        store.count_link(self.tx, self.caller.organization_id, self._table, target, contact_id, by)

    def after_write(self, entries: Sequence[RowToWrite]) -> None:
        for entry in entries:
            self._count(entry.columns["contact_id"], self.subject_of(entry), 1)

    def delete(self, key: list[Any], updated_at: str | None) -> bool | None:
        is_deleted = super().delete(key, updated_at)
        if is_deleted:
            self._count(key[0], key[1], -1)
        return is_deleted


class PropertySet(RecordSet):
    """Values of properties. A property of the same name may have another type here."""

    def drop_existing(self, checked: Checked) -> None:
        slugs = {entry.columns["slug"] for entry in checked.entries}
        definitions = property_store.find_definitions(self.tx, self.caller.organization_id, slugs)
        fitting = []
        for entry in checked.entries:
            definition = definitions.get(entry.columns["slug"])
            if definition is not None and still_fits(definition, msgspec.json.decode(entry.columns["value"])):
                fitting.append(entry)
            else:
                checked.skipped.append(("value_does_not_fit", entry.columns["slug"][:100]))
        checked.entries = fitting


class RelationshipSet(RecordSet):
    def columns_of(self, row: PortableRow) -> Columns:
        columns = super().columns_of(row)
        if columns["first_contact_id"] == columns["second_contact_id"]:
            raise Unresolved("related_to_itself")
        return columns


class NotSameSet(RecordSet):
    """Pairs that were marked as not the same: the smaller id comes first, and they are no longer duplicates."""

    def columns_of(self, row: PortableRow) -> Columns:
        columns = super().columns_of(row)
        pair = sorted((columns["first_contact_id"], columns["second_contact_id"]))
        if pair[0] == pair[1]:
            raise Unresolved("related_to_itself")
        return columns | dict(zip(self.noun.key, pair, strict=True))

    def after_write(self, entries: Sequence[RowToWrite]) -> None:
        pairs = [(entry.columns["first_contact_id"], entry.columns["second_contact_id"]) for entry in entries]
        duplicate_store.delete_pairs(self.tx, self.caller.organization_id, pairs)


class InteractionSet(RecordSet):
    """The newest interactions of each contact and kind are marked as recent."""

    def columns_of(self, row: PortableRow) -> Columns:
        return super().columns_of(row) | {"is_recent": False}

    def after_write(self, entries: Sequence[RowToWrite]) -> None:
        organization_id = self.caller.organization_id
        present = [entry.columns for entry in entries if entry.columns["deleted_at"] is None]
        numbers = index_messages(self.tx, organization_id, [(None, columns["text"]) for columns in present])
        keys = [(each["contact_id"], each["kind"], each["happened_at"], each["id"]) for each in present]
        interaction_store.set_search_numbers(self.tx, organization_id, zip(keys, numbers, strict=True))
        self._mark_recent({(e.columns["contact_id"], e.columns["kind"]) for e in entries})

    def after_undo(self, keys: Sequence[WrittenKey], deleted_count: int) -> None:
        self._mark_recent({(key[0], key[1]) for key, _ in keys})

    def _mark_recent(self, kinds: set[tuple[int, str]]) -> None:
        messages = sorted(each for each in kinds if each[1] in KINDS)
        interaction_store.mark_recent(self.tx, self.caller.organization_id, messages)
        refresh_plans(self.tx, self.caller.organization_id, sorted({contact_id for contact_id, _ in kinds}))


class CadenceSet(RecordSet):
    """Rules for staying in touch, and snoozes: the plans of their contacts follow."""

    def columns_of(self, row: PortableRow) -> Columns:
        columns = super().columns_of(row)
        if self.name == "cadences" and sum(columns[f"{kind}_id"] is not None for kind in TARGET_KINDS) != 1:
            raise Unresolved("missing", "contact, tag or folder", "")
        return columns

    def after_write(self, entries: Sequence[RowToWrite]) -> None:
        organization_id = self.caller.organization_id
        for entry in entries:
            targets = (Target(kind, id_) for kind in TARGET_KINDS if (id_ := entry.columns.get(f"{kind}_id")))
            refresh_many(self.tx, organization_id, list_members(self.tx, organization_id, next(targets)))

    def after_undo(self, keys: Sequence[WrittenKey], deleted_count: int) -> None:
        planned = list_planned(self.tx, self.caller.organization_id)
        refresh_many(self.tx, self.caller.organization_id, planned)


class NoteSet(RecordSet):
    """Notes, with the contacts they are about, their tags and the pinned note that a contact's row repeats."""

    def contacts_of(self, entry: RowToWrite) -> list[int]:
        assert isinstance(entry.row, NoteRow)
        return self.references.contact_ids(entry.row.contacts)

    def drop_existing(self, checked: Checked) -> None:
        """Drops notes whose contacts all were here before the import and have a note of that text."""
        contact_ids = {contact_id for entry in checked.entries for contact_id in self.contacts_of(entry)}
        existing = contact_ids - self.created
        notes = note_store.list_notes_of(self.tx, self.caller.organization_id, existing, reader_id=None)
        texts = {contact_id: {note.text for note in about} for contact_id, about in notes.items()}
        missing = []
        for entry in checked.entries:
            assert isinstance(entry.row, NoteRow)
            about = self.contacts_of(entry)
            if entry.row.contacts and not about:
                checked.skipped.append(("no_contact_of_note",))
            elif not about or not all(entry.row.text in texts.get(i, ()) for i in about):
                missing.append(entry)
        checked.entries = missing

    def after_write(self, entries: Sequence[RowToWrite]) -> None:
        organization_id = self.caller.organization_id
        for entry in entries:
            note, about = entry.row, self.contacts_of(entry)
            assert isinstance(note, NoteRow)
            note_store.add_note_contacts(self.tx, organization_id, note.id, about)
            note_store.add_note_tags(self.tx, organization_id, note.id, self.references.tag_ids(note.tags))
            if not note.is_personal and note.deleted_at is None:
                add_to_count(self.tx, organization_id, note_store.COUNT, 1)
                if note.is_pinned:
                    self._refresh_pinned(about)

    def shown_with_key(self, key: list[Any]) -> set[int]:
        note = note_store.find_note(self.tx, self.caller.organization_id, key[0], reader_id=None)
        return set(note_store.list_contacts_of_note(self.tx, self.caller.organization_id, key[0])) if note else set()

    def delete(self, key: list[Any], updated_at: str | None) -> bool | None:
        organization_id = self.caller.organization_id
        note = note_store.find_note(self.tx, organization_id, key[0], reader_id=None)
        about = note_store.list_contacts_of_note(self.tx, organization_id, key[0]) if note else []
        is_deleted = super().delete(key, updated_at)
        if is_deleted and note and note.is_counted:
            add_to_count(self.tx, organization_id, note_store.COUNT, -1)
            if note.is_pinned:
                self._refresh_pinned(about)
        return is_deleted

    def _refresh_pinned(self, contact_ids: Sequence[int]) -> None:
        """Copies the pinned note to the contacts' rows; updated_at of a contact that came with the import stays."""
        for contact_id in contact_ids:
            before = contact_store.find_contact_to_change(self.tx, self.caller.organization_id, contact_id)
            pinned = note_store.find_pinned_note(self.tx, self.caller.organization_id, contact_id)
            text = pinned.text if pinned else None
            if before is not None and before.pinned_note != text:
                columns = columns_to_save(before, replace(before, pinned_note=text))
                if contact_id not in self.created:
                    columns["updated_at"] = times.now()
                contact_store.update_contact(self.tx, self.caller.organization_id, contact_id, columns)


class CardSet(RecordSet):
    """Lines of cards. Their revision is 0, so later changes of the contact are applied to them."""

    def columns_of(self, row: PortableRow) -> Columns:
        return super().columns_of(row) | {"revision": 0}

    def after_write(self, entries: Sequence[RowToWrite]) -> None:
        groups = [entry.columns["href"] for entry in entries if entry.columns["contact_id"] is None]
        first = next_changes(self.tx, self.caller.organization_id, len(groups)) if groups else 0
        for revision, href in enumerate(groups, first):
            self._save_group(href, revision, is_deleted=False)

    def delete(self, key: list[Any], updated_at: str | None) -> bool | None:
        is_group = not self.shown_with_key(key)
        if not card_store.delete_imported(self.tx, self.caller.organization_id, key[0]):
            return False
        if is_group:
            self._save_group(key[0], next_changes(self.tx, self.caller.organization_id), is_deleted=True)
        return True

    def _save_group(self, href: str, revision: int, *, is_deleted: bool) -> None:
        card_store.save_name(
            self.tx, self.caller.organization_id, href,
            contact_uuid=None, revision=revision, now=times.now(), is_deleted=is_deleted,
        )  # fmt: skip


_KINDS: dict[str, type[RecordSet]] = {
    "addresses": AddressSet,
    "cards": CardSet,
    "card_states": CardStateSet,
    "folders": FolderSet,
    "tags": TermSet,
    "expertises": TermSet,
    "definitions": PropertyDefinitionSet,
    "attachments": AttachmentSet,
    "in_folders": LinkSet,
    "tagged": LinkSet,
    "skilled": LinkSet,
    "properties": PropertySet,
    "relationships": RelationshipSet,
    "not_same": NotSameSet,
    "segments": SegmentSet,
    "interactions": InteractionSet,
    "cadences": CadenceSet,
    "snoozes": CadenceSet,
    "notes": NoteSet,
}
