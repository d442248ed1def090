"""What can happen to tags and expertises, and to contacts that have them. One code: both lists work alike."""

from msgspec.structs import replace

from coterie.actions.events import record
from coterie.errors import NotFound, invalid
from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.model.terms import TAGS, TERMS_MAX, TERMS_OF_CONTACT_MAX, Term, Vocabulary, name_key, parse_name
from coterie.store import contacts as contact_store
from coterie.store import terms as store
from coterie.store.database import Tx


def create_term(tx: Tx, caller: Caller, vocabulary: Vocabulary, name: str) -> Term:
    """The term of this name: a new one, or the one that is there under any spelling of case and accents.

    A deleted one is restored, with the contacts that have it: a list never holds a name twice.
    Refused: an empty or long name; more than 10,000 terms.
    """
    name = parse_name(name)
    found = store.find_term_by_name(tx, caller.organization_id, vocabulary, name)
    if found is None:
        if store.count_terms(tx, caller.organization_id, vocabulary, include_deleted=True) >= TERMS_MAX:
            raise invalid("name", f"is one too many: there are at most {TERMS_MAX}")
        now = times.now()
        term = Term(new_id(), name, 0, now, now, None)
        if store.insert_term(tx, caller.organization_id, vocabulary, term):
            record(tx, caller, f"{vocabulary.noun}.created", term.id, changes={"name": (None, name)}, now=now)
            return term
        found = store.find_term_by_name(tx, caller.organization_id, vocabulary, name)
        assert found is not None
    return restore_term(tx, caller, vocabulary, found.id)


def update_term(tx: Tx, caller: Caller, vocabulary: Vocabulary, term_id: str, name: str) -> Term:
    """Rename a term. Refused: one that is deleted or not there; an empty or long name; the name of another."""
    before = _find(tx, caller, vocabulary, term_id)
    if before.deleted_at is not None:
        raise NotFound(_missing(vocabulary))
    name = parse_name(name)
    if name == before.name:
        return before
    if name_key(name) != name_key(before.name):
        other = store.find_term_by_name(tx, caller.organization_id, vocabulary, name)
        if other is not None:
            state = "" if other.deleted_at is None else " that is deleted"
            raise invalid("name", f"is the name of another {vocabulary.noun}{state}", kind="taken")
    after = replace(before, name=name, updated_at=times.now())
    store.save_term(tx, caller.organization_id, vocabulary, after)
    record(tx, caller, f"{vocabulary.noun}.updated", term_id, changes={"name": (before.name, name)})
    return after


def delete_term(tx: Tx, caller: Caller, vocabulary: Vocabulary, term_id: str) -> Term:
    """Delete a term so that it can be restored: whoever has it keeps it, out of sight. Deleting twice is once."""
    before = _find(tx, caller, vocabulary, term_id)
    if before.deleted_at is not None:
        return before
    now = times.now()
    after = replace(before, deleted_at=now, updated_at=now)
    store.save_term(tx, caller.organization_id, vocabulary, after)
    record(tx, caller, f"{vocabulary.noun}.deleted", term_id, now=now)
    return after


def restore_term(tx: Tx, caller: Caller, vocabulary: Vocabulary, term_id: str) -> Term:
    """Bring a deleted term back, on all that have it. One that is not deleted stays as it is."""
    before = _find(tx, caller, vocabulary, term_id)
    if before.deleted_at is None:
        return before
    after = replace(before, deleted_at=None, updated_at=times.now())
    store.save_term(tx, caller.organization_id, vocabulary, after)
    record(tx, caller, f"{vocabulary.noun}.restored", term_id)
    return after


def erase_term(tx: Tx, caller: Caller, vocabulary: Vocabulary, term_id: str) -> None:
    """Remove a term for good, deleted before or not, and take it off whatever has it."""
    _find(tx, caller, vocabulary, term_id)
    store.erase_term(tx, caller.organization_id, vocabulary, term_id)
    record(tx, caller, f"{vocabulary.noun}.erased", term_id)


def put_on_contact(tx: Tx, caller: Caller, vocabulary: Vocabulary, contact_id: int, term_id: str) -> Term:
    """The contact has the term now; putting it there twice is once. The term as it is then.

    Refused: a contact or a term that is not there or deleted; more than 500 on one contact.
    """
    organization_id = caller.organization_id
    _check_contact(tx, caller, contact_id)
    term = _find(tx, caller, vocabulary, term_id)
    if term.deleted_at is not None:
        raise NotFound(_missing(vocabulary))
    if not store.put_term_on_contact(tx, organization_id, vocabulary, contact_id, term_id):
        return term
    count = store.count_terms_of_contact(tx, organization_id, vocabulary, contact_id, include_deleted=True)
    if count > TERMS_OF_CONTACT_MAX:
        raise invalid(vocabulary.link_column, f"is one too many: a contact has at most {TERMS_OF_CONTACT_MAX}")
    kind = "contact.tagged" if vocabulary is TAGS else "contact.expertise_added"
    record(tx, caller, kind, term_id, contact_id=contact_id)
    return replace(term, contact_count=term.contact_count + 1)


def take_off_contact(tx: Tx, caller: Caller, vocabulary: Vocabulary, contact_id: int, term_id: str) -> None:
    """The contact has the term no more; the term stays. Refused: a contact that is deleted, or does not have it."""
    _check_contact(tx, caller, contact_id)
    if not store.take_term_off_contact(tx, caller.organization_id, vocabulary, contact_id, term_id):
        raise NotFound(_missing(vocabulary))
    kind = "contact.untagged" if vocabulary is TAGS else "contact.expertise_removed"
    record(tx, caller, kind, term_id, contact_id=contact_id)


def _find(tx: Tx, caller: Caller, vocabulary: Vocabulary, term_id: str) -> Term:
    term = store.find_term(tx, caller.organization_id, vocabulary, term_id, to_change=True)
    if term is None:
        raise NotFound(_missing(vocabulary))
    return term


def _check_contact(tx: Tx, caller: Caller, contact_id: int) -> None:
    contact = contact_store.find_contact_to_change(tx, caller.organization_id, contact_id)
    if contact is None or contact.deleted_at is not None:
        raise NotFound("Contact not found")


def _missing(vocabulary: Vocabulary) -> str:
    return f"{vocabulary.noun.capitalize()} not found"
