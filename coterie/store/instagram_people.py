"""People known to Instagram accounts, by their Instagram-scoped ids (external_ids of the source "instagram")."""

from collections.abc import Iterable

from coterie.model.instagram import SOURCE, InstagramPerson
from coterie.store.database import Tx

_COLUMNS = "p.person_id, p.account_id, o.contact_id, p.asked_at, p.refused_at"
_PEOPLE = (
    "FROM instagram_people p JOIN external_ids o ON o.organization_id = p.organization_id AND o.source = p.source"
    " AND o.external_id = p.person_id"
)
_PERSON = f"SELECT {_COLUMNS} {_PEOPLE}"


def insert_people(tx: Tx, organization_id: int, account_id: str, person_ids: Iterable[str]) -> None:
    """Adds people to an account; their rows in external_ids must exist."""
    rows = [
        {"organization_id": organization_id, "source": SOURCE, "person_id": person_id, "account_id": account_id}
        for person_id in person_ids
    ]
    tx.insert_rows("instagram_people", rows, skip_existing=True)


def find_people(tx: Tx, organization_id: int, person_ids: Iterable[str]) -> dict[str, InstagramPerson]:
    """person id -> the person, of the existing ones among these."""
    rows = tx.all(
        f"{_PERSON} WHERE p.organization_id = :organization_id AND p.person_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(person_ids)},
    )
    return {row[0]: InstagramPerson(*row) for row in rows}


def lock_people(tx: Tx, organization_id: int, person_ids: Iterable[str]) -> tuple[dict[str, InstagramPerson], set[int]]:
    """The same, with their contacts locked until the commit; and which of these contacts were merged into others since
    they were found (lock_survivors finds those)."""
    rows = tx.all(
        f"SELECT {_COLUMNS}, c.merged_into {_PEOPLE}"
        " JOIN contacts c ON c.organization_id = o.organization_id AND c.id = o.contact_id"
        f" WHERE p.organization_id = :organization_id AND p.person_id {tx.in_list('ids')}"
        f" ORDER BY c.id{tx.lock and f'{tx.lock} OF c'}",
        {"organization_id": organization_id, "ids": tx.list_param(person_ids)},
    )
    people = {row[0]: InstagramPerson(*row[:-1]) for row in rows}
    return people, {row[2] for row in rows if row[-1] is not None}


def list_people_to_ask(
    tx: Tx, organization_id: int, account_id: str, *, before: str, limit: int
) -> list[InstagramPerson]:
    """People whose profile was last fetched before a moment or never, oldest first, without those who refused."""
    rows = tx.all(
        f"{_PERSON} WHERE p.organization_id = :organization_id AND p.account_id = :account_id"
        " AND p.refused_at IS NULL AND (p.asked_at IS NULL OR p.asked_at <= :before)"
        " ORDER BY p.asked_at NULLS FIRST LIMIT :limit",
        {"organization_id": organization_id, "account_id": account_id, "before": before, "limit": limit},
    )
    return [InstagramPerson(*row) for row in rows]


def mark_asked(tx: Tx, organization_id: int, person_id: str, now: str, *, refused: bool) -> None:
    """Records when the profile was requested, and whether Meta refused for lack of consent."""
    tx.run(
        "UPDATE instagram_people SET asked_at = :now, refused_at = :refused_at"
        " WHERE organization_id = :organization_id AND person_id = :person_id",
        {
            "organization_id": organization_id,
            "person_id": person_id,
            "now": now,
            "refused_at": now if refused else None,
        },
    )


def clear_refusals(tx: Tx, organization_id: int, person_ids: Iterable[str]) -> None:
    """Makes the profiles of these people due again if they were refused."""
    tx.run(
        "UPDATE instagram_people SET refused_at = NULL, asked_at = NULL WHERE organization_id = :organization_id"
        f" AND person_id {tx.in_list('ids')} AND refused_at IS NOT NULL",
        {"organization_id": organization_id, "ids": tx.list_param(person_ids)},
    )


def move_people(tx: Tx, organization_id: int, from_contact_id: int, to_contact_id: int) -> None:
    """Moves Instagram-scoped ids, interactions and follower snapshots from one contact to another."""
    bound = {"organization_id": organization_id, "before": from_contact_id, "after": to_contact_id}
    where = "WHERE organization_id = :organization_id AND contact_id = :before"
    tx.run(f"UPDATE interactions SET contact_id = :after {where}", bound)
    tx.run(f"UPDATE external_ids SET contact_id = :after {where} AND source = '{SOURCE}'", bound)
    tx.run(
        "INSERT INTO follower_snapshots (organization_id, contact_id, taken_on, follower_count)"
        " SELECT organization_id, CAST(:after AS BIGINT), taken_on, follower_count FROM follower_snapshots"
        f" {where} ON CONFLICT DO NOTHING",
        bound,
    )
    tx.run(
        "UPDATE event_contacts SET contact_id = :after WHERE organization_id = :organization_id"
        " AND contact_id = :before AND event_id IN (SELECT ec.event_id FROM event_contacts ec CROSS JOIN events e"
        " WHERE ec.organization_id = :organization_id AND ec.contact_id = :before"
        " AND e.organization_id = ec.organization_id AND e.id = ec.event_id AND e.kind IN ('interaction.received',"
        " 'interaction.sent', 'interaction.updated', 'interaction.deleted'))",
        bound,
    )


def find_contacts_with_people(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> set[int]:
    """The contacts among these that have an Instagram-scoped id."""
    rows = tx.all(
        "SELECT contact_id FROM external_ids WHERE organization_id = :organization_id"
        f" AND contact_id {tx.in_list('ids')} AND source = :source",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids), "source": SOURCE},
    )
    return {row[0] for row in rows}


def was_changed_outside_instagram(tx: Tx, organization_id: int, contact_id: int) -> bool:
    """Whether any event of this contact came through another door than Instagram."""
    row = tx.one(
        "SELECT 1 FROM event_contacts ec CROSS JOIN events e WHERE ec.organization_id = :organization_id"
        " AND ec.contact_id = :contact_id AND e.organization_id = ec.organization_id AND e.id = ec.event_id"
        " AND e.via <> 'instagram' LIMIT 1",
        {"organization_id": organization_id, "contact_id": contact_id},
    )
    return row is not None
