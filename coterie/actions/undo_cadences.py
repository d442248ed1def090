"""Undoes events of staying in touch."""

from coterie.actions.cadences import (
    delete_cadence,
    find_cadence,
    set_cadence,
    snooze,
    target_of,
    unsnooze,
    update_cadence,
)
from coterie.actions.undo_contacts import Left, Undo, find_contact
from coterie.model import times
from coterie.model.cadences import Cadence
from coterie.model.organizations import Caller
from coterie.model.undo import NotUndone, PastEvent
from coterie.store.cadences import find_cadence_of, list_snoozes_of
from coterie.store.database import Tx


def _delete(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    """Deletes a rule that was added, unless its interval changed since."""
    if find_cadence(tx, caller, event.subject_id).every != _values(event, "every")[1]:
        raise NotUndone("changed_since", "every")
    delete_cadence(tx, caller, event.subject_id)
    return ()


def _update(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    old, new = _values(event, "every")
    if find_cadence(tx, caller, event.subject_id).every not in (old, new):
        raise NotUndone("changed_since", "every")
    update_cadence(tx, caller, event.subject_id, str(old))
    return ()


def _insert(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    """Gives the target its rule again, unless it has another one."""
    every = str(_values(event, "every")[0])
    ids = {name: values[0] for name, values in event.changes.items() if name != "every"}
    target = target_of(Cadence(id="", every=every, created_at="", updated_at="", **ids))  # type: ignore[arg-type]
    if find_cadence_of(tx, caller.organization_id, target) is not None:
        raise NotUndone("changed_since", "every")
    set_cadence(tx, caller, target, every)
    return ()


def _snooze(tx: Tx, caller: Caller, event: PastEvent) -> Left:
    """Puts a contact off until the day before, or no longer."""
    contact = find_contact(tx, caller, int(event.subject_id))
    old, new = _values(event, "until_on")
    now = list_snoozes_of(tx, caller.organization_id, [contact.id]).get(contact.id)
    if (now.until_on if now else None) not in (old, new):
        raise NotUndone("changed_since", "until_on")
    if old is None or str(old) < times.now()[:10]:
        unsnooze(tx, caller, contact.id)
    else:
        snooze(tx, caller, contact.id, str(old))
    return ()


def _values(event: PastEvent, name: str) -> tuple[object, object]:
    if name not in event.changes:
        raise NotUndone("no_values")
    return event.changes[name]


UNDO: dict[str, Undo] = {
    "cadence.created": _delete,
    "cadence.updated": _update,
    "cadence.deleted": _insert,
    "cadence.snoozed": _snooze,
    "cadence.unsnoozed": _snooze,
}
