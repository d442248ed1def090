"""/orgs/{org_id}/notes and …/contacts/{contact_id}/notes: shared, or personal to their author.

The text is in the wrapper, tags and contacts are next to it, and personal_note is read in both places.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.actions import notes as actions
from coterie.api.errors import wire_names
from coterie.api.r0.changes import change
from coterie.api.r0.contact_entity import ContactEntity, present_contact
from coterie.api.r0.ids import contact_of, part_id
from coterie.api.r0.input import Deleted, Flag, delete, fields_set
from coterie.api.r0.pages import IncludeQuery, PageEntity, envelope, include_words, includes_deleted, read_page
from coterie.api.r0.terms import TermEntity
from coterie.api.r0.terms import present as present_term
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.notes import TEXT_LENGTH_MAX, Note
from coterie.model.organizations import Caller
from coterie.store import notes as store
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx

Words = list[str] | str | None
_WIRE = {"text": "note", "is_personal": "personal_note"}
NoteText = Annotated[str, Meta(max_length=TEXT_LENGTH_MAX)]
Personal = Annotated[Flag, Meta(description="Whether nobody but its author sees it; true or false, also as text.")]
Ids = Annotated[
    list[str] | str | None | UnsetType, Meta(description="The whole set; an empty one, or null, clears it.")
]


class NoteEntity(Struct):
    id: str
    note: NoteText
    personal_note: bool
    author_id: Annotated[str | None, Meta(description="The user who wrote it.")]
    created_at: str
    updated_at: str
    deleted_at: str | None
    tags: Annotated[list[TermEntity] | UnsetType, Meta(description="The first few; only with include[]=tags.")] = UNSET
    contacts: Annotated[
        list[ContactEntity] | UnsetType, Meta(description="The first few; only with include[]=contacts.")
    ] = UNSET


class NoteList(PageEntity):
    notes: list[NoteEntity]


class NoteFields(Struct, kw_only=True):
    note: NoteText | UnsetType = UNSET
    personal_note: Personal = UNSET
    deleted: Deleted = UNSET


class NewNote(Struct, kw_only=True):
    note: NoteText
    personal_note: Personal = UNSET


class NewNoteBody(Struct, kw_only=True):
    note: NewNote
    personal_note: Personal = UNSET
    tags: Ids = UNSET
    contacts: Ids = UNSET


class NoteBody(Struct, kw_only=True):
    note: NoteFields | UnsetType = UNSET
    personal_note: Personal = UNSET
    tags: Ids = UNSET
    contacts: Ids = UNSET


class _Change(Struct, kw_only=True):
    """The fields of a body under our names."""

    text: str | UnsetType = UNSET
    is_personal: bool | UnsetType = UNSET
    contacts: list[str] | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    deleted: bool | None | UnsetType = UNSET


def present_all(tx: Tx, caller: Caller, notes: list[Note], include: Words) -> list[NoteEntity]:
    """The entities of notes, with tags and contacts if include[] names them."""
    organization_id, words, ids = caller.organization_id, include_words(include), [note.id for note in notes]
    tags = store.list_tags_of_notes(tx, organization_id, ids) if "tags" in words else None
    about = store.list_contacts_of_notes(tx, organization_id, ids) if "contacts" in words else None
    entity_of: Mapping[int, ContactEntity] = {}
    if about:
        contact_ids = {contact_id for few in about.values() for contact_id in few}
        entity_of = {each.id: present_contact(each) for each in list_contacts_by_id(tx, organization_id, contact_ids)}
    entities = []
    for note in notes:
        entity = NoteEntity(
            id=note.id,
            note=note.text,
            personal_note=note.is_personal,
            author_id=note.author_id,
            created_at=note.created_at,
            updated_at=note.updated_at,
            deleted_at=note.deleted_at,
        )
        if tags is not None:
            entity.tags = [present_term(tag) for tag in tags.get(note.id, [])]
        if about is not None:
            entity.contacts = [entity_of[contact_id] for contact_id in about.get(note.id, [])]
        entities.append(entity)
    return entities


def list_(tx: Tx, caller: Caller, request: Request) -> NoteList:
    page, deleted = read_page(request.query), includes_deleted(request.query.include)
    notes = store.list_notes(
        tx, caller.organization_id, reader_id=caller.user_id, include_deleted=deleted,
        limit=page.limit, offset=page.offset,
    )  # fmt: skip
    total = store.count_notes(tx, caller.organization_id, reader_id=caller.user_id, include_deleted=deleted)
    return NoteList(*envelope(page, total, notes), present_all(tx, caller, notes, request.query.include))


def list_on_contact(tx: Tx, caller: Caller, request: Request) -> NoteList:
    contact, page = contact_of(tx, caller, request), read_page(request.query)
    of, deleted = (tx, caller.organization_id, contact.id), includes_deleted(request.query.include)
    notes = store.list_notes_of_contact(
        *of, reader_id=caller.user_id, include_deleted=deleted, limit=page.limit, offset=page.offset
    )
    total = store.count_notes_of_contact(*of, reader_id=caller.user_id, include_deleted=deleted)
    return NoteList(*envelope(page, total, notes), present_all(tx, caller, notes, request.query.include))


def show(tx: Tx, caller: Caller, request: Request) -> NoteEntity:
    query: IncludeQuery = request.query
    note = store.find_note(tx, caller.organization_id, _id(request), reader_id=caller.user_id)
    if note is None:
        raise NotFound("Note not found")
    return present_all(tx, caller, [note], query.include)[0]


def create(tx: Tx, caller: Caller, request: Request) -> NoteEntity:
    with wire_names("note", _WIRE):
        note = actions.create_note(tx, caller, fields_set(_read(request.body)))
    return present_all(tx, caller, [note], None)[0]


def update(tx: Tx, caller: Caller, request: Request) -> NoteEntity:
    note_id = _id(request)
    with wire_names("note", _WIRE):
        note = change(
            _read(request.body),
            {},
            restore=lambda: actions.restore_note(tx, caller, note_id),
            update=lambda columns: actions.update_note(tx, caller, note_id, columns),
            delete=lambda: actions.delete_note(tx, caller, note_id),
        )
    return present_all(tx, caller, [note], None)[0]


def remove(tx: Tx, caller: Caller, request: Request) -> Any:
    note_id = _id(request)
    return delete(
        request,
        lambda: present_all(tx, caller, [actions.delete_note(tx, caller, note_id)], None)[0],
        lambda: actions.erase_note(tx, caller, note_id),
    )


def _id(request: Request) -> str:
    return part_id(request, "note_id", "Note")


def _read(body: NewNoteBody | NoteBody) -> _Change:
    fields = body.note if isinstance(body.note, Struct) else NoteFields()
    personal = fields.personal_note if isinstance(fields.personal_note, bool) else body.personal_note
    return _Change(
        text=fields.note,
        is_personal=personal if isinstance(personal, bool) else UNSET,
        contacts=_ids(body.contacts),
        tags=_ids(body.tags),
        deleted=fields.deleted if isinstance(fields, NoteFields) else UNSET,
    )


def _ids(sent: list[str] | str | None | UnsetType) -> list[str] | UnsetType:
    """The ids of a set. In a form, tags[]= is the empty set."""
    if sent is UNSET:
        return UNSET
    listed = sent if isinstance(sent, list) else [sent or ""]
    return [each for each in listed if each]
