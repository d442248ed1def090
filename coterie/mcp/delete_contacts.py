"""The tool delete_contacts: deletes people so that they can be restored."""

from typing import Annotated

from msgspec import Meta, Struct

from coterie.actions.contacts import delete_contact
from coterie.mcp.confirmations import TOKEN_LENGTH_MAX, require_confirmation
from coterie.mcp.contact_data import present_briefs
from coterie.mcp.organize_contacts import ContactId, present_ids
from coterie.mcp.tool import Call, Output, Tool
from coterie.model.plurals import count
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.revisions import lock_contacts

Confirm = Annotated[str, Meta(max_length=TOKEN_LENGTH_MAX, description="token of the preview, once the user agrees")]
_NAMED = 10


class Arguments(Struct, forbid_unknown_fields=True):
    ids: Annotated[list[ContactId], Meta(min_length=1, max_length=25)]
    confirm: Confirm | None = None


def delete_contacts(tx: Tx, call: Call) -> Output:
    asked: Arguments = call.arguments
    ids = present_ids(tx, call, asked.ids)
    lock_contacts(tx, call.caller.organization_id, ids)
    contacts = list_contacts_by_id(tx, call.caller.organization_id, ids)
    preview = {"would_delete": present_briefs(tx, call, contacts)}
    question = f"Delete {people(len(contacts))}: {', '.join(each.shown_name or '?' for each in contacts[:_NAMED])}?"
    require_confirmation(call, TOOL.name, contacts, preview=preview, question=question)
    for contact_id in ids:
        delete_contact(tx, call.caller, contact_id)
    return {"deleted": ids, "note": "They can be restored until somebody erases them."}


def people(number: int) -> str:
    """1 contact, 2 contacts"""
    return count(number, "contact")


TOOL = Tool(
    name="delete_contacts",
    title="Delete contacts",
    description="Deletes up to 25 people; they can be restored. First returns a preview; call again with confirm.",
    arguments=Arguments,
    handler=delete_contacts,
    mode="write",
    is_destructive=True,
)
