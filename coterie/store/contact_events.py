"""The past of a contact, newest first: its interactions, and the events that name it."""

from collections.abc import Collection

from msgspec import Struct

from coterie.model.events import CHANGES_CONTACTS
from coterie.model.events import KINDS as EVENT_KINDS
from coterie.store.database import Tx

# events that only their user may see (model/events.py); the names are our own constants
OF_ITS_USER = ", ".join(
    f"'{kind}'" for kind in EVENT_KINDS if kind.partition(".")[0] in ("reminder", "user_relationship")
)

EVENTS_READ_MAX = 1_000


class Interaction(Struct, frozen=True):
    id: str
    kind: str
    channel: str
    direction: str
    text: str | None
    happened_at: str


class HistoryEvent(Struct, frozen=True):
    """changes: as JSON, {field: [before, after]}; None where there are none or they were scrubbed."""

    id: int
    kind: str
    subject_id: str
    user_id: str | None
    via: str
    token_id: str | None
    changes: str | None
    happened_at: str


def list_interactions(
    tx: Tx,
    organization_id: int,
    contact_id: int,
    *,
    kinds: Collection[str],
    before: tuple[str, str] | None = None,
    limit: int,
) -> list[Interaction]:
    """The interactions of these kinds before (happened_at, id), newest first; deleted ones excepted."""
    begins = "" if before is None else " AND (happened_at, id) < (:happened_at, :id)"
    bound = {"organization_id": organization_id, "contact_id": contact_id, "limit": limit}
    place = {} if before is None else {"happened_at": before[0], "id": before[1]}
    found: list[Interaction] = []
    for kind in kinds:
        rows = tx.all(
            "SELECT id, kind, channel, direction, text, happened_at FROM interactions"
            " WHERE organization_id = :organization_id AND contact_id = :contact_id AND kind = :kind"
            f" AND deleted_at IS NULL{begins} ORDER BY happened_at DESC, id DESC LIMIT :limit",
            bound | place | {"kind": kind},
        )
        found += [Interaction(*row) for row in rows]
    return sorted(found, key=lambda each: (each.happened_at, each.id), reverse=True)[:limit]


def list_history(
    tx: Tx, organization_id: int, contact_id: int, *, reader_id: str | None, before: int | None = None, limit: int
) -> list[HistoryEvent]:
    """The events that name a contact before an event, newest first. reader_id: the user who reads."""
    begins = "" if before is None else " AND ec.event_id < :before"
    bound = {"organization_id": organization_id, "contact_id": contact_id, "limit": limit, "reader_id": reader_id or ""}
    rows = tx.all(
        "SELECT e.id, e.kind, e.subject_id, e.user_id, e.via, e.token_id, e.changes, e.happened_at FROM"
        " event_contacts ec CROSS JOIN events e WHERE ec.organization_id = :organization_id"
        " AND ec.contact_id = :contact_id"
        f" AND e.organization_id = ec.organization_id AND e.id = ec.event_id{begins}"
        f" AND (e.kind NOT IN ({OF_ITS_USER}) OR e.user_id = :reader_id) ORDER BY ec.event_id DESC LIMIT :limit",
        bound if before is None else bound | {"before": before},
    )
    return [HistoryEvent(*row) for row in rows]


def list_changes_after(
    tx: Tx, organization_id: int, contact_id: int, *, after: int, limit: int
) -> tuple[list[HistoryEvent], bool]:
    """The changes of a contact in units of work after a revision, newest first, and whether all of them were read.

    Only events that clients see as a change of the contact; its creation does not count. Not all are read if more than
    EVENTS_READ_MAX events, such as messages, refer to the contact after it.
    """
    ids = tx.all(
        "SELECT event_id FROM event_contacts WHERE organization_id = :organization_id AND contact_id = :contact_id"
        " AND event_id > :after ORDER BY event_id DESC LIMIT :limit",
        {"organization_id": organization_id, "contact_id": contact_id, "after": after, "limit": EVENTS_READ_MAX + 1},
    )
    bound = {"organization_id": organization_id, "after": after, "limit": limit}
    rows = tx.all(
        "SELECT id, kind, subject_id, user_id, via, token_id, changes, happened_at FROM events"
        f" WHERE organization_id = :organization_id AND id {tx.in_list('ids')} AND kind {tx.in_list('kinds')}"
        " AND coalesce(unit_id, id) > :after ORDER BY id DESC LIMIT :limit",
        bound
        | {
            "ids": tx.list_param(event_id for (event_id,) in ids[:EVENTS_READ_MAX]),
            "kinds": tx.list_param(sorted(CHANGES_CONTACTS)),
        },
    )
    return [HistoryEvent(*row) for row in rows], len(ids) <= EVENTS_READ_MAX
