"""Loads the texts by which contacts are found, in one query for any number of contacts."""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

import msgspec

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
ADDRESS_LINES = (
    "address_line_1", "address_line_2", "address_line_3", "locality", "region", "postcode", "country",
)  # fmt: skip
_PARTS = ("name_prefix", "first_name", "middle_name", "last_name", "name_suffix")
_JSON = {"sqlite": "json_array", "postgresql": "json_build_array"}
_OF = "WHERE l.organization_id = :organization_id AND l.contact_id {among}"
# field -> (table, column of its id, text): texts of rows that contacts are linked with, in the order of their ids
_LINKED = {
    "tag": ("contact_tags l CROSS JOIN tags t", "tag_id", "t.name", " AND t.deleted_at IS NULL"),
    "expertise": (
        "contact_expertises l CROSS JOIN expertises t", "expertise_id", "t.name", " AND t.deleted_at IS NULL",
    ),
    "folder": ("contact_folders l CROSS JOIN folders t", "folder_id", "t.name", ""),
    "note": (
        "note_contacts l CROSS JOIN notes t", "note_id", f"substr(t.text, 1, {NOTE_LENGTH_MAX})",
        " AND NOT t.is_personal AND t.deleted_at IS NULL",
    ),
}  # fmt: skip
# (contact id, field, text, normalized form of a handle or digest of a document, key of the row)
_TEXTS = (
    f"SELECT id, 'contact', CAST({{json}}(relationship_grade, {', '.join((*_PARTS, *COLUMNS))}) AS TEXT), '', ''"
    " FROM contacts WHERE organization_id = :organization_id AND id {among} AND deleted_at IS NULL",
    f"SELECT l.contact_id, l.channel, l.value, l.normalized, l.id FROM handles l {_OF} AND l.deleted_at IS NULL",
    "SELECT l.contact_id, 'address', concat_ws(' ', l.address_line_1, l.address_line_2, l.address_line_3,"
    f" l.locality, l.region, l.postcode, l.country), '', l.id FROM postal_addresses l {_OF} AND l.deleted_at IS NULL",
    f"SELECT l.contact_id, 'property', l.value, '', l.slug FROM property_values l {_OF}",
    *(
        f"SELECT l.contact_id, '{field}', {text}, '', CAST(l.{column} AS TEXT) FROM {tables} {_OF}"
        f" AND t.organization_id = l.organization_id AND t.id = l.{column}{condition}"
        for field, (tables, column, text, condition) in _LINKED.items()
    ),
)
_DOCUMENTS = f"SELECT l.contact_id, 'document', l.fields, CAST(l.digest AS TEXT), '' FROM contact_terms l {_OF}"
# a document is the same whatever order the database reads in: handles come first, then these
_ORDER = {field: place for place, field in enumerate(("address", "property", *_LINKED), start=1)}
_decode = msgspec.json.Decoder(list[int | str | None]).decode


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
    return _load(tx, organization_id, contact_ids, _TEXTS)[0]


def load_texts_and_documents(
    tx: Tx, organization_id: int, contact_ids: Collection[int]
) -> tuple[dict[int, Texts], dict[int, tuple[str, int]]]:
    """load_texts, and contact id -> (fields, digest) of its document in the index."""
    return _load(tx, organization_id, contact_ids, (*_TEXTS, _DOCUMENTS))


def _load(
    tx: Tx, organization_id: int, contact_ids: Collection[int], parts: tuple[str, ...]
) -> tuple[dict[int, Texts], dict[int, tuple[str, int]]]:
    among, ids = matching(tx, "ids", contact_ids)
    rows = tx.all(_statement(parts, among, _JSON[tx.engine]), {"organization_id": organization_id, "ids": ids})
    found = {contact_id: _of_columns(_decode(text)) for contact_id, field, text, *_ in rows if field == "contact"}
    documents: dict[int, tuple[str, int]] = {}
    parts_found: list[tuple[int, int | str, int, Text]] = []
    for contact_id, field, text, other, key in rows:
        if field == "document":
            documents[contact_id] = (text, int(other))
        elif not text or field == "contact" or contact_id not in found:
            continue
        else:
            parts_found.append(
                (_ORDER.get(field, 0), int(key) if field == "folder" else key, contact_id, Text(field, text, other))
            )
    for _, _, contact_id, each in sorted(parts_found):
        found[contact_id].texts.append(each)
    return found, documents


@cache
def _statement(parts: tuple[str, ...], among: str, json: str) -> str:
    return " UNION ALL ".join(parts).format(among=among, json=json)


def texts_of_new(
    row: Mapping[str, Any], handles: Iterable[Any], addresses: Iterable[Any], others: Iterable[tuple[str, str]]
) -> Texts:
    """The texts that load_texts gives of a contact with this row and these new parts, in the order of their ids.

    others: (field, text) of its tags, folders and notes. Tags that exist may come in another order, and their names in
    another spelling: compare them with load_linked_texts before using these texts.
    """
    texts = _of_columns([row[name] for name in ("relationship_grade", *_PARTS, *COLUMNS)])
    found = [Text(handle.channel, handle.value, handle.normalized or handle.value) for handle in handles]
    for address in addresses:
        lines = [line for name in ADDRESS_LINES if (line := getattr(address, name)) is not None]
        found.append(Text("address", " ".join(lines)))
    found += [
        Text(field, text[:NOTE_LENGTH_MAX] if field == "note" else text)
        for field, text in sorted(others, key=lambda other: _ORDER[other[0]])
    ]
    texts.texts.extend([text for text in found if text.text])
    return texts


def load_linked_texts(
    tx: Tx, organization_id: int, tagged: Collection[tuple[int, str]], put: Collection[tuple[int, int]]
) -> dict[int, list[Text]]:
    """contact id -> the texts that load_texts gives of its tags, then of its folders. tagged, put: all of its (contact
    id, tag id) and (contact id, folder id)."""
    if not tagged and not put:
        return {}
    rows = tx.all(
        "SELECT 'tag', id, name FROM tags"
        f" WHERE organization_id = :organization_id AND deleted_at IS NULL AND id {tx.in_list('tags')}"
        " UNION ALL SELECT 'folder', CAST(id AS TEXT), name FROM folders"
        f" WHERE organization_id = :organization_id AND id {tx.in_list('folders')}",
        {
            "organization_id": organization_id,
            "tags": tx.list_param({tag_id for _, tag_id in tagged}),
            "folders": tx.list_param({folder_id for _, folder_id in put}),
        },
    )
    names = {(field, key): name for field, key, name in rows}
    found: dict[int, list[Text]] = {}
    for field, links in (("tag", sorted(tagged)), ("folder", sorted(put))):
        for contact_id, each in links:
            if (field, str(each)) in names:
                found.setdefault(contact_id, []).append(Text(field, names[field, str(each)]))
    return found


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


def _of_columns(values: list[int | str | None]) -> Texts:
    """The texts of a contact's own columns."""
    grade, name = values[0], join_name(*values[1 : 1 + len(_PARTS)])  # type: ignore[arg-type]
    texts = [Text("name", name)] if name else []
    for field, text in zip(COLUMNS.values(), values[1 + len(_PARTS) :], strict=True):
        if text:
            texts.append(Text(field, str(text)))
    return Texts(texts, grade)  # type: ignore[arg-type]


def is_phone(text: Text) -> bool:
    """Whether a text is a phone number: found by its digits."""
    return text.field == PHONE or (text.normalized.startswith("+") and text.normalized[1:].isdigit())
