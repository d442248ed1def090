"""The parts of a contact as our own contract shows them."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from msgspec import Meta, Struct

from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.relationships import TYPES

E = TypeVar("E", bound=Struct)
PartialDate = Annotated[str, Meta(description="YYYY-MM-DD, or --MM-DD without a year.")]


class HandleEntity(Struct):
    id: str
    channel: Annotated[str, Meta(description="phone, email, instagram, website, linkedin, whatsapp, telegram …")]
    value: str
    normalized: Annotated[str, Meta(description="The form for matching: E.164 of a phone number, lower case, …")]
    label: str | None
    is_primary: bool
    is_former: Annotated[bool, Meta(description="A username of the past.")]


class AddressEntity(Struct):
    id: str
    label: str | None
    address_line_1: str | None
    address_line_2: str | None
    address_line_3: str | None
    locality: str | None
    region: str | None
    postcode: str | None
    country: Annotated[str | None, Meta(description="As typed.")]
    country_code: Annotated[str | None, Meta(description="ISO 3166-1 alpha-2, if the country is known.")]


class DateEntity(Struct):
    id: str
    label: str
    occurs_on: PartialDate


class FolderReference(Struct):
    id: int
    name: str


class TermReference(Struct):
    id: str
    name: str


class NoteEntity(Struct):
    id: str
    text: str
    is_pinned: bool
    author_id: str | None
    created_at: str
    updated_at: str


class GiftEntity(Struct):
    id: str
    name: str
    link: str | None
    status: Annotated[str, Meta(description="potential, given or received.")]


class PetEntity(Struct):
    id: str
    name: str
    species: str | None
    born_on: PartialDate | None
    owner_ids: Annotated[list[int], Meta(description="One or two contacts.")]


class RelationshipEntity(Struct):
    id: str
    contact_id: Annotated[int, Meta(description="The other contact.")]
    type: Annotated[str, Meta(description="What the other contact is to this one: Mother, Friend …")]
    anniversary_on: PartialDate | None


class AttachmentEntity(Struct):
    id: str
    filename: str
    media_type: str
    byte_count: int


class ExternalIdEntity(Struct):
    source: str
    id: Annotated[str, Meta(description="What the source calls the contact.")]


def _handles(sheet: ContactSheet) -> list[HandleEntity]:
    return [_copy(HandleEntity, handle) for handle in sheet.handles]


def _addresses(sheet: ContactSheet) -> list[AddressEntity]:
    return [_copy(AddressEntity, address) for address in sheet.addresses]


def _copy(entity: type[E], part: Struct) -> E:
    """The entity whose fields are those of the part with the same names."""
    return entity(*(getattr(part, name) for name in entity.__struct_fields__))


def _notes(sheet: ContactSheet) -> list[NoteEntity]:
    return [NoteEntity(n.id, n.text, n.is_pinned, n.author_id, n.created_at, n.updated_at) for n in sheet.notes]


def _pets(sheet: ContactSheet) -> list[PetEntity]:
    return [
        PetEntity(p.id, p.name, p.species, p.born_on, [o for o in (p.contact_id, p.second_owner_id) if o is not None])
        for p in sheet.pets
    ]


def _relationships(sheet: ContactSheet) -> list[RelationshipEntity]:
    return [RelationshipEntity(r.id, r.second_contact_id, TYPES[r.type_id].name, r.anniversary_on)
            for r in sheet.relationships]  # fmt: skip


def _attachments(sheet: ContactSheet) -> list[AttachmentEntity]:
    return [AttachmentEntity(a.id, a.filename, a.media_type, a.byte_count) for a in sheet.attachments]


# key of the contact -> how it is made of a sheet that has the part of the same name
PRESENT: Mapping[Part, Callable[[ContactSheet], Any]] = {
    "handles": _handles,
    "addresses": _addresses,
    "dates": lambda sheet: [DateEntity(date.id, date.label, date.occurs_on) for date in sheet.dates],
    "folders": lambda sheet: [FolderReference(folder_id, name) for folder_id, name, _ in sheet.folders],
    "tags": lambda sheet: [TermReference(term.id, term.name) for term in sheet.tags],
    "expertises": lambda sheet: [TermReference(term.id, term.name) for term in sheet.expertises],
    "properties": lambda sheet: sheet.properties,
    "notes": _notes,
    "gifts": lambda sheet: [GiftEntity(g.id, g.name, g.link, g.status) for g in sheet.gifts],
    "pets": _pets,
    "relationships": _relationships,
    "attachments": _attachments,
    "external_ids": lambda sheet: [ExternalIdEntity(source, id_) for source, id_ in sheet.external_ids],
}
# parts of every contact; the others come with include=
USUAL: tuple[Part, ...] = ("handles", "addresses", "dates", "folders", "tags", "expertises", "properties")
