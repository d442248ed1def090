"""Books of phones, and which contacts belong in one."""

from collections.abc import Iterable

from coterie.model.books import CARDS_MAX, Book, BookMember
from coterie.store.counters import count
from coterie.store.database import Row, Tx

_TITLE = (
    "CASE b.kind WHEN 'folder' THEN (SELECT f.name FROM folders f WHERE f.organization_id = b.organization_id"
    " AND CAST(f.id AS TEXT) = b.source_id)"
    " WHEN 'tag' THEN (SELECT t.name FROM tags t WHERE t.organization_id = b.organization_id AND t.id = b.source_id"
    " AND t.deleted_at IS NULL)"
    " WHEN 'segment' THEN (SELECT s.name FROM segments s WHERE s.organization_id = b.organization_id"
    " AND CAST(s.id AS TEXT) = b.source_id) ELSE 'Personal' END"
)
_SELECT = (
    "SELECT * FROM (SELECT b.id, b.name, b.kind, b.source_id, b.user_id,"
    f" {_TITLE} AS title, b.refreshed_revision, b.refreshed_on, b.last_revision, b.created_at FROM books b"
    " WHERE b.organization_id = :organization_id) found WHERE title IS NOT NULL"
)
_MEMBER = "SELECT c.id, c.uuid, c.revision, c.card_state FROM contacts c"
_IN_A_BOOK = "c.deleted_at IS NULL AND (c.card_state IS NULL OR c.card_state = 'on')"


def _book(row: Row) -> Book:
    return Book(*row[:-1])


def list_books(tx: Tx, organization_id: int, user_id: str | None = None) -> list[Book]:
    """The books, oldest first; of personal ones those of a user, or all of them without a user.

    A book whose folder, tag or segment was deleted is not among them.
    """
    rows = tx.all(f"{_SELECT} ORDER BY created_at, id", {"organization_id": organization_id})
    return [book for book in map(_book, rows) if book.user_id is None or user_id in (None, book.user_id)]


def find_book(tx: Tx, organization_id: int, name: str, user_id: str | None) -> Book | None:
    """The book of this name, unless it is another user's."""
    row = tx.one(f"{_SELECT} AND name = :name", {"organization_id": organization_id, "name": name})
    book = _book(row) if row else None
    return book if book is not None and book.user_id in (None, user_id) else None


def insert_book(tx: Tx, organization_id: int, book: Book, now: str) -> None:
    row = {
        "organization_id": organization_id, "id": book.id, "name": book.name, "kind": book.kind,
        "source_id": book.source_id, "user_id": book.user_id, "created_at": now,
    }  # fmt: skip
    tx.insert_rows("books", [row])


def delete_book(tx: Tx, organization_id: int, book_id: str) -> bool:
    """Deletes a book with its list of members. Returns whether it existed."""
    bound = {"organization_id": organization_id, "id": book_id}
    return tx.run("DELETE FROM books WHERE organization_id = :organization_id AND id = :id", bound) == 1


def delete_books_of_name(tx: Tx, organization_id: int, name: str) -> None:
    """Deletes the book of this name, even one that list_books skips."""
    bound = {"organization_id": organization_id, "name": name}
    tx.run("DELETE FROM books WHERE organization_id = :organization_id AND name = :name", bound)


def save_refreshed(tx: Tx, organization_id: int, book_id: str, *, revision: int, day: str, last: int) -> None:
    """Saves when the members of a book were computed, and the change number of its newest change."""
    tx.run(
        "UPDATE books SET refreshed_revision = :revision, refreshed_on = :day, last_revision = :last"
        " WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": book_id, "revision": revision, "day": day, "last": last},
    )


def newest_change(tx: Tx, organization_id: int) -> int:
    """The newest change number of the organization."""
    return count(tx, organization_id, "event_id")


def list_members_of_folder(tx: Tx, organization_id: int, folder_id: int) -> list[BookMember]:
    """The contacts of a folder that phones may see, 50,000 at most."""
    return _members(
        tx, organization_id, folder_id,
        f"{_MEMBER} JOIN contact_folders l ON l.organization_id = c.organization_id AND l.contact_id = c.id"
        f" WHERE c.organization_id = :organization_id AND l.folder_id = :source_id AND {_IN_A_BOOK}",
    )  # fmt: skip


def list_members_of_tag(tx: Tx, organization_id: int, tag_id: str) -> list[BookMember]:
    """The contacts with a tag that phones may see, 50,000 at most."""
    return _members(
        tx, organization_id, tag_id,
        f"{_MEMBER} JOIN contact_tags l ON l.organization_id = c.organization_id AND l.contact_id = c.id"
        f" WHERE c.organization_id = :organization_id AND l.tag_id = :source_id AND {_IN_A_BOOK}",
    )  # fmt: skip


def list_members_of_list(tx: Tx, organization_id: int, book_id: str) -> list[BookMember]:
    """The contacts of a personal book that phones may see: those that were written into it."""
    return _members(
        tx, organization_id, book_id,
        f"{_MEMBER} JOIN book_cards l ON l.organization_id = c.organization_id AND l.contact_uuid = c.uuid"
        f" WHERE c.organization_id = :organization_id AND l.book_id = :source_id AND NOT l.is_deleted"
        f" AND {_IN_A_BOOK}",
    )  # fmt: skip


def _members(tx: Tx, organization_id: int, source_id: int | str, sql: str) -> list[BookMember]:
    bound = {"organization_id": organization_id, "source_id": source_id, "limit": CARDS_MAX}
    return [BookMember(*row) for row in tx.all(f"{sql} ORDER BY c.id LIMIT :limit", bound)]


def list_members(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> list[BookMember]:
    """Those of the contacts that phones may see."""
    rows = tx.all(
        f"{_MEMBER} WHERE c.organization_id = :organization_id AND c.id {tx.in_list('ids')} AND {_IN_A_BOOK}",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return [BookMember(*row) for row in rows]
