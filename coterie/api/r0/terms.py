"""What tags and expertises have in common; their own files name the words they are wrapped in."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import terms as actions
from coterie.api.errors import wire_names
from coterie.api.r0.changes import change
from coterie.api.r0.contact_entity import ContactList, present_contact
from coterie.api.r0.ids import contact_of, part_id
from coterie.api.r0.input import Deleted, delete, required_unless_deleted
from coterie.api.r0.pages import envelope, includes_deleted, read_page
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.organizations import Caller
from coterie.model.terms import Term, Vocabulary
from coterie.store import terms as store
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx

Listed = tuple[tuple[int, int, int, int, int], list["TermEntity"]]


class TermEntity(Struct):
    id: str
    name: str
    contact_count: Annotated[int, Meta(description="How many contacts have it that are not deleted.")]
    created_at: str
    updated_at: str
    deleted_at: str | None


class NewTerm(Struct):
    name: str


class TermFields(Struct):
    name: str | UnsetType = UNSET
    deleted: Deleted = UNSET


def present(term: Term) -> TermEntity:
    """A tag or an expertise in R0's words."""
    return TermEntity(term.id, term.name, term.contact_count, term.created_at, term.updated_at, term.deleted_at)


def list_all(tx: Tx, caller: Caller, vocabulary: Vocabulary, request: Request) -> Listed:
    """A page of the organization's list."""
    page, search = read_page(request.query), request.query.search or ""
    of, deleted = (tx, caller.organization_id, vocabulary), includes_deleted(request.query.include)
    found = store.list_terms(*of, search=search, include_deleted=deleted, limit=page.limit, offset=page.offset)
    total = store.count_terms(*of, search=search, include_deleted=deleted)
    return envelope(page, total, found), [present(term) for term in found]


def list_on_contact(tx: Tx, caller: Caller, vocabulary: Vocabulary, request: Request) -> Listed:
    """A page of what the contact of the path has."""
    contact, page = contact_of(tx, caller, request), read_page(request.query)
    of, deleted = (tx, caller.organization_id, vocabulary, contact.id), includes_deleted(request.query.include)
    found = store.list_terms_of_contact(*of, include_deleted=deleted, limit=page.limit, offset=page.offset)
    total = store.count_terms_of_contact(*of, include_deleted=deleted)
    return envelope(page, total, found), [present(term) for term in found]


def list_contacts(tx: Tx, caller: Caller, vocabulary: Vocabulary, request: Request) -> ContactList:
    """A page of the contacts that have it."""
    term, page = find(tx, caller, vocabulary, request), read_page(request.query)
    of, deleted = (tx, caller.organization_id, vocabulary, term.id), includes_deleted(request.query.include)
    ids = store.list_contact_ids_with_term(*of, include_deleted=deleted, limit=page.limit, offset=page.offset)
    total = store.count_contacts_with_term(*of) if deleted else term.contact_count
    found = list_contacts_by_id(tx, caller.organization_id, ids, include_deleted=deleted)
    return ContactList(*envelope(page, total, found), [present_contact(contact) for contact in found])


def find(tx: Tx, caller: Caller, vocabulary: Vocabulary, request: Request) -> Term:
    """The one of the path, deleted or not."""
    term = store.find_term(tx, caller.organization_id, vocabulary, id_of(vocabulary, request))
    if term is None:
        raise NotFound(f"{vocabulary.noun.capitalize()} not found")
    return term


def id_of(vocabulary: Vocabulary, request: Request) -> str:
    """The id in the path."""
    return part_id(request, vocabulary.link_column, vocabulary.noun.capitalize())


def create(tx: Tx, caller: Caller, vocabulary: Vocabulary, new: NewTerm) -> TermEntity:
    """The one of this name: a new one, or the one that is there."""
    with wire_names(vocabulary.noun):
        return present(actions.create_term(tx, caller, vocabulary, new.name))


def update(tx: Tx, caller: Caller, vocabulary: Vocabulary, request: Request, fields: TermFields) -> TermEntity:
    """Rename, restore or delete the one of the path."""
    term_id = id_of(vocabulary, request)
    required_unless_deleted(fields, vocabulary.noun, "name")
    with wire_names(vocabulary.noun):
        term = change(
            fields,
            {},
            restore=lambda: actions.restore_term(tx, caller, vocabulary, term_id),
            update=lambda columns: actions.update_term(tx, caller, vocabulary, term_id, columns["name"]),
            delete=lambda: actions.delete_term(tx, caller, vocabulary, term_id),
        )
    return present(term)


def remove(tx: Tx, caller: Caller, vocabulary: Vocabulary, request: Request) -> Any:
    """Delete or erase the one of the path."""
    term_id = id_of(vocabulary, request)
    return delete(
        request,
        lambda: present(actions.delete_term(tx, caller, vocabulary, term_id)),
        lambda: actions.erase_term(tx, caller, vocabulary, term_id),
    )


def put(tx: Tx, caller: Caller, vocabulary: Vocabulary, request: Request) -> TermEntity:
    """The contact of the path has it now."""
    contact = contact_of(tx, caller, request, to_change=True)
    with wire_names(vocabulary.noun):
        return present(actions.put_on_contact(tx, caller, vocabulary, contact.id, id_of(vocabulary, request)))


def take(tx: Tx, caller: Caller, vocabulary: Vocabulary, request: Request) -> None:
    """The contact of the path has it no more; it stays in the list."""
    contact = contact_of(tx, caller, request, to_change=True)
    actions.take_off_contact(tx, caller, vocabulary, contact.id, id_of(vocabulary, request))
