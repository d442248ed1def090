"""What cards and tables say of contacts, as rows with names: a few hundred contacts at a time.

What is deleted is not in it. A personal note goes only to its author. Our own export has everything: store/whole.py.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from coterie.store.contacts import COLUMNS
from coterie.store.database import Tx

Rows = list[dict[str, Any]]


class Noun(Struct, frozen=True):
    """Where the rows of a noun come from: x is the table that names the contact, the columns are those selected."""

    source: str
    columns: str
    condition: str = ""


_ALIVE = " AND x.deleted_at IS NULL"
_MOMENTS = " x.created_at x.updated_at"
_NOTE = "note_contacts x JOIN notes n ON n.organization_id = x.organization_id AND n.id = x.note_id"
_VISIBLE = " AND n.deleted_at IS NULL AND (NOT n.is_personal OR n.author_id = :user_id)"
_TERM = "contact_{0} x JOIN {0} t ON t.organization_id = x.organization_id AND t.id = x.{1}"

NOUNS = {
    "external_ids": Noun("external_ids x", "x.source x.external_id"),
    "handles": Noun(
        "handles x", "x.id x.channel x.value x.normalized x.label x.is_primary x.is_former" + _MOMENTS, _ALIVE
    ),
    "addresses": Noun(
        "postal_addresses x",
        "x.id x.label x.address_line_1 x.address_line_2 x.address_line_3 x.locality x.region x.postcode x.country"
        " x.country_code" + _MOMENTS,
        _ALIVE,
    ),
    "dates": Noun("important_dates x", "x.id x.label x.occurs_on" + _MOMENTS, _ALIVE),
    "folders": Noun(
        "contact_folders x JOIN folders f ON f.organization_id = x.organization_id AND f.id = x.folder_id",
        "f.name f.color",
    ),
    "tags": Noun(_TERM.format("tags", "tag_id"), "t.name", " AND t.deleted_at IS NULL"),
    "notes": Noun(_NOTE, "n.id n.author_id n.text n.is_personal n.is_pinned n.created_at n.updated_at", _VISIBLE),
    "attachments": Noun("attachments x", "x.id x.kind x.filename x.media_type x.byte_count x.digest x.created_at"),
}
_BOOLEANS = frozenset(("is_primary", "is_former", "is_personal", "is_pinned", "is_follower"))


def list_contact_rows_after(tx: Tx, organization_id: int, contact_id: int, *, limit: int) -> Rows:
    """The next contacts behind an id that are not deleted, every column, by id."""
    rows = tx.all(
        f"SELECT {', '.join(COLUMNS)} FROM contacts WHERE organization_id = :organization_id AND id > :id"
        " AND deleted_at IS NULL ORDER BY id LIMIT :limit",
        {"organization_id": organization_id, "id": contact_id, "limit": limit},
    )
    return [_named(COLUMNS, row) for row in rows]


def list_part_rows(tx: Tx, organization_id: int, noun: str, contact_ids: Iterable[int], *, user_id: str | None) -> Rows:
    """The rows of one of NOUNS of these contacts, each with its contact_id, in the order of the contacts' ids."""
    each = NOUNS[noun]
    columns = each.columns.split()
    names = ("contact_id", *(column.partition(".")[2] for column in columns))
    parameters = {"organization_id": organization_id, "ids": tx.list_param(contact_ids)}
    if ":user_id" in each.condition:
        # nobody's id is '': without a user nothing personal is seen
        parameters["user_id"] = user_id or ""
    rows = tx.all(
        f"SELECT x.contact_id, {', '.join(columns)} FROM {each.source} WHERE x.organization_id = :organization_id"
        f" AND x.contact_id {tx.in_list('ids')}{each.condition} ORDER BY x.contact_id, {', '.join(columns[:3])}",
        parameters,
    )
    return [_named(names, row) for row in rows]


def _named(names: Iterable[str], row: tuple[Any, ...]) -> dict[str, Any]:
    found = dict(zip(names, row, strict=True))
    for name in _BOOLEANS & found.keys():
        found[name] = None if found[name] is None else bool(found[name])
    return found
