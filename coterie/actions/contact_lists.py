"""Changes of the lists of a contact: each replaced as a whole, or by additions and removals."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

from coterie.actions.contact_equality import make_equal
from coterie.actions.terms import create_term, put_on_contact, take_off_contact
from coterie.drafts.from_sheet import DRAFT_PARTS, draft_of_sheet
from coterie.drafts.handles import normalize_handles
from coterie.errors import Invalid, NotFound, Problem, gathering, invalid
from coterie.model.addresses import check_address
from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.contacts import Contact
from coterie.model.dates import check_date
from coterie.model.handles import CHANNELS, SUMMARY_COLUMNS, normalize
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, HandleDraft
from coterie.model.organizations import Caller
from coterie.model.terms import EXPERTISES, name_key
from coterie.model.text import identity_key, visible
from coterie.store import contacts as contact_store
from coterie.store import terms as term_store
from coterie.store.contact_sheets import load_sheets
from coterie.store.database import Tx
from coterie.store.revisions import lock_contacts

_NAMES_AND_REACHES = (
    "real_name", "display_name", "first_name", "middle_name", "last_name", "phonetic_first_name", "phonetic_last_name",
    "maiden_name", "nickname", "employer", *SUMMARY_COLUMNS.values(),
)  # fmt: skip


class ListChange(Struct, frozen=True):
    """whole: the new list, None where items are added and removed."""

    whole: Sequence[Any] | None = None
    add: Sequence[Any] = ()
    remove: Sequence[Any] = ()

    def names(self) -> list[str]:
        """The items to add, or all of them if it replaces the list."""
        return list(self.add if self.whole is None else self.whole)


class ContactLists(Struct, frozen=True, kw_only=True):
    """The lists that change; None leaves one as it is. handles: HandleDraft; tags, folders, expertises: names.

    Addresses and dates are replaced as a whole.
    """

    handles: ListChange | None = None
    addresses: Sequence[AddressDraft] | None = None
    dates: Sequence[DateDraft] | None = None
    tags: ListChange | None = None
    folders: ListChange | None = None
    expertises: ListChange | None = None


def check_not_blank(columns: Mapping[str, Any], lists: ContactLists) -> None:
    """Raises Invalid if nothing names or reaches a new contact: no name, employer, handle or address.

    columns: its fields, as create_contact takes them.
    """
    texts = [columns.get(name) for name in _NAMES_AND_REACHES]
    texts += [value for address in lists.addresses or () for value in structs.astuple(address)]
    has_handles = lists.handles is not None and bool(lists.handles.names())
    if not has_handles and not any(isinstance(text, str) and visible(text) for text in texts):
        reason = "is missing: a contact needs a name, an employer, a handle or an address"
        raise invalid("real_name", reason, kind="missing")


def lock_lists(tx: Tx, caller: Caller, contact_id: int | None, lists: ContactLists) -> None:
    """Locks the contact and the tags that change, before anything takes a change number."""
    if contact_id is not None:
        lock_contacts(tx, caller.organization_id, [contact_id])
    if lists.tags is not None:
        names = [*lists.tags.names(), *lists.tags.remove]
        term_store.lock_tags(tx, caller.organization_id, contact_id or 0, names)


def change_lists(tx: Tx, caller: Caller, contact: Contact, lists: ContactLists) -> Contact:
    """Makes the lists of a contact as wanted; returns the contact as saved. An item that stays keeps its id.

    Missing tags, folders and expertises are created. Raises Invalid for a handle, an address or a date that is not
    valid, and beyond the limits of a contact.
    """
    if lists == ContactLists():
        return contact
    parts: list[Part] = [*DRAFT_PARTS, "expertises"]
    sheet = load_sheets(tx, caller.organization_id, [contact.id], parts, to_change=True).get(contact.id)
    if sheet is None:
        raise NotFound("Contact not found")
    draft, families = _draft(caller, sheet, lists)
    if families:
        make_equal(tx, caller, contact.id, draft, families)
    if lists.expertises is not None:
        _change_expertises(tx, caller, sheet, lists.expertises)
    return contact_store.find_contact(tx, caller.organization_id, contact.id) or contact


def _draft(caller: Caller, sheet: ContactSheet, lists: ContactLists) -> tuple[ContactDraft, set[str]]:
    """(the contact as wanted, the families that change). Raises Invalid with every problem."""
    draft, families, problems = draft_of_sheet(sheet), set[str](), list[Problem]()
    if lists.handles is not None:
        with gathering(problems):
            draft.handles, channels = _handles(caller, draft.handles, lists.handles)
            families |= channels
    if lists.addresses is not None:
        _check_each(problems, "addresses", lists.addresses, check_address, present=draft.addresses)
        draft.addresses = list(lists.addresses)
        families.add("addresses")
    if lists.dates is not None:
        _check_each(problems, "dates", lists.dates, check_date, present=draft.dates)
        draft.dates = list(lists.dates)
        families.add("dates")
    if lists.tags is not None:
        draft.tags = _names(draft.tags, lists.tags)
        families.add("tags")
    if lists.folders is not None:
        draft.folders = _names(draft.folders, lists.folders)
        families.add("folders")
    if problems:
        raise Invalid(*problems)
    return draft, families


def _check_each(
    problems: list[Problem], field: str, items: Iterable[Any], check: Any, *, present: Sequence[Any]
) -> None:
    """Adds the problems of the items. One that is present may stay: a card may have an address without a country."""
    for place, item in enumerate(items):
        if item in present:
            continue
        found: list[Problem] = []
        with gathering(found):
            check({name: getattr(item, name) for name in item.__struct_fields__})
        problems += [problem._replace(path=(field, str(place), *problem.path)) for problem in found]


# Handles --------------------------------------------------------------------------------------------------------------


def _handles(caller: Caller, existing: Sequence[HandleDraft], change: ListChange) -> tuple[list[HandleDraft], set[str]]:
    """(the handles as wanted, the channels that the change governs)."""
    if change.whole is not None:
        wanted, channels = _normalized(caller, change.whole, ("handles",)), set(CHANNELS)
    else:
        added = _normalized(caller, change.add, ("handles", "add"))
        removed = _normalized(caller, change.remove, ("handles", "remove"))
        gone = {(handle.channel, handle.normalized) for handle in removed}
        # an added one comes first, so that it is the primary one if it says so
        wanted = [*added, *(each for each in existing if (each.channel, each.normalized) not in gone)]
        channels = {handle.channel for handle in (*added, *removed)}
    return normalize_handles(ContactDraft(handles=wanted), caller.country)[0], channels


def _normalized(caller: Caller, handles: Sequence[HandleDraft], path: tuple[str, ...]) -> list[HandleDraft]:
    normal, problems = [], list[Problem]()
    for place, handle in enumerate(handles):
        found: list[Problem] = []
        with gathering(found):
            value, normalized = normalize(handle.channel, handle.value, caller.country, "value")
            normal.append(HandleDraft(handle.channel, value, handle.label, handle.is_primary, normalized))
        problems += [problem._replace(path=(*path, str(place), *problem.path)) for problem in found]
    if problems:
        raise Invalid(*problems)
    return normal


# Names ----------------------------------------------------------------------------------------------------------------


def _names(existing: Iterable[str], change: ListChange) -> list[str]:
    """The names as wanted, each once; existing ones are spelled as they are."""
    by_key = {_key(name): name for name in existing}
    if change.whole is not None:
        wanted = {_key(name): name.strip() for name in reversed(change.whole)}
        return [by_key.get(key, name) for key, name in reversed(wanted.items())]
    added = {_key(name): name.strip() for name in change.add}
    gone = {_key(name) for name in change.remove}
    return [name for key, name in (added | by_key).items() if key not in gone]


def _key(name: str) -> str:
    return identity_key(name) or name


def _change_expertises(tx: Tx, caller: Caller, sheet: ContactSheet, change: ListChange) -> None:
    existing = {name_key(term.name): term for term in sheet.expertises}
    wanted = {name_key(name): name for name in _names([term.name for term in existing.values()], change)}
    for key in wanted.keys() - existing.keys():
        term = create_term(tx, caller, EXPERTISES, wanted[key])
        put_on_contact(tx, caller, EXPERTISES, sheet.contact.id, term.id)
    for key in existing.keys() - wanted.keys():
        take_off_contact(tx, caller, EXPERTISES, sheet.contact.id, existing[key].id)
