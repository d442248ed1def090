"""Changes of the important dates of a contact. Reminders that depend on them are rescheduled with each change."""

from collections.abc import Mapping

from msgspec.structs import replace

from coterie.actions.events import differences, record
from coterie.actions.reminders import refresh_dates
from coterie.errors import NotFound, invalid
from coterie.model import times
from coterie.model.dates import DATES_MAX, ImportantDate, check_date
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.store import contacts as contact_store
from coterie.store import dates as store
from coterie.store.database import Tx

FIELDS = ("label", "occurs_on")
Fields = Mapping[str, str | None]


def create_date(tx: Tx, caller: Caller, contact_id: int, fields: Fields) -> ImportantDate:
    """Creates an important date of a contact; label and occurs_on are required.

    Raises NotFound if the contact does not exist; Invalid as check_date does, or if the contact has 200 dates.
    """
    contact_id = _lock_contact(tx, caller, contact_id)
    if store.count_dates(tx, caller.organization_id, contact_id) >= DATES_MAX:
        raise invalid("label", f"exceeds the limit of {DATES_MAX} dates per contact")
    now = times.now()
    columns = check_date({"label": None, "occurs_on": None, **fields})
    date = ImportantDate(contact_id, new_id(), **columns, created_at=now, updated_at=now, deleted_at=None)
    store.insert_date(tx, caller.organization_id, date)
    _record(tx, caller, "date.created", None, date)
    return date


def update_date(tx: Tx, caller: Caller, contact_id: int, date_id: str, fields: Fields) -> ImportantDate:
    """Changes the given fields of a date: label, occurs_on.

    Raises NotFound if the date is deleted or does not exist; Invalid as check_date does.
    """
    before = _find(tx, caller, contact_id, date_id)
    if before.deleted_at is not None:
        raise NotFound("Date not found")
    after = replace(before, **check_date(fields))
    return before if after == before else _save(tx, caller, "date.updated", before, after)


def delete_date(tx: Tx, caller: Caller, contact_id: int, date_id: str) -> ImportantDate:
    """Deletes a date so that it can be restored. Deleting it again changes nothing."""
    before = _find(tx, caller, contact_id, date_id)
    if before.deleted_at is not None:
        return before
    return _save(tx, caller, "date.deleted", before, replace(before, deleted_at=times.now()))


def restore_date(tx: Tx, caller: Caller, contact_id: int, date_id: str) -> ImportantDate:
    """Restores a deleted date. One that is not deleted stays unchanged."""
    before = _find(tx, caller, contact_id, date_id)
    if before.deleted_at is None:
        return before
    return _save(tx, caller, "date.restored", before, replace(before, deleted_at=None))


def erase_date(tx: Tx, caller: Caller, contact_id: int, date_id: str) -> None:
    """Erases a date, deleted or not; its event has the old values."""
    date = _find(tx, caller, contact_id, date_id)
    store.erase_date(tx, caller.organization_id, date)
    _record(tx, caller, "date.erased", date, None)


def _save(tx: Tx, caller: Caller, kind: str, before: ImportantDate, after: ImportantDate) -> ImportantDate:
    after = replace(after, updated_at=times.now())
    store.save_date(tx, caller.organization_id, after)
    _record(tx, caller, kind, before, after)
    return after


def _find(tx: Tx, caller: Caller, contact_id: int, date_id: str) -> ImportantDate:
    contact_id = _lock_contact(tx, caller, contact_id)
    date = store.find_date(tx, caller.organization_id, contact_id, date_id)
    if date is None:
        raise NotFound("Date not found")
    return date


def _lock_contact(tx: Tx, caller: Caller, contact_id: int) -> int:
    """Locks a contact and returns its id: an old id means the contact it was merged into."""
    contact = contact_store.find_contact_to_change(tx, caller.organization_id, contact_id)
    if contact is None:
        raise NotFound("Contact not found")
    return contact.id


def _record(tx: Tx, caller: Caller, kind: str, before: ImportantDate | None, after: ImportantDate | None) -> None:
    date = after or before
    assert date is not None
    refresh_dates(tx, caller.organization_id, contact_id=date.contact_id)
    record(tx, caller, kind, date.id, contact_ids=[date.contact_id], changes=differences(before, after, FIELDS))
