"""The stored cards of remote books: their names, ETags, bases and contacts."""

from collections.abc import Collection, Iterable

from msgspec.structs import asdict

from coterie.model.subscriptions import BOUND, ERASED, REJECTED, REMOVED, WAITING, RemoteCard
from coterie.store.database import Tx, matching

_COLUMNS = RemoteCard.__struct_fields__
_SELECT = ", ".join(f"r.{name}" for name in _COLUMNS)
_OF_BOOK = "r.organization_id = :organization_id AND r.subscription_id = :subscription_id"


def save_remote_cards(tx: Tx, organization_id: int, subscription_id: str, cards: Iterable[RemoteCard]) -> None:
    """Saves cards in place of those with their names."""
    ids = {"organization_id": organization_id, "subscription_id": subscription_id}
    rows = [{**ids, **asdict(card)} for card in cards]
    if rows:
        tx.insert_rows("remote_cards", rows, replace_on=("organization_id", "subscription_id", "href"))


def delete_remote_card(tx: Tx, organization_id: int, subscription_id: str, href: str) -> None:
    tx.run(
        "DELETE FROM remote_cards WHERE organization_id = :organization_id AND subscription_id = :subscription_id"
        " AND href = :href",
        {"organization_id": organization_id, "subscription_id": subscription_id, "href": href},
    )


def delete_remote_cards(tx: Tx, organization_id: int, subscription_id: str) -> None:
    """Deletes the rows of all cards of a book."""
    tx.run(
        "DELETE FROM remote_cards WHERE organization_id = :organization_id AND subscription_id = :subscription_id",
        {"organization_id": organization_id, "subscription_id": subscription_id},
    )


def list_etags(tx: Tx, organization_id: int, subscription_id: str) -> dict[str, tuple[str | None, str]]:
    """name -> (ETag, state) of every card."""
    rows = tx.all(
        f"SELECT r.href, r.etag, r.state FROM remote_cards r WHERE {_OF_BOOK}",
        {"organization_id": organization_id, "subscription_id": subscription_id},
    )
    return {href: (etag, state) for href, etag, state in rows}


def find_remote_cards(
    tx: Tx, organization_id: int, subscription_id: str, hrefs: Collection[str]
) -> dict[str, RemoteCard]:
    """name -> card, for those that are stored."""
    if not hrefs:
        return {}
    condition, bound = matching(tx, "hrefs", hrefs)
    rows = tx.all(
        f"SELECT {_SELECT} FROM remote_cards r WHERE {_OF_BOOK} AND r.href {condition}",
        {"organization_id": organization_id, "subscription_id": subscription_id, "hrefs": bound},
    )
    return {row[0]: RemoteCard(*row) for row in rows}


def rename_remote_cards(tx: Tx, organization_id: int, subscription_id: str, before: str, after: str) -> None:
    """Gives the cards whose names begin with `before` names that begin with `after`. A card stays if it has such a name
    already, or if another card has its new one."""
    tx.run(
        "UPDATE remote_cards SET href = :after || substr(href, :length + 1)"
        " WHERE organization_id = :organization_id AND subscription_id = :subscription_id"
        " AND substr(href, 1, :length) = :before AND substr(href, 1, :after_length) <> :after"
        " AND NOT EXISTS (SELECT 1 FROM remote_cards o WHERE o.organization_id = :organization_id"
        " AND o.subscription_id = :subscription_id AND o.href = :after || substr(remote_cards.href, :length + 1))",
        {"organization_id": organization_id, "subscription_id": subscription_id, "before": before, "after": after,
         "length": len(before), "after_length": len(after)},
    )  # fmt: skip


def list_by_uid(tx: Tx, organization_id: int, subscription_id: str, uid: str) -> list[RemoteCard]:
    """The cards of a book with a UID, of which a sound book has one."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM remote_cards r WHERE {_OF_BOOK} AND r.uid = :uid ORDER BY r.href",
        {"organization_id": organization_id, "subscription_id": subscription_id, "uid": uid},
    )
    return [RemoteCard(*row) for row in rows]


def find_by_contact(tx: Tx, organization_id: int, subscription_id: str, contact_id: int) -> RemoteCard | None:
    """The card of a contact in a book, in whatever state."""
    row = tx.one(
        f"SELECT {_SELECT} FROM remote_cards r WHERE {_OF_BOOK} AND r.contact_id = :contact_id"
        " ORDER BY r.state = 'bound' DESC, r.href LIMIT 1",
        {"organization_id": organization_id, "subscription_id": subscription_id, "contact_id": contact_id},
    )
    return RemoteCard(*row) if row else None


def has_more_than_card(tx: Tx, organization_id: int, subscription_id: str, contact_id: int) -> bool:
    """Whether a contact has parts that no card has: messages, notes that are not the pinned one, gifts, reminders,
    relationships, or a card in another book."""
    of_contact = "x.organization_id = :organization_id AND x.contact_id = :contact_id"
    row = tx.one(
        f"SELECT EXISTS (SELECT 1 FROM interactions x WHERE {of_contact} AND x.deleted_at IS NULL)"
        " OR EXISTS (SELECT 1 FROM note_contacts x JOIN notes n ON n.organization_id = x.organization_id"
        f" AND n.id = x.note_id WHERE {of_contact} AND n.deleted_at IS NULL AND (n.is_personal OR NOT n.is_pinned))"
        f" OR EXISTS (SELECT 1 FROM gifts x WHERE {of_contact} AND x.deleted_at IS NULL)"
        f" OR EXISTS (SELECT 1 FROM reminders x WHERE {of_contact})"
        " OR EXISTS (SELECT 1 FROM contact_relationships x WHERE x.organization_id = :organization_id"
        " AND x.deleted_at IS NULL AND (x.first_contact_id = :contact_id OR x.second_contact_id = :contact_id))"
        f" OR EXISTS (SELECT 1 FROM remote_cards x WHERE {of_contact} AND x.subscription_id <> :subscription_id"
        " AND x.state = :bound)",
        {
            "organization_id": organization_id, "subscription_id": subscription_id, "contact_id": contact_id,
            "bound": BOUND,
        },
    )  # fmt: skip
    return bool(row and row[0])


def list_waiting(tx: Tx, organization_id: int, subscription_id: str, *, after: int, limit: int) -> list[RemoteCard]:
    """Cards whose row of the import may have been applied since, by row."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM remote_cards r WHERE {_OF_BOOK} AND r.state = :waiting AND r.row_number > :after"
        " ORDER BY r.row_number LIMIT :limit",
        {
            "organization_id": organization_id, "subscription_id": subscription_id, "waiting": WAITING, "after": after,
            "limit": limit,
        },
    )  # fmt: skip
    return [RemoteCard(*row) for row in rows]


def list_in_state(
    tx: Tx, organization_id: int, subscription_id: str, states: Collection[str], *, after: str = "", limit: int
) -> list[RemoteCard]:
    """Cards in one of these states, by name. after: a card's name."""
    condition, bound = matching(tx, "states", states)
    rows = tx.all(
        f"SELECT {_SELECT} FROM remote_cards r WHERE {_OF_BOOK} AND r.state {condition} AND r.href > :after"
        " ORDER BY r.href LIMIT :limit",
        {
            "organization_id": organization_id,
            "subscription_id": subscription_id,
            "states": bound,
            "after": after,
            "limit": limit,
        },
    )
    return [RemoteCard(*row) for row in rows]


def count_by_state(tx: Tx, organization_id: int, subscription_id: str) -> dict[str, int]:
    """state -> how many cards."""
    rows = tx.all(
        f"SELECT r.state, count(*) FROM remote_cards r WHERE {_OF_BOOK} GROUP BY r.state",
        {"organization_id": organization_id, "subscription_id": subscription_id},
    )
    return {state: int(count) for state, count in rows}


# Our own changes ------------------------------------------------------------------------------------------------------


def list_changed_here(tx: Tx, organization_id: int, subscription_id: str) -> list[RemoteCard]:
    """Cards whose contact changed since their base, or was restored after its card had been deleted on the server."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM remote_cards r JOIN contacts c ON c.organization_id = r.organization_id"
        f" AND c.id = r.contact_id WHERE {_OF_BOOK} AND r.state IN (:bound, :removed, :rejected)"
        " AND c.deleted_at IS NULL AND c.revision > r.contact_revision ORDER BY c.revision",
        {
            "organization_id": organization_id, "subscription_id": subscription_id, "bound": BOUND, "removed": REMOVED,
            "rejected": REJECTED,
        },
    )  # fmt: skip
    return [RemoteCard(*row) for row in rows]


def list_deleted_here(tx: Tx, organization_id: int, subscription_id: str) -> list[RemoteCard]:
    """Cards that the book still has and whose contact was deleted or erased locally."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM remote_cards r LEFT JOIN contacts c ON c.organization_id = r.organization_id"
        f" AND c.id = r.contact_id WHERE {_OF_BOOK} AND (r.state = :erased OR r.state = :bound"
        " AND (c.id IS NULL OR c.deleted_at IS NOT NULL)) ORDER BY r.href",
        {"organization_id": organization_id, "subscription_id": subscription_id, "erased": ERASED, "bound": BOUND},
    )
    return [RemoteCard(*row) for row in rows]


def list_new_here(
    tx: Tx, organization_id: int, subscription_id: str, *, folder_id: int | None, after: int, up_to: int
) -> list[int]:
    """Contacts that a book is to get: of its folder, or without one all that phones see and no other book has."""
    scope = (
        "EXISTS (SELECT 1 FROM contact_folders f WHERE f.organization_id = c.organization_id AND f.contact_id = c.id"
        " AND f.folder_id = :folder_id)"
        if folder_id is not None
        else "c.card_state = 'on' AND NOT EXISTS (SELECT 1 FROM remote_cards o WHERE"
        " o.organization_id = c.organization_id AND o.contact_id = c.id AND o.subscription_id <> :subscription_id)"
    )
    bound = {
        "organization_id": organization_id, "subscription_id": subscription_id, "folder_id": folder_id, "after": after,
        "up_to": up_to,
    }  # fmt: skip
    if folder_id is None:
        del bound["folder_id"]
    rows = tx.all(
        "SELECT c.id FROM contacts c WHERE c.organization_id = :organization_id AND c.card_state IS NOT NULL"
        f" AND c.revision > :after AND c.revision <= :up_to AND c.deleted_at IS NULL AND {scope}"
        " AND NOT EXISTS (SELECT 1 FROM remote_cards r WHERE r.organization_id = c.organization_id"
        " AND r.contact_id = c.id AND r.subscription_id = :subscription_id) ORDER BY c.revision",
        bound,
    )
    return [contact_id for (contact_id,) in rows]


def scrub_remote_cards(tx: Tx, organization_id: int, contact_ids: Collection[int]) -> None:
    """Removes the values of contacts that are erased; the names of their cards stay."""
    if not contact_ids:
        return
    condition, bound = matching(tx, "ids", contact_ids)
    tx.run(
        "UPDATE remote_cards SET remote_body = '', own_body = NULL, uid = NULL, contact_id = NULL, state = :erased,"
        f" reason = NULL WHERE organization_id = :organization_id AND contact_id {condition}",
        {"organization_id": organization_id, "erased": ERASED, "ids": bound},
    )
