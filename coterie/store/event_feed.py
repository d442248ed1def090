"""The events of an organization as one of its users may see them."""

from collections.abc import Collection, Iterable

from coterie.model.events import KINDS
from coterie.store.contact_events import OF_ITS_USER
from coterie.store.database import Row, Tx


def list_visible_events(
    tx: Tx,
    organization_id: int,
    reader_id: str | None,
    *,
    kinds: Collection[str] = (),
    after: int | None = None,
    limit: int,
) -> list[Row]:
    """(id, kind, subject id, user id, door, token id, changes as JSON or None, moment) of the events after an event,
    oldest first; without one, of the newest. kinds: of model.events.KINDS; none means all."""
    listed = [kind for kind in KINDS if kind in kinds]
    begins = " AND id > :after" if after is not None else ""
    of_kinds = f" AND kind {tx.in_list('kinds')}" if listed else ""
    bound = {"organization_id": organization_id, "reader_id": reader_id or "", "limit": limit}
    rows = tx.all(
        "SELECT id, kind, subject_id, user_id, via, token_id, changes, happened_at FROM events"
        f" WHERE organization_id = :organization_id{begins}{of_kinds}"
        f" AND (kind NOT IN ({OF_ITS_USER}) OR user_id = :reader_id)"
        f" ORDER BY id {'DESC' if after is None else 'ASC'} LIMIT :limit",
        bound | ({"after": after} if after is not None else {}) | ({"kinds": tx.list_param(listed)} if listed else {}),
    )
    return sorted(rows)


def list_named_contacts(tx: Tx, organization_id: int, event_ids: Collection[int]) -> dict[int, list[int]]:
    """event id -> the contacts it names, by id."""
    rows = tx.all(
        "SELECT event_id, contact_id FROM event_contacts WHERE organization_id = :organization_id"
        f" AND event_id {tx.in_list('ids')} ORDER BY event_id, contact_id",
        {"organization_id": organization_id, "ids": tx.list_param(event_ids)},
    )
    named: dict[int, list[int]] = {}
    for event_id, contact_id in rows:
        named.setdefault(event_id, []).append(contact_id)
    return named


def list_token_names(tx: Tx, organization_id: int, token_ids: Iterable[str]) -> dict[str, str]:
    """token id of an event -> name of the token or device, also of a revoked one."""
    ids = sorted(set(token_ids))
    if not ids:
        return {}
    rows = tx.all(
        " UNION ALL ".join(
            f"SELECT id, name FROM {table} WHERE organization_id = :organization_id AND id {tx.in_list('ids')}"
            for table in ("access_tokens", "devices")
        ),
        {"organization_id": organization_id, "ids": tx.list_param(ids)},
    )
    return {token_id: name for token_id, name in rows}


def find_change_beyond(tx: Tx, organization_id: int, token_id: str, *, since: str, most: int) -> str | None:
    """If an assistant's token changed more than `most` contacts since a moment: when it last changed the one beyond.

    That is the change to wait for until it is older. Undoing does not count.
    """
    bound = {"organization_id": organization_id, "token_id": token_id, "since": since}
    named = (
        "FROM events e JOIN event_contacts ec ON ec.organization_id = e.organization_id AND ec.event_id = e.id"
        " WHERE e.organization_id = :organization_id AND e.token_id = :token_id AND e.via = 'mcp'"
        " AND e.happened_at > :since AND e.undoes IS NULL"
    )
    count = tx.one(f"SELECT count(*) {named}", bound)
    if count is None or count[0] <= most:
        return None
    row = tx.one(
        f"SELECT at FROM (SELECT max(e.happened_at) AS at {named} GROUP BY ec.contact_id) changed"
        " ORDER BY at DESC LIMIT 1 OFFSET :most",
        bound | {"most": most},
    )
    return row[0] if row else None
