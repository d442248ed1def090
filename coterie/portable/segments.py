"""Segments of the archive: their filters name things by names and uuids, which mean the same in every instance."""

from collections.abc import Iterator, Sequence
from typing import Any

from coterie.errors import Invalid
from coterie.model.filters.json_form import parse_json, to_json
from coterie.model.filters.names import map_references, with_names
from coterie.model.filters.tree import Filter, conditions_of
from coterie.model.portable import PortableRow
from coterie.model.portable_rows import SegmentRow
from coterie.model.segments import SEGMENTS_MAX, Segment, name_key
from coterie.portable.record_sets import Columns, RecordSet, RowToWrite, Unresolved, WrittenRows
from coterie.store.contacts import uuids_of
from coterie.store.counters import next_number
from coterie.store.database import Tx
from coterie.store.filters.names import load_names
from coterie.store.filters.prepare import resolve
from coterie.store.segments import count_segments, list_segments

CONTACT, SEGMENT = "relation_to", "segment"


def list_portable_segments(tx: Tx, organization_id: int) -> Iterator[dict[str, Any]]:
    """The rows of all segments by name, after those that they refer to."""
    waiting = list_segments(tx, organization_id, limit=SEGMENTS_MAX)
    listed: set[str] = set()
    while waiting:
        # one that refers to a deleted segment waits for nothing
        ids = {f"#{segment.id}" for segment in waiting}
        next_ = [segment for segment in waiting if not ids & (_segments_in(segment.filter) - listed)] or waiting
        for segment in next_:
            listed.add(f"#{segment.id}")
            yield _row(tx, organization_id, segment)
        waiting = [segment for segment in waiting if f"#{segment.id}" not in listed]


def _segments_in(filter_: Filter) -> set[str]:
    return {str(value) for each in conditions_of(filter_) if each.field == SEGMENT for value in each.values}


def _row(tx: Tx, organization_id: int, segment: Segment) -> dict[str, Any]:
    numbers = {
        int(str(value)[1:]) for each in conditions_of(segment.filter) if each.field == CONTACT for value in each.values
    }
    uuids = uuids_of(tx, organization_id, numbers)
    named = with_names(segment.filter, load_names(tx, organization_id, segment.filter))
    named = map_references(
        named, lambda field, value: [uuids.get(int(value[1:]), value) if field == CONTACT else value]
    )
    return {
        "name": segment.name,
        "filter": to_json(named),
        "created_at": segment.created_at,
        "updated_at": segment.updated_at,
    }


class SegmentSet(RecordSet):
    """Segments have numbers, which each organization assigns itself. One may refer to those before it."""

    def write(self, rows: Sequence[PortableRow]) -> WrittenRows:
        written = WrittenRows([], [])
        for row in rows:
            each = super().write([row])
            written.keys += each.keys
            written.skipped += each.skipped
        return written

    def columns_of(self, row: PortableRow) -> Columns:
        assert isinstance(row, SegmentRow)
        try:
            filter_ = resolve(self.tx, self.caller.organization_id, parse_json(row.filter))
        except Invalid:
            raise Unresolved("missing", "filter", row.name[:100]) from None
        return {
            "name": row.name,
            "name_key": name_key(row.name),
            "filter": to_json(filter_),
            "created_at": row.created_at,
            "updated_at": row.updated_at,
        }

    def exists(self, entry: RowToWrite) -> bool:
        return False

    def insert(self, entry: RowToWrite) -> bool:
        organization_id = self.caller.organization_id
        if count_segments(self.tx, organization_id) >= SEGMENTS_MAX:
            return False
        entry.columns["id"] = next_number(self.tx, organization_id, "segment_id")
        return super().insert(entry)
