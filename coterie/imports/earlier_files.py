"""The files of the same command that are staged and not applied yet: a preview counts their contacts as there.

When the command's files are applied in order, the rows of a later file find the contacts of the earlier ones. A file
that is applied alone must not rely on them: its rows are decided again (needs_rematch).
"""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct, field

from coterie.drafts.facts import facts_of_draft, keys_of
from coterie.imports.earlier_rows import person_key
from coterie.imports.people import Key
from coterie.imports.seen import Seen
from coterie.model.imports import CREATE, DRAFT_SOURCE, STAGED, UPDATE, ContactDraft, Import, StagedRow
from coterie.store import import_rows as row_store
from coterie.store.database import Tx
from coterie.store.imports import find_group, find_import

PAGE = 1_000


class EarlierFile(Struct, frozen=True):
    """One of them, with the keys and digests of its rows that create contacts or add to one."""

    import_id: str
    filename: str
    seen: Seen = field(default_factory=Seen)

    def find_rows(self, tx: Tx, organization_id: int, keys: Sequence[Key]) -> list[StagedRow]:
        """Its rows that have any of the keys, in order."""
        numbers = self.seen.find_all(keys, 0)
        rows = row_store.list_rows_by_number(tx, organization_id, self.import_id, numbers) if numbers else {}
        return [rows[number] for number in sorted(rows)]


def load_earlier_files(tx: Tx, organization_id: int, import_: Import) -> list[EarlierFile]:
    """The staged files of the same command that were read before this one, in their order."""
    if import_.group_id is None:
        return []
    files = []
    for owner_id, import_id in reversed(find_group(tx, import_.group_id)):
        earlier = find_import(tx, organization_id, import_id) if owner_id == organization_id else None
        if earlier is not None and earlier.id < import_.id and earlier.state == STAGED:
            files.append(_load(tx, organization_id, earlier))
    return files


def _load(tx: Tx, organization_id: int, import_: Import) -> EarlierFile:
    file = EarlierFile(import_.id, import_.filename)
    for row in _rows(tx, organization_id, import_.id):
        if row.draft is not None and row.outcome in (CREATE, UPDATE):
            draft = msgspec.json.decode(row.draft, type=ContactDraft)
            if draft.portable is None:
                keys = [*keys_of(facts_of_draft(draft)), *digest_keys(draft), person_key(row, import_.id)]
                file.seen.add_all(keys, row.row_number)
    return file


def _rows(tx: Tx, organization_id: int, import_id: str) -> Iterator[StagedRow]:
    after = 0
    while page := row_store.list_rows(tx, organization_id, import_id, after=after, limit=PAGE):
        yield from page
        after = page[-1].row_number


def digest_keys(draft: ContactDraft) -> list[Key]:
    """The digest of a row as a key: the same row is the same contact, even by a name alone."""
    return [(DRAFT_SOURCE, external_id) for source, external_id in draft.external_ids if source == DRAFT_SOURCE]
