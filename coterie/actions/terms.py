"""Changes of tags and expertises, and which contacts have them. One code: both lists work alike."""

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from coterie.actions.consequences import consequence_rows, lock_affected
from coterie.actions.events import EventRow, differences, record, record_events, row_of
from coterie.errors import NotFound, invalid
from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.model.terms import TAGS, TERMS_MAX, TERMS_OF_CONTACT_MAX, Term, Vocabulary, name_key, parse_name
from coterie.store import contacts as contact_store
from coterie.store import terms as store
from coterie.store.database import Tx


def create_term(tx: Tx, caller: Caller, vocabulary: Vocabulary, name: str) -> Term:
    """Returns the term of this name: a new one, or the existing one whatever its case and accents.

    A deleted one is restored with the contacts that have it: a list never holds a name twice.
    Raises Invalid if the name is empty or too long, or there are 10,000 terms.
    """
    name = parse_name(name)
    existing = store.find_term_by_name(tx, caller.organization_id, vocabulary, name)
    if existing is None:
        if store.count_terms(tx, caller.organization_id, vocabulary, include_deleted=True) >= TERMS_MAX:
            raise invalid("name", f"exceeds the limit of {TERMS_MAX}")
        now = times.now()
        term = Term(new_id(), name, 0, now, now, None)
        if store.insert_term(tx, caller.organization_id, vocabulary, term):
            record(tx, caller, f"{vocabulary.noun}.created", term.id, changes={"name": (None, name)}, now=now)
            return term
        existing = store.find_term_by_name(tx, caller.organization_id, vocabulary, name)
        assert existing is not None
    if existing.deleted_at is None:
        # its contacts need no lock: of a popular tag there are many, and an import asks for it in each batch
        existing = _find(tx, caller, vocabulary, existing.id)
        if existing.deleted_at is None:
            return existing
    return restore_term(tx, caller, vocabulary, existing.id)


def update_term(tx: Tx, caller: Caller, vocabulary: Vocabulary, term_id: str, name: str) -> Term:
    """Renames a term. Raises NotFound if it is deleted; Invalid if the name is empty, too long or another term's."""
    locked, before = _find_with_contacts(tx, caller, vocabulary, term_id)
    if before.deleted_at is not None:
        raise NotFound(_missing(vocabulary))
    name = parse_name(name)
    if name == before.name:
        return before
    if name_key(name) != name_key(before.name):
        other = store.find_term_by_name(tx, caller.organization_id, vocabulary, name)
        if other is not None:
            state = "" if other.deleted_at is None else "deleted "
            raise invalid("name", f"is the name of another {state}{vocabulary.noun}", kind="taken")
    after = replace(before, name=name, updated_at=times.now())
    return _save(tx, caller, vocabulary, "updated", (before, after), locked)


def delete_term(tx: Tx, caller: Caller, vocabulary: Vocabulary, term_id: str) -> Term:
    """Deletes a term so that it can be restored on the contacts that have it. Deleting it again changes nothing."""
    locked, before = _find_with_contacts(tx, caller, vocabulary, term_id)
    if before.deleted_at is not None:
        return before
    now = times.now()
    return _save(tx, caller, vocabulary, "deleted", (before, replace(before, deleted_at=now, updated_at=now)), locked)


def restore_term(tx: Tx, caller: Caller, vocabulary: Vocabulary, term_id: str) -> Term:
    """Restores a deleted term, on all contacts that have it. One that is not deleted stays unchanged."""
    locked, before = _find_with_contacts(tx, caller, vocabulary, term_id)
    if before.deleted_at is None:
        return before
    after = replace(before, deleted_at=None, updated_at=times.now())
    return _save(tx, caller, vocabulary, "restored", (before, after), locked)


def erase_term(tx: Tx, caller: Caller, vocabulary: Vocabulary, term_id: str) -> None:
    """Erases a term, deleted or not, and removes it from all contacts and notes."""
    locked, term = _find_with_contacts(tx, caller, vocabulary, term_id)
    contact_ids = store.contact_ids_with_term(tx, caller.organization_id, vocabulary, term_id)
    store.erase_term(tx, caller.organization_id, vocabulary, term_id)
    row = row_of(caller, f"{vocabulary.noun}.erased", term_id, changes={"name": (term.name, None)})
    _record(tx, caller, vocabulary, row, (contact_ids, locked))


def put_on_contact(tx: Tx, caller: Caller, vocabulary: Vocabulary, contact_id: int, term_id: str) -> Term:
    """Gives a contact a term, unless it has it; returns the term with its new count.

    Raises NotFound if the contact or the term does not exist or is deleted; Invalid if the contact has 500 terms.
    """
    organization_id = caller.organization_id
    contact_id = _lock_contact(tx, caller, contact_id)
    term = _find(tx, caller, vocabulary, term_id)
    if term.deleted_at is not None:
        raise NotFound(_missing(vocabulary))
    if not store.put_term_on_contact(tx, organization_id, vocabulary, contact_id, term_id):
        return term
    if _is_over_limit(tx, caller, vocabulary, contact_id):
        raise invalid(vocabulary.link_column, f"exceeds the limit of {TERMS_OF_CONTACT_MAX} per contact")
    kind = "contact.tagged" if vocabulary is TAGS else "contact.expertise_added"
    record(tx, caller, kind, term_id, contact_ids=[contact_id])
    return replace(term, contact_count=term.contact_count + 1)


def take_off_contact(tx: Tx, caller: Caller, vocabulary: Vocabulary, contact_id: int, term_id: str) -> None:
    """Removes a term from a contact; the term stays. Raises NotFound if the contact is deleted or does not have it."""
    contact_id = _lock_contact(tx, caller, contact_id)
    if not store.take_term_off_contact(tx, caller.organization_id, vocabulary, contact_id, term_id):
        raise NotFound(_missing(vocabulary))
    kind = "contact.untagged" if vocabulary is TAGS else "contact.expertise_removed"
    record(tx, caller, kind, term_id, contact_ids=[contact_id])


def change_tags(
    tx: Tx, caller: Caller, contact_id: int, added: Iterable[str], removed: Iterable[Term]
) -> list[EventRow]:
    """Puts tags of these names, new ones if need be, on a contact and takes others off; returns the events, which the
    caller records. The caller has locked the tags and the contact. Raises Invalid as put_on_contact does."""
    organization_id, rows = caller.organization_id, []
    for name in added:
        tag = create_term(tx, caller, TAGS, name)
        if store.put_term_on_contact(tx, organization_id, TAGS, contact_id, tag.id):
            rows.append(row_of(caller, "contact.tagged", tag.id, contact_ids=[contact_id]))
    if rows and _is_over_limit(tx, caller, TAGS, contact_id):
        raise invalid("tags", f"exceed the limit of {TERMS_OF_CONTACT_MAX} per contact")
    for tag in removed:
        if store.take_term_off_contact(tx, organization_id, TAGS, contact_id, tag.id):
            rows.append(row_of(caller, "contact.untagged", tag.id, contact_ids=[contact_id]))
    return rows


def change_tagged(
    tx: Tx, caller: Caller, tag_id: str, *, added: Iterable[int], removed: Iterable[int]
) -> None:  # fmt: skip
    """Puts a tag on contacts and takes it off others, which the caller has locked.

    Contacts that are deleted or have 500 tags are skipped. Raises NotFound if the tag is deleted.
    """
    organization_id, rows = caller.organization_id, []
    if _find(tx, caller, TAGS, tag_id).deleted_at is not None:
        raise NotFound(_missing(TAGS))
    present = [contact.id for contact in contact_store.list_contacts_by_id(tx, organization_id, added)]
    for contact_id in present:
        count = store.count_terms_of_contact(tx, organization_id, TAGS, contact_id, include_deleted=True)
        is_free = count < TERMS_OF_CONTACT_MAX
        if is_free and store.put_term_on_contact(tx, organization_id, TAGS, contact_id, tag_id):
            rows.append(row_of(caller, "contact.tagged", tag_id, contact_ids=[contact_id]))
    for contact_id in removed:
        if store.take_term_off_contact(tx, organization_id, TAGS, contact_id, tag_id):
            rows.append(row_of(caller, "contact.untagged", tag_id, contact_ids=[contact_id]))
    if rows:
        record_events(tx, caller, rows)


def _is_over_limit(tx: Tx, caller: Caller, vocabulary: Vocabulary, contact_id: int) -> bool:
    count = store.count_terms_of_contact(tx, caller.organization_id, vocabulary, contact_id, include_deleted=True)
    return count > TERMS_OF_CONTACT_MAX


def _save(
    tx: Tx, caller: Caller, vocabulary: Vocabulary, verb: str, change: tuple[Term, Term], locked: Collection[int]
) -> Term:
    before, after = change
    store.save_term(tx, caller.organization_id, vocabulary, after)
    contact_ids = store.contact_ids_with_term(tx, caller.organization_id, vocabulary, after.id)
    changes = differences(before, after, ["name"])
    row = row_of(caller, f"{vocabulary.noun}.{verb}", after.id, changes=changes, now=after.updated_at)
    _record(tx, caller, vocabulary, row, (contact_ids, locked))
    return after


def _record(
    tx: Tx, caller: Caller, vocabulary: Vocabulary, row: EventRow, affected: tuple[list[int], Collection[int]]
) -> None:
    """A change of a term is one of all contacts that have it: affected are (these, those of them that are locked)."""
    kind = f"contact.{vocabulary.noun}_changed"
    record_events(tx, caller, [row, *consequence_rows(tx, caller, kind, row["subject_id"], *affected)])


def _find_with_contacts(tx: Tx, caller: Caller, vocabulary: Vocabulary, term_id: str) -> tuple[Collection[int], Term]:
    """Locks the contacts that have the term, then the term: (the contacts that are locked, the term)."""
    contact_ids = store.contact_ids_with_term(tx, caller.organization_id, vocabulary, term_id)
    return lock_affected(tx, caller, contact_ids), _find(tx, caller, vocabulary, term_id)


def _find(tx: Tx, caller: Caller, vocabulary: Vocabulary, term_id: str) -> Term:
    term = store.find_term(tx, caller.organization_id, vocabulary, term_id, to_change=True)
    if term is None:
        raise NotFound(_missing(vocabulary))
    return term


def _lock_contact(tx: Tx, caller: Caller, contact_id: int) -> int:
    """Locks a contact and returns its id: an old id means the contact it was merged into."""
    contact = contact_store.find_contact_to_change(tx, caller.organization_id, contact_id)
    if contact is None or contact.deleted_at is not None:
        raise NotFound("Contact not found")
    return contact.id


def _missing(vocabulary: Vocabulary) -> str:
    return f"{vocabulary.noun.capitalize()} not found"
