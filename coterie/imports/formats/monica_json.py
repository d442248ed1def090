"""Monica's JSON export (version 4; shapes as its exporter writes them, app/ExportResources of monicahq/monica).

The account holds lists, each with its type; a contact has properties and lists of its own. Birthdays, addresses,
contact fields, tags and notes come in as what they are. Pets, gifts, activities and relationships become lines of the
note, since a draft has no place for them; calls, tasks, debts, reminders, life events, conversations, photos and
documents are counted in a warning. Whatever is missing or of another kind is passed over.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from coterie.errors import Invalid, TooLarge, invalid
from coterie.imports.formats.columns import put_date, put_gender, put_handles, put_message_name
from coterie.imports.formats.json_values import decode
from coterie.model import times
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, RowError

FILE_BYTES_MAX = 200 * 1024**2
NAMES_MAX = 1_000_000
MONICA_SOURCE = "monica"
MET_LABEL = "first met"
_GENDERS = {"M": "male", "F": "female", "O": "other", "N": "", "U": ""}
_TEXTS = {
    "first_name": "first_name", "middle_name": "middle_name", "last_name": "last_name", "nickname": "nickname",
    "job": "job_title", "company": "employer",
}  # fmt: skip
_LEFT_OUT = ("call", "debt", "reminder", "task", "conversation", "life_event", "photo", "document")
_ADDRESS = {
    "street": "address_line_1", "city": "locality", "province": "region", "postal_code": "postcode",
    "country": "country", "name": "label",
}  # fmt: skip
Values = Mapping[str, Any]


class _List(Struct):
    """One list of the account; its values stay bytes until they are wanted: of photos they never are."""

    type: Any = None
    values: list[msgspec.Raw] | None = None


class _Account(Struct):
    data: list[_List] = field(default_factory=list)
    instance: Any = None


class _File(Struct):
    account: _Account


class Account(Struct):
    """What contacts refer to: uuid -> name of contacts, (type, name) of contact fields, type of genders, (day, text)
    of activities, lines about relationships."""

    names: dict[str, str] = field(default_factory=dict)
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)
    genders: dict[str, str] = field(default_factory=dict)
    activities: dict[str, str] = field(default_factory=dict)
    relationships: dict[str, list[str]] = field(default_factory=dict)


def read(path: Path) -> Iterator[ContactDraft | RowError]:
    """A draft for each contact, or an error. The file is held in memory, contacts are taken apart one by one.

    Refused at the first next(): a file of more than 200 MB (TooLarge); one that is not Monica's (Invalid).
    """
    if path.stat().st_size > FILE_BYTES_MAX:
        raise TooLarge(f"the file is larger than {FILE_BYTES_MAX // 1024**2} MB")
    try:
        lists = msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), type=_File).account
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _not_monica() from None
    contacts = list(_values(lists, "contact"))
    if not contacts:
        raise _not_monica()
    account = _account(lists, contacts)
    for raw in contacts:
        try:
            yield _contact(_mapping(decode(bytes(raw), Any)), account)
        except (ValueError, Invalid):
            yield RowError("is no contact of Monica's", bytes(raw)[:2000].decode("utf-8", "replace"))


def _not_monica() -> Invalid:
    return invalid("file", "is not a whole export from Monica with contacts in it")


def _values(lists: _Account, kind: str) -> Iterator[msgspec.Raw]:
    for each in lists.data:
        if each.type == kind:
            yield from each.values or ()


def _mapping(value: Any) -> dict[str, Any]:
    """Refused (ValueError): what is no object."""
    if not isinstance(value, dict):
        raise ValueError("is no object")
    return value


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _properties(value: Values) -> dict[str, Any]:
    found = value.get("properties")
    # PHP writes an empty object as an empty list
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)[:100]
    return (value.strip() or None) if isinstance(value, str) else None


# The account ----------------------------------------------------------------------------------------------------------


def _account(lists: _Account, contacts: list[msgspec.Raw]) -> Account:
    account = Account()
    instance = lists.instance if isinstance(lists.instance, dict) else {}
    for each in _objects(instance.get("contact_field_types")):
        of = _properties(each)
        account.fields[str(each.get("uuid"))] = (_text(of.get("type")) or "", _text(of.get("name")) or "")
    for each in _objects(instance.get("genders")):
        of = _properties(each)
        account.genders[str(each.get("uuid"))] = _text(of.get("type")) or _text(of.get("name")) or ""
    for value in _decoded(contacts[:NAMES_MAX]):
        of = _properties(value)
        words = [_text(of.get(name)) for name in ("first_name", "middle_name", "last_name")]
        account.names[str(value.get("uuid"))] = " ".join(word for word in words if word)
    for value in _decoded(_values(lists, "activity")):
        of = _properties(value)
        parts = (_day(of.get("happened_at")), _text(of.get("summary")), _text(of.get("description")))
        account.activities[str(value.get("uuid"))] = ": ".join(part for part in parts if part)
    for value in _decoded(_values(lists, "relationship")):
        _note_relationship(account, _properties(value))
    return account


def _decoded(values: Any) -> Iterator[dict[str, Any]]:
    for raw in values:
        try:
            yield _mapping(decode(bytes(raw), Any))
        except ValueError:
            continue


def _note_relationship(account: Account, of: Values) -> None:
    """Monica says it from both sides; each is noted on the contact that it is about."""
    who, whom, kind = str(of.get("contact_is")), str(of.get("of_contact")), _text(of.get("type"))
    if kind and account.names.get(whom):
        account.relationships.setdefault(who, []).append(f"{kind.capitalize()} of {account.names[whom]}")


# A contact ------------------------------------------------------------------------------------------------------------


def _contact(value: Values, account: Account) -> ContactDraft:
    of, parts = _properties(value), _parts(value.get("data"))
    draft = ContactDraft()
    for name, column in _TEXTS.items():
        setattr(draft, column, _text(of.get(name)))
    uuid = _text(value.get("uuid"))
    if uuid:
        draft.external_ids.append((MONICA_SOURCE, uuid))
    draft.tags = [tag for item in _list(of.get("tags")) if (tag := _text(item))]
    _put_gender(draft, of.get("gender"), account)
    _put_met(draft, of, account)
    for each in parts.get("contact_field", ()):
        _put_field(draft, _properties(_dict(each)), account)
    for each in parts.get("address", ()):
        _put_address(draft, _properties(_dict(each)))
    draft.note = "\n".join(_note(of, parts, account, str(uuid))) or None
    left_out = [f"{len(parts[kind])} of {kind.replace('_', ' ')}" for kind in _LEFT_OUT if parts.get(kind)]
    if left_out:
        draft.warnings.append(f"Left out: {', '.join(left_out)}")
    if not any((draft.first_name, draft.last_name, draft.nickname, draft.employer, draft.handles, draft.middle_name)):
        raise ValueError("nobody")
    return draft


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _parts(data: Any) -> dict[str, list[Any]]:
    return {str(each.get("type")): _list(each.get("values")) for each in _objects(data)}


def _put_gender(draft: ContactDraft, value: Any, account: Account) -> None:
    """Older exports give the letter, newer ones the uuid of a gender."""
    said = _text(value)
    if said is None:
        return
    said = account.genders.get(said, said)
    said = _GENDERS.get(said.upper(), said)
    if said:
        put_gender(draft, said)


def _date(value: Any) -> str | None:
    """Monica's special date: without a year where that is not known. An age is no date."""
    of = _dict(value)
    # a special date has its fields at the top; older ones among properties
    of = of | _properties(of)
    day = _day(of.get("date"))
    if day is None or of.get("is_age_based"):
        return None
    return f"-{day[4:]}" if of.get("is_year_unknown") else day


def _day(value: Any) -> str | None:
    try:
        return times.parse_date(_text(value) or "", "date")
    except Invalid:
        return None


def _put_met(draft: ContactDraft, of: Values, account: Account) -> None:
    draft.birthday = _date(of.get("birthdate"))
    if met := _date(of.get("first_met_date")):
        draft.dates.append(DateDraft(MET_LABEL, met))
    if died := _date(of.get("deceased_date")):
        put_date(draft, "deceased", died)
    through = account.names.get(str(of.get("first_met_through")))
    said = (_text(of.get("first_met_additional_info")), f"Met through {through}" if through else None)
    draft.how_you_met = "\n".join(text for text in said if text) or None


def _put_field(draft: ContactDraft, of: Values, account: Account) -> None:
    value = _text(of.get("data"))
    if value is None:
        return
    kind, name = account.fields.get(str(of.get("type")), ("", ""))
    if not kind and not name:
        kind = "email" if "@" in value[1:] and "/" not in value else "phone" if value.startswith("+") else ""
    if kind in ("email", "phone"):
        put_handles(draft, kind, [value], None if name.lower() in ("", kind) else name)
    elif name.lower() in ("linkedin", "website"):
        put_handles(draft, name.lower(), [value], None)
    else:
        put_message_name(draft, name, value, None)


def _put_address(draft: ContactDraft, of: Values) -> None:
    parts = {column: text for name, column in _ADDRESS.items() if (text := _text(of.get(name)))}
    if parts.keys() - {"label"}:
        draft.addresses.append(AddressDraft(**parts))


def _note(of: Values, parts: Mapping[str, list[Any]], account: Account, uuid: str) -> Iterator[str]:
    if said := _text(of.get("description")):
        yield said
    for each in parts.get("note", ()):
        if body := _text(_properties(_dict(each)).get("body")):
            yield body
    if food := _text(of.get("food_preferences")):
        yield f"Food: {food}"
    yield from account.relationships.get(uuid, ())
    for each in parts.get("pet", ()):
        pet = _properties(_dict(each))
        if named := ", ".join(text for text in (_text(pet.get("name")), _text(pet.get("category"))) if text):
            yield f"Pet: {named}"
    for each in parts.get("gift", ()):
        gift = _properties(_dict(each))
        words = [_text(gift.get(name)) for name in ("name", "status", "date", "amount", "url", "comment")]
        if words[0]:
            yield f"Gift: {', '.join(word for word in words if word)}"
    for each in parts.get("activity", ()):
        if said := account.activities.get(str(each)):
            yield f"Activity: {said}"
