"""The timeline of a contact: notes, conversations and changes, newest first, page by page to its end."""

from typing import Any

from msgspec import Struct

from coterie.model.ids import NUMBER_DIGITS_MAX, parse_number
from coterie.store.database import Tx

NOTE, INTERACTION, CHANGE = "note", "interaction", "change"
# of one moment, the later of these comes first
SOURCES = (CHANGE, INTERACTION, NOTE)
_LAST, _FIRST = "\U0010ffff", ""
_EVENT_DIGITS = 20

_NOTES = (
    "SELECT n.created_at, n.id, CASE WHEN n.is_pinned THEN 'pinned' ELSE 'note' END, n.text, n.author_id,"
    " CASE WHEN n.is_personal THEN 'personal' ELSE '' END, n.updated_at"
    " FROM note_contacts nc JOIN notes n ON n.organization_id = nc.organization_id AND n.id = nc.note_id"
    " WHERE nc.organization_id = :organization_id AND nc.contact_id = :contact_id AND n.deleted_at IS NULL"
    " AND (NOT n.is_personal OR n.author_id = :reader_id) AND (n.created_at, n.id) < (:at, :id)"
    " ORDER BY n.created_at DESC, n.id DESC LIMIT :limit"
)
_INTERACTIONS = (
    "SELECT happened_at, id, kind, text, NULL, direction, channel FROM interactions"
    " WHERE organization_id = :organization_id AND contact_id = :contact_id AND kind = :kind AND deleted_at IS NULL"
    " AND (happened_at, id) < (:at, :id) ORDER BY happened_at DESC, id DESC LIMIT :limit"
)
_CHANGES = (
    "SELECT e.happened_at, e.id, e.kind, e.changes, e.user_id, e.via, e.import_id"
    " FROM event_contacts ec JOIN events e ON e.organization_id = ec.organization_id AND e.id = ec.event_id"
    " WHERE ec.organization_id = :organization_id AND ec.contact_id = :contact_id"
    " AND (e.happened_at < :at OR (e.happened_at = :at AND e.id < :id)) AND substr(e.kind, 1, 5) <> 'note.'"
    " AND substr(e.kind, 1, 12) <> 'interaction.'"
    " AND (substr(e.kind, 1, 9) <> 'reminder.' OR e.user_id = :reader_id)"
    " AND (substr(e.kind, 1, 18) <> 'user_relationship.' OR e.user_id = :reader_id)"
    " ORDER BY e.happened_at DESC, e.id DESC LIMIT :limit"
)


class TimelineEntry(Struct, frozen=True):
    """One entry. source: one of SOURCES. kind: pinned or note; a kind of interaction; a kind of event.

    text: of a note or an interaction; the changes of an event as JSON. user_id: who wrote or changed it. mark: personal
    of a note, the direction of an interaction, the door of an event. detail: the channel of an interaction, the import
    of an event, the last change of a note.
    """

    source: str
    at: str
    id: str
    kind: str
    text: str | None
    user_id: str | None
    mark: str
    detail: str | None

    @property
    def cursor(self) -> str:
        """Where the entries after this one begin."""
        return f"{self.at}~{SOURCES.index(self.source)}~{self.id}"


def list_timeline(
    tx: Tx, organization_id: int, contact_id: int, *, reader_id: str | None, kinds: tuple[str, ...], cursor: str = "",
    sources: tuple[str, ...] = SOURCES, limit: int,
) -> list[TimelineEntry]:  # fmt: skip
    """Entries of a contact after a cursor ("" for the newest). kinds: of interactions. A bad cursor lists nothing.

    sources: some of SOURCES.

    Personal notes, reminders and relationships of users are the reader's own.
    """
    at, rank, id_ = _read(cursor)
    bound: dict[str, Any] = {"organization_id": organization_id, "contact_id": contact_id, "limit": limit, "at": at}
    reader = {"reader_id": reader_id}
    rows = []
    if NOTE in sources:
        rows += [(NOTE, row) for row in tx.all(_NOTES, bound | reader | {"id": _id_for(NOTE, rank, id_)})]
    for kind in kinds if INTERACTION in sources else ():
        parameters = bound | {"kind": kind, "id": _id_for(INTERACTION, rank, id_)}
        rows += [(INTERACTION, row) for row in tx.all(_INTERACTIONS, parameters)]
    if CHANGE in sources:
        event_id = _id_for(CHANGE, rank, id_)
        number = parse_number(event_id[-NUMBER_DIGITS_MAX:])  # the digits before are zeros
        number = (2**62 if event_id else -1) if number is None else number
        rows += [(CHANGE, row) for row in tx.all(_CHANGES, bound | reader | {"id": number})]
    entries = [TimelineEntry(source, row[0], _text_id(row[1]), *row[2:]) for source, row in rows]
    entries.sort(key=lambda entry: (entry.at, SOURCES.index(entry.source), entry.id), reverse=True)
    return entries[:limit]


def _text_id(id_: str | int) -> str:
    return f"{id_:0{_EVENT_DIGITS}}" if isinstance(id_, int) else id_


def _read(cursor: str) -> tuple[str, int, str]:
    at, _, rest = cursor.partition("~")
    rank, _, id_ = rest.partition("~")
    if not cursor:
        return _LAST, 0, _LAST
    return (at, int(rank), id_[:60]) if rank in ("0", "1", "2") and "\0" not in cursor else (_FIRST, 0, _FIRST)


def _id_for(source: str, rank: int, id_: str) -> str:
    """The id below which the entries of this source at the cursor's own moment come after it."""
    own = SOURCES.index(source)
    if own == rank:
        return id_
    return _LAST if own < rank else _FIRST
