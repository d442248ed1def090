"""A contact's rows, as exports read them, as the draft of a contact; and the lines of our own export, checked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from coterie.errors import invalid
from coterie.model import times
from coterie.model.imports import PORTABLE_SOURCE, AddressDraft, ContactDraft, DateDraft, HandleDraft
from coterie.model.portable import NOUNS, ContactRow, PortableContact, Row
from coterie.model.relationships import TYPES

FIELDS = (
    "display_name", "name_prefix", "first_name", "middle_name", "last_name", "name_suffix", "nickname", "gender",
    "birthday", "employer", "job_title", "how_you_met", "language", "bio", "is_follower", "relationship_grade",
)  # fmt: skip
UID_SOURCE = "vcard"
_JSON = {"properties": "value", "definitions": "choices", "interactions": "data"}
_DAYS = ("birthday", "occurs_on", "anniversary_on", "born_on", "taken_on")


def draft_of(contact: Mapping[str, Any], parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> ContactDraft:
    """The draft that says what these rows say, as far as a draft can; pictures are left to the caller.

    contact is a row of contacts, parts are the rows of each noun. Several notes become one, the pinned one first.
    """
    draft = ContactDraft()
    for name in FIELDS:
        setattr(draft, name, contact.get(name))
    draft.handles = [
        HandleDraft(row["channel"], row["value"], row.get("label"), bool(row.get("is_primary")))
        for row in parts.get("handles", ())
        if not row.get("is_former")
    ]
    names = AddressDraft.__struct_fields__
    draft.addresses = [AddressDraft(**{name: row.get(name) for name in names}) for row in parts.get("addresses", ())]
    draft.dates = [DateDraft(row["label"], row["occurs_on"]) for row in parts.get("dates", ())]
    draft.tags = [row["name"] for row in parts.get("tags", ())]
    draft.folders = [row["name"] for row in parts.get("folders", ())]
    draft.external_ids = [(row["source"], row["external_id"]) for row in parts.get("external_ids", ())]
    notes = sorted(parts.get("notes", ()), key=lambda row: (not row.get("is_pinned"), row.get("created_at", "")))
    shared = [row["text"] for row in notes if not row.get("is_personal")]
    draft.note = "\n\n".join(shared) or None
    return draft


def draft_of_portable(own: PortableContact) -> ContactDraft:
    """A contact of our own export as a draft that is matched, and fills up who is there already. One that is deleted
    is nobody but itself: nothing of it is compared."""
    draft = ContactDraft(portable=own, external_ids=[(PORTABLE_SOURCE, own.contact.uuid)])
    if own.contact.deleted_at is not None:
        return draft
    for name in FIELDS:
        setattr(draft, name, getattr(own.contact, name))
    draft.handles = [
        HandleDraft(row.channel, row.value, row.label, row.is_primary)
        for row in own.handles
        if not row.is_former and row.deleted_at is None
    ]
    draft.external_ids += [(row.source, row.external_id) for row in own.external_ids]
    return draft


def parse_row(noun: str, line: bytes) -> Row:
    """A line of the export. Refused: what is not a row of this noun (msgspec's errors, with the place); a day or a
    moment that does not exist, NUL characters, JSON that is none, a relationship that is in no catalogue (Invalid)."""
    row: Row = msgspec.json.decode(line, type=ContactRow if noun == "contacts" else NOUNS[noun].row)
    for name in row.__struct_fields__:
        value = getattr(row, name)
        if isinstance(value, list):
            value = "".join(value)
        if not isinstance(value, str):
            continue
        if "\0" in value:
            raise invalid(name, "holds a NUL character")
        if name.endswith("_at"):
            _check_moment(name, value)
        elif name in _DAYS:
            times.parse_date(value, name)
        elif name == _JSON.get(noun):
            _check_json(name, value)
        elif name == "type_id" and value not in TYPES:
            raise invalid(name, "is not a relationship type")
    return row


def _check_moment(name: str, text: str) -> None:
    # its form is checked already: parse_moment would make the text anew
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise invalid(name, "is no moment there ever was") from None


def _check_json(name: str, text: str) -> None:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise invalid(name, "is no JSON") from None
    is_right = {"choices": isinstance(found, list), "data": isinstance(found, dict), "value": True}[name]
    if not is_right or (name == "choices" and not all(isinstance(choice, str) for choice in found)):
        raise invalid(name, "is not what it should be")
