"""Segments, their filters stored as JSON."""

from collections.abc import Iterable

import msgspec

from coterie.model.filters.json_form import from_stored, to_json
from coterie.model.segments import Segment, name_key
from coterie.store.counters import next_number
from coterie.store.database import Row, Tx

_SELECT = "id, name, filter, created_by, created_at, updated_at"


def _segment(row: Row) -> Segment:
    id_, name, filter_, *rest = row
    return Segment(id_, name, from_stored(filter_), *rest)


def list_segments(tx: Tx, organization_id: int, *, limit: int, offset: int = 0) -> list[Segment]:
    """A page of the segments by name."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM segments WHERE organization_id = :organization_id"
        " ORDER BY name_key, id LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "limit": limit, "offset": offset},
    )
    return [_segment(row) for row in rows]


def count_segments(tx: Tx, organization_id: int) -> int:
    """The number of segments; counted, since there are at most 500."""
    row = tx.one("SELECT count(*) FROM segments WHERE organization_id = :o", {"o": organization_id})
    return int(row[0]) if row else 0


def find_segment(tx: Tx, organization_id: int, segment_id: int) -> Segment | None:
    row = tx.one(
        f"SELECT {_SELECT} FROM segments WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": segment_id},
    )
    return _segment(row) if row else None


def find_segment_by_name(tx: Tx, organization_id: int, name: str) -> Segment | None:
    """The segment of this name in any case and accents."""
    row = tx.one(
        f"SELECT {_SELECT} FROM segments WHERE organization_id = :organization_id AND name_key = :name_key",
        {"organization_id": organization_id, "name_key": name_key(name)},
    )
    return _segment(row) if row else None


def find_segments(tx: Tx, organization_id: int, segment_ids: Iterable[int]) -> dict[int, Segment]:
    """id -> segment, for those that exist."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM segments WHERE organization_id = :organization_id AND id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(segment_ids)},
    )
    return {row[0]: _segment(row) for row in rows}


def insert_segment(tx: Tx, organization_id: int, segment: Segment) -> Segment:
    """Inserts a segment, with the next id if it has none; returns it."""
    if not segment.id:
        segment = msgspec.structs.replace(segment, id=next_number(tx, organization_id, "segment_id"))
    tx.run(
        "INSERT INTO segments (organization_id, id, name, name_key, filter, created_by, created_at, updated_at)"
        " VALUES (:organization_id, :id, :name, :name_key, :filter, :created_by, :created_at, :updated_at)",
        {
            "organization_id": organization_id,
            "id": segment.id,
            "name": segment.name,
            "name_key": name_key(segment.name),
            "filter": to_json(segment.filter),
            "created_by": segment.created_by,
            "created_at": segment.created_at,
            "updated_at": segment.updated_at,
        },
    )
    return segment


def save_segment(tx: Tx, organization_id: int, segment: Segment) -> None:
    """Saves the name and the filter of an existing segment."""
    tx.run(
        "UPDATE segments SET name = :name, name_key = :name_key, filter = :filter, updated_at = :updated_at"
        " WHERE organization_id = :organization_id AND id = :id",
        {
            "organization_id": organization_id,
            "id": segment.id,
            "name": segment.name,
            "name_key": name_key(segment.name),
            "filter": to_json(segment.filter),
            "updated_at": segment.updated_at,
        },
    )


def delete_segment(tx: Tx, organization_id: int, segment_id: int) -> None:
    """Erases a segment; its contacts stay."""
    tx.run(
        "DELETE FROM segments WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": segment_id},
    )
