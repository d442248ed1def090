"""The result of an undo: the events it undid, and those it could not, each with a reason code."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

# reason -> what it means
REASONS = {
    "not_undoable": "Changes of this kind have no undo.",
    "changed_since": "A later change would be lost; `fields` names what it changed.",
    "erased": "It was erased, or no longer exists.",
    "merged": "The contact was merged into another since: undo the merge first.",
    "no_values": "The values before the change are not stored.",
    "taken": "The value belongs to another contact, or the name to another thing.",
    "not_yours": "It belongs to another user.",
    "invalid": "A limit, or a rule of the field, does not allow the value before.",
    "undone": "It was undone before.",
    "import": "It is part of an import: undo the import.",
    "running": "Its job has not finished.",
}


class UndoScope(Struct, frozen=True):
    """The events that are undone together: those from first to last, and those of the jobs that they requested.

    causes: the events that requested these jobs.
    """

    first: int
    last: int
    causes: tuple[int, ...] = ()


class CannotUndo(Struct, frozen=True, kw_only=True):
    """An event that was not undone, or not in full. reason: one of REASONS; fields: those left as they are."""

    event_id: int
    kind: str
    subject_id: str
    contact_ids: tuple[int, ...]
    reason: str
    fields: tuple[str, ...] = ()


class Undone(Struct, frozen=True, kw_only=True):
    """The result of an undo.

    first, last: the events of the undo itself, by which it is undone in turn; None if it changed nothing.
    undone_count: events undone. contact_ids: the contacts they name. cannot: the events that were not undone in full.
    """

    first: int | None
    last: int | None
    undone_count: int
    contact_ids: tuple[int, ...]
    cannot: tuple[CannotUndo, ...]


class PastEvent(Struct, frozen=True, kw_only=True):
    """A stored event as undo reads it. changes: {field: (before, after)}; undo: what its action stored for undo.

    is_known: whether changes are stored; those of erased things were removed.
    """

    id: int
    kind: str
    subject_id: str
    user_id: str | None
    import_id: str | None
    cause_id: int | None
    undone_by: int | None
    changes: dict[str, tuple[object, object]]
    undo: dict[str, object]
    contact_ids: tuple[int, ...] = ()

    @property
    def noun(self) -> str:
        return self.kind.partition(".")[0]


def changed_since(now: Callable[[str], Any], changes: Mapping[str, tuple[Any, Any]]) -> list[str]:
    """The fields of changes that have neither the value after the change nor, as if undone already, the one before."""
    return [name for name, values in changes.items() if now(name) not in values]


class NotUndone(Exception):
    """Raised by the undo of one event that leaves all of it, or the named fields, as they are."""

    def __init__(self, reason: str, *fields: str) -> None:
        super().__init__(reason)
        self.reason, self.fields = reason, fields
