"""Books: the address books of phones, and their members.

Guarantee. The members of a book are those of its folder, tag or segment at the last refresh, which every request of a
device for the book begins with. So no change of a folder, through any door, is missed.
"""

from coterie.actions.cards import change_card_state
from coterie.actions.events import record
from coterie.actions.filters import reader_of
from coterie.actions.folders import find_or_create_folder, set_folders
from coterie.actions.segments import find_segment
from coterie.actions.terms import put_on_contact, take_off_contact
from coterie.errors import Conflict, Invalid, NotFound, invalid
from coterie.model import times
from coterie.model.books import BOOKS_MAX, CARDS_MAX, KINDS, Book, BookMember
from coterie.model.cards import ALL_CONTACTS
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.model.terms import TAGS
from coterie.store import book_cards as card_store
from coterie.store import books as store
from coterie.store.contacts import find_contact, find_contact_to_change
from coterie.store.database import Tx
from coterie.store.filters.contacts import list_matching_after
from coterie.store.filters.prepare import expand, prepare
from coterie.store.folders import find_folder_by_name, list_folders_of
from coterie.store.organizations import lock_organization
from coterie.store.revisions import next_changes
from coterie.store.segments import find_segment_by_name
from coterie.store.terms import find_term_by_name

_PAGE = 1000


def add_book(tx: Tx, caller: Caller, kind: str, source: str = "", *, name: str = "") -> Book:
    """Makes a book of a folder, tag or segment of this name, or the caller's personal one.

    name: in URLs; without one it is the book's id. Raises NotFound if the source does not exist, Conflict if it already
    has a book, Invalid if the kind is unknown, the name is taken, there are 100 books or it would have more than
    50,000 cards.
    """
    if kind not in KINDS:
        raise invalid("kind", f"must be one of {', '.join(KINDS)}")
    book_id = new_id()
    is_personal = kind == "personal"
    if is_personal and caller.user_id is None:
        raise invalid("user", "is missing: a personal book is a member's")
    book = Book(
        book_id, name or book_id, kind, None if is_personal else _source_id(tx, caller, kind, source),
        caller.user_id if is_personal else None,
    )  # fmt: skip
    lock_organization(tx, caller.organization_id)
    present = store.list_books(tx, caller.organization_id)
    if any((each.kind, each.source_id, each.user_id) == (kind, book.source_id, book.user_id) for each in present):
        raise Conflict(f"This {kind} already has a book")
    if book.name == ALL_CONTACTS or any(each.name == book.name for each in present):
        raise invalid("name", "has already been taken", kind="taken")
    if len(present) >= BOOKS_MAX:
        raise invalid("kind", f"exceeds the limit of {BOOKS_MAX} books: remove one first")
    if len(_members(tx, caller, book)) >= CARDS_MAX:
        raise invalid("source", f"has {CARDS_MAX} contacts or more, too many for phones")
    # a book whose folder, tag or segment was deleted is in no list, but has its name
    store.delete_books_of_name(tx, caller.organization_id, book.name)
    store.insert_book(tx, caller.organization_id, book, times.now())
    record(tx, caller, "book.added", book_id, changes={"name": (None, source or book.name)})
    found = store.find_book(tx, caller.organization_id, book.name, book.user_id)
    assert found is not None
    return found


def _source_id(tx: Tx, caller: Caller, kind: str, source: str) -> str:
    found: object = None
    if kind == "folder" and (folder := find_folder_by_name(tx, caller.organization_id, source)):
        found = folder.id
    elif kind == "tag" and (tag := find_term_by_name(tx, caller.organization_id, TAGS, source)) and not tag.deleted_at:
        found = tag.id
    elif kind == "segment" and (segment := find_segment_by_name(tx, caller.organization_id, source)):
        found = segment.id
    if found is None:
        raise NotFound(f"There is no {kind} {source}")
    return str(found)


def add_folder_book(tx: Tx, caller: Caller, name: str, folder: str) -> Book:
    """Makes a book of a folder, and the folder if there is none of this name. Raises Conflict, Invalid as add_book."""
    # the lock order of all writers: creating the folder locks the counters, which others lock after this one
    lock_organization(tx, caller.organization_id)
    return add_book(tx, caller, "folder", find_or_create_folder(tx, caller, folder).name, name=name)


def remove_book(tx: Tx, caller: Caller, book: Book) -> None:
    """Takes a book off phones. Its contacts stay, and so does its folder, tag or segment."""
    if store.delete_book(tx, caller.organization_id, book.id):
        record(tx, caller, "book.removed", book.id, changes={"name": (book.title, None)})


def is_stale(tx: Tx, caller: Caller, book: Book) -> bool:
    """Whether the members of a book may have changed since they were computed."""
    is_old = book.refreshed_revision != store.newest_change(tx, caller.organization_id)
    return is_old or (book.kind == "segment" and book.refreshed_on != times.now()[:10])


def refresh_book(tx: Tx, caller: Caller, book: Book) -> None:
    """Computes the members of a book: who came and who left has a new change number there.

    A contact of the audience that joins is in the book of all contacts from then on: a person chose the book.
    """
    organization_id = caller.organization_id
    members = {member.uuid: member for member in _members(tx, caller, book)}
    present = card_store.list_present(tx, organization_id, book.id)
    left = [(uuid, href) for uuid, href in present.items() if uuid not in members]
    new = [uuid for uuid in members if uuid not in present]
    if audience := [member.contact_id for member in members.values() if member.card_state is None]:
        record(tx, caller, "contact.put_on_phones", book.id, contact_ids=audience)
    if left or new:
        first = next_changes(tx, organization_id, len(left) + len(new))
        card_store.save_cards(tx, organization_id, book.id, left, first=first, is_deleted=True)
        names = card_store.names_for(tx, organization_id, book.id, new)
        card_store.save_cards(tx, organization_id, book.id, names.items(), first=first + len(left), is_deleted=False)
    newest = store.newest_change(tx, organization_id)
    changes = [member.revision for member in members.values()]
    last = max(book.last_revision, card_store.last_change(tx, organization_id, book.id), *changes, 0)
    last = newest if audience else last
    store.save_refreshed(tx, organization_id, book.id, revision=newest, day=times.now()[:10], last=last)


def _members(tx: Tx, caller: Caller, book: Book) -> list[BookMember]:
    organization_id, source_id = caller.organization_id, book.source_id or ""
    if book.kind == "folder":
        return store.list_members_of_folder(tx, organization_id, int(source_id))
    if book.kind == "tag":
        return store.list_members_of_tag(tx, organization_id, source_id)
    if book.kind == "personal":
        return store.list_members_of_list(tx, organization_id, book.id)
    return store.list_members(tx, organization_id, _matching(tx, caller, int(source_id)))


def _matching(tx: Tx, caller: Caller, segment_id: int) -> list[int]:
    """The contacts of a segment, 50,000 at most; of a broken one none."""
    try:
        segment = find_segment(tx, caller, segment_id)
        filter_ = expand(tx, caller.organization_id, segment.filter, (segment,))
    except (Invalid, NotFound):
        return []
    where = prepare(tx, caller.organization_id, filter_, reader_of(tx, caller))
    ids: list[int] = []
    while len(ids) < CARDS_MAX:
        page = list_matching_after(tx, caller.organization_id, where, ids[-1] if ids else 0, limit=_PAGE)
        ids += [contact.id for contact in page]
        if len(page) < _PAGE:
            break
    return ids


def put_in_book(tx: Tx, caller: Caller, book: Book, contact_id: int, href: str) -> None:
    """Puts a contact into the folder, tag or list of a book; its card has this name there."""
    organization_id = caller.organization_id
    contact = find_contact(tx, organization_id, contact_id)
    assert contact is not None
    if book.kind == "folder":
        set_folders(tx, caller, contact_id, {*_folders(tx, caller, contact_id), int(book.source_id or 0)})
    elif book.kind == "tag":
        put_on_contact(tx, caller, TAGS, contact_id, book.source_id or "")
    number = next_changes(tx, organization_id)
    card_store.save_cards(tx, organization_id, book.id, [(contact.uuid, href)], first=number, is_deleted=False)


def take_out_of_book(tx: Tx, caller: Caller, book: Book, contact_id: int, href: str) -> None:
    """Takes a contact out of the folder, tag or list of a book; the contact stays."""
    organization_id = caller.organization_id
    contact = find_contact(tx, organization_id, contact_id)
    assert contact is not None
    if book.kind == "folder":
        set_folders(tx, caller, contact_id, _folders(tx, caller, contact_id) - {int(book.source_id or 0)})
    elif book.kind == "tag":
        take_off_contact(tx, caller, TAGS, contact_id, book.source_id or "")
    number = next_changes(tx, organization_id)
    card_store.save_cards(tx, organization_id, book.id, [(contact.uuid, href)], first=number, is_deleted=True)


def _folders(tx: Tx, caller: Caller, contact_id: int) -> set[int]:
    return {each for each, _, _ in list_folders_of(tx, caller.organization_id, [contact_id]).get(contact_id, [])}


def set_on_phones(tx: Tx, caller: Caller, contact_id: int, *, is_shown: bool) -> None:
    """Shows a contact on phones always, or never. Raises NotFound if the contact does not exist or is deleted."""
    contact = find_contact_to_change(tx, caller.organization_id, contact_id)
    if contact is None or contact.deleted_at is not None:
        raise NotFound("Contact not found")
    change_card_state(tx, caller, contact.id, "on" if is_shown else "off")
