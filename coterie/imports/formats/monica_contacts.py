"""A contact of a Monica export as a draft."""

from collections.abc import Iterator, Mapping
from typing import Any

from coterie.imports.formats.json_values import as_list, as_object, objects_in, text_of
from coterie.imports.formats.monica_account import MonicaAccount, Values, day_of, properties_of
from coterie.imports.formats.put import put_date, put_gender, put_handles, put_message_name
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft

SOURCE = "monica"
MET_LABEL = "first met"
_GENDERS = {"M": "male", "F": "female", "O": "other", "N": "", "U": ""}
_TEXTS = {
    "first_name": "first_name", "middle_name": "middle_name", "last_name": "last_name", "nickname": "nickname",
    "job": "job_title", "company": "employer",
}  # fmt: skip
_SKIPPED = ("call", "debt", "reminder", "task", "conversation", "life_event", "photo", "document")
_ADDRESS = {
    "street": "address_line_1", "city": "locality", "province": "region", "postal_code": "postcode",
    "country": "country", "name": "label",
}  # fmt: skip


def draft_of(value: Values, account: MonicaAccount) -> ContactDraft:
    """The draft of a contact. Raises ValueError if it has no name, nickname, employer or handle."""
    of, parts = properties_of(value), _parts(value.get("data"))
    draft = ContactDraft()
    for name, column in _TEXTS.items():
        setattr(draft, column, text_of(of.get(name)))
    uuid = text_of(value.get("uuid"))
    if uuid:
        draft.external_ids.append((SOURCE, uuid))
    draft.tags = [tag for item in as_list(of.get("tags")) if (tag := text_of(item))]
    _put_gender(draft, of.get("gender"), account)
    _put_dates(draft, of, account)
    for each in parts.get("contact_field", ()):
        _put_field(draft, properties_of(as_object(each)), account)
    for each in parts.get("address", ()):
        _put_address(draft, properties_of(as_object(each)))
    draft.note = "\n".join(_note_lines(of, parts, account, uuid or "")) or None
    skipped = [f"{len(parts[kind])} of {kind.replace('_', ' ')}" for kind in _SKIPPED if parts.get(kind)]
    if skipped:
        draft.warnings.append(f"Skipped: {', '.join(skipped)}")
    if not any((draft.first_name, draft.last_name, draft.nickname, draft.employer, draft.handles, draft.middle_name)):
        raise ValueError("no name")
    return draft


def _parts(data: Any) -> dict[str, list[Any]]:
    return {str(each.get("type")): as_list(each.get("values")) for each in objects_in(data)}


def _put_gender(draft: ContactDraft, value: Any, account: MonicaAccount) -> None:
    """Older exports contain a letter, newer ones the uuid of a gender."""
    gender = text_of(value)
    if gender is None:
        return
    gender = account.genders.get(gender, gender)
    gender = _GENDERS.get(gender.upper(), gender)
    if gender:
        put_gender(draft, gender)


def _date(value: Any) -> str | None:
    """Monica's special date, without a year if that is unknown; None if it is an age only."""
    of = as_object(value)
    # the fields of a special date are at its top; in older exports among its properties
    of = of | properties_of(of)
    day = day_of(of.get("date"))
    if day is None or of.get("is_age_based"):
        return None
    return f"-{day[4:]}" if of.get("is_year_unknown") else day


def _put_dates(draft: ContactDraft, of: Values, account: MonicaAccount) -> None:
    draft.birthday = _date(of.get("birthdate"))
    if met := _date(of.get("first_met_date")):
        draft.dates.append(DateDraft(MET_LABEL, met))
    if died := _date(of.get("deceased_date")):
        put_date(draft, "deceased", died)
    uuid = text_of(of.get("first_met_through"))
    through = account.names.get(uuid) if uuid else None
    texts = (text_of(of.get("first_met_additional_info")), f"Met through {through}" if through else None)
    draft.how_you_met = "\n".join(text for text in texts if text) or None


def _put_field(draft: ContactDraft, of: Values, account: MonicaAccount) -> None:
    value = text_of(of.get("data"))
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
    parts = {column: text for name, column in _ADDRESS.items() if (text := text_of(of.get(name)))}
    if parts.keys() - {"label"}:
        draft.addresses.append(AddressDraft(**parts))


def _note_lines(of: Values, parts: Mapping[str, list[Any]], account: MonicaAccount, uuid: str) -> Iterator[str]:
    if description := text_of(of.get("description")):
        yield description
    for each in parts.get("note", ()):
        if body := text_of(properties_of(as_object(each)).get("body")):
            yield body
    if food := text_of(of.get("food_preferences")):
        yield f"Food: {food}"
    yield from account.relationships.get(uuid, ())
    for each in parts.get("pet", ()):
        pet = properties_of(as_object(each))
        if pet_text := ", ".join(text for text in (text_of(pet.get("name")), text_of(pet.get("category"))) if text):
            yield f"Pet: {pet_text}"
    for each in parts.get("gift", ()):
        gift = properties_of(as_object(each))
        words = [text_of(gift.get(name)) for name in ("name", "status", "date", "amount", "url", "comment")]
        if words[0]:
            yield f"Gift: {', '.join(word for word in words if word)}"
    for each in parts.get("activity", ()):
        if activity := account.activities.get(str(each)):
            yield f"Activity: {activity}"
