"""Why a row of an import ends as it does: a code with its data is stored, and every door shows the sentence of it.

Nothing is ever decided by a sentence. A new reason is a constant, its data, and an entry of _SENTENCES.
"""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct, field

from coterie.model.handles import EMAIL, INSTAGRAM, PHONE

# Why a draft and a contact are, or may be, one person
EXTERNAL_ID, USERNAME, UUID = "external_id", "username", "uuid"
HANDLE, HANDLE_AND_NAME, HANDLE_OTHER_NAME = "handle", "handle_and_name", "handle_other_name"
NAME_AND_BIRTHDAY, NAME_AND_EMPLOYER = "name_and_birthday", "name_and_employer"
# What becomes of a contact's row. `why` is one of the reasons above as {"code": …, "data": …}
UNREADABLE = "unreadable"  # text
IMPORTED_BEFORE = "imported_before"
SAME_AS_ROW = "same_as_row"  # row
SAME_PERSON_AS_ROW = "same_person_as_row"  # row, adds
SAME_CONTACT = "same_contact"  # why, adds or added, usernames_taken
MAY_BE_CONTACT, MAY_BE_ROW = "may_be_contact", "may_be_row"  # contact_id or row, why
DECIDED = "decided"  # decision, added, usernames_taken
CONTACT_DELETED = "contact_deleted"
CONTACT_MISSING = "contact_missing"
NOT_SAVED = "not_saved"  # text
# What becomes of rows of our own export that are no contact: noun, count, written, left_out
ROWS_TO_ADD, ROWS_PRESENT = "rows_to_add", "rows_present"
ROWS_ADDED, ROWS_LEFT_OUT = "rows_added", "rows_left_out"
# After undo, erasure and an upgrade
UNDONE_IN_PART = "undone_in_part"  # conflicts: what undo left alone, each as _conflict takes it
CONTACT_ERASED = "contact_erased"
TEXT = "text"  # text, left_out: a sentence written before there were codes

SENTENCE_LENGTH_MAX = 2000
_SOURCES = {"vcard": "card UID", "draft": "row of a file"}
_CHANNELS = {PHONE: "phone number", EMAIL: "e-mail address", INSTAGRAM: "Instagram username"}
_PARTS = {"contact": "The contact", "address": "An address", "date": "A date", "note": "The note"}
_DECIDED = {"skip": "Skipped, as was decided", "create": "Created, as was decided", "update": "As was decided"}


class Reason(Struct, frozen=True, omit_defaults=True):
    """One of the codes above and what its sentence needs."""

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
        sentence += f"; The Instagram username {username} is another contact's"
    for text in data.get("left_out", ()):
        sentence += f"; left out: {text}"
    return sentence[:SENTENCE_LENGTH_MAX]


def reason_of(code: str, **data: Any) -> Reason:
    """A reason from its code and data; what is None or empty is not stored."""
    return Reason(code, {name: value for name, value in data.items() if value not in (None, [], ())})


def why(reason: Reason) -> dict[str, Any]:
    """A reason as the data of another."""
    return {"code": reason.code, "data": reason.data}


def _why(data: dict[str, Any]) -> str:
    return describe_reason(Reason(**data["why"]))


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def _handle(data: dict[str, Any]) -> str:
    return f"same {_CHANNELS.get(data['channel'], data['channel'])} {data['value']}"


def _noun(data: dict[str, Any]) -> str:
    return str(data["noun"]).replace("_", " ")


def _rows_added(data: dict[str, Any]) -> str:
    return f"Added {_noun(data)} ({data['written']} of {data['count']})"


def _conflict(conflict: Sequence[Any]) -> str:
    match conflict:
        case ["contact_missing"]:
            return "The contact is not there any more"
        case ["rows", noun, count]:
            return f"{count} of the {noun.replace('_', ' ')} were edited since or are in use, and stay"
        case ["field", name]:
            what = name.replace("_", " ").capitalize()
        case ["handle", value]:
            what = value
        case _:
            what = _PARTS[conflict[0]]
    return f"{what} was changed since, and stays"


_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    EXTERNAL_ID: lambda data: f"same {_SOURCES.get(data['source'], data['source'] + ' id')}",
    USERNAME: lambda data: f"same Instagram username {data['value']}",
    UUID: lambda data: "same contact",
    HANDLE: _handle,
    HANDLE_AND_NAME: lambda data: f"{_handle(data)} and name",
    HANDLE_OTHER_NAME: lambda data: f"{_handle(data)}, another name",
    NAME_AND_BIRTHDAY: lambda data: "same name and birthday",
    NAME_AND_EMPLOYER: lambda data: "same name and employer",
    UNREADABLE: lambda data: data["text"],
    IMPORTED_BEFORE: lambda data: "imported before",
    SAME_AS_ROW: lambda data: f"the same as row {data['row']}",
    SAME_PERSON_AS_ROW: lambda data: f"Same person as row {data['row']}",
    SAME_CONTACT: lambda data: _capitalized(_why(data)),
    MAY_BE_CONTACT: lambda data: f"May be contact {data['contact_id']}: {_why(data)}",
    MAY_BE_ROW: lambda data: f"May be the person of row {data['row']}: {_why(data)}",
    DECIDED: lambda data: _DECIDED[data["decision"]],
    CONTACT_DELETED: lambda data: "The contact is deleted here",
    CONTACT_MISSING: lambda data: "The contact it was to update is not there any more",
    NOT_SAVED: lambda data: f"Could not be saved: {data['text']}",
    ROWS_TO_ADD: lambda data: f"Adds {_noun(data)} ({data['count']})",
    ROWS_PRESENT: lambda data: f"{_capitalized(_noun(data))} exist already ({data['count']})",
    ROWS_ADDED: _rows_added,
    ROWS_LEFT_OUT: lambda data: data.get("text") or _rows_added(data),
    UNDONE_IN_PART: lambda data: "; ".join(map(_conflict, data["conflicts"])),
    CONTACT_ERASED: lambda data: "The contact was erased",
    TEXT: lambda data: data["text"],
}  # fmt: skip
