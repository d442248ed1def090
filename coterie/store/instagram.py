"""Instagram accounts, what Meta delivered and is not worked off, the people the accounts know."""

from collections.abc import Iterable
from typing import Any

import msgspec

from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.instagram import SOURCE, Account, Person
from coterie.store.database import Tx

_ACCOUNT = "organization_id, account_id, access_token_sealed, graph_url, username, paused_until"
_PERSON = (
    "SELECT p.person_id, p.account_id, o.contact_id, p.asked_at, p.refused_at FROM instagram_people p"
    " JOIN external_ids o ON o.organization_id = p.organization_id AND o.source = p.source"
    " AND o.external_id = p.person_id"
)

# Accounts -------------------------------------------------------------------------------------------------------------


def find_accounts(tx: Tx, account_ids: Iterable[str]) -> dict[str, int]:
    """account id -> organization id, for those that are tied to one."""
    rows = tx.all(
        f"SELECT account_id, organization_id FROM instagram_accounts WHERE account_id {tx.in_list('ids')}",
        {"ids": tx.list_param(account_ids)},
    )
    return {account_id: organization_id for account_id, organization_id in rows}


def find_account(tx: Tx, organization_id: int, account_id: str) -> Account | None:
    """One account of an organization."""
    row = tx.one(
        f"SELECT {_ACCOUNT} FROM instagram_accounts"
        " WHERE organization_id = :organization_id AND account_id = :account_id",
        {"organization_id": organization_id, "account_id": account_id},
    )
    return Account(*row) if row else None


def lock_account(tx: Tx, organization_id: int, account_id: str) -> Account | None:
    """The same, kept from other writers until the commit: one worker at a time adds people to an account."""
    row = tx.one(
        f"SELECT {_ACCOUNT} FROM instagram_accounts"
        f" WHERE organization_id = :organization_id AND account_id = :account_id{tx.lock}",
        {"organization_id": organization_id, "account_id": account_id},
    )
    return Account(*row) if row else None


def list_accounts(tx: Tx, limit: int = 1000) -> list[Account]:
    """The accounts of every organization, for the schedule."""
    rows = tx.all(
        f"SELECT {_ACCOUNT} FROM instagram_accounts ORDER BY organization_id, account_id LIMIT :limit",
        {"limit": limit},
    )
    return [Account(*row) for row in rows]


def save_account(tx: Tx, organization_id: int, account: Account, now: str) -> None:
    """A new account, or another token, address or username for it; it is not paused any more."""
    tx.run(
        "INSERT INTO instagram_accounts (organization_id, account_id, access_token_sealed, graph_url, username,"
        " created_at, updated_at) VALUES (:organization_id, :account_id, :sealed, :graph_url, :username, :now, :now)"
        " ON CONFLICT (organization_id, account_id) DO UPDATE SET access_token_sealed = excluded.access_token_sealed,"
        " graph_url = excluded.graph_url, username = coalesce(excluded.username, instagram_accounts.username),"
        " paused_until = NULL, updated_at = excluded.updated_at",
        {
            "organization_id": organization_id,
            "account_id": account.account_id,
            "sealed": account.access_token_sealed,
            "graph_url": account.graph_url,
            "username": account.username,
            "now": now,
        },
    )


def pause_account(tx: Tx, organization_id: int, account_id: str, until: str) -> None:
    """The Graph is not asked in the name of this account until then; a longer pause stays."""
    tx.run(
        "UPDATE instagram_accounts SET paused_until = :until WHERE organization_id = :organization_id"
        " AND account_id = :account_id AND (paused_until IS NULL OR paused_until < :until)",
        {"organization_id": organization_id, "account_id": account_id, "until": until},
    )


def fill_organization(tx: Tx, organization_id: int, *, username: str | None, picture_url: str | None, now: str) -> None:
    """What the Graph says of an organization's account, where nothing was said before."""
    tx.run(
        "UPDATE organizations SET username = coalesce(username, :username), updated_at = :now,"
        " profile_picture_url = coalesce(:picture_url, profile_picture_url) WHERE id = :organization_id",
        {"organization_id": organization_id, "username": username, "picture_url": picture_url, "now": now},
    )


def find_opt_out_words(tx: Tx, organization_id: int) -> list[str] | None:
    """The opt-out words an organization set, or None where it set none."""
    words = _settings(tx, organization_id).get("opt_out_words")
    return [word for word in words if isinstance(word, str)] if isinstance(words, list) else None


def save_opt_out_words(tx: Tx, organization_id: int, words: list[str] | None) -> None:
    """The opt-out words of an organization; None goes back to the built-in ones."""
    settings = _settings(tx, organization_id)
    settings.pop("opt_out_words", None)
    if words is not None:
        settings["opt_out_words"] = words
    tx.run(
        "UPDATE organizations SET settings = :settings WHERE id = :organization_id",
        {"organization_id": organization_id, "settings": msgspec.json.encode(settings).decode()},
    )


def _settings(tx: Tx, organization_id: int) -> dict[str, Any]:
    row = tx.one("SELECT settings FROM organizations WHERE id = :organization_id", {"organization_id": organization_id})
    decoded = msgspec.json.decode(row[0]) if row else {}
    return decoded if isinstance(decoded, dict) else {}


# Deliveries -----------------------------------------------------------------------------------------------------------


def insert_delivery(
    tx: Tx, organization_id: int, delivery_id: str, *, account_id: str, body: str, received_at: str
) -> None:
    """Keep a delivery until it is worked off."""
    tx.run(
        "INSERT INTO instagram_deliveries (organization_id, id, account_id, body, received_at)"
        " VALUES (:organization_id, :id, :account_id, :body, :received_at)",
        {
            "organization_id": organization_id,
            "id": delivery_id,
            "account_id": account_id,
            "body": body,
            "received_at": received_at,
        },
    )


def find_delivery(tx: Tx, organization_id: int, delivery_id: str) -> tuple[str, str, str] | None:
    """(account id, body, when it was received), or None once it is worked off."""
    row = tx.one(
        "SELECT account_id, body, received_at FROM instagram_deliveries"
        " WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": delivery_id},
    )
    return (row[0], row[1], row[2]) if row else None


def delete_delivery(tx: Tx, organization_id: int, delivery_id: str) -> None:
    """It is worked off."""
    tx.run(
        "DELETE FROM instagram_deliveries WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": delivery_id},
    )


# People ---------------------------------------------------------------------------------------------------------------


def insert_people(tx: Tx, organization_id: int, account_id: str, person_ids: Iterable[str]) -> None:
    """Remember whom an account knows; each has its row of external_ids already."""
    rows = [
        {"organization_id": organization_id, "source": SOURCE, "person_id": person_id, "account_id": account_id}
        for person_id in person_ids
    ]
    tx.insert_rows("instagram_people", rows, skip_existing=True)


def find_people(tx: Tx, organization_id: int, person_ids: Iterable[str]) -> dict[str, Person]:
    """person id -> the person, for those that are known."""
    rows = tx.all(
        f"{_PERSON} WHERE p.organization_id = :organization_id AND p.person_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(person_ids)},
    )
    return {row[0]: Person(*row) for row in rows}


def list_people_to_ask(tx: Tx, organization_id: int, account_id: str, *, before: str, limit: int) -> list[Person]:
    """Those whose profile was last asked for before a moment, or never, longest ago first; not who refused."""
    rows = tx.all(
        f"{_PERSON} WHERE p.organization_id = :organization_id AND p.account_id = :account_id"
        " AND p.refused_at IS NULL AND (p.asked_at IS NULL OR p.asked_at <= :before)"
        " ORDER BY p.asked_at NULLS FIRST LIMIT :limit",
        {"organization_id": organization_id, "account_id": account_id, "before": before, "limit": limit},
    )
    return [Person(*row) for row in rows]


def mark_asked(tx: Tx, organization_id: int, person_id: str, now: str, *, refused: bool) -> None:
    """The profile was asked for now; whether the person's consent was missing."""
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


def forget_refusals(tx: Tx, organization_id: int, person_ids: Iterable[str]) -> None:
    """Who writes a message consents to the profile being asked for."""
    tx.run(
        "UPDATE instagram_people SET refused_at = NULL, asked_at = NULL WHERE organization_id = :organization_id"
        f" AND person_id {tx.in_list('ids')} AND refused_at IS NOT NULL",
        {"organization_id": organization_id, "ids": tx.list_param(person_ids)},
    )


def move_people(tx: Tx, organization_id: int, from_contact_id: int, to_contact_id: int) -> None:
    """One contact's Instagram-scoped ids, interactions and follower snapshots become another's."""
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
    """Those contacts that have an Instagram-scoped id."""
    rows = tx.all(
        "SELECT contact_id FROM external_ids WHERE organization_id = :organization_id"
        f" AND contact_id {tx.in_list('ids')} AND source = :source",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids), "source": SOURCE},
    )
    return {row[0] for row in rows}


def is_touched_by_people(tx: Tx, organization_id: int, contact_id: int) -> bool:
    """Whether anyone but Instagram's door ever changed this contact."""
    row = tx.one(
        "SELECT 1 FROM event_contacts ec CROSS JOIN events e WHERE ec.organization_id = :organization_id"
        " AND ec.contact_id = :contact_id AND e.organization_id = ec.organization_id AND e.id = ec.event_id"
        " AND e.via <> 'instagram' LIMIT 1",
        {"organization_id": organization_id, "contact_id": contact_id},
    )
    return row is not None


# Pictures -------------------------------------------------------------------------------------------------------------

PICTURE = "picture"


def list_pictures(tx: Tx, organization_id: int, contact_id: int) -> list[tuple[str, str, str]]:
    """(file name, digest, attachment id) of the pictures fetched from Instagram for a contact."""
    rows = tx.all(
        "SELECT filename, digest, id FROM attachments WHERE organization_id = :organization_id"
        " AND contact_id = :contact_id AND kind = :kind AND source = 'instagram' ORDER BY id",
        {"organization_id": organization_id, "contact_id": contact_id, "kind": PICTURE},
    )
    return [(filename, digest, attachment_id) for filename, digest, attachment_id in rows]


def find_picture(tx: Tx, organization_id: int, contact_id: int, attachment_id: str) -> tuple[str, str] | None:
    """(digest, media type) of a picture, of a contact that is not deleted; no other kind of file."""
    row = tx.one(
        "SELECT a.digest, a.media_type FROM attachments a JOIN contacts c ON c.organization_id = a.organization_id"
        " AND c.id = a.contact_id WHERE a.organization_id = :organization_id AND a.contact_id = :contact_id"
        " AND a.id = :attachment_id AND a.kind = :kind AND c.deleted_at IS NULL",
        {
            "organization_id": organization_id,
            "contact_id": contact_id,
            "attachment_id": attachment_id,
            "kind": PICTURE,
        },
    )
    return (row[0], row[1]) if row else None


def replace_pictures(
    tx: Tx, organization_id: int, contact_id: int, *, filename: str, media_type: str, byte_count: int, digest: str
) -> str | None:
    """A picture fetched from Instagram takes the place of those before it; its attachment id. None, and nothing
    happens, where the contact was erased."""
    bound = {"organization_id": organization_id, "contact_id": contact_id, "kind": PICTURE}
    attachment_id = new_id()
    tx.run(
        "DELETE FROM attachments WHERE organization_id = :organization_id AND contact_id = :contact_id"
        " AND kind = :kind AND source = 'instagram'",
        bound,
    )
    inserted = tx.run(
        "INSERT INTO attachments (organization_id, contact_id, id, kind, filename, media_type, byte_count, digest,"
        " created_at, source) SELECT organization_id, id, :attachment_id, :kind, :filename, :media_type,"
        " CAST(:byte_count AS BIGINT), :digest, :now, 'instagram' FROM contacts"
        " WHERE organization_id = :organization_id AND id = :contact_id",
        {
            **bound,
            "attachment_id": attachment_id,
            "filename": filename,
            "media_type": media_type,
            "byte_count": byte_count,
            "digest": digest,
            "now": times.now(),
        },
    )
    return attachment_id if inserted else None
