"""Staying in touch: rules of contacts, tags and folders, snoozing, and due contacts (docs/decisions/0051).

The rules belong to the organization: its members see the same people due.
"""

from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from coterie.actions.events import differences, record
from coterie.actions.touch_plans import refresh_many
from coterie.errors import NotFound, invalid
from coterie.model import times
from coterie.model.cadences import CADENCES_MAX, SNOOZE_DAYS_MAX, Cadence, Snooze, Target, TouchPlan, parse_every
from coterie.model.contacts import Contact
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.store import cadences as store
from coterie.store import touch_plans
from coterie.store.contacts import find_contact, list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.organizations import lock_organization

_FIELDS = ("contact_id", "tag_id", "folder_id", "every")


class DueContact(Struct, frozen=True):
    """A contact with its plan. days_late: 0 if it is due today, negative if it is due later."""

    contact: Contact
    plan: TouchPlan
    days_late: int


def set_cadence(tx: Tx, caller: Caller, target: Target, every: str) -> Cadence:
    """Gives a contact, a tag or a folder a rule, or changes its rule. every: such as 3w, 2m, 1y, or off.

    Raises NotFound if the target does not exist; Invalid if the interval is not valid, or the organization has 500
    rules of tags and folders.
    """
    lock_organization(tx, caller.organization_id)
    _check_target(tx, caller, target)
    every, now = parse_every(every), times.now()
    before = store.find_cadence_of(tx, caller.organization_id, target)
    if before is not None:
        return _change(tx, caller, before, every)
    if target.kind != "contact" and store.count_group_cadences(tx, caller.organization_id) >= CADENCES_MAX:
        raise invalid("target", f"exceeds the limit of {CADENCES_MAX} rules of tags and folders")
    cadence = Cadence(id=new_id(), every=every, created_at=now, updated_at=now)
    cadence = replace(cadence, **{f"{target.kind}_id": target.id})
    store.insert_cadence(tx, caller.organization_id, cadence)
    _record(tx, caller, "cadence.created", None, cadence)
    return cadence


def update_cadence(tx: Tx, caller: Caller, cadence_id: str, every: str) -> Cadence:
    """Changes the interval of a rule. Raises NotFound; Invalid as set_cadence does."""
    lock_organization(tx, caller.organization_id)
    return _change(tx, caller, find_cadence(tx, caller, cadence_id), parse_every(every))


def delete_cadence(tx: Tx, caller: Caller, cadence_id: str) -> None:
    """Deletes a rule. Raises NotFound if there is none."""
    lock_organization(tx, caller.organization_id)
    cadence = find_cadence(tx, caller, cadence_id)
    store.delete_cadence(tx, caller.organization_id, cadence_id)
    _record(tx, caller, "cadence.deleted", cadence, None)


def find_cadence(tx: Tx, caller: Caller, cadence_id: str) -> Cadence:
    """Raises NotFound if there is no such rule."""
    cadence = store.find_cadence(tx, caller.organization_id, cadence_id)
    if cadence is None:
        raise NotFound("Cadence not found")
    return cadence


def target_of(cadence: Cadence) -> Target:
    """The contact, tag or folder of a rule."""
    if cadence.contact_id is not None:
        return Target("contact", cadence.contact_id)
    if cadence.tag_id is not None:
        return Target("tag", cadence.tag_id)
    assert cadence.folder_id is not None
    return Target("folder", cadence.folder_id)


def snooze(tx: Tx, caller: Caller, contact_id: int, until_on: str) -> None:
    """Makes a contact due no earlier than a day (YYYY-MM-DD); the next touch ends that.

    Raises NotFound if the contact does not exist; Invalid if the day is not valid, not later than today in UTC, or more
    than ten years away.
    """
    _find_contact(tx, caller, contact_id)
    now = times.now()
    day = times.parse_date(until_on, "until_on")
    today = date.fromisoformat(now[:10])
    if len(day) != 10 or not today.isoformat() <= day <= (today + timedelta(days=SNOOZE_DAYS_MAX)).isoformat():
        raise invalid("until_on", "must be today or a later day, at most ten years from now")
    before = store.list_snoozes_of(tx, caller.organization_id, [contact_id]).get(contact_id)
    store.replace_snooze(tx, caller.organization_id, contact_id, (new_id(), Snooze(day, now)))
    changes = {"until_on": (before.until_on if before else None, day)}
    record(tx, caller, "cadence.snoozed", contact_id, contact_ids=[contact_id], changes=changes, now=now)


def unsnooze(tx: Tx, caller: Caller, contact_id: int) -> None:
    """Ends the snooze of a contact, if there is one. Raises NotFound if the contact does not exist."""
    _find_contact(tx, caller, contact_id)
    before = store.list_snoozes_of(tx, caller.organization_id, [contact_id]).get(contact_id)
    if before is not None:
        store.replace_snooze(tx, caller.organization_id, contact_id, None)
        changes = {"until_on": (before.until_on, None)}
        record(tx, caller, "cadence.unsnoozed", contact_id, contact_ids=[contact_id], changes=changes)


def list_due(
    tx: Tx, caller: Caller, today: date, *, within_days: int = 0, after: tuple[str, int] = ("", 0), limit: int
) -> list[DueContact]:
    """The contacts that are due today or in the next days, the longest due first. today: the reader's day. after: the
    (due_on, contact id) of the last one of the page before."""
    until = today + timedelta(days=min(within_days, (date.max - today).days))
    plans = touch_plans.list_due(tx, caller.organization_id, until.isoformat(), after=after, limit=limit)
    contacts = {
        each.id: each for each in list_contacts_by_id(tx, caller.organization_id, [p.contact_id for p in plans])
    }
    return [
        DueContact(contacts[plan.contact_id], plan, (today - date.fromisoformat(plan.due_on)).days)
        for plan in plans
        if plan.contact_id in contacts
    ]


def _change(tx: Tx, caller: Caller, before: Cadence, every: str) -> Cadence:
    if before.every == every:
        return before
    after = replace(before, every=every, updated_at=times.now())
    store.save_cadence(tx, caller.organization_id, after)
    _record(tx, caller, "cadence.updated", before, after)
    return after


def _record(tx: Tx, caller: Caller, kind: str, before: Cadence | None, after: Cadence | None) -> None:
    """Records a change of a rule and refreshes the plans of the contacts that it concerns."""
    cadence = after or before
    assert cadence is not None
    changes = differences(before, after, _FIELDS)
    if after is not None and before is not None:
        changes = {"every": (before.every, after.every)}
    named = [cadence.contact_id] if cadence.contact_id is not None else []
    record(tx, caller, kind, cadence.id, contact_ids=named, changes=changes)
    if not named:
        refresh_many(tx, caller.organization_id, store.list_members(tx, caller.organization_id, target_of(cadence)))


def _check_target(tx: Tx, caller: Caller, target: Target) -> None:
    if target.kind == "contact":
        _find_contact(tx, caller, int(target.id))
    elif not store.existing_targets(tx, caller.organization_id, [target]):
        raise NotFound(f"{target.kind.capitalize()} not found")


def _find_contact(tx: Tx, caller: Caller, contact_id: int) -> Contact:
    contact = find_contact(tx, caller.organization_id, contact_id)
    if contact is None or contact.deleted_at is not None:
        raise NotFound("Contact not found")
    return contact
