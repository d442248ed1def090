"""A contact as our own contract shows it: one shape everywhere, with the fields and parts that were asked for."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.api.hub.parts import (
    PRESENT,
    USUAL,
    AddressEntity,
    AttachmentEntity,
    DateEntity,
    ExternalIdEntity,
    FolderReference,
    GiftEntity,
    HandleEntity,
    NoteEntity,
    PetEntity,
    RelationshipEntity,
    TermReference,
)
from coterie.errors import Problem
from coterie.http.errors import InvalidQuery
from coterie.model.contact_sheets import Part
from coterie.model.contacts import Contact
from coterie.store.contact_sheets import sheets_of
from coterie.store.database import Tx

Text = str | None | UnsetType


class ContactEntity(Struct, kw_only=True):
    """A contact. id, uuid and revision are always there; the other keys unless fields= leaves them out."""

    id: int
    uuid: str
    revision: Annotated[int, Meta(description="Moves with every change of the contact; the ETag is made of it.")]
    name: Annotated[Text, Meta(description="How the contact is shown: display name, full name or nickname.")] = UNSET
    real_name: Annotated[Text, Meta(description="The full name, as written or composed of its parts.")] = UNSET
    display_name: Text = UNSET
    name_prefix: Text = UNSET
    first_name: Text = UNSET
    middle_name: Text = UNSET
    last_name: Text = UNSET
    name_suffix: Text = UNSET
    phonetic_first_name: Text = UNSET
    phonetic_last_name: Text = UNSET
    maiden_name: Text = UNSET
    nickname: Text = UNSET
    gender: Text = UNSET
    birthday: Annotated[Text, Meta(description="YYYY-MM-DD, or --MM-DD without a year.")] = UNSET
    employer: Text = UNSET
    department: Text = UNSET
    job_title: Text = UNSET
    how_you_met: Text = UNSET
    relationship_grade: Annotated[int | None | UnsetType, Meta(description="0 to 5: how close the contact is.")] = UNSET
    status: Literal["subscribed", "optout"] | UnsetType = UNSET
    language: Text = UNSET
    bio: Text = UNSET
    profile_picture_url: Text = UNSET
    is_follower: bool | None | UnsetType = UNSET
    username: Annotated[Text, Meta(description="The primary handle of its channel, as the next four.")] = UNSET
    email: Text = UNSET
    phone: Text = UNSET
    website: Text = UNSET
    linkedin_url: Text = UNSET
    note: Annotated[Text, Meta(description="The pinned note.")] = UNSET
    created_at: str | UnsetType = UNSET
    updated_at: str | UnsetType = UNSET
    deleted_at: Text = UNSET
    handles: list[HandleEntity] | UnsetType = UNSET
    addresses: list[AddressEntity] | UnsetType = UNSET
    dates: list[DateEntity] | UnsetType = UNSET
    folders: list[FolderReference] | UnsetType = UNSET
    tags: list[TermReference] | UnsetType = UNSET
    expertises: list[TermReference] | UnsetType = UNSET
    properties: Annotated[dict[str, Any] | UnsetType, Meta(description="Slug of the property -> value.")] = UNSET
    notes: Annotated[
        list[NoteEntity] | UnsetType,
        Meta(description="Shared notes; personal notes are not part of a contact."),
    ] = UNSET
    gifts: list[GiftEntity] | UnsetType = UNSET
    pets: list[PetEntity] | UnsetType = UNSET
    relationships: list[RelationshipEntity] | UnsetType = UNSET
    attachments: list[AttachmentEntity] | UnsetType = UNSET
    external_ids: list[ExternalIdEntity] | UnsetType = UNSET


INCLUDES = tuple(name for name in PRESENT if name not in USUAL)
ALL = "all"
_ALWAYS = ("id", "uuid", "revision")
_FIELDS = tuple(name for name in ContactEntity.__struct_fields__ if name not in PRESENT)
# our name of a column -> that of the contact, where they differ
_COLUMN_OF = {"note": "pinned_note", "real_name": "full_name"}


class Shape(Struct, frozen=True):
    """Which keys a contact is shown with. columns: those of its row; parts: those of its parts."""

    columns: tuple[str, ...] = _FIELDS
    parts: tuple[Part, ...] = USUAL

    @property
    def parameters(self) -> tuple[str, ...]:
        """The shape as text, for a cursor."""
        return (*self.columns, *self.parts)


USUAL_SHAPE = Shape()


def read_shape(fields: str | None, include: str | None) -> Shape:
    """The shape for fields= and include=, comma-separated names. Raises InvalidQuery for names there are not.

    fields: the keys to show, parts included. include: parts in addition; `all` for every part.
    """
    if fields is None and include is None:
        return USUAL_SHAPE
    names = (*_FIELDS, *PRESENT)
    asked = _words("fields", fields, names) if fields is not None else {*_FIELDS, *USUAL}
    included = _words("include", include, (*PRESENT, ALL)) if include is not None else set()
    asked |= set(PRESENT) if ALL in included else included
    columns = tuple(name for name in _FIELDS if name in asked or name in _ALWAYS)
    return Shape(columns, tuple(name for name in PRESENT if name in asked))


def _words(parameter: str, text: str, names: Sequence[str]) -> set[str]:
    words = {word.strip() for word in text.split(",")} - {""}
    unknown = sorted(words.difference(names))
    if unknown:
        reason = f"has {unknown[0][:100]!r}; it can have {', '.join(names)}"
        raise InvalidQuery(Problem((parameter,), "choice", reason))
    return words


def present_contacts(
    tx: Tx, organization_id: int, contacts: Iterable[Contact], shape: Shape = USUAL_SHAPE
) -> list[ContactEntity]:
    """The entities of contacts, in the same order; one query for each part."""
    entities = []
    for sheet in sheets_of(tx, organization_id, contacts, shape.parts).values():
        contact = sheet.contact
        values = {name: getattr(contact, _COLUMN_OF.get(name, name)) for name in shape.columns}
        values |= {part: PRESENT[part](sheet) for part in shape.parts}
        entities.append(ContactEntity(**values))
    return entities


def present_contact(tx: Tx, organization_id: int, contact: Contact, shape: Shape = USUAL_SHAPE) -> ContactEntity:
    return present_contacts(tx, organization_id, [contact], shape)[0]
