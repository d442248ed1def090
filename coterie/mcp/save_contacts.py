"""The tool save_contacts: creates contacts, changes them, or does what fits (upsert)."""

from typing import Any

from msgspec import structs

from coterie.actions import contacts as actions
from coterie.actions import upserts
from coterie.actions.contact_lists import ContactLists, ListChange, change_lists, check_not_blank, lock_lists
from coterie.actions.upserts import By, Identifier
from coterie.errors import Conflict, Invalid, NotFound, invalid
from coterie.mcp.outputs import fit, present_problems, without_empty
from coterie.mcp.save_arguments import COLUMNS, Arguments, ContactFields
from coterie.mcp.tool import Call, Output, Tool
from coterie.model.contacts import Contact
from coterie.model.imports import AddressDraft, DateDraft, HandleDraft
from coterie.store.database import Tx
from coterie.store.revisions import lock_contacts

# what concerns one contact; anything else, such as a full disk, concerns all
_OF_ONE = (Invalid, NotFound, Conflict)
_USUAL: tuple[By, ...] = ("email", "phone", "username")


def save_contacts(tx: Tx, call: Call) -> Output:
    asked: Arguments = call.arguments
    _lock(tx, call, asked)
    items: list[dict[str, Any]] = []
    for index, fields in enumerate(asked.contacts):
        try:
            with tx.savepoint():
                result = _save(tx, call, asked, fields)
        except _OF_ONE as error:
            problems = present_problems(error, Arguments, ("contacts", "0")) if isinstance(error, Invalid) else []
            result = {"outcome": "refused", "error": error.message, **without_empty({"problems": problems})}
        items.append({"index": index, **result})
    count = fit(items)
    note = "The results after these did not fit; list_changes has them" if count < len(items) else None
    return {"items": items[:count], **without_empty({"note": note})}


def _lock(tx: Tx, call: Call, asked: Arguments) -> None:
    """Locks the contacts that match, all of them before the first takes a change number."""
    ids: set[int] = set()
    for fields in asked.contacts:
        try:
            ids |= {contact.id for contact in upserts.find_matches(tx, call.caller, _identify(call, asked, fields))[1]}
        except Invalid:
            continue  # its own result says so
    lock_contacts(tx, call.caller.organization_id, ids)


def _identify(call: Call, asked: Arguments, fields: ContactFields) -> list[Identifier]:
    """The identifiers by which to find the contact; [] to create one."""
    if asked.mode == "create":
        return []
    if fields.match is None and asked.mode == "update":
        raise invalid("match", "is missing: it says which contact to update", kind="missing")
    match = fields.match
    named = [(by, value, None) for by in _USUAL if (value := getattr(fields, by))]
    given = named if match is None else [(match.by, match.value, match.source)]
    try:
        return upserts.read_identifiers(call.caller, given)
    except Invalid as error:
        if match is None:
            return []  # the field itself is checked when it is saved
        raise Invalid(*(each._replace(path=("match", *each.path[2:])) for each in error.problems)) from None


def _save(tx: Tx, call: Call, asked: Arguments, fields: ContactFields) -> dict[str, Any]:
    identifiers = _identify(call, asked, fields)
    matched, contacts = upserts.find_matches(tx, call.caller, identifiers)
    if len(contacts) > 1 and asked.if_several == "refuse":
        candidates = [{"id": each.id, "name": each.name} for each in contacts[: upserts.CANDIDATES_MAX]]
        by = matched.by if matched else ""
        return {
            "outcome": "several",
            "candidates": candidates,
            "error": f"Several contacts have this {by}: match by id",
        }
    if contacts:
        before = contacts[-1] if asked.if_several == "newest" else contacts[0]
        after = upserts.connect(tx, call.caller, _change(tx, call, before, fields), identifiers)
        return _result("updated" if after.revision != before.revision else "unchanged", after)
    if asked.mode == "update" or any(each.by in ("id", "uuid") for each in identifiers):
        raise NotFound("No contact matches")
    return _result("created", upserts.connect(tx, call.caller, _create(tx, call, fields, identifiers), identifiers))


def _result(outcome: str, contact: Contact) -> dict[str, Any]:
    return {"outcome": outcome, "id": contact.id, "name": contact.name}


def _change(tx: Tx, call: Call, before: Contact, fields: ContactFields) -> Contact:
    lists = _lists(fields)
    lock_lists(tx, call.caller, before.id, lists)
    return change_lists(tx, call.caller, actions.update_contact(tx, call.caller, before.id, _columns(fields)), lists)


def _create(tx: Tx, call: Call, fields: ContactFields, identifiers: list[Identifier]) -> Contact:
    # the next upsert must find it
    missing = [each for each in upserts.handles_of(identifiers) if each.value not in (fields.email, fields.phone)]
    lists = _lists(fields, missing)
    lock_lists(tx, call.caller, None, lists)
    contact = change_lists(tx, call.caller, actions.create_contact(tx, call.caller, _columns(fields)), lists)
    check_not_blank(_columns(fields), lists)  # after the problems of single fields
    return contact


def _columns(fields: ContactFields) -> dict[str, Any]:
    given = {name: value for name in COLUMNS if (value := getattr(fields, name)) is not None}
    return given | dict.fromkeys(fields.clear)


def _lists(fields: ContactFields, more: list[HandleDraft] | None = None) -> ContactLists:
    added = [HandleDraft(**structs.asdict(each)) for each in fields.add_handles] + (more or [])
    removed = [HandleDraft(**structs.asdict(each)) for each in fields.remove_handles]
    addresses, dates = fields.addresses, fields.dates
    return ContactLists(
        handles=ListChange(add=added, remove=removed) if added or removed else None,
        addresses=None if addresses is None else [AddressDraft(**structs.asdict(each)) for each in addresses],
        dates=None if dates is None else [DateDraft(label=each.label, occurs_on=each.on) for each in dates],
        tags=ListChange(add=fields.add_tags) if fields.add_tags else None,
        folders=ListChange(add=fields.add_folders) if fields.add_folders else None,
    )


TOOL = Tool(
    name="save_contacts",
    title="Save contacts",
    description=(
        "Creates or changes up to 25 people; one that fails leaves the others. Only the fields you give change."
        " upsert changes the one that matches, or creates it."
    ),
    arguments=Arguments,
    handler=save_contacts,
    mode="write",
    is_destructive=True,
)
