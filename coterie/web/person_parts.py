"""The parts of a person that say how to reach them and who belongs to them."""

from msgspec import UNSET

from coterie.actions import addresses, contact_relationships, contacts, dates, handles, user_relationships
from coterie.errors import Invalid, invalid
from coterie.model.addresses import TEXTS as ADDRESS_TEXTS
from coterie.model.contacts import Contact
from coterie.model.handles import CHANNELS, LABEL_LENGTH_MAX, VALUE_LENGTH_MAX, Handle
from coterie.model.organizations import Caller
from coterie.model.relationships import CATALOGUE
from coterie.store.database import Tx
from coterie.web.part import Fields, Part, text_or_none, texts_or_none
from coterie.web.person_fields import DATE_HINT, FormField
from coterie.web.person_things import THINGS
from coterie.web.pick import TEXT_LENGTH_MAX as NAME_LENGTH_MAX
from coterie.web.pick import pick

CHANNEL_LABELS = {
    "phone": "Phone", "email": "E-mail", "instagram": "Instagram", "website": "Website", "linkedin": "LinkedIn",
    "tiktok": "TikTok", "youtube": "YouTube", "whatsapp": "WhatsApp", "github": "GitHub", "xmpp": "XMPP",
}  # fmt: skip
_ADDRESS_LABELS = {
    "label": "Label", "address_line_1": "Street", "address_line_2": "Second line", "address_line_3": "Third line",
    "postcode": "Postcode", "locality": "Town", "region": "Region", "country": "Country",
}  # fmt: skip
_TYPES = [(each.id, each.name) for each in CATALOGUE]


def _change_handle(tx: Tx, caller: Caller, contact: Contact, handle: Handle, fields: Fields) -> None:
    handles.update_handle(
        tx, caller, contact.id, handle.id, channel=handle.channel, field="value", value=fields["value"],
        label=text_or_none(fields["label"]) if "label" in fields else UNSET,
    )  # fmt: skip


def _restore_handle(tx: Tx, caller: Caller, contact: Contact, item_id: str) -> None:
    channel, _, handle_id = item_id.partition(":")
    handles.update_handle(tx, caller, contact.id, handle_id, channel=channel, field="value", deleted=False)


def _create_handle(tx: Tx, caller: Caller, contact: Contact, fields: Fields) -> str:
    if fields["channel"] not in CHANNELS:
        raise invalid("channel", "is not one of the choices", kind="choice")
    return handles.add_handle(
        tx, caller, contact.id, channel=fields["channel"], value=fields["value"], field="value",
        label=text_or_none(fields.get("label", "")),
    ).id  # fmt: skip


def _relate(tx: Tx, caller: Caller, contact: Contact, fields: Fields) -> str:
    if fields["is_new"]:
        name = fields["person"].strip()
        if not name:
            raise invalid("person", "is empty", kind="blank")
        other = contacts.create_contact(tx, caller, {"real_name": name})
    else:
        other = _pick(tx, caller, fields["person"])
    values = {
        "second_contact": other.uuid, "type_id": fields["type_id"],
        "anniversary_on": text_or_none(fields["anniversary_on"]),
    }  # fmt: skip
    return contact_relationships.relate(tx, caller, contact.id, values).id


def _pick(tx: Tx, caller: Caller, name: str) -> Contact:
    try:
        return pick(tx, caller, name, "person")
    except Invalid as error:
        if error.problems[0].kind == "unknown":
            raise invalid("person", "matches no one in your contacts: choose “A new person” to add them") from None
        raise


_REACH = (
    Part(
        name="handles",
        noun="Way to reach",
        fields=(
            FormField("channel", "Kind", "choice",
                      choices=[(each, CHANNEL_LABELS.get(each, each.capitalize())) for each in CHANNELS]),
            FormField("value", "Number, address or name", length_max=VALUE_LENGTH_MAX, required=True),
            FormField("label", "Label", hint="Such as home or work", length_max=LABEL_LENGTH_MAX),
        ),
        fixed=("channel",),
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
        create=lambda tx, caller, contact, fields: (
            addresses.add_address(tx, caller, contact.id, texts_or_none(fields)).id
        ),
        update=lambda tx, caller, contact, item, fields: addresses.update_address(
            tx, caller, contact.id, item.id, texts_or_none(fields)
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
            FormField("label", "What day is it", hint="Such as wedding or name day", length_max=LABEL_LENGTH_MAX,
                      required=True),
            FormField("occurs_on", "Date", "date", DATE_HINT, 40, required=True),
        ),
        create=lambda tx, caller, contact, fields: dates.create_date(tx, caller, contact.id, texts_or_none(fields)).id,
        update=lambda tx, caller, contact, item, fields: dates.update_date(
            tx, caller, contact.id, item.id, texts_or_none(fields)
        ),
        delete=lambda tx, caller, contact, item: dates.delete_date(tx, caller, contact.id, item.id),
        restore=lambda tx, caller, contact, id_: dates.restore_date(tx, caller, contact.id, id_),
    ),
    Part(
        name="relationships",
        noun="Relationship",
        fields=(
            FormField("person", "Who", "person", length_max=NAME_LENGTH_MAX, required=True),
            FormField("is_new", "A new person", "check"),
            FormField("type_id", "Is their", "choice", choices=_TYPES),
            FormField("anniversary_on", "Since", "date", DATE_HINT, 40),
        ),
        fixed=("person", "is_new"),
        create=_relate,
        update=lambda tx, caller, contact, item, fields: contact_relationships.update_contact_relationship(
            tx, caller, item.id, texts_or_none(fields)
        ),
        delete=lambda tx, caller, contact, item: contact_relationships.delete_contact_relationship(
            tx, caller, item.id
        ),
        restore=lambda tx, caller, contact, id_: contact_relationships.restore_contact_relationship(tx, caller, id_),
    ),
    Part(
        name="user_relationships",
        noun="Your relationship",
        fields=(
            FormField("type_id", "Is your", "choice", choices=_TYPES),
            FormField("anniversary_on", "Since", "date", DATE_HINT, 40),
        ),
        create=lambda tx, caller, contact, fields: (
            user_relationships.create_user_relationship(
                tx, caller, {"contact": contact.uuid, **texts_or_none(fields)}
            ).id
        ),
        update=lambda tx, caller, contact, item, fields: user_relationships.update_user_relationship(
            tx, caller, item.id, texts_or_none(fields)
        ),
        delete=lambda tx, caller, contact, item: user_relationships.delete_user_relationship(tx, caller, item.id),
        restore=lambda tx, caller, contact, id_: user_relationships.restore_user_relationship(tx, caller, id_),
    ),
)  # fmt: skip
PARTS = {part.name: part for part in (*_REACH, *THINGS)}
