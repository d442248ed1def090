"""The lines of the portable archive: checks one line of a file, and makes a contact's draft from its rows."""

import re
from datetime import datetime

import msgspec

from coterie.drafts.merge import FILLED, NAMES
from coterie.errors import invalid
from coterie.model import times
from coterie.model.handles import LINKEDIN, UNSAFE_LINK, WEBSITE, is_unsafe_link
from coterie.model.imports import PORTABLE_SOURCE, ContactDraft, HandleDraft, decode_draft
from coterie.model.portable import ContactRow, HandleRow, PortableContact, PortableRow
from coterie.model.portable_rows import CardRow
from coterie.model.relationships import TYPES
from coterie.store.portable import NOUNS

# noun -> its field that holds JSON text
_JSON_FIELDS = {"properties": "value", "definitions": "choices", "interactions": "data", "segments": "filter"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DATES = ("birthday", "occurs_on", "anniversary_on", "born_on", "taken_on", "until_on")


def _check_card(row: CardRow) -> None:
    """Raises msgspec's errors, or Invalid, for lines or a draft that could not be served."""
    body = row.body.upper()
    is_card = body.startswith("BEGIN:VCARD") and body.rstrip().endswith("END:VCARD") and body.count("BEGIN:VCARD") == 1
    if not is_card or _CONTROL.search(row.body):
        raise invalid("body", "is not one vCard")
    draft = decode_draft(row.draft) if row.draft else None
    if (draft is None) is not (row.contact is None):
        raise invalid("draft", "is missing, or is that of a group")
    for picture in draft.pictures if draft else ():
        if picture.digest is None or not _DIGEST.fullmatch(picture.digest) or picture.data:
            raise invalid("draft", "has a picture that is not a file")


def draft_of_portable(portable: PortableContact) -> ContactDraft:
    """The draft of a contact of the archive, which is matched and merged like any other.

    A deleted contact matches by its uuid only: its draft has no other values.
    """
    draft = ContactDraft(portable=portable, external_ids=[(PORTABLE_SOURCE, portable.contact.uuid)])
    if portable.contact.deleted_at is not None:
        return draft
    for name in (*FILLED, *NAMES):
        setattr(draft, name, getattr(portable.contact, name))
    draft.handles = [
        HandleDraft(row.channel, row.value, row.label, row.is_primary)
        for row in portable.handles
        if not row.is_former and row.deleted_at is None
    ]
    draft.external_ids += [(row.source, row.external_id) for row in portable.external_ids]
    return draft


def parse_row(noun: str, line: bytes) -> PortableRow:
    """Parses a line of a file of the archive.

    Raises msgspec's errors if it is not a row of this noun. Raises Invalid if a date or time does not exist, a text
    contains a NUL character, JSON inside it does not parse, the relationship type is unknown, or a link has a scheme
    other than http and https.
    """
    row: PortableRow = msgspec.json.decode(line, type=ContactRow if noun == "contacts" else NOUNS[noun].row)
    if isinstance(row, CardRow):
        _check_card(row)
    for name in row.__struct_fields__:
        value = getattr(row, name)
        if isinstance(value, list):
            value = "".join(value)
        if not isinstance(value, str):
            continue
        if "\0" in value:
            raise invalid(name, "contains a NUL character")
        if name.endswith("_at"):
            _check_time(name, value)
        elif name in _DATES:
            times.parse_date(value, name)
        elif name == _JSON_FIELDS.get(noun):
            _check_json(name, value)
        elif name == "type_id" and value not in TYPES:
            raise invalid(name, "is not a relationship type")
        elif _is_link(row, name) and is_unsafe_link(value):
            raise invalid(name, UNSAFE_LINK)
    return row


def _is_link(row: PortableRow, name: str) -> bool:
    if isinstance(row, HandleRow):
        return name == "value" and row.channel in (WEBSITE, LINKEDIN)
    return name in ("profile_picture_url", "link")


def _check_time(name: str, text: str) -> None:
    # the Struct has checked the format; only a day such as 2026-02-30 can still be wrong
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise invalid(name, "is not a valid timestamp") from None


def _check_json(name: str, text: str) -> None:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise invalid(name, "is not JSON") from None
    is_valid = {"choices": isinstance(value, list), "value": True}.get(name, isinstance(value, dict))
    if not is_valid or (name == "choices" and not all(isinstance(choice, str) for choice in value)):
        raise invalid(name, "is JSON of another type than expected")
