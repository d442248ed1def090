"""References of the contacts of a Monica export: names, genders, types of contact fields, activities, relationships."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import Struct, field

from coterie.errors import Invalid
from coterie.imports.formats.json_values import as_object, decode, objects_in, text_of
from coterie.model import times

NAMES_MAX = 1_000_000
Values = Mapping[str, Any]


class MonicaAccount(Struct):
    """By uuid: names of contacts, (type, name) of contact fields, genders, activities and relationships as text."""

    names: dict[str, str] = field(default_factory=dict)
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)
    genders: dict[str, str] = field(default_factory=dict)
    activities: dict[str, str] = field(default_factory=dict)
    relationships: dict[str, list[str]] = field(default_factory=dict)


def load_account(
    instance: Any,
    contacts: list[msgspec.Raw],
    activities: Iterable[msgspec.Raw],
    relationships: Iterable[msgspec.Raw],
) -> MonicaAccount:
    """Collects what contacts refer to. Values of an unexpected type are ignored."""
    account = MonicaAccount()
    for each in objects_in(as_object(instance).get("contact_field_types")):
        of = properties_of(each)
        account.fields[str(each.get("uuid"))] = (text_of(of.get("type")) or "", text_of(of.get("name")) or "")
    for each in objects_in(as_object(instance).get("genders")):
        of = properties_of(each)
        account.genders[str(each.get("uuid"))] = text_of(of.get("type")) or text_of(of.get("name")) or ""
    for uuid, of in _entities(contacts[:NAMES_MAX]):
        words = [text_of(of.get(name)) for name in ("first_name", "middle_name", "last_name")]
        account.names[uuid] = " ".join(word for word in words if word)
    for uuid, of in _entities(activities):
        parts = (day_of(of.get("happened_at")), text_of(of.get("summary")), text_of(of.get("description")))
        account.activities[uuid] = ": ".join(part for part in parts if part)
    for _, of in _entities(relationships):
        _add_relationship(account, of)
    return account


def properties_of(value: Values) -> dict[str, Any]:
    """The properties of an entity; PHP writes an empty object as an empty array."""
    return as_object(value.get("properties"))


def day_of(value: Any) -> str | None:
    """A date as YYYY-MM-DD; None if it is not one."""
    try:
        return times.parse_date(text_of(value) or "", "date")
    except Invalid:
        return None


def _entities(values: Iterable[msgspec.Raw]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(uuid, properties) of each entity; other values are ignored."""
    for raw in values:
        with suppress(ValueError):
            value = as_object(decode(bytes(raw), Any))
            yield text_of(value.get("uuid")) or "", properties_of(value)


def _add_relationship(account: MonicaAccount, of: Values) -> None:
    """Monica exports both sides of a relationship; each is added to the contact it describes."""
    contact, other, kind = [text_of(of.get(name)) for name in ("contact_is", "of_contact", "type")]
    if contact and other and kind and account.names.get(other):
        account.relationships.setdefault(contact, []).append(f"{kind.capitalize()} of {account.names[other]}")
