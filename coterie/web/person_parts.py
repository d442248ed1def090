"""The parts of a contact that a page adds, edits and deletes: one row for each, all handled alike (web/parts.py)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from coterie.actions import addresses, contact_relationships, dates, gifts, handles, notes, pets
from coterie.errors import NotFound, invalid
from coterie.model.addresses import TEXTS as ADDRESS_TEXTS
from coterie.model.contact_sheets import ContactSheet
from coterie.model.contacts import Contact
from coterie.model.gifts import LINK_LENGTH_MAX
from coterie.model.gifts import NAME_LENGTH_MAX as GIFT_LENGTH_MAX
from coterie.model.handles import CHANNELS, VALUE_LENGTH_MAX
from coterie.model.notes import TEXT_LENGTH_MAX
from coterie.model.organizations import Caller
from coterie.model.relationships import CATALOGUE
from coterie.store.database import Tx
from coterie.web.person_fields import FormField
from coterie.web.pick import TEXT_LENGTH_MAX as NAME_LENGTH_MAX
from coterie.web.pick import pick

Fields = Mapping[str, str]
CHANNEL_LABELS = {
    "phone": "Phone", "email": "E-mail", "instagram": "Instagram", "website": "Website", "linkedin": "LinkedIn",
    "tiktok": "TikTok", "youtube": "YouTube", "whatsapp": "WhatsApp", "github": "GitHub", "xmpp": "XMPP",
}  # fmt: skip
_ADDRESS_LABELS = {
    "label": "Label", "address_line_1": "Street", "address_line_2": "Second line", "address_line_3": "Third line",
    "postcode": "Postcode", "locality": "Town", "region": "Region", "country": "Country",
}  # fmt: skip


class Part(Struct, frozen=True, kw_only=True):
    """name: in paths. noun: for people. items: of a sheet. values: an item -> the values of its form.

    create: (tx, caller, contact, fields) -> id. update, delete: (tx, caller, contact, item, fields).
    restore: undoes a delete; None if there is no way back.
    """

    name: str
    noun: str
    fields: Sequence[FormField]
    items: Callable[[ContactSheet], Sequence[Any]]
    create: Callable[[Tx, Caller, Contact, Fields], str]
    update: Callable[[Tx, Caller, Contact, Any, Fields], Any]
    delete: Callable[[Tx, Caller, Contact, Any], Any]
    restore: Callable[[Tx, Caller, Contact, str], Any] | None

    def find(self, sheet: ContactSheet, item_id: str) -> Any:
        """Raises NotFound if the contact has no such item."""
        item = next((each for each in self.items(sheet) if each.id == item_id), None)
        if item is None:
            raise NotFound(f"{self.noun} not found")
        return item


def _text(value: str) -> str | None:
    return value.strip() or None


def _all(fields: Fields) -> dict[str, str | None]:
    return {name: _text(value) for name, value in fields.items()}


def _change_handle(tx: Tx, caller: Caller, contact: Contact, handle: Any, fields: Fields) -> None:
    handles.update_handle(
        tx, caller, contact.id, handle.id, channel=handle.channel, field="value", value=fields["value"]
    )


def _restore_handle(tx: Tx, caller: Caller, contact: Contact, item_id: str) -> None:
    channel, _, handle_id = item_id.partition(":")
    handles.update_handle(tx, caller, contact.id, handle_id, channel=channel, field="value", deleted=False)


def _create_handle(tx: Tx, caller: Caller, contact: Contact, fields: Fields) -> str:
    if fields["channel"] not in CHANNELS:
        raise invalid("channel", "is not one of the choices", kind="choice")
    label = _text(fields.get("label", ""))
    return handles.add_handle(
        tx, caller, contact.id, channel=fields["channel"], value=fields["value"], field="value", label=label
    ).id


def _create_note(tx: Tx, caller: Caller, contact: Contact, fields: Fields) -> str:
    is_personal = fields.get("is_personal") == "yes"
    return notes.create_note(
        tx, caller, {"text": fields["text"], "is_personal": is_personal, "contacts": [contact.uuid]}
    ).id


def _relate(tx: Tx, caller: Caller, contact: Contact, fields: Fields) -> str:
    other = pick(tx, caller, fields["person"], "person")
    values = {"second_contact": other.uuid, "type_id": fields["type_id"], "anniversary_on": None}
    return contact_relationships.relate(tx, caller, contact.id, values).id


PARTS = {
    part.name: part
    for part in (
        Part(
            name="handles",
            noun="Way to reach",
            fields=(
                FormField(
                    "channel",
                    "Kind",
                    "choice",
                    choices=[(each, CHANNEL_LABELS.get(each, each.capitalize())) for each in CHANNELS],
                ),
                FormField("value", "Number, address or name", length_max=VALUE_LENGTH_MAX, required=True),
                FormField("label", "Label", hint="Such as home or work", length_max=60),
            ),
            items=lambda sheet: sheet.handles,
            create=_create_handle,
            update=_change_handle,
            delete=lambda tx, caller, contact, item: handles.delete_handle(
                tx, caller, contact.id, item.id, channel=item.channel
            ),
            restore=_restore_handle,
        ),
        Part(
            name="addresses",
            noun="Address",
            fields=[
                FormField(name, label, length_max=ADDRESS_TEXTS[name], required=name in addresses.REQUIRED)
                for name, label in _ADDRESS_LABELS.items()
            ],
            items=lambda sheet: sheet.addresses,
            create=lambda tx, caller, contact, fields: addresses.add_address(tx, caller, contact.id, _all(fields)).id,
            update=lambda tx, caller, contact, item, fields: addresses.update_address(
                tx, caller, contact.id, item.id, _all(fields)
            ),
            delete=lambda tx, caller, contact, item: addresses.delete_address(tx, caller, contact.id, item.id),
            restore=lambda tx, caller, contact, id_: addresses.update_address(
                tx, caller, contact.id, id_, {}, deleted=False
            ),
        ),
        Part(
            name="dates",
            noun="Date",
            fields=(
                FormField("label", "What day is it", hint="Such as wedding or name day", length_max=60, required=True),
                FormField("occurs_on", "Date", "date", "Like 2001-06-30, or --06-30 without a year", 40, required=True),
            ),
            items=lambda sheet: sheet.dates,
            create=lambda tx, caller, contact, fields: dates.create_date(tx, caller, contact.id, fields).id,
            update=lambda tx, caller, contact, item, fields: dates.update_date(tx, caller, contact.id, item.id, fields),
            delete=lambda tx, caller, contact, item: dates.delete_date(tx, caller, contact.id, item.id),
            restore=lambda tx, caller, contact, id_: dates.restore_date(tx, caller, contact.id, id_),
        ),
        Part(
            name="gifts",
            noun="Gift",
            fields=(
                FormField("name", "Gift", length_max=GIFT_LENGTH_MAX, required=True),
                FormField(
                    "status",
                    "State",
                    "choice",
                    choices=[("potential", "Idea"), ("given", "Given"), ("received", "Received")],
                ),
                FormField("link", "Link", "url", length_max=LINK_LENGTH_MAX),
            ),
            items=lambda sheet: sheet.gifts,
            create=lambda tx, caller, contact, fields: gifts.create_gift(tx, caller, contact.id, _all(fields)).id,
            update=lambda tx, caller, contact, item, fields: gifts.update_gift(
                tx, caller, contact.id, item.id, _all(fields)
            ),
            delete=lambda tx, caller, contact, item: gifts.delete_gift(tx, caller, contact.id, item.id),
            restore=lambda tx, caller, contact, id_: gifts.restore_gift(tx, caller, contact.id, id_),
        ),
        Part(
            name="pets",
            noun="Pet",
            fields=(
                FormField("name", "Name", length_max=200, required=True),
                FormField("species", "Kind", hint="Such as dog or cat", length_max=100),
                FormField("born_on", "Born", "date", "Like 2020-03-01, or --03-01 without a year", 40),
            ),
            items=lambda sheet: sheet.pets,
            create=lambda tx, caller, contact, fields: pets.create_pet(tx, caller, contact.id, _all(fields)).id,
            update=lambda tx, caller, contact, item, fields: pets.update_pet(
                tx, caller, contact.id, item.id, _all(fields)
            ),
            delete=lambda tx, caller, contact, item: pets.delete_pet(tx, caller, contact.id, item.id),
            restore=lambda tx, caller, contact, id_: pets.restore_pet(tx, caller, contact.id, id_),
        ),
        Part(
            name="notes",
            noun="Note",
            fields=(FormField("text", "Note", "lines", "Markdown works", TEXT_LENGTH_MAX, required=True),),
            items=lambda sheet: sheet.notes,
            create=_create_note,
            update=lambda tx, caller, contact, item, fields: notes.update_note(
                tx, caller, item.id, {"text": fields["text"]}
            ),
            delete=lambda tx, caller, contact, item: notes.delete_note(tx, caller, item.id),
            restore=lambda tx, caller, contact, id_: notes.restore_note(tx, caller, id_),
        ),
        Part(
            name="relationships",
            noun="Relationship",
            fields=(
                FormField("person", "Who", "person", length_max=NAME_LENGTH_MAX, required=True),
                FormField("type_id", "Is their", "choice", choices=[(each.id, each.name) for each in CATALOGUE]),
            ),
            items=lambda sheet: sheet.relationships,
            create=_relate,
            update=lambda tx, caller, contact, item, fields: contact_relationships.update_contact_relationship(
                tx, caller, item.id, {"type_id": fields["type_id"]}
            ),
            delete=lambda tx, caller, contact, item: contact_relationships.delete_contact_relationship(
                tx, caller, item.id
            ),
            restore=lambda tx, caller, contact, id_: contact_relationships.restore_contact_relationship(
                tx, caller, id_
            ),
        ),
    )
}
