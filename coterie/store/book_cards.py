"""The cards of a book other than that of all contacts: their names there, and when each contact came and left."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from coterie.model.cards import CardRef, default_href
from coterie.store.database import Row, Tx, matching

_CARD = (
    "SELECT b.href, c.id, c.revision, c.updated_at, b.revision FROM book_cards b JOIN contacts c"
    " ON c.organization_id = b.organization_id AND c.uuid = b.contact_uuid"
    " WHERE b.organization_id = :organization_id AND b.book_id = :book_id AND NOT b.is_deleted"
)


def _ref(row: Row) -> CardRef:
    return CardRef(*row[:4])


def count_present(tx: Tx, organization_id: int) -> dict[str, int]:
    """id of a book -> its cards when it was last refreshed."""
    rows = tx.all(
        "SELECT book_id, count(*) FROM book_cards WHERE organization_id = :organization_id AND NOT is_deleted"
        " GROUP BY book_id",
        {"organization_id": organization_id},
    )
    return {book_id: count for book_id, count in rows}


def list_cards(tx: Tx, organization_id: int, book_id: str) -> list[CardRef]:
    """All cards of a book, in the order of the changes of their contacts."""
    rows = tx.all(f"{_CARD} ORDER BY c.revision", {"organization_id": organization_id, "book_id": book_id})
    return [_ref(row) for row in rows]


def list_changes(tx: Tx, organization_id: int, book_id: str, after: int) -> list[tuple[int, CardRef | str]]:
    """(change number, card or the name of a deleted one) of what changed after a change number, in no order."""
    bound = {"organization_id": organization_id, "book_id": book_id, "after": after}
    rows = tx.all(f"{_CARD} AND c.card_state IS NOT NULL AND c.revision > :after", bound)
    rows += tx.all(f"{_CARD} AND b.revision > :after AND c.revision <= :after", bound)
    gone = tx.all(
        "SELECT revision, href FROM book_cards WHERE organization_id = :organization_id AND book_id = :book_id"
        " AND is_deleted AND revision > :after",
        bound,
    )
    return [*((max(row[2], row[4]), _ref(row)) for row in rows), *((revision, href) for revision, href in gone)]


def last_change(tx: Tx, organization_id: int, book_id: str) -> int:
    """The change number at which a contact last came or left; 0 if none did."""
    row = tx.one(
        "SELECT max(revision) FROM book_cards WHERE organization_id = :organization_id AND book_id = :book_id",
        {"organization_id": organization_id, "book_id": book_id},
    )
    return int(row[0] or 0) if row else 0


def find_cards(tx: Tx, organization_id: int, book_id: str, hrefs: Collection[str]) -> dict[str, CardRef]:
    """name -> card, for those of the names that the book has."""
    if not hrefs:
        return {}
    condition, bound = matching(tx, "hrefs", hrefs)
    rows = tx.all(
        f"{_CARD} AND b.href {condition}", {"organization_id": organization_id, "book_id": book_id, "hrefs": bound}
    )
    return {row[0]: _ref(row) for row in rows}


def find_href(tx: Tx, organization_id: int, book_id: str, contact_uuid: str) -> str | None:
    """The name of a contact's card in a book; None if it is not in it."""
    row = tx.one(
        "SELECT href FROM book_cards WHERE organization_id = :organization_id AND book_id = :book_id"
        " AND contact_uuid = :uuid AND NOT is_deleted",
        {"organization_id": organization_id, "book_id": book_id, "uuid": contact_uuid},
    )
    return row[0] if row else None


def list_present(tx: Tx, organization_id: int, book_id: str) -> dict[str, str]:
    """contact uuid -> the name of its card, for those in a book."""
    rows = tx.all(
        "SELECT contact_uuid, href FROM book_cards WHERE organization_id = :organization_id AND book_id = :book_id"
        " AND NOT is_deleted",
        {"organization_id": organization_id, "book_id": book_id},
    )
    return {uuid: href for uuid, href in rows}


def names_for(tx: Tx, organization_id: int, book_id: str, uuids: Iterable[str]) -> dict[str, str]:
    """contact uuid -> the name for its card in a book: the one it had there, else its name in that of all contacts."""
    names = {uuid: default_href(uuid) for uuid in uuids}
    bound: Mapping[str, Any] = {"organization_id": organization_id, "uuids": tx.list_param(names)}
    names |= tx.all(
        "SELECT contact_uuid, href FROM cards WHERE organization_id = :organization_id AND NOT is_deleted"
        f" AND contact_uuid {tx.in_list('uuids')}",
        bound,
    )
    names |= tx.all(
        "SELECT contact_uuid, href FROM book_cards WHERE organization_id = :organization_id AND book_id = :book_id"
        f" AND contact_uuid {tx.in_list('uuids')} ORDER BY revision",
        {**bound, "book_id": book_id},
    )
    return names


def save_cards(
    tx: Tx, organization_id: int, book_id: str, cards: Iterable[tuple[str, str]], *, first: int, is_deleted: bool
) -> None:
    """Saves (contact uuid, name) as present or gone, with the change numbers from `first` on."""
    rows = [
        {
            "organization_id": organization_id, "book_id": book_id, "href": href, "contact_uuid": uuid,
            "revision": revision, "is_deleted": is_deleted,
        }
        for revision, (uuid, href) in enumerate(cards, first)
    ]  # fmt: skip
    tx.insert_rows("book_cards", rows, replace_on=("organization_id", "book_id", "href"))
