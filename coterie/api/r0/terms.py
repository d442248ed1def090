"""Tags and expertises: /orgs/{org_id}/tags and …/contacts/{contact_id}/tags, and the same for expertises."""

from collections.abc import Callable
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import terms as actions
from coterie.api.errors import wire_names
from coterie.api.r0.changes import change
from coterie.api.r0.contact_entity import ContactList, present_contact
from coterie.api.r0.ids import contact_of, part_id
from coterie.api.r0.input import Deleted, delete, required_unless_deleted
from coterie.api.r0.pages import PageEntity, envelope, includes_deleted, read_page
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.organizations import Caller
from coterie.model.terms import EXPERTISES, TAGS, Term, Vocabulary
from coterie.store import terms as store
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx


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


class TagList(PageEntity):
    tags: list[TermEntity]


class NewTagBody(Struct):
    tag: NewTerm


class TagBody(Struct):
    tag: TermFields


class ExpertiseList(PageEntity):
    expertises: list[TermEntity]


class NewExpertiseBody(Struct):
    expertise: NewTerm


class ExpertiseBody(Struct):
    expertise: TermFields


def present(term: Term) -> TermEntity:
    """A tag or an expertise as R0 shows it."""
    return TermEntity(term.id, term.name, term.contact_count, term.created_at, term.updated_at, term.deleted_at)


class TermHandlers(Struct, frozen=True):
    """The handlers of one vocabulary, and the Structs that wrap its terms."""

    vocabulary: Vocabulary
    list_type: Callable[..., PageEntity]
    new_body: type[Struct]
    body: type[Struct]

    def list_(self, tx: Tx, caller: Caller, request: Request) -> PageEntity:
        page, search = read_page(request.query), request.query.search or ""
        of, deleted = (tx, caller.organization_id, self.vocabulary), includes_deleted(request.query.include)
        terms = store.list_terms(*of, search=search, include_deleted=deleted, limit=page.limit, offset=page.offset)
        total = store.count_terms(*of, search=search, include_deleted=deleted)
        return self.list_type(*envelope(page, total, terms), [present(term) for term in terms])

    def list_on_contact(self, tx: Tx, caller: Caller, request: Request) -> PageEntity:
        contact, page = contact_of(tx, caller, request), read_page(request.query)
        of, deleted = (tx, caller.organization_id, self.vocabulary, contact.id), includes_deleted(request.query.include)
        terms = store.list_terms_of_contact(*of, include_deleted=deleted, limit=page.limit, offset=page.offset)
        total = store.count_terms_of_contact(*of, include_deleted=deleted)
        return self.list_type(*envelope(page, total, terms), [present(term) for term in terms])

    def list_contacts(self, tx: Tx, caller: Caller, request: Request) -> ContactList:
        term, page = self._find(tx, caller, request), read_page(request.query)
        of, deleted = (tx, caller.organization_id, self.vocabulary, term.id), includes_deleted(request.query.include)
        ids = store.list_contact_ids_with_term(*of, include_deleted=deleted, limit=page.limit, offset=page.offset)
        total = store.count_contacts_with_term(*of) if deleted else term.contact_count
        contacts = list_contacts_by_id(tx, caller.organization_id, ids, include_deleted=deleted)
        return ContactList(*envelope(page, total, contacts), [present_contact(contact) for contact in contacts])

    def show(self, tx: Tx, caller: Caller, request: Request) -> TermEntity:
        return present(self._find(tx, caller, request))

    def create(self, tx: Tx, caller: Caller, request: Request) -> TermEntity:
        new: NewTerm = getattr(request.body, self.vocabulary.noun)
        with wire_names(self.vocabulary.noun):
            return present(actions.create_term(tx, caller, self.vocabulary, new.name))

    def update(self, tx: Tx, caller: Caller, request: Request) -> TermEntity:
        of, term_id = (tx, caller, self.vocabulary), self._id(request)
        fields: TermFields = getattr(request.body, self.vocabulary.noun)
        required_unless_deleted(fields, self.vocabulary.noun, "name")
        with wire_names(self.vocabulary.noun):
            term = change(
                fields,
                {},
                restore=lambda: actions.restore_term(*of, term_id),
                update=lambda columns: actions.update_term(*of, term_id, columns["name"]),
                delete=lambda: actions.delete_term(*of, term_id),
            )
        return present(term)

    def remove(self, tx: Tx, caller: Caller, request: Request) -> Any:
        of, term_id = (tx, caller, self.vocabulary), self._id(request)
        return delete(
            request,
            lambda: present(actions.delete_term(*of, term_id)),
            lambda: actions.erase_term(*of, term_id),
        )

    def put(self, tx: Tx, caller: Caller, request: Request) -> TermEntity:
        contact = contact_of(tx, caller, request, to_change=True)
        with wire_names(self.vocabulary.noun):
            return present(actions.put_on_contact(tx, caller, self.vocabulary, contact.id, self._id(request)))

    def take(self, tx: Tx, caller: Caller, request: Request) -> None:
        contact = contact_of(tx, caller, request, to_change=True)
        actions.take_off_contact(tx, caller, self.vocabulary, contact.id, self._id(request))

    def _id(self, request: Request) -> str:
        return part_id(request, self.vocabulary.link_column, self.vocabulary.noun.capitalize())

    def _find(self, tx: Tx, caller: Caller, request: Request) -> Term:
        term = store.find_term(tx, caller.organization_id, self.vocabulary, self._id(request))
        if term is None:
            raise NotFound(f"{self.vocabulary.noun.capitalize()} not found")
        return term


TAG_HANDLERS = TermHandlers(TAGS, TagList, NewTagBody, TagBody)
EXPERTISE_HANDLERS = TermHandlers(EXPERTISES, ExpertiseList, NewExpertiseBody, ExpertiseBody)
