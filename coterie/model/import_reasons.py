"""Why a row of an import has its outcome: a code with its data is stored, and every door shows its sentence.

No decision rests on a sentence. A new reason is a constant, its data, and an entry of _SENTENCES.
"""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct, field

from coterie.model.duplicate_reasons import describe_codes, describe_handle

# Why a draft and a contact are, or may be, the same person
EXTERNAL_ID, USERNAME, UUID = "external_id", "username", "uuid"
HANDLE, HANDLE_AND_NAME = "handle", "handle_and_name"
HANDLE_OTHER_NAME, HANDLE_OTHER_BIRTHDAY = "handle_other_name", "handle_other_birthday"
EXTERNAL_ID_OTHER_NAME = "external_id_other_name"
NAME_AND_BIRTHDAY, NAME_AND_EMPLOYER = "name_and_birthday", "name_and_employer"
# By other facts; reasons: each as {"code": …, "data": …} (model/duplicate_reasons.py)
ALIKE = "alike"
# The outcome of a contact's row. `why` is one of the reasons above as {"code": …, "data": …}
UNREADABLE = "unreadable"  # text
GROUP_CARD = "group_card"  # name
IMPORTED_BEFORE = "imported_before"
SAME_AS_ROW = "same_as_row"  # row; file, import_id: of another file of the command, where it is not of this one
SAME_PERSON_AS_ROW = "same_person_as_row"  # row, file, import_id, adds
SAME_CONTACT = "same_contact"  # why, adds or added, usernames_taken
MAY_BE_CONTACT, MAY_BE_ROW = "may_be_contact", "may_be_row"  # contact_id or row, why
DECIDED = "decided"  # decision, added, usernames_taken
CONTACT_DELETED = "contact_deleted"
CONTACT_MISSING = "contact_missing"
NOT_SAVED = "not_saved"  # text
CONTACTS_FULL, FILES_FULL = "contacts_full", "files_full"  # limit: the quota of the organization
# The outcome of rows of the portable archive that are not contacts: noun, count, written, left_out (see left_out)
ROWS_TO_ADD, ROWS_PRESENT = "rows_to_add", "rows_present"
ROWS_ADDED, ROWS_LEFT_OUT = "rows_added", "rows_left_out"
# After undo, erasure and an upgrade
UNDONE_IN_PART = "undone_in_part"  # conflicts: each as _conflict takes it
CONTACT_ERASED = "contact_erased"
TEXT = "text"  # text, left_out: a sentence stored before codes existed

SENTENCE_LENGTH_MAX = 2000
_SOURCES = {"vcard": "card UID", "draft": "row of a file"}
_PARTS = {
    "contact": "The contact",
    "address": "An address",
    "date": "A date",
    "note": "The note",
    "relationship": "A relationship",
}
_DECIDED = {"skip": "Skipped by decision", "create": "Created by decision", "update": "Updated by decision"}


class Reason(Struct, frozen=True, omit_defaults=True):
    """One of the codes above and the data of its sentence."""

    code: str
    data: dict[str, Any] = field(default_factory=dict)


def describe_reason(reason: Reason) -> str:
    """The sentence of a reason, in English, at most 2,000 characters; `adds` is planned, `added` is done."""
    data = reason.data
    sentence = _SENTENCES[reason.code](data)
    for verb in ("adds", "added"):
        if data.get(verb):
            sentence += f"; {verb} {', '.join(data[verb])}"
    for username in data.get("usernames_taken", ()):
        sentence += f"; Instagram username {username} belongs to another contact"
    for entry in data.get("left_out", ()):
        count, text = left_out(entry)
        sentence += f"; skipped: {text}" + (f" ({count} times)" if count > 1 else "")
    return sentence[:SENTENCE_LENGTH_MAX]


def left_out(entry: Any) -> tuple[int, str]:
    """(how many rows of the archive were skipped, why) of an entry of `left_out`: [count, code, data…], or a text that
    was stored before codes existed."""
    match entry:
        case [count, "missing", name, value]:
            return count, f"{name.replace('_', ' ')} {value} is not here"
        case [count, "related_to_itself"]:
            return count, "a contact cannot be related to itself"
        case [count, "value_does_not_fit", slug]:
            return count, f"property {slug} does not take the value"
        case [count, "files_full"]:
            return count, "the file exceeds the organization's limit of bytes of files"
        case [count, "no_contact_of_note"]:
            return count, "none of the contacts of a note is here"
        case _:
            return 1, str(entry)


def reason_of(code: str, **data: Any) -> Reason:
    """A reason from its code and data; None and empty values are not stored."""
    return Reason(code, {name: value for name, value in data.items() if value not in (None, [], ())})


def why(reason: Reason) -> dict[str, Any]:
    """A reason as the data of another."""
    return {"code": reason.code, "data": reason.data}


def _why(data: dict[str, Any]) -> str:
    return describe_reason(Reason(**data["why"]))


def _row(data: dict[str, Any]) -> str:
    return f"{data['row']} of {data['file']}" if "file" in data else str(data["row"])


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def _external_id(data: dict[str, Any]) -> str:
    return _SOURCES.get(data["source"], f"{data['source']} id")


def _contradictions(data: dict[str, Any]) -> str:
    """What contradicts a shared handle: codes of model/duplicate_reasons.py."""
    codes = data.get("contradictions")
    return f", {describe_codes([(code, {}) for code in codes])}" if codes else ""


def _noun(data: dict[str, Any]) -> str:
    return str(data["noun"]).replace("_", " ")


def _rows_added(data: dict[str, Any]) -> str:
    return f"Added {_noun(data)} ({data['written']} of {data['count']})"


def _conflict(conflict: Sequence[Any]) -> str:
    match conflict:
        case ["contact_missing"]:
            return "The contact no longer exists"
        case ["rows", noun, count]:
            return f"{count} of the {noun.replace('_', ' ')} were edited later or are in use, and were kept"
        case ["field", name]:
            what = name.replace("_", " ").capitalize()
        case ["handle", value]:
            what = value
        case _:
            what = _PARTS[conflict[0]]
    return f"{what} was edited later and was kept"


_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    EXTERNAL_ID: lambda data: f"same {_external_id(data)}",
    USERNAME: lambda data: f"same Instagram username {data['value']}",
    UUID: lambda data: "same contact",
    EXTERNAL_ID_OTHER_NAME: lambda data: f"same {_external_id(data)}, another name",
    ALIKE: lambda data: describe_codes([(reason["code"], reason["data"]) for reason in data["reasons"]]),
    HANDLE: lambda data: describe_handle(data) + _contradictions(data),
    HANDLE_AND_NAME: lambda data: f"{describe_handle(data)} and name{_contradictions(data)}",
    HANDLE_OTHER_NAME: lambda data: f"{describe_handle(data)}, another name",
    HANDLE_OTHER_BIRTHDAY: lambda data: f"{describe_handle(data)}, another birthday",
    NAME_AND_BIRTHDAY: lambda data: "same name and birthday",
    NAME_AND_EMPLOYER: lambda data: "same name and employer",
    UNREADABLE: lambda data: data["text"],
    GROUP_CARD: lambda data: f"is the group {data['name']}: its members in this file have it as a tag",
    IMPORTED_BEFORE: lambda data: "imported before",
    SAME_AS_ROW: lambda data: f"the same as row {_row(data)}",
    SAME_PERSON_AS_ROW: lambda data: f"Same person as row {_row(data)}",
    SAME_CONTACT: lambda data: _capitalized(_why(data)),
    MAY_BE_CONTACT: lambda data: f"May be contact {data['contact_id']}: {_why(data)}",
    MAY_BE_ROW: lambda data: f"May be the person of row {_row(data)}: {_why(data)}",
    DECIDED: lambda data: _DECIDED[data["decision"]],
    CONTACT_DELETED: lambda data: "The contact is deleted",
    CONTACT_MISSING: lambda data: "The contact to update no longer exists",
    NOT_SAVED: lambda data: f"Could not be saved: {data['text']}",
    CONTACTS_FULL: lambda data: f"Exceeds the organization's limit of {data.get('limit', 0):,} contacts",
    FILES_FULL: lambda data: f"Exceeds the organization's limit of {data.get('limit', 0):,} bytes of files",
    ROWS_TO_ADD: lambda data: f"Adds {_noun(data)} ({data['count']})",
    ROWS_PRESENT: lambda data: f"{_capitalized(_noun(data))} exist already ({data['count']})",
    ROWS_ADDED: _rows_added,
    ROWS_LEFT_OUT: lambda data: data.get("text") or _rows_added(data),
    UNDONE_IN_PART: lambda data: "; ".join(map(_conflict, data["conflicts"])),
    CONTACT_ERASED: lambda data: "The contact was erased",
    TEXT: lambda data: data["text"],
}
