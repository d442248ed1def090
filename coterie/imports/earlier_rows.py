"""The rows before a row, in its file and in the earlier files of its command, and the people they are about.

Staging writes no contact. So that a preview is what applying the files in their order does, a row finds earlier ones by
its keys, and the rows of one person are joined to what its contact will be. Rows that wait for a decision create
nothing. A file that is applied alone must not rely on the others: its rows are decided again (needs_rematch).
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from coterie.drafts.facts import facts_of_draft, keys_of
from coterie.imports.people import EarlierPerson, Place
from coterie.imports.seen import Seen
from coterie.model.import_reasons import SAME_PERSON_AS_ROW
from coterie.model.imports import CREATE, DRAFT_SOURCE, STAGED, UPDATE, ContactDraft, Import, StagedRow
from coterie.store import import_rows as row_store
from coterie.store.database import Tx
from coterie.store.imports import find_group, find_import

Key = tuple[str, ...]
Rows = dict[Place, StagedRow]


class EarlierFile(Struct):
    """A file with the keys of its rows. unsaved: the rows of the batch that is being decided."""

    import_id: str
    filename: str
    seen: Seen = field(default_factory=Seen)
    unsaved: dict[int, StagedRow] = field(default_factory=dict)

    def find_rows(self, tx: Tx, organization_id: int, keys: Iterable[Key]) -> Rows:
        """Its rows that have any of the keys."""
        return self.load_rows(tx, organization_id, self.seen.find_all(keys))

    def load_rows(self, tx: Tx, organization_id: int, numbers: Sequence[int]) -> Rows:
        """Its rows of these numbers."""
        stored = [number for number in numbers if number not in self.unsaved]
        rows = row_store.list_rows_by_number(tx, organization_id, self.import_id, stored) if stored else {}
        rows |= {number: self.unsaved[number] for number in numbers if number in self.unsaved}
        return {(self.import_id, number): row for number, row in rows.items()}


def load_files(tx: Tx, organization_id: int, import_: Import) -> list[EarlierFile]:
    """The staged files of the same command that were read before a file and are not applied yet, in their order, and
    at the end the file itself, which has no rows yet."""
    files = []
    group = find_group(tx, import_.group_id) if import_.group_id is not None else []
    for owner_id, import_id in reversed(group):
        earlier = find_import(tx, organization_id, import_id) if owner_id == organization_id else None
        if earlier is not None and earlier.id < import_.id and earlier.state == STAGED:
            files.append(_load(tx, organization_id, earlier))
    return [*files, EarlierFile(import_.id, import_.filename)]


def _load(tx: Tx, organization_id: int, import_: Import) -> EarlierFile:
    file = EarlierFile(import_.id, import_.filename)
    for row in row_store.stream_rows(tx, organization_id, import_.id):
        draft = row.read_draft() if row.outcome in (CREATE, UPDATE) else None
        if draft is not None and draft.portable is None:
            keys = [*keys_of(facts_of_draft(draft)), *digest_keys(draft), _person_key(row, import_.id)]
            file.seen.add_all(keys, row.row_number)
    return file


def find_rows(tx: Tx, organization_id: int, files: Sequence[EarlierFile], keys: Sequence[Key]) -> Rows:
    """The earlier rows that have any of the keys, in order."""
    return {place: row for file in files for place, row in sorted(file.find_rows(tx, organization_id, keys).items())}


def find_people(tx: Tx, organization_id: int, files: Sequence[EarlierFile], rows: Rows) -> list[EarlierPerson]:
    """The people of rows, each with all its rows: the one that creates its contact, and those that add to it."""
    every = find_rows(tx, organization_id, files, [_person_key(row, file) for (file, _), row in rows.items()]) | rows
    creating = {_place_of(row, file) for (file, _), row in rows.items()} - every.keys()
    for file in files:
        numbers = [number for import_id, number in creating if import_id == file.import_id]
        every |= file.load_rows(tx, organization_id, numbers)
    people: dict[Place | int, EarlierPerson] = {}
    # the ids of imports are in the order of the files
    for (file_id, _), row in sorted(every.items(), key=lambda item: item[0]):
        draft = row.read_draft() if row.outcome in (CREATE, UPDATE) else None
        if draft is None:
            continue
        place = _place_of(row, file_id)
        is_of_this_file = row.contact_id is None and place[0] == files[-1].import_id
        new = EarlierPerson(place, row.contact_id, is_of_this_file)
        people.setdefault(row.contact_id or place, new).drafts.append(draft)
    return list(people.values())


def find_equal(rows: Mapping[Place, StagedRow], draft: ContactDraft, this_file: EarlierFile) -> Place | None:
    """The first of rows in other files that has the same content as a draft."""
    digests = digest_keys(draft)
    others = ((place, row) for place, row in rows.items() if place[0] != this_file.import_id)
    return next((place for place, row in others if digest_keys(row.read_draft() or ContactDraft()) == digests), None)


# Keys -----------------------------------------------------------------------------------------------------------------


def digest_keys(draft: ContactDraft) -> list[Key]:
    """The digest of a row as a key: the same row is the same contact, even by a name alone."""
    return [(DRAFT_SOURCE, external_id) for source, external_id in draft.external_ids if source == DRAFT_SOURCE]


def place_key(place: Place) -> Key:
    """The key of the rows that add to a contact which another row creates."""
    return "row", place[0], str(place[1])


def contact_key(contact_id: int) -> Key:
    """The key of the rows that add to a contact."""
    return "contact", str(contact_id)


def _place_of(row: StagedRow, file_id: str) -> Place:
    """The row that created, or will create, the contact of a row: the row itself, or the one it names."""
    if row.reason is not None and row.reason.code == SAME_PERSON_AS_ROW:
        return row.reason.data.get("import_id") or file_id, row.reason.data["row"]
    return file_id, row.row_number


def _person_key(row: StagedRow, file_id: str) -> Key:
    """The key of all rows that add to the contact of a row."""
    return contact_key(row.contact_id) if row.contact_id else place_key(_place_of(row, file_id))
