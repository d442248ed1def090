"""Loads the texts by which contacts are found, in one query for any number of contacts."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from coterie.model.handles import PHONE
from coterie.model.names import join_name
from coterie.store.database import Tx, matching

# characters of a note, and of everything else, that are searched
NOTE_LENGTH_MAX = 4_000
TEXT_LENGTH_MAX = 500
PERSONAL_NOTES_MAX = 500
# the columns of a contact by which it is found -> the field that a hit names
COLUMNS = {
    "display_name": "name", "formatted_name": "name", "maiden_name": "name", "phonetic_first_name": "name",
    "phonetic_last_name": "name", "nickname": "nickname", "employer": "employer", "department": "department",
    "job_title": "job_title", "how_you_met": "how_you_met", "bio": "bio",
}  # fmt: skip
_PARTS = ("name_prefix", "first_name", "middle_name", "last_name", "name_suffix")
_CONTACTS = (
    f"SELECT id, relationship_grade, {', '.join((*_PARTS, *COLUMNS))} FROM contacts"
    " WHERE organization_id = :organization_id AND id {among} AND deleted_at IS NULL"
)
_OF = "WHERE l.organization_id = :organization_id AND l.contact_id {among}"
# field -> the statement that reads texts of rows linked with the contact: (id, text). Contacts have few of them,
# and a join costs as much as all the rest even where there is nothing to join.
_LINKED = {
    "tag": "SELECT id, name FROM tags WHERE organization_id = :organization_id AND id {among} AND deleted_at IS NULL",
    "expertise": "SELECT id, name FROM expertises WHERE organization_id = :organization_id AND id {among}"
    " AND deleted_at IS NULL",
    "folder": "SELECT id, name FROM folders WHERE organization_id = :organization_id AND id {among}",
    "note": f"SELECT id, substr(text, 1, {NOTE_LENGTH_MAX}) FROM notes WHERE organization_id = :organization_id"
    " AND id {among} AND NOT is_personal AND deleted_at IS NULL",
}
_TEXTS = " UNION ALL ".join(
    (
        f"SELECT l.contact_id, l.channel, l.value, l.normalized FROM handles l {_OF} AND l.deleted_at IS NULL",
        "SELECT l.contact_id, 'address', concat_ws(' ', l.address_line_1, l.address_line_2, l.address_line_3,"
        f" l.locality, l.region, l.postcode, l.country), '' FROM postal_addresses l {_OF} AND l.deleted_at IS NULL",
        f"SELECT l.contact_id, 'property', l.value, '' FROM property_values l {_OF}",
        f"SELECT l.contact_id, 'tag', l.tag_id, '' FROM contact_tags l {_OF}",
        f"SELECT l.contact_id, 'expertise', l.expertise_id, '' FROM contact_expertises l {_OF}",
        f"SELECT l.contact_id, 'folder', CAST(l.folder_id AS TEXT), '' FROM contact_folders l {_OF}",
        f"SELECT l.contact_id, 'note', l.note_id, '' FROM note_contacts l {_OF}",
    )
)


class Text(NamedTuple):
    """A text of a contact. field: name, nickname, employer, …, a handle's channel, address, tag, note, …; normalized:
    of a handle, its normalized form."""

    field: str
    text: str
    normalized: str = ""


class Texts(NamedTuple):
    """The texts of a contact, its name first. grade: its relationship grade, 0 to 5, if it has one."""

    texts: list[Text]
    grade: int | None


def load_texts(tx: Tx, organization_id: int, contact_ids: Collection[int]) -> dict[int, Texts]:
    """contact id -> its texts, for those of the contacts that exist and are not deleted.

    Personal notes are not among them.
    """
    among, ids = matching(tx, "ids", contact_ids)
    bound = {"organization_id": organization_id, "ids": ids}
    found = {row[0]: _of_row(row) for row in tx.all(_CONTACTS.format(among=among), bound)}
    links: dict[str, list[tuple[int, str]]] = {}
    for contact_id, field, text, normalized in tx.all(_TEXTS.format(among=among), bound) if found else ():
        if contact_id not in found:
            continue
        if field in _LINKED:
            links.setdefault(field, []).append((contact_id, text))
        elif text:
            found[contact_id].texts.append(Text(field, text, normalized))
    for field, pairs in links.items():
        texts = _linked(tx, organization_id, field, {linked_id for _, linked_id in pairs})
        for contact_id, linked_id in pairs:
            if text := texts.get(linked_id):
                found[contact_id].texts.append(Text(field, text))
    return found


def _linked(tx: Tx, organization_id: int, field: str, ids: Collection[str]) -> dict[str, str]:
    """id -> text, of tags, expertise, folders or notes."""
    among, value = matching(tx, "ids", map(int, ids) if field == "folder" else ids)
    rows = tx.all(_LINKED[field].format(among=among), {"organization_id": organization_id, "ids": value})
    return {str(linked_id): text for linked_id, text in rows}


def list_personal_notes(tx: Tx, organization_id: int, reader_id: str) -> list[tuple[int, str]]:
    """(contact id, text) of the newest 500 personal notes of a user, in which only that user may search."""
    rows = tx.all(
        f"SELECT l.contact_id, substr(n.text, 1, {NOTE_LENGTH_MAX}) FROM notes n JOIN note_contacts l"
        " ON l.organization_id = n.organization_id AND l.note_id = n.id JOIN contacts c"
        " ON c.organization_id = l.organization_id AND c.id = l.contact_id"
        " WHERE n.organization_id = :organization_id AND n.author_id = :reader_id AND n.is_personal"
        " AND n.deleted_at IS NULL AND c.deleted_at IS NULL ORDER BY n.id DESC LIMIT :limit",
        {"organization_id": organization_id, "reader_id": reader_id, "limit": PERSONAL_NOTES_MAX},
    )
    return [(contact_id, text) for contact_id, text in rows]


def list_messages(tx: Tx, organization_id: int, numbers: Collection[int]) -> list[tuple[int, str, str]]:
    """(search number, kind, text) of messages and other interactions that are indexed."""
    rows = tx.all(
        f"SELECT search_number, kind, substr(text, 1, {NOTE_LENGTH_MAX}) FROM interactions"
        f" WHERE organization_id = :organization_id AND search_number {tx.in_list('numbers')} AND text IS NOT NULL",
        {"organization_id": organization_id, "numbers": tx.list_param(numbers)},
    )
    return [(number, kind, text) for number, kind, text in rows]


def _of_row(row: tuple[object, ...]) -> Texts:
    parts: Iterable[object] = row[2 : 2 + len(_PARTS)]
    name = join_name(*parts)  # type: ignore[arg-type]
    texts = [Text("name", name)] if name else []
    for field, text in zip(COLUMNS.values(), row[2 + len(_PARTS) :], strict=True):
        if text:
            texts.append(Text(field, str(text)))
    return Texts(texts, row[1])  # type: ignore[arg-type]


def is_phone(text: Text) -> bool:
    """Whether a text is a phone number: found by its digits."""
    return text.field == PHONE or (text.normalized.startswith("+") and text.normalized[1:].isdigit())
