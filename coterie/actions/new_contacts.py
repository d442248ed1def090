"""Creates contacts from normalized drafts: many at once, with one statement for each kind of row.

What follows from a draft alone (PlannedContact) can be computed before the transaction, which then is half as long.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import msgspec
from msgspec import Struct

from coterie.actions.draft_parts import Named, PartRows, Rows, create_named, write_parts
from coterie.actions.drafts import handles_of, is_plan_on_phones, remove_taken_usernames
from coterie.actions.events import record_events, row_of
from coterie.drafts.merge import Existing, MergePlan, plan_merge
from coterie.model import times
from coterie.model.contacts import SHOWN_BY, SUBSCRIBED, word_columns
from coterie.model.handles import SUMMARY_COLUMNS, Handle
from coterie.model.ids import iter_ids, new_id
from coterie.model.imports import ContactDraft
from coterie.model.names import NAME_PARTS, is_inverted, join_name
from coterie.model.organizations import Caller
from coterie.model.text import sort_key
from coterie.search import PreparedDocument, list_valid, prepare
from coterie.search.texts import texts_of_new
from coterie.store import handles as handle_store
from coterie.store import import_parts
from coterie.store.contacts import COLUMNS, SORT_COLUMNS
from coterie.store.database import Tx

_BLANK: dict[str, Any] = dict.fromkeys(COLUMNS) | dict.fromkeys(SORT_COLUMNS, "")
_parts_of = itemgetter(*NAME_PARTS)
_KEYS = (("username_key", "username"), ("email_key", "email"), ("phone_key", "phone"), ("website_key", "website"),
         ("note_key", "pinned_note"), ("bio_key", "bio"))  # fmt: skip


class PlannedContact(Struct, array_like=True):
    """A contact to be created: its plan, and what follows from it: the columns of its row that are not blank, the
    changes of its event as JSON, and its document."""

    plan: MergePlan
    row: dict[str, Any]
    changes: str | None
    prepared: PreparedDocument


class NewContacts(Struct):
    """The rows of new contacts, ready to be inserted. prepared: contact id -> its document."""

    contacts: Rows
    handles: list[Handle]
    events: Rows
    parts: PartRows
    prepared: dict[int, PreparedDocument]


def plan_contact(draft: ContactDraft) -> MergePlan:
    """The plan of a new contact with all that a normalized draft has."""
    return plan_merge(draft, Existing())


def prepare_contact(draft: ContactDraft) -> PlannedContact:
    """The contact of a normalized draft."""
    return _prepare(plan_contact(draft))


def _prepare(plan: MergePlan) -> PlannedContact:
    row = _row_of_plan(plan)
    others = [("tag", name) for name in plan.tags] + [("folder", name) for name in plan.folders]
    others += [("note", plan.note)] if plan.note else []
    document = prepare(texts_of_new(row, plan.handles, plan.addresses, others))
    filled = {name: value for name, value in row.items() if value != _BLANK[name]}
    return PlannedContact(plan, filled, _changes_of(plan), document)


def create_contacts(tx: Tx, caller: Caller, drafts: Sequence[ContactDraft]) -> list[int]:
    """Creates a contact from each normalized draft; returns their ids in the same order.

    Duplicates are not checked. An Instagram username that another contact has becomes a line of the note.
    """
    return [row["id"] for row in create_planned(tx, caller, [plan_contact(draft) for draft in drafts]).contacts]


def create_planned(tx: Tx, caller: Caller, planned: Sequence[PlannedContact | MergePlan]) -> NewContacts:
    """The same of planned contacts; returns the rows as they were inserted. What is not prepared is prepared here: the
    database need not be asked for the texts of what it was just given."""
    if not planned:
        return NewContacts([], [], [], PartRows(), {})
    plans = [each.plan if isinstance(each, PlannedContact) else each for each in planned]
    if remove_taken_usernames(tx, caller, [(0, plan) for plan in plans]):
        planned = plans
    prepared = [each if isinstance(each, PlannedContact) else _prepare(each) for each in planned]
    # their events come first: those of the contacts have the change numbers that their revisions have
    named = create_named(tx, caller, plans)
    first, revision = import_parts.take_numbers(tx, caller.organization_id, len(planned))
    new = rows_of_new(caller, prepared, first, revision)
    insert_new(tx, caller, new, named)
    return new


def rows_of_new(caller: Caller, planned: Sequence[PlannedContact], first: int, revision: int) -> NewContacts:
    """The rows of new contacts with the ids from `first` and the revisions from `revision` on."""
    # many ids at once cost less each, but more than a single contact needs
    now, ids = times.now(), iter_ids() if len(planned) > 10 else iter(new_id, "")
    new = NewContacts([], [], [], PartRows(), {})
    created = row_of(caller, "contact.created", "", now=now)
    for contact_id, each in enumerate(planned, first):
        plan = each.plan
        handles = handles_of(contact_id, plan, now, ids)
        row = _BLANK | each.row
        row["id"], row["uuid"], row["revision"] = contact_id, next(ids), revision + contact_id - first
        row["created_at"] = row["updated_at"] = now
        row["card_state"] = "on" if is_plan_on_phones(caller, plan) else None
        new.contacts.append(row)
        new.handles += handles
        of_contact = {"subject_id": str(contact_id), "contact_ids": [contact_id], "changes": each.changes}
        new.events.append(created | of_contact)
        new.parts.add(caller, contact_id, plan, now, ids=ids, is_pinned=True)
        new.prepared[contact_id] = each.prepared
    return new


def insert_new(tx: Tx, caller: Caller, new: NewContacts, named: Named) -> None:
    """Inserts the rows of new contacts with the numbers of take_numbers. named: their tags and folders."""
    import_parts.insert_contact_rows(tx, caller.organization_id, new.contacts)
    handle_store.insert_handles(tx, caller.organization_id, new.handles)
    tagged, put = write_parts(tx, caller, new.parts, named)
    prepared = list_valid(tx, caller.organization_id, new.prepared, tagged, put)
    # the last step: it indexes the contacts with their parts
    record_events(tx, caller, new.events, first=new.contacts[0]["revision"], prepared=prepared)


def _row_of_plan(plan: MergePlan) -> dict[str, Any]:
    """The row of a new contact with its sort keys, as in model.contacts, without its numbers and times."""
    row = _BLANK | plan.fields
    row["status"], row["pinned_note"] = SUBSCRIBED, plan.note
    for handle in plan.handles:
        if handle.is_primary and handle.channel in SUMMARY_COLUMNS:
            row[SUMMARY_COLUMNS[handle.channel]] = handle.value
    composed, written = join_name(*_parts_of(row)), row["formatted_name"]
    row["real_name_key"] = sort_key(written or composed)
    full = composed if written is None or is_inverted(written, row["last_name"]) else written
    name = row["display_name"] or full or row["nickname"]
    row["name_key"] = row["real_name_key"] if name == (written or composed) else sort_key(name)
    row.update([(key, sort_key(row[name])) for key, name in _KEYS])
    keys = (sort_key(row[name]) if name == "employer" else row[f"{name}_key"] for name in SHOWN_BY)
    row["shown_key"] = next(filter(None, keys), "")
    row.update(word_columns(row, composed))
    return row


def _changes_of(plan: MergePlan) -> str | None:
    """The changes of the one event of a new contact, as JSON: its fields, primary handles, tags and folders."""
    changes: dict[str, tuple[Any, Any]] = {name: (None, value) for name, value in plan.fields.items()}
    for handle in plan.handles:
        if handle.is_primary:
            changes[handle.channel] = (None, handle.value)
    # without the text of the note, which may become personal
    for name, names in (("tags", plan.tags), ("folders", plan.folders)):
        if names:
            changes[name] = (None, names)
    return msgspec.json.encode(changes).decode() if changes else None
