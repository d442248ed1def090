"""Recording what happened, by whom, through which door, in the transaction in which it happens."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from coterie.model import times
from coterie.model.events import KINDS
from coterie.model.organizations import Caller
from coterie.store import events
from coterie.store.database import Tx

Changes = Mapping[str, tuple[Any, Any]]


def row_of(
    caller: Caller,
    kind: str,
    subject_id: str | int,
    *,
    contact_id: int | None = None,
    changes: Changes | None = None,
    now: str | None = None,
) -> dict[str, Any]:
    """One event, ready for record_all. changes is {field: (before, after)}."""
    assert kind in KINDS, kind
    return {
        "kind": kind,
        "subject_id": str(subject_id),
        "contact_id": contact_id,
        "user_id": caller.user_id,
        "via": caller.via,
        "import_id": caller.import_id,
        "changes": msgspec.json.encode(changes).decode() if changes else None,
        "happened_at": now or times.now(),
    }


def differences(before: Struct, after: Struct, names: Iterable[str]) -> Changes:
    """Which of these fields of a record changed, in the form an event keeps."""
    return {
        name: (getattr(before, name), getattr(after, name))
        for name in names
        if getattr(before, name) != getattr(after, name)
    }


def record(
    tx: Tx,
    caller: Caller,
    kind: str,
    subject_id: str | int,
    *,
    contact_id: int | None = None,
    changes: Changes | None = None,
    now: str | None = None,
) -> None:
    """Write one event; kind is one of model.events.KINDS."""
    row = row_of(caller, kind, subject_id, contact_id=contact_id, changes=changes, now=now)
    events.insert_events(tx, caller.organization_id, [row])


def record_all(tx: Tx, caller: Caller, rows: list[dict[str, Any]]) -> None:
    """Write many events at once, in their order."""
    if rows:
        events.insert_events(tx, caller.organization_id, rows)
