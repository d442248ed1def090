"""What applying will write, worked out before its turn comes: rows that create a contact nobody knows.

Staging compared such a row with everyone there was and with the rows before it. As long as nobody else changed a
contact since, nothing of that has to be asked again, and the contact's rows follow from its draft alone.
"""

from collections.abc import Generator

import msgspec
from msgspec import Struct

from coterie.actions.drafts import NewContacts, needs_the_database, rows_of_new
from coterie.drafts.merge import Existing, plan_merge
from coterie.model.imports import CREATE, ContactDraft, StagedRow
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store import import_rows as store
from coterie.store.database import Database, open_database

BATCH = 400
ALL = 2**62


class Ready(Struct):
    """The rows of an import behind one number, up to another. row_numbers are those whose contacts are in `new`;
    others: how many more there are, which need the database to be asked."""

    after: int
    through: int
    row_numbers: list[int]
    new: NewContacts
    others: int


def make_ready(
    settings: Settings, caller: Caller, import_id: str, after: int, first_contact_id: int
) -> Generator[Ready, None, None]:
    """The rows to apply behind a number, batch by batch, with contact ids from the first on; for a process of its
    own, which opens the database itself."""
    database = open_database(settings)
    try:
        while rows := _next_rows(database, caller, import_id, after):
            drafts = {row.row_number: draft for row in rows if (draft := _new(row))}
            every = [plan_merge(draft, Existing()) for draft in drafts.values()]
            new = rows_of_new(caller, every, first_contact_id)
            yield Ready(after, rows[-1].row_number, list(drafts), new, len(rows) - len(drafts))
            after, first_contact_id = rows[-1].row_number, first_contact_id + len(drafts)
    finally:
        database.close()


def _next_rows(database: Database, caller: Caller, import_id: str, after: int) -> list[StagedRow]:
    with database.read() as tx:
        return store.list_rows_to_apply(tx, caller.organization_id, import_id, after=after, through=ALL, limit=BATCH)


def _new(row: StagedRow) -> ContactDraft | None:
    """The draft of a row that creates a contact, where nothing else has to be known for it."""
    if row.outcome != CREATE or row.decision is not None or row.needs_rematch or row.draft is None:
        return None
    try:
        draft = msgspec.json.decode(row.draft, type=ContactDraft)
    except msgspec.MsgspecError:  # it will be rejected by itself when its turn comes
        return None
    return None if needs_the_database(draft) else draft
