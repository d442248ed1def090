"""How commands print a contact: one line, a summary, or everything about it."""

from typing import Any

import msgspec
import typer

from coterie.cli.terminal import printable
from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.contacts import Contact
from coterie.model.organizations import Caller
from coterie.model.relationships import TYPES, ContactRelationship
from coterie.store.contact_sheets import sheets_of
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.touch_plans import list_plans_of

PARTS: tuple[Part, ...] = (
    "handles", "addresses", "dates", "folders", "tags", "expertises", "properties", "notes", "gifts", "pets",
    "relationships", "attachments", "external_ids",
)  # fmt: skip
# columns that a summary of parts repeats
_REPEATED = ("username", "email", "phone", "website", "linkedin_url", "pinned_note")


def as_line(contact: Contact) -> str:
    """Id, name and how to reach the contact."""
    name = contact.shown_name or "No name"
    reach = ", ".join(filter(None, (contact.email, contact.phone, contact.username and f"@{contact.username}")))
    return printable(f"{contact.id}  {name}" + (f"  ({reach})" if reach else ""))


def as_summary(contact: Contact) -> dict[str, Any]:
    names = ("id", "uuid", "name", "email", "phone", "username", "revision", "deleted_at")
    return {name: getattr(contact, name) for name in names}


def sheet_as_data(tx: Tx, caller: Caller, contact_id: int) -> dict[str, Any]:
    """Everything about a contact, deleted or not, as JSON data; of notes the shared ones."""
    organization_id = caller.organization_id
    (contact,) = list_contacts_by_id(tx, organization_id, [contact_id], include_deleted=True)
    sheet = sheets_of(tx, organization_id, [contact], PARTS, reader_id=caller.user_id)[contact_id]
    plan = list_plans_of(tx, organization_id, [contact_id]).get(contact_id)
    fields = {name: getattr(contact, name) for name in contact.__struct_fields__ if name not in _REPEATED}
    return {"id": contact.id, "name": contact.name} | fields | _parts(sheet) | {"in_touch": msgspec.to_builtins(plan)}


def _parts(sheet: ContactSheet) -> dict[str, Any]:
    data: dict[str, Any] = {
        part: [msgspec.to_builtins(each) for each in getattr(sheet, part)]
        for part in ("handles", "addresses", "dates", "notes", "gifts", "pets", "attachments")
    }
    data |= {
        "folders": [{"id": id_, "name": name} for id_, name, _ in sheet.folders],
        "tags": [term.name for term in sheet.tags],
        "expertises": [term.name for term in sheet.expertises],
        "properties": {slug: msgspec.json.decode(raw) for slug, raw in sheet.properties.items()},
        "relationships": [_relationship(side) for side in sheet.relationships],
        "external_ids": [{"source": source, "id": id_} for source, id_ in sheet.external_ids],
    }
    return data


def _relationship(side: ContactRelationship) -> dict[str, Any]:
    return {
        "contact_id": side.second_contact_id,
        "type": TYPES[side.type_id].name,
        "anniversary_on": side.anniversary_on,
    }


def print_sheet(data: dict[str, Any]) -> None:
    """Prints the fields that are not empty, a line each."""
    typer.echo(printable(f"{data['id']}  {data['name'] or 'No name'}"))
    for name, value in data.items():
        if name in ("id", "name") or value in (None, [], {}):
            continue
        label = name.replace("_", " ")
        if isinstance(value, list):
            for each in value:
                typer.echo(printable(f"  {label}: {_words(each)}"))
        elif isinstance(value, dict):
            for key, each in value.items():
                typer.echo(printable(f"  {label} {key}: {_words(each)}"))
        else:
            typer.echo(printable(f"  {label}: {_words(value)}"))


def _words(value: Any) -> str:
    if isinstance(value, dict):
        hidden = ("id", "contact_id", "created_at", "updated_at", "deleted_at", "normalized")
        return ", ".join(f"{key} {each}" for key, each in value.items() if key not in hidden and each not in (None, ""))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
