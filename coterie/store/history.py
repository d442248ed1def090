"""The history of an organization: its units of work, newest first.

The events of a job are not units of their own: the event that started it is. The units of an import are that it was
applied and that it was undone.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from coterie.store.database import Row, Tx

# numbers of a unit that are read at once; longer ones are shown in part
_WINDOW = 256
# as the index of the first events of units has it
_FIRST = (
    "(e.unit_id IS NULL OR e.unit_id = e.id)"
    " AND (e.import_id IS NULL OR e.kind IN ('import.applied', 'import.undone')) AND e.cause_id IS NULL"
)
# reminders, relationships and personal notes (whose events name no contact) are their users' own
_VISIBLE = (
    "(e.user_id = :reader_id OR (substr(e.kind, 1, 9) <> 'reminder.' AND substr(e.kind, 1, 18) <> 'user_relationship.'"
    " AND (substr(e.kind, 1, 5) <> 'note.' OR EXISTS (SELECT 1 FROM event_contacts v"
    " WHERE v.organization_id = e.organization_id AND v.event_id = e.id))))"
)
_COLUMNS = "e.id, e.kind, e.subject_id, e.user_id, e.via, e.changes, e.happened_at, e.undone_by, e.undoes, e.token_id"


class PastChange(Struct, frozen=True, kw_only=True):
    """An event of a unit of work. changes: as JSON; contact_ids: those it names."""

    id: int
    kind: str
    subject_id: str
    changes: str | None
    contact_ids: tuple[int, ...]


class Unit(Struct, frozen=True, kw_only=True):
    """A unit of work: its events from first to last. is_undone: whether one of them was undone; undoes: the first event
    of what it undid itself. caused_count: the events of the jobs it requested. changes: at least one."""

    first: int
    last: int
    user_id: str | None
    via: str
    token_id: str | None
    happened_at: str
    is_undone: bool
    undoes: int | None
    caused_count: int
    changes: Sequence[PastChange]


class HistoryFilter(Struct, frozen=True, kw_only=True):
    """Which units to list: of a user, of a door, that name a contact; nouns: the parts of kinds before the dot.

    without_instagram: what Instagram delivers is left out.
    """

    nouns: Sequence[str]
    user_id: str | None = None
    via: str | None = None
    contact_id: int | None = None
    without_instagram: bool = False


def list_units(
    tx: Tx, organization_id: int, wanted: HistoryFilter, *, reader_id: str | None, before: int | None, limit: int
) -> list[Unit]:
    """The units before an event (None: the newest), newest first, as this reader may see them."""
    bound = {
        "organization_id": organization_id, "reader_id": reader_id or "", "before": before or 2**62, "limit": limit,
        "nouns": tx.list_param(wanted.nouns), "user_id": wanted.user_id, "via": wanted.via,
        "contact_id": wanted.contact_id,
    }  # fmt: skip
    conditions = ["e.organization_id = :organization_id", _VISIBLE, f"{_noun(tx)} {tx.in_list('nouns')}"]
    conditions += [f"e.{name} = :{name}" for name in ("user_id", "via") if getattr(wanted, name) is not None]
    if wanted.without_instagram:
        # not bound: an index has this condition
        conditions.append("e.via <> 'instagram'")
    if wanted.contact_id is None:
        conditions += [_FIRST, "e.id < :before"]
        # SQLite would read all events, those of imports too
        index = f"events_first_of_unit{'_by_people' if wanted.without_instagram else ''}"
        source, head = f"events e{f' INDEXED BY {index}' if tx.engine == 'sqlite' else ''}", "e.id"
    else:
        conditions += ["ec.organization_id = :organization_id", "ec.contact_id = :contact_id", "ec.event_id < :before"]
        source = "event_contacts ec JOIN events e ON e.organization_id = ec.organization_id AND e.id = ec.event_id"
        head = "DISTINCT coalesce(e.unit_id, e.id)"
    rows = tx.all(f"SELECT {head} FROM {source} WHERE {' AND '.join(conditions)} ORDER BY 1 DESC LIMIT :limit", bound)
    return _units(tx, organization_id, [row[0] for row in rows], reader_id)


def _noun(tx: Tx) -> str:
    """The part of a kind before the dot."""
    return "substr(e.kind, 1, instr(e.kind, '.') - 1)" if tx.engine == "sqlite" else "split_part(e.kind, '.', 1)"


def _units(tx: Tx, organization_id: int, heads: Sequence[int], reader_id: str | None) -> list[Unit]:
    if not heads:
        return []
    bound = {"organization_id": organization_id, "heads": tx.list_param(heads), "reader_id": reader_id or ""}
    places = "json_each(:heads) h" if tx.engine == "sqlite" else "unnest(CAST(:heads AS BIGINT[])) AS h (value)"
    rows = tx.all(
        f"SELECT h.value, {_COLUMNS} FROM {places} CROSS JOIN events e WHERE e.organization_id = :organization_id"
        f" AND e.id >= h.value AND e.id < h.value + {_WINDOW} AND coalesce(e.unit_id, e.id) = h.value AND {_VISIBLE}"
        " ORDER BY h.value DESC, e.id",
        bound,
    )
    of_units: dict[int, list[Row]] = {}
    for row in rows:
        of_units.setdefault(row[0], []).append(row[1:])
    named = _contacts_of(tx, organization_id, [row[1] for row in rows])
    caused = _count_caused(tx, organization_id, heads)
    return [_unit(tx, organization_id, head, each, named, caused) for head, each in of_units.items()]


def _unit(
    tx: Tx, organization_id: int, head: int, rows: Sequence[Row], named: dict[int, list[int]], caused: dict[int, int]
) -> Unit:
    last = rows[-1][0]
    if last >= head + _WINDOW // 2:
        last = _end_of(tx, organization_id, head)
    return Unit(
        first=head, last=last, user_id=rows[0][3], via=rows[0][4], token_id=rows[0][9], happened_at=rows[0][6],
        is_undone=any(row[7] is not None for row in rows), undoes=rows[0][8],
        caused_count=sum(caused.get(row[0], 0) for row in rows),
        changes=[
            PastChange(id=row[0], kind=row[1], subject_id=row[2], changes=row[5], contact_ids=tuple(named[row[0]]))
            for row in rows
        ],
    )  # fmt: skip


def _end_of(tx: Tx, organization_id: int, head: int) -> int:
    """The last event of a long unit: ids are contiguous within one."""
    row = tx.one(
        "SELECT id FROM events WHERE organization_id = :o AND id > :head AND (unit_id IS NULL OR unit_id <> :head)"
        " ORDER BY id LIMIT 1",
        {"o": organization_id, "head": head},
    )
    end = {"o": organization_id, "end": row[0] if row else 2**62}
    last = tx.one("SELECT max(id) FROM events WHERE organization_id = :o AND id < :end", end)
    return int(last[0]) if last else head


def _contacts_of(tx: Tx, organization_id: int, event_ids: Iterable[int]) -> dict[int, list[int]]:
    ids = list(event_ids)
    named: dict[int, list[int]] = {event_id: [] for event_id in ids}
    for event_id, contact_id in tx.all(
        "SELECT event_id, contact_id FROM event_contacts WHERE organization_id = :organization_id"
        f" AND event_id {tx.in_list('ids')} ORDER BY contact_id",
        {"organization_id": organization_id, "ids": tx.list_param(ids)},
    ):
        named[event_id].append(contact_id)
    return named


def _count_caused(tx: Tx, organization_id: int, heads: Sequence[int]) -> dict[int, int]:
    bound: dict[str, Any] = {"o": organization_id, "first": min(heads), "last": max(heads) + _WINDOW}
    rows = tx.all(
        "SELECT cause_id, count(*) FROM events WHERE organization_id = :o AND cause_id BETWEEN :first AND :last"
        " GROUP BY cause_id",
        bound,
    )
    return {cause_id: count for cause_id, count in rows}
