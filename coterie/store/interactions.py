"""Messages, comments and mentions; follower snapshots.

is_recent marks the newest ten of a contact and kind, so that a page of contacts reads them from one partial index.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from coterie.model.interactions import RECENT_MAX, FollowerSnapshot, StoredInteraction
from coterie.store.database import Row, Tx, matching

# the columns of the primary key after the organization: contact id, kind, moment, id
Key = tuple[int, str, str, str]


def list_recent_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> list[Row]:
    """(contact id, kind, text, happened_at, direction) of the newest ten of each contact and kind."""
    condition, ids = matching(tx, "ids", contact_ids)
    return tx.all(
        f"SELECT contact_id, kind, text, happened_at, direction FROM interactions{_by_mark(tx)}"
        f" WHERE organization_id = :organization_id AND contact_id {condition} AND is_recent"
        # everything descends, as the index can be read: nothing is left to sort
        " ORDER BY contact_id DESC, kind DESC, happened_at DESC, id DESC",
        {"organization_id": organization_id, "ids": ids},
    )


def _by_mark(tx: Tx) -> str:
    """Makes SQLite use the index of marked rows; otherwise it reads every message of a contact."""
    return " INDEXED BY interactions_recent" if tx.engine == "sqlite" else ""


def find_existing(tx: Tx, organization_id: int, channel: str, external_ids: Iterable[str]) -> set[str]:
    """Those of the external ids that are stored."""
    rows = tx.all(
        "SELECT external_id FROM interactions WHERE organization_id = :organization_id"
        f" AND channel = :channel AND external_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "channel": channel, "ids": tx.list_param(external_ids)},
    )
    return {row[0] for row in rows}


def insert_interactions(tx: Tx, organization_id: int, rows: Iterable[dict[str, Any]]) -> None:
    """Inserts interactions: each row has contact_id, kind, happened_at, id, channel, external_id, direction, text,
    data, search_number and now. Existing external ids are skipped. The caller calls mark_recent for each contact and
    kind."""
    names = ("contact_id", "kind", "happened_at", "id", "channel", "external_id", "direction", "text", "data",
             "search_number")  # fmt: skip
    stored = [
        {
            "organization_id": organization_id,
            **{name: row[name] for name in names},
            "is_recent": True,
            "created_at": row["now"],
            "updated_at": row["now"],
        }
        for row in rows
    ]
    tx.insert_rows("interactions", stored, skip_existing=True)


def find_stored(
    tx: Tx, organization_id: int, channel: str, external_ids: Iterable[str]
) -> dict[str, StoredInteraction]:
    """external id -> the interaction, deleted or not, for those that are stored."""
    rows = tx.all(
        # the keys first, from the index that covers them: for all columns at once SQLite reads the whole table
        "SELECT i.external_id, i.contact_id, i.kind, i.happened_at, i.id, i.direction, i.text, i.data, i.deleted_at,"
        " i.search_number FROM interactions k CROSS JOIN interactions i WHERE k.organization_id = :organization_id"
        f" AND k.channel = :channel AND k.external_id {tx.in_list('ids')} AND i.organization_id = :organization_id"
        " AND i.contact_id = k.contact_id AND i.kind = k.kind AND i.happened_at = k.happened_at AND i.id = k.id",
        {"organization_id": organization_id, "channel": channel, "ids": tx.list_param(external_ids)},
    )
    found = {}
    for external_id, contact_id, kind, happened_at, interaction_id, direction, text, data, deleted_at, number in rows:
        found[external_id] = StoredInteraction(
            external_id=external_id,
            contact_id=contact_id,
            kind=kind,
            happened_at=happened_at,
            id=interaction_id,
            direction=direction,
            text=text,
            data=msgspec.json.decode(data) if data else {},
            deleted_at=deleted_at,
            search_number=number,
        )
    return found


def insert_stored(
    tx: Tx, organization_id: int, channel: str, interactions: Iterable[StoredInteraction], now: str
) -> None:
    """Inserts interactions as find_stored returns them. The caller calls mark_recent for each contact and kind."""
    rows = [
        {
            "organization_id": organization_id,
            "channel": channel,
            "contact_id": interaction.contact_id,
            "kind": interaction.kind,
            "happened_at": interaction.happened_at,
            "id": interaction.id,
            "external_id": interaction.external_id,
            "direction": interaction.direction,
            "text": interaction.text,
            "data": _encoded(interaction.data),
            "search_number": interaction.search_number,
            "is_recent": interaction.deleted_at is None,
            "deleted_at": interaction.deleted_at,
            "created_at": now,
            "updated_at": now,
        }
        for interaction in interactions
    ]
    tx.insert_rows("interactions", rows, skip_existing=True)


def save_stored(tx: Tx, organization_id: int, interactions: Iterable[StoredInteraction], now: str) -> None:
    """Saves stored interactions. The caller calls mark_recent if one was deleted or moved to another kind or time."""
    tx.execute_many(
        "UPDATE interactions SET kind = :kind, happened_at = :happened_at, text = :text, data = :data,"
        " search_number = :search_number, deleted_at = :deleted_at, updated_at = :now"
        " WHERE organization_id = :organization_id AND contact_id = :contact_id AND kind = :old_kind"
        " AND happened_at = :old_happened_at AND id = :id",
        [
            {
                "organization_id": organization_id,
                "contact_id": interaction.contact_id,
                "kind": interaction.kind,
                "happened_at": interaction.happened_at,
                "old_kind": old_kind,
                "old_happened_at": old_happened_at,
                "id": interaction.id,
                "text": interaction.text,
                "data": _encoded(interaction.data),
                "search_number": interaction.search_number,
                "deleted_at": interaction.deleted_at,
                "now": now,
            }
            for interaction in interactions
            for old_kind, old_happened_at in [interaction.moved_from or (interaction.kind, interaction.happened_at)]
        ],
    )


def _encoded(data: dict[str, Any]) -> str | None:
    return msgspec.json.encode(data).decode() if data else None


def list_texts_after(
    tx: Tx, organization_id: int, after: Key | None, *, limit: int
) -> list[tuple[Key, str, int | None]]:
    """(key, text, search number) of the next interactions with a text by key, deleted ones excepted; locked until the
    commit."""
    begins = (
        "" if after is None else " AND (contact_id, kind, happened_at, id) > (:contact_id, :kind, :happened_at, :id)"
    )
    rows = tx.all(
        "SELECT contact_id, kind, happened_at, id, text, search_number FROM interactions"
        f" WHERE organization_id = :organization_id{begins} AND text IS NOT NULL AND deleted_at IS NULL"
        f" ORDER BY contact_id, kind, happened_at, id LIMIT :limit{tx.lock}",
        {"organization_id": organization_id, "limit": limit, **(_bound(after) if after else {})},
    )
    return [((row[0], row[1], row[2], row[3]), row[4], row[5]) for row in rows]


def set_search_numbers(tx: Tx, organization_id: int, numbers: Iterable[tuple[Key, int | None]]) -> None:
    """Saves under which number the search index has the words of each interaction."""
    tx.execute_many(
        "UPDATE interactions SET search_number = :number WHERE organization_id = :organization_id"
        " AND contact_id = :contact_id AND kind = :kind AND happened_at = :happened_at AND id = :id",
        [{"organization_id": organization_id, "number": number, **_bound(key)} for key, number in numbers],
    )


def _bound(key: Key) -> dict[str, Any]:
    return dict(zip(("contact_id", "kind", "happened_at", "id"), key, strict=True))


def mark_recent(tx: Tx, organization_id: int, contacts_and_kinds: Iterable[tuple[int, str]]) -> None:
    """Marks the newest ten of each of these contacts and kinds that are not deleted, and unmarks the others."""
    bound = [
        {"organization_id": organization_id, "contact_id": contact_id, "kind": kind, "most": RECENT_MAX}
        for contact_id, kind in contacts_and_kinds
    ]
    newest = (
        "(SELECT happened_at, id FROM interactions WHERE organization_id = :organization_id"
        " AND contact_id = :contact_id AND kind = :kind AND deleted_at IS NULL"
        " ORDER BY happened_at DESC, id DESC LIMIT :most)"
    )
    of_these = "WHERE organization_id = :organization_id AND contact_id = :contact_id AND kind = :kind"
    tx.execute_many(
        f"UPDATE interactions{_by_mark(tx)} SET is_recent = FALSE {of_these} AND is_recent"
        f" AND (happened_at, id) NOT IN {newest}",
        bound,
    )
    tx.execute_many(
        f"UPDATE interactions SET is_recent = TRUE {of_these} AND NOT is_recent AND (happened_at, id) IN {newest}",
        bound,
    )


def trim_recent(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> None:
    """Unmarks all but the newest ten of contacts to which interactions were only added."""
    rows = tx.all(
        f"SELECT contact_id, kind FROM interactions{_by_mark(tx)} WHERE organization_id = :organization_id"
        f" AND contact_id {tx.in_list('ids')} AND is_recent GROUP BY contact_id, kind HAVING count(*) > :most"
        " ORDER BY contact_id, kind",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids), "most": RECENT_MAX},
    )
    mark_recent(tx, organization_id, [(contact_id, kind) for contact_id, kind in rows])


def list_snapshots(tx: Tx, organization_id: int, contact_id: int) -> list[FollowerSnapshot]:
    """The follower snapshots of a contact in the last two years, oldest first."""
    rows = tx.all(
        "SELECT taken_on, follower_count FROM follower_snapshots WHERE organization_id = :organization_id"
        " AND contact_id = :contact_id ORDER BY taken_on DESC LIMIT 730",
        {"organization_id": organization_id, "contact_id": contact_id},
    )
    return [FollowerSnapshot(*row) for row in reversed(rows)]


def save_snapshots(tx: Tx, organization_id: int, contact_id: int, snapshots: Iterable[FollowerSnapshot]) -> None:
    """Saves snapshots; a later one of the same day replaces the earlier."""
    rows = [
        {
            "organization_id": organization_id,
            "contact_id": contact_id,
            "taken_on": snapshot.taken_on,
            "follower_count": snapshot.follower_count,
        }
        for snapshot in snapshots
    ]
    tx.insert_rows("follower_snapshots", rows, replace_on=("organization_id", "contact_id", "taken_on"))
